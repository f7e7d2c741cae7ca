// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Testing

@Suite struct PathRewriterTests {
    private let rewriter = PathRewriter([
        (path: "/var/lib/kafka", replacement: "/d/vol"),
        (path: "/var/lib/kafka/data", replacement: "/d/inner"),
        (path: "/opt/kafka/", replacement: "/i/kafka"),
    ])

    @Test(arguments: [
        ("/var/lib/kafka", "/d/vol"),
        ("/var/lib/kafka/", "/d/vol/"),
        ("/var/lib/kafka/data/x", "/d/inner/x"),
        ("/var/lib/kafka2", "/var/lib/kafka2"),
        ("/var/lib/kafka.d", "/var/lib/kafka.d"),
        ("--override log.dir=/var/lib/kafka --x", "--override log.dir=/d/vol --x"),
        ("exec /opt/kafka/bin/run.sh /opt/kafka/config", "exec /i/kafka/bin/run.sh /i/kafka/config"),
        ("PATH=/opt/kafka/bin:/bin:/var/lib/kafka", "PATH=/i/kafka/bin:/bin:/d/vol"),
        ("'/var/lib/kafka';\"/opt/kafka\">/var/lib/kafka", "'/d/vol';\"/i/kafka\">/d/vol"),
        ("/root/var/lib/kafka", "/root/var/lib/kafka"),
        ("zk:2181/var/lib/kafka", "zk:2181/var/lib/kafka"),
        ("$HOME/var/lib/kafka ${X}/opt/kafka ~/opt/kafka", "$HOME/var/lib/kafka ${X}/opt/kafka ~/opt/kafka"),
        ("PLAINTEXT://:9093 no path", "PLAINTEXT://:9093 no path"),
        ("", ""),
    ])
    func rewrites(text: String, expected: String) {
        #expect(self.rewriter.rewrite(text) == expected)
    }

    @Test(arguments: [
        ("$(A)-$(B)", "1-$(B)"), ("$$(A)", "$(A)"), ("$A ${A} $", "$A ${A} $"), ("$(A", "$(A"), ("$$$(A)", "$1"),
        ("a$(A)$(A)b", "a11b"), ("plain", "plain"),
    ])
    func variables(text: String, expected: String) {
        #expect(VariableExpansion.expand(text, ["A": "1"]) == expected)
    }
}
