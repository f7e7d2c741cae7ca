// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import JSON

extension Verdict {
    /// The contents of `verdict.json`.
    public var json: JSONValue {
        var json: JSONValue = [
            "trial": .string(self.trial),
            "run": .string(self.run.description),
            "seed": .string(String(self.seed)),
            "result": .string(self.result.rawValue),
            "promise": .string(self.promise),
            "leaderChanges": .integer(Int64(self.leaderChanges)),
            "budget": ["exceededPodSeconds": .double(self.budgetExceededPodSeconds)],
        ]
        json["errors"] = .array(self.errors.map(JSONValue.string))
        json["messages"] = self.messages.json
        json["availability"] = self.availabilityJSON
        json["schedulingLagSeconds"] = Self.seconds(self.schedulingLag)
        json["rollout"] = [
            "order": .array((self.rollout?.order ?? []).map(JSONValue.string)),
            "seconds": .double(Self.rounded(self.rolloutDuration)),
        ]
        json["expectations"] = .array(
            self.expectations.map {
                ["name": .string($0.name), "holds": .bool($0.holds), "found": .string($0.found)]
            }
        )
        json["findings"] = .array(self.findings.map(\.json))
        var seconds: JSONValue = ["total": .double(Self.rounded(self.duration))]
        for stage in self.stages {
            seconds[stage.name] = .double(Self.rounded(stage.duration))
        }
        json["seconds"] = seconds
        return json
    }

    private var availabilityJSON: JSONValue {
        guard let availability = self.availability else { return .null }
        var partitions = JSONValue.emptyObject
        for (partition, share) in availability.partitions {
            partitions[String(partition)] = .double(share)
        }
        return [
            "overall": .double(availability.overall),
            "objectiveSeconds": .double(Self.rounded(availability.objective)),
            "resolutionSeconds": .double(Self.rounded(availability.resolution)),
            "longestWindowSeconds": .double(Self.rounded(availability.longestWindow)),
            "anyPartitionDownSeconds": .double(Self.rounded(availability.anyDown)),
            "allPartitionsDownSeconds": .double(Self.rounded(availability.allDown)),
            "blips": .integer(Int64(availability.blips)),
            "longestAcknowledgementGapSeconds": .double(Self.rounded(availability.longestAcknowledgementGap)),
            "windows": .array(
                availability.windows.map {
                    [
                        "partition": .integer(Int64($0.partition)),
                        "startSeconds": .double(Self.rounded(.nanoseconds($0.start - availability.span.lowerBound))),
                        "seconds": .double(Self.rounded(.nanoseconds($0.end - $0.start))),
                        "messages": .integer(Int64($0.messages)),
                    ]
                }
            ),
            "acknowledgementSeconds": Self.seconds(self.acknowledgement),
            "partitions": partitions,
        ]
    }

    private static func seconds(_ durations: [String: Duration]) -> JSONValue {
        .object(JSONObject(durations.map { ($0.key, .double(Self.rounded($0.value))) }))
    }

    /// Seconds with microseconds.
    private static func rounded(_ duration: Duration) -> Double {
        Double(duration.wholeNanoseconds / 1000) / 1_000_000
    }
}

extension Verdict.Messages {
    var json: JSONValue {
        var json: JSONValue = [
            "sent": .integer(Int64(self.sent)),
            "acknowledged": .integer(Int64(self.acknowledged)),
            "unknown": .integer(Int64(self.unknown)),
            "refused": .integer(Int64(self.refused)),
            "delivered": .integer(Int64(self.delivered)),
            "redelivered": .integer(Int64(self.redelivered)),
            "replays": .integer(Int64(self.replays)),
            "retriableErrors": .integer(Int64(self.retriableErrors)),
        ]
        for kind in FindingKind.allCases {
            json[kind.rawValue] = .integer(Int64(self.findings[kind] ?? 0))
        }
        return json
    }
}

extension Finding {
    var json: JSONValue {
        var json: JSONValue = [
            "kind": .string(self.kind.rawValue),
            "partition": .integer(Int64(self.partition)),
            "at": .integer(self.time),
            "because": .string(self.because),
        ]
        json["offset"] = self.offset.map(JSONValue.integer)
        json["witnesses"] = .array(
            self.witnesses.map {
                [
                    "producer": .integer(Int64($0.producer)), "partition": .integer(Int64($0.partition)),
                    "sequence": .integer($0.sequence),
                ]
            }
        )
        return json
    }
}

extension Ledger {
    /// Counts of messages, with the findings of the checks.
    public func counts(_ findings: [Finding]) -> Verdict.Messages {
        var messages = Verdict.Messages()
        messages.sent = self.sends.count
        messages.acknowledged = self.acknowledged.count
        messages.refused = self.sends.values.count { $0.outcome == .fail }
        messages.unknown = messages.sent - messages.acknowledged - messages.refused
        let delivered = self.deliveries.compactMap(\.message)
        messages.delivered = Set(delivered).count
        messages.redelivered = delivered.count - messages.delivered
        messages.replays = self.replays
        messages.retriableErrors = self.retriableErrors
        for finding in findings {
            messages.findings[finding.kind, default: 0] += 1
        }
        return messages
    }
}
