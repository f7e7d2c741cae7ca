// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct RevisionNamesTests {
    @Test(
        "the names of all recorded revisions follow from their data",
        .enabled(if: GoldenTrace.folder != nil, "no recordings at SEATRIAL_GOLDEN")
    )
    func recorded() throws {
        var count = 0
        for name in GoldenTrace.names(areas: "abcdefgijlmno") {
            for entry in try GoldenTrace(name).entries where entry.resource == .controllerRevisions {
                guard let owner = OwnerReference.controller(of: entry.object), owner.kind == "StatefulSet",
                    let data = entry.object["data"]
                else { continue }
                let hash = RevisionName.hash(of: data, collisionCount: 0)
                #expect(RevisionName.name(set: owner.name, hash: hash) == entry.object.name)
                #expect(entry.object["metadata", "labels", "controller.kubernetes.io/hash"]?.string == hash)
                count += 1
            }
        }
        #expect(count > 90)
    }

    @Test("the collision count is part of the hash, and a long set name is cut")
    func collisions() {
        let data: JSONValue = ["spec": ["template": ["$patch": "replace"]]]
        #expect(RevisionName.hash(of: data, collisionCount: 0) != RevisionName.hash(of: data, collisionCount: 1))
        let long = String(repeating: "a", count: 300)
        #expect(RevisionName.name(set: long, hash: "b") == String(repeating: "a", count: 223) + "-b")
    }

    @Test("a name that other data has is left to it: the collision count goes up")
    func collidingName() throws {
        var world = try SetWorld(replicas: 1)
        let hash = RevisionName.hash(of: Self.data(of: world.set), collisionCount: 0)
        try world.api.create(
            .controllerRevisions,
            [
                "metadata": ["name": .string("web-\(hash)"), "namespace": "test"], "data": ["other": true],
                "revision": 1,
            ]
        )
        world.settle()
        #expect(world.status["collisionCount"] == 1)
        #expect(world.pods == "0:1P")
    }

    private static func data(of set: JSONValue) -> JSONValue {
        var template = set["spec", "template"] ?? .null
        template["$patch"] = "replace"
        return ["spec": ["template": template]]
    }
}
