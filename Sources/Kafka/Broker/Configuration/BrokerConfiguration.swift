// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import FoundationEssentials
package import KafkaCluster
package import KafkaProtocol
public import NameResolution

/// How a broker runs: what `kafka-server-start.sh FILE --override key=value …` says, and what a pod's environment adds.
public struct BrokerConfiguration: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// `host[:port],host[:port][/chroot]`.
    public var zookeeperConnect: String
    /// In milliseconds.
    public var zookeeperSessionTimeoutMs: Int
    /// The folder of the logs.
    public var dataDirectory: String
    /// The largest request, in bytes.
    public var requestBytesMax: Int
    /// Who turns names into addresses.
    public var resolver: Resolver
    /// What the log must name once: options that are accepted without effect or that nobody knows.
    public private(set) var remarks: [String] = []
    /// Decides what happens to requests by their kind.
    package var interceptor: RequestInterceptor<APIKey, KafkaResponse>?
    var settings: BrokerSettings
    /// `host:port`, as clients are told to reach it.
    public var advertised: String { "\(self.settings.host):\(self.settings.port)" }

    /// Reads the arguments of `kafka-server-start.sh` and the environment of a pod.
    ///
    /// - Parameters:
    ///   - arguments: a properties file (an absent one is as empty), then `--override key=value` any number of times, and
    ///     for trials that must fail `--defect ack-before-replication`.
    ///   - environment: `POD_IP` is the address to listen on and to advertise; `CLUSTER_DNS` resolves names.
    /// - Throws: ``BrokerConfigurationError``, or what reading the file threw.
    public init(arguments: [String], environment: [String: String]) throws {
        var properties = Properties()
        var defect: BrokerDefect?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--override":
                guard let assignment = rest.popFirst() else {
                    throw BrokerConfigurationError("--override needs key=value")
                }
                properties.read(assignment: assignment)
            case "--defect":
                guard let known = rest.popFirst().flatMap(BrokerDefect.init(rawValue:)) else {
                    let names = BrokerDefect.allCases.map(\.rawValue).joined(separator: ", ")
                    throw BrokerConfigurationError("--defect needs one of \(names)")
                }
                defect = known
            case "-daemon":
                throw BrokerConfigurationError("-daemon is not supported: a container's process stays in front")
            default:
                guard !argument.hasPrefix("-") else { throw BrokerConfigurationError("unknown option \(argument)") }
                if let text = try Self.text(of: argument) { properties.read(text) }
            }
        }
        try self.init(properties: properties, environment: environment)
        self.settings.defect = defect
    }

    /// The text of a file; nil when it is absent, as in images that only carry the command's name.
    private static func text(of path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    init(properties: Properties, environment: [String: String]) throws {
        var options = OptionReader(properties.values)
        func number<Number: FixedWidthInteger>(_ key: String, _ fallback: Number, min: Number = 0) throws -> Number {
            guard let text = options[key] else { return fallback }
            guard let value = Number(text), value >= min else {
                throw BrokerConfigurationError("\(key)=\(text): a whole number of at least \(min) is wanted")
            }
            return value
        }
        func flag(_ key: String, _ fallback: Bool) throws -> Bool {
            guard let text = options[key] else { return fallback }
            guard let value = Bool(text.lowercased()) else {
                throw BrokerConfigurationError("\(key)=\(text): true or false is wanted")
            }
            return value
        }
        let podAddress = environment["POD_IP"] ?? "127.0.0.1"
        // The options of old, which say one by one what a listener says at once.
        let (host, port) = (options["host.name"] ?? "", try number("port", 9092 as Int))
        let (advertisedHost, advertisedPort) = (options["advertised.host.name"], options["advertised.port"])
        let listener = try Endpoint(
            listeners: options.first(of: "listeners") ?? "PLAINTEXT://\(host):\(port)",
            defaultHost: podAddress
        )
        self.host = listener.host
        self.port = listener.port
        var advertised = try options.first(of: "advertised.listeners").map {
            try Endpoint(listeners: $0, defaultHost: listener.host)
        }
        if advertised == nil, advertisedHost != nil || advertisedPort != nil {
            let place = "\(advertisedHost ?? ""):\(advertisedPort ?? String(listener.port))"
            advertised = try Endpoint(listeners: "PLAINTEXT://\(place)", defaultHost: listener.host)
        }
        self.zookeeperConnect = options["zookeeper.connect"] ?? "localhost:2181"
        self.zookeeperSessionTimeoutMs = try number("zookeeper.session.timeout.ms", 6000, min: 1)
        let directory = options["log.dir"] ?? "/tmp/kafka-logs"
        self.dataDirectory = options.first(of: "log.dirs") ?? directory
        self.requestBytesMax = try number("socket.request.max.bytes", 104_857_600, min: 1)
        self.resolver = Resolver(environment: environment)

        let id: Int32 = try number("broker.id", 0)
        var settings = BrokerSettings(
            id: id,
            host: advertised?.host ?? (listener.host == "0.0.0.0" ? podAddress : listener.host),
            port: Int32(advertised?.port ?? listener.port)
        )
        settings.topic.minInSync = try number("min.insync.replicas", 1, min: 1)
        settings.topic.uncleanElection = try flag("unclean.leader.election.enable", false)
        settings.topic.messageBytesMax = try number("message.max.bytes", 1_048_588, min: 1)
        settings.topic.segmentBytes = try number("log.segment.bytes", 1_073_741_824, min: 14)
        settings.topic.indexIntervalBytes = try number("log.index.interval.bytes", 4096, min: 1)
        settings.autoCreateTopics = try flag("auto.create.topics.enable", true)
        settings.deleteTopics = try flag("delete.topic.enable", true)
        settings.partitionsDefault = try number("num.partitions", 1, min: 1)
        settings.replicationFactorDefault = try number("default.replication.factor", 1, min: 1)
        settings.offsetsTopicPartitions = try number("offsets.topic.num.partitions", 50, min: 1)
        settings.offsetsTopicReplicationFactor = try number("offsets.topic.replication.factor", 3, min: 1)
        settings.offsetsTopicSegmentBytes = try number("offsets.topic.segment.bytes", 104_857_600, min: 14)
        settings.offsetMetadataBytesMax = try number("offset.metadata.max.bytes", 4096)
        settings.autoRebalanceLeaders = try flag("auto.leader.rebalance.enable", true)
        settings.rebalanceInterval = .seconds(try number("leader.imbalance.check.interval.seconds", 300, min: 1))
        settings.replicaLagMax = .milliseconds(try number("replica.lag.time.max.ms", 10_000, min: 1))
        settings.replicaFetchWaitMax = .milliseconds(try number("replica.fetch.wait.max.ms", 500, min: 1))
        settings.replicaFetchBytesMin = try number("replica.fetch.min.bytes", 1)
        settings.replicaFetchBytesMax = try number("replica.fetch.max.bytes", 1_048_576, min: 1)
        settings.replicaFetchResponseBytesMax = try number("replica.fetch.response.max.bytes", 10_485_760, min: 1)
        settings.controlledShutdown = try flag("controlled.shutdown.enable", true)
        settings.controlledShutdownRetriesMax = try number("controlled.shutdown.max.retries", 3)
        settings.controlledShutdownBackoff = .milliseconds(try number("controlled.shutdown.retry.backoff.ms", 5000))
        settings.checkpointInterval = .milliseconds(
            try number("replica.high.watermark.checkpoint.interval.ms", 5000, min: 1)
        )
        settings.groupInitialRebalanceDelay = .milliseconds(try number("group.initial.rebalance.delay.ms", 0))
        settings.groupSessionTimeoutMin = .milliseconds(try number("group.min.session.timeout.ms", 6000))
        settings.groupSessionTimeoutMax = .milliseconds(try number("group.max.session.timeout.ms", 300_000))
        self.settings = settings
        self.remarks = options.remarks
    }
}

/// A listener such as `PLAINTEXT://:9093`.
struct Endpoint: Hashable {
    var host: String
    var port: Int

    /// Reads a listener; an empty host means `defaultHost`.
    init(listeners: String, defaultHost: String) throws {
        let parts = listeners.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "PLAINTEXT:", parts[1].isEmpty, let colon = parts[2].lastIndex(of: ":"),
            let port = Int(parts[2][parts[2].index(after: colon)...]), (0...65535).contains(port)
        else {
            throw BrokerConfigurationError("listeners=\(listeners): PLAINTEXT://[host]:port is wanted")
        }
        let host = String(parts[2][..<colon])
        self.host = host.isEmpty || host == "localhost" ? defaultHost : host
        self.port = port
    }
}
