// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import Testing

@Suite struct TableTests {
    @Test(arguments: [
        (-5.0, "<invalid>"), (-0.5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"), (12_000, "3h20m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (180_000, "2d2h"),
        (691_200, "8d"), (63_071_999, "729d"), (63_072_000, "2y"), (64_000_000, "2y10d"), (252_288_000, "8y"),
    ])
    func ages(seconds: Double, text: String) { #expect(HumanDuration.text(seconds: seconds) == text) }

    private func row(_ pod: JSONValue, now: Double = 100) -> [JSONValue] {
        let definition = ResourceRegistry.standard.definition(of: .pods)
        let table = definition?.table(
            of: [pod],
            metadata: nil,
            includeObject: "None",
            apiVersion: "meta.k8s.io/v1",
            includeHeaders: true,
            now: now
        )
        return table?["rows"]?.array?.first?["cells"]?.array ?? []
    }

    private func pod(_ status: JSONValue, metadata: JSONValue = .emptyObject, sidecar: Bool = false) -> JSONValue {
        ["metadata": metadata, "spec": ["containers": [["name": "a"], ["name": "b"]]], "status": status]
    }

    @Test(arguments: [
        (#"{"phase":"Pending"}"#, "0/2", "Pending", "0"),
        (
            #"{"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}"#,
            "0/2",
            "ImagePullBackOff", "0"
        ),
        (
            #"{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}},{"name":"b","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"1970-01-01T00:00:40Z"}}}]}"#,
            "1/2", "CrashLoopBackOff", "3 (60s ago)"
        ),
        (
            #"{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]}"#, "0/2",
            "ExitCode:3", "0"
        ),
        (
            #"{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}"#,
            "0/2",
            "Signal:9", "0"
        ),
        (#"{"phase":"Failed","reason":"Evicted"}"#, "0/2", "Evicted", "0"),
        (
            #"{"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}"#,
            "1/2", "NotReady", "0"
        ),
    ])
    func podStatus(status: String, ready: String, reason: String, restarts: String) throws {
        let cells = self.row(self.pod(try JSONValue(parsing: status)))
        #expect(cells[1...3] == [.string(ready), .string(reason), .string(restarts)])
    }

    @Test func terminatingPods() {
        let metadata: JSONValue = ["deletionTimestamp": "1970-01-01T00:00:00Z"]
        #expect(self.row(self.pod(["phase": "Running"], metadata: metadata))[2] == "Terminating")
        #expect(self.row(self.pod(["phase": "Succeeded"], metadata: metadata))[2] == "Succeeded")
        #expect(self.row(self.pod(["phase": "Running", "reason": "NodeLost"], metadata: metadata))[2] == "Unknown")
    }

    @Test func initContainers() throws {
        var pod = self.pod([
            "phase": "Pending",
            "initContainerStatuses": [
                ["name": "i", "state": ["terminated": ["exitCode": 0]]],
                ["name": "j", "state": ["running": .emptyObject]],
            ],
        ])
        pod["spec", "initContainers"] = [["name": "i"], ["name": "j"]]
        #expect(self.row(pod)[2] == "Init:1/2")
    }
}
