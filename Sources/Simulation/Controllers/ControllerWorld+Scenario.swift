// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI

/// What scenarios have in common: objects, and what people do.
extension ControllerWorld {
    /// How long faults may come, in virtual time: about fifty of them.
    static let chaos = Duration.seconds(40)
    /// How long everything may take to converge after the last fault.
    static let bound = Duration.seconds(300)

    /// Makes one of the objects that a scenario begins with.
    mutating func make(
        _ resource: GroupVersionResource,
        kind: String,
        apiVersion: String,
        _ key: ObjectName,
        _ spec: JSONValue
    ) {
        do throws(StatusError) {
            try self.api.create(
                resource,
                [
                    "apiVersion": .string(apiVersion), "kind": .string(kind), "spec": spec,
                    "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
                ]
            )
        } catch {
            self.fail(.safety, "could not make \(key): \(error.message)")
        }
    }

    /// A request of somebody whose failure is theirs to bear.
    mutating func tryTo(_ request: (inout SimulatedAPI) throws(StatusError) -> JSONValue) {
        do throws(StatusError) { _ = try request(&self.api) } catch { return }
    }

    /// Lets something happen to a pod.
    mutating func disturb(_ key: ObjectName?, _ step: PodStep, _ probe: String) {
        guard let key, let pod = self.api.object(.pods, key) else { return }
        self.reached(probe)
        self.schedule(.pod(key, uid: pod.uid, step), after: 1)
    }

    /// The image of the next edit of a template: mostly a new one, now and then an old or a broken one.
    static func drawImage(_ last: inout Int, using random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return Self.badImage
        case 1, 2: return "app:\(Int.random(in: 1...last, using: &random))"
        case _:
            last += 1
            return "app:\(last)"
        }
    }

    /// No fault comes any more, and those that last end.
    mutating func healFaults() {
        self.weather = Weather()
        self.crashesAtNextRequest = nil
        for host in self.downHosts.sorted() { self.happen(to: host, .up) }
    }
}

extension ControllerWorld.Weather {
    /// The weather of a run: often quiet, now and then bad.
    init(drawnFrom random: inout SeededGenerator) {
        self.watchDelayMax = [5, 20, 100].randomElement(using: &random) ?? 20
        self.lateWatchShare = [0, 0.05, 0.2].randomElement(using: &random) ?? 0
        self.lostAnswerShare = [0, 0, 0.02].randomElement(using: &random) ?? 0
    }
}
