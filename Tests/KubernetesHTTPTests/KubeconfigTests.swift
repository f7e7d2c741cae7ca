// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KubernetesHTTP
import Testing

@Suite struct KubeconfigTests {
    @Test("what is written is read back")
    func roundTrip() throws {
        let written = Kubeconfig(server: "http://127.64.255.254:6443", namespace: "zk", token: "a\"b")
        #expect(try Kubeconfig(yaml: written.yaml()) == written)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try written.write(toFile: path)
        #expect(try Kubeconfig(contentsOfFile: path) == written)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a context is chosen by name, certificates may be inline")
    func contexts() throws {
        let yaml = """
            apiVersion: v1
            kind: Config
            current-context: one
            contexts:
            - {name: one, context: {cluster: a, user: u}}
            - {name: two, context: {cluster: b, namespace: kafka}}
            clusters:
            - {name: a, cluster: {server: "https://one:6443", certificate-authority-data: UEVN}}
            - {name: b, cluster: {server: "http://two", insecure-skip-tls-verify: true}}
            users:
            - {name: u, user: {token: secret}}
            """
        let one = try Kubeconfig(yaml: yaml)
        #expect(one.server == "https://one:6443")
        #expect(one.certificateAuthority == "PEM")
        #expect(one.token == "secret")
        let two = try Kubeconfig(yaml: yaml, context: "two")
        #expect(two.namespace == "kafka")
        #expect(two.skipsTLSVerification)
        #expect(two.token == nil)
    }

    @Test(
        "an unusable file says why",
        arguments: [
            ("", "the file is empty"),
            ("a: [", "not YAML"),
            ("kind: Config", "no context is named"),
            ("current-context: x\ncontexts: []", "there is no context \"x\""),
            ("current-context: x\ncontexts: [{name: x, context: {cluster: y}}]", "there is no cluster \"y\""),
        ]
    )
    func errors(yaml: String, reason: String) {
        let error = #expect(throws: KubeconfigError.self) { try Kubeconfig(yaml: yaml) }
        #expect(error?.description.contains(reason) == true, "\(error.map(String.init(describing:)) ?? "")")
    }
}
