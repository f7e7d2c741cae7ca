// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import JSON

/// How long partitions were silent after the process of a pod was killed, and how long the kubelet held it back.
public struct Recovery: Hashable, Sendable {
    /// One kill and what came of it, until the next kill.
    public struct Kill: Hashable, Sendable {
        /// The pod whose process was killed.
        public var pod: String
        /// When, in CLOCK_MONOTONIC nanoseconds.
        public var time: Int64
        /// The back-off that was in force for the pod's containers: zero where the kubelet started them again at once.
        public var backOff: Duration
        /// The longest time after the kill without an acknowledgement on a partition, while sends waited for one.
        public var silence: Duration
        /// The partition that was silent for that long.
        public var partition: Int32
    }

    /// The kills, in order.
    public private(set) var kills: [Kill] = []

    /// Looks at the kills that events tell of.
    /// - Parameters:
    ///   - ledger: the messages, which are the probe: a partition that acknowledges is available.
    ///   - end: up to when the last kill is followed, in CLOCK_MONOTONIC nanoseconds.
    public init(_ ledger: Ledger, _ events: [ClusterEvent], end: Int64) {
        var sends: [Int32: [Ledger.Send]] = [:]
        for id in ledger.sentIDs {
            if let send = ledger.sends[id] { sends[id.partition, default: []].append(send) }
        }
        for partition in sends.keys {
            sends[partition]?.sort { ($0.completed ?? .max) < ($1.completed ?? .max) }
        }
        let times = events.compactMap { event -> (pod: String, time: Int64)? in
            guard case .killed(let pod) = event.kind else { return nil }
            return (pod, event.time)
        }
        for (index, (pod, time)) in times.enumerated() {
            let next = index + 1 < times.count ? times[index + 1].time : end
            var kill = Kill(pod: pod, time: time, backOff: .zero, silence: .zero, partition: 0)
            for partition in sends.keys.sorted() {
                let silence = Self.silence(sends[partition] ?? [], from: time, to: max(time, next))
                if silence > kill.silence { (kill.silence, kill.partition) = (silence, partition) }
            }
            let again = times[(index + 1)...].first { $0.pod == pod }?.time ?? .max
            kill.backOff = Self.backOff(of: pod, events.filter { (time..<again).contains($0.time) })
            self.kills.append(kill)
        }
    }

    /// The longest time without an acknowledgement within a span, counted from the latest of its beginning, the
    /// acknowledgement before, and the sending of the oldest message that was waiting.
    /// - Parameter sends: in the order in which they were acknowledged.
    private static func silence(_ sends: [Ledger.Send], from begin: Int64, to end: Int64) -> Duration {
        let relevant = sends.filter { $0.invoked < end && ($0.completed ?? .max) > begin }
        var oldest = [Int64](repeating: .max, count: relevant.count + 1)
        for index in relevant.indices.reversed() { oldest[index] = min(oldest[index + 1], relevant[index].invoked) }
        var longest: Int64 = 0
        var last = begin
        for (index, send) in relevant.enumerated() {
            let isAcknowledged = send.outcome == .ok && (send.completed ?? .max) < end
            let until = isAcknowledged ? send.completed ?? end : end
            longest = max(longest, until - max(last, oldest[index]))
            guard isAcknowledged else { break }
            last = until
        }
        return .nanoseconds(longest)
    }

    /// What the kubelet says in the status of a container that it holds back: "back-off 20s restarting failed container=…".
    private static func backOff(of pod: String, _ events: [ClusterEvent]) -> Duration {
        var longest = Duration.zero
        for event in events {
            guard case .object(_, let object) = event.kind, object["kind"]?.string == "Pod",
                object["metadata", "name"]?.string == pod
            else { continue }
            for status in object["status", "containerStatuses"]?.array ?? [] {
                let waiting = status["state", "waiting"]
                guard waiting?["reason"]?.string == "CrashLoopBackOff", let text = waiting?["message"]?.string,
                    let word = text.split(separator: " ").dropFirst().first, let time = Self.duration(word)
                else { continue }
                longest = max(longest, time)
            }
        }
        return longest
    }

    /// A time as Go prints it: `10s`, `2m40s`, `5m0s`.
    private static func duration(_ text: Substring) -> Duration? {
        var total = Duration.zero
        var digits = ""
        for character in text {
            if character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = ["h": 3600, "m": 60, "s": 1][character], let count = Int(digits) else { return nil }
            total += .seconds(count * unit)
            digits = ""
        }
        return digits.isEmpty ? total : nil
    }
}
