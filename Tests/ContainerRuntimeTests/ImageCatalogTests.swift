// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Testing

@Suite struct ImageCatalogTests {
    @Test(arguments: [
        ("kubernetes-kafka", "gcr.io/google_containers/kubernetes-kafka:1.0-10.2.1", true),
        ("kubernetes-kafka", "kubernetes-kafka", true),
        ("kubernetes-kafka", "gcr.io/google_containers/kubernetes-kafka-extra:1.0", false),
        ("kubernetes-kafka:1.*", "x/kubernetes-kafka:1.0-10.2.1", true),
        ("kubernetes-kafka:1.*", "x/kubernetes-kafka:2.0", false),
        ("gcr.io/*/kafka", "gcr.io/a/b/kafka:3", true),
        ("gcr.io/*/kafka", "docker.io/a/kafka:3", false),
        ("localhost:5000/kafka", "localhost:5000/kafka:latest", true),
        ("kafka:latest", "localhost:5000/kafka", true),
        ("kafka", "kafka@sha256:0123", true),
        ("*", "any/thing:1", true),
    ])
    func patterns(pattern: String, reference: String, matches: Bool) {
        let catalog = ImageCatalog(images: [LocalImage(name: "it", references: [pattern])])
        #expect((catalog.image(for: reference) != nil) == matches)
    }

    @Test func theFirstMatchCounts() throws {
        let catalog = try ImageCatalog(
            yaml: """
                images:
                - name: first
                  references: ["kafka:1"]
                  bin: [kafka/bin, /opt/bin]
                  paths: {/opt/kafka: kafka, /opt/jre: /usr/lib/jvm}
                  environment: {A: "1"}
                  entrypoint: [run, "2"]
                - {name: second, references: [kafka], program: sh}
                """,
            directory: "/images"
        )
        let first = try #require(catalog.image(for: "a/kafka:1"))
        #expect(first.name == "first")
        #expect(first.bin == ["/images/kafka/bin", "/opt/bin"])
        #expect(first.copies == ["/opt/kafka": "/images/kafka"])
        #expect(first.paths == ["/opt/jre": "/usr/lib/jvm"])
        #expect(first.environment == ["A": "1"] && first.entrypoint == ["run", "2"])
        #expect(catalog.image(for: "a/kafka:2")?.program == "sh")
        #expect(catalog.image(for: "Not A Reference") == nil)
    }

    @Test(arguments: [
        "", "images: 3", "images: [x]", "images: [{name: a}]", "images: [{references: [a]}]",
        "images: [{name: a, references: [a], typo: 1}]", "images: [{name: a, references: [[]]}]", "images: {",
    ])
    func whatIsWrongIsSaid(yaml: String) {
        #expect(throws: ImageCatalogError.self) { try ImageCatalog(yaml: yaml, directory: "/") }
    }
}
