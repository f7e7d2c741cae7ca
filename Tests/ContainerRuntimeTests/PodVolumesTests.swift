// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import KubernetesAPI
import Testing

/// What a container finds at its paths: secrets, projected files, its own `/tmp`, the image's content.
@Suite(.timeLimit(.minutes(1))) struct PodVolumesTests {
    private let world: RuntimeWorld

    init() throws {
        self.world = try RuntimeWorld()
    }

    @Test func secretsProjectionsAndFieldsAreFiles() async throws {
        let pod = self.world.pod(
            [
                "command": [
                    "sh", "-c",
                    "cd /all && for f in $(find . -type f | sort); do echo $f: $(cat $f); done; stat -c %a /all/key; echo $PASSWORD",
                ],
                "env": [["name": "PASSWORD", "valueFrom": ["secretKeyRef": ["name": "s", "key": "password"]]]],
                "volumeMounts": [["name": "all", "mountPath": "/all"]],
                "resources": ["limits": ["memory": "64Mi"]],
            ],
            spec: [
                "volumes": [
                    [
                        "name": "all",
                        "projected": [
                            "defaultMode": 0o444,
                            "sources": [
                                ["configMap": ["name": "c"]],
                                [
                                    "secret": [
                                        "name": "s", "items": [["key": "password", "path": "key", "mode": 0o400]],
                                    ]
                                ],
                                ["serviceAccountToken": ["path": "token"]],
                                ["secret": ["name": "gone", "optional": true]],
                                [
                                    "downwardAPI": [
                                        "items": [
                                            ["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]],
                                            [
                                                "path": "memory",
                                                "resourceFieldRef": [
                                                    "containerName": "app", "resource": "limits.memory",
                                                ],
                                            ],
                                        ]
                                    ]
                                ],
                            ],
                        ],
                    ]
                ]
            ]
        )
        let inputs = PodInputs(
            configMaps: ["c": KeyedContent(data: ["a": "text"])],
            secrets: ["s": KeyedContent(binaryData: ["password": "c2VjcmV0"])]
        )
        let exit = try await self.world.run(pod, inputs: inputs)
        #expect(exit.code == 0)
        let expected = [
            "./a: text", "./key: secret", "./labels: app=\"web\"", "./memory: 67108864",
            "./token: seatrial.default.default.uid-web-0", "400", "secret",
        ]
        #expect(try await self.world.log(pod) == expected.joined(separator: "\n") + "\n")
    }

    @Test func aMissingSecretIsNamed() async throws {
        let pod = self.world.pod(spec: ["volumes": [["name": "v", "secret": ["secretName": "s"]]]])
        let error = try await #require(throws: RuntimeError.self) { _ = try await self.world.run(pod) }
        #expect(error.message == "MountVolume.SetUp failed for volume \"v\" : secret \"s\" not found")
    }

    @Test func eachLifeHasARootOfItsOwnAndTheImagesContentAnew() async throws {
        let script = "ls /tmp /opt/it; touch /tmp/left; rm /opt/it/file; cat /etc/hostname; which tool"
        let pod = self.world.pod(["image": "copied", "command": ["sh", "-c", .string(script)]])
        let root = "\(self.world.directory.path)/pods/uid-web-0/root/app"
        let said = "\(root)/opt/it:\nfile\ntool\n\n\(root)/tmp:\nweb-0\n\(root)/opt/it/tool\n"
        _ = try await self.world.run(pod)
        #expect(try await self.world.log(pod) == said)
        _ = try await self.world.run(pod, attempt: 1)
        #expect(try await self.world.log(pod) == said)
        #expect(FileManager.default.fileExists(atPath: "\(self.world.imageDirectory)/file"))
    }

    @Test func subPathsAreMadeAndCannotLeadOut() async throws {
        func pod(_ mount: JSONValue, script: String) -> Pod {
            self.world.pod(
                [
                    "command": ["sh", "-c", .string(script)], "volumeMounts": [mount],
                    "env": [["name": "WHO", "value": "me"]],
                ],
                spec: ["volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "c"]]]]
            )
        }
        let inputs = PodInputs(claims: ["c": "pv"])
        let good = pod(
            ["name": "d", "mountPath": "/d", "subPathExpr": "a/$(WHO)"],
            script: "echo x > /d/f; ln -s / /d/out"
        )
        #expect(try await self.world.run(good, inputs: inputs).code == 0)
        #expect(FileManager.default.fileExists(atPath: "\(self.world.directory.path)/volumes/pv/a/me/f"))
        for path in ["../x", "/etc", "a/me/out/etc"] {
            let bad = pod(["name": "d", "mountPath": "/d", "subPath": .string(path)], script: "true")
            let error = try await #require(throws: RuntimeError.self) {
                _ = try await self.world.run(bad, inputs: inputs)
            }
            #expect(error.code == .badConfiguration && error.message.contains("leads out of its volume"))
        }
    }

    @Test func theLastMessageIsTheFileOrTheEndOfTheLog() async throws {
        let file = self.world.pod(["command": ["sh", "-c", "echo why > /dev/termination-log; exit 3"]], name: "a")
        #expect(try await self.world.run(file) == ProcessExit(code: 3, message: "why\n"))
        let log = self.world.pod(
            ["command": ["sh", "-c", "echo because; exit 3"], "terminationMessagePolicy": "FallbackToLogsOnError"],
            name: "b"
        )
        #expect(try await self.world.run(log) == ProcessExit(code: 3, message: "because\n"))
        let none = self.world.pod(["command": ["sh", "-c", "echo because; exit 3"]], name: "c")
        #expect(try await self.world.run(none) == ProcessExit(code: 3))
    }

    @Test func aPodOfTheHostsNetworkHasItsAddress() async throws {
        let pod = self.world.pod(spec: ["hostNetwork": true])
        #expect(try await self.world.runtime.createSandbox(of: pod, inputs: PodInputs()) == "127.99.255.1")
    }
}
