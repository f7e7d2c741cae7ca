// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Testing
import ZooKeeperServer

@Suite struct ConfigurationTests {
    private let flags = [
        "--servers=3", "--data_dir=/var/lib/zookeeper/data", "--data_log_dir=/var/lib/zookeeper/data/log",
        "--conf_dir=/opt/zookeeper/conf", "--client_port=2181", "--election_port=3888", "--server_port=2888",
        "--tick_time=2000", "--init_limit=10", "--sync_limit=5", "--heap=512M", "--max_client_cnxns=60",
        "--snap_retain_count=3", "--purge_interval=12", "--max_session_timeout=40000", "--min_session_timeout=4000",
        "--log_level=INFO",
    ]
    private let environment = [
        "HOSTNAME": "zk-1", "POD_DOMAIN": "zk-hs.default.svc.cluster.local", "POD_IP": "127.64.1.7",
    ]

    @Test func thePublishedManifestsFlagsDescribeAMember() throws {
        let configuration = try ZooKeeperServer.Configuration(
            startZooKeeperArguments: self.flags,
            environment: self.environment
        )
        #expect(configuration.id == 2)
        #expect(configuration.bindAddress == "127.64.1.7")
        #expect(
            configuration.peers.map(\.host) == (0...2).map { "zk-\($0).zk-hs.default.svc.cluster.local" }
        )
        #expect(configuration.dataLogDirectory == "/var/lib/zookeeper/data/log")
        #expect(configuration.maxSessionTimeoutMs == 40_000 && configuration.maxClientConnections == 60)
        #expect(configuration.optionsWithoutEffect.contains("--heap"))
    }

    @Test func membersCanBeListed() throws {
        let configuration = try ZooKeeperServer.Configuration(
            startZooKeeperArguments: [],
            environment: [
                "ZOO_MY_ID": "2", "ZOO_SERVERS": "server.1=127.0.1.1:2888:3888 server.2=127.0.1.2:2889:3888;2181",
            ]
        )
        #expect(configuration.id == 2 && configuration.serverPort == 2889)
        #expect(configuration.peers.map(\.host) == ["127.0.1.1", "127.0.1.2"])
        for wrong in ["server.1=127.0.1.1", "server.x=a:1:2", "server.2=a:1:2"] {
            #expect(throws: StartZooKeeperError.self) {
                try ZooKeeperServer.Configuration(
                    startZooKeeperArguments: [],
                    environment: ["ZOO_MY_ID": "1", "ZOO_SERVERS": wrong]
                )
            }
        }
    }

    @Test(arguments: [
        (["--servers=x"], "--servers=x"), (["--bogus=1"], "unknown option --bogus"), (["--servers"], "has no value"),
        (["servers=3"], "is not an option"), (["--client_port=70000"], "1 to 65535"),
        (["--servers=1"], "zk-1 is beyond --servers=1"), (["--log_level=LOUD"], "--log_level=LOUD"),
        (["--servers=3", "--min_session_timeout=9", "--max_session_timeout=8"], "is above"),
    ]) func wrongFlagsAreNamed(_ flags: [String], _ text: String) {
        let error = #expect(throws: StartZooKeeperError.self) {
            try ZooKeeperServer.Configuration(startZooKeeperArguments: flags, environment: self.environment)
        }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }
}
