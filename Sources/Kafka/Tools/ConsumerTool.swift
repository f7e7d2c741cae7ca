// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaClient
import Synchronization

/// kafka-console-consumer.sh, and `consume`: prints messages, a line each.
struct ConsumerTool: Sendable {
    var surroundings: KafkaTools.Surroundings
    var io: ToolIO

    private static let options: [ToolArguments.Option] = [
        .init(name: "bootstrap-server", aliases: ["-b"]), .init(name: "zookeeper"),
        .init(name: "topic", aliases: ["-t"]), .init(name: "group", aliases: ["-G"]),
        .init(name: "partition", aliases: ["-p"]), .init(name: "offset", aliases: ["-o"]),
        .init(name: "max-messages", aliases: ["-c"]), .init(name: "timeout-ms"), .init(name: "property"),
        .init(name: "consumer-property", aliases: ["-X"]), .init(name: "key-separator", aliases: ["-K"]),
        .init(name: "consumer.config"), .init(name: "formatter", hasEffect: false), .init(name: "isolation-level"),
        .init(name: "from-beginning", takesValue: false),
        .init(name: "exit-at-end", aliases: ["-e"], takesValue: false),
        .init(name: "new-consumer", takesValue: false, hasEffect: false),
        .init(name: "skip-message-on-error", takesValue: false, hasEffect: false),
    ]

    func run(_ arguments: [String]) async throws {
        let arguments = try ToolArguments(arguments, options: Self.options)
        let topic = try arguments["topic"] ?? arguments.words.first.orThrow("Missing required argument \"[topic]\"")
        var ignored = try arguments.withoutEffect(properties: ["property": MessageFormat.properties])
        // A group says itself who reads what, and from where.
        if arguments.has("group") { ignored += ["partition", "offset"].filter(arguments.has).map { "--\($0)" } }
        self.io.remark(ignored)
        var overrides = try ToolProperties.file(arguments["consumer.config"])
        overrides["isolation.level"] = arguments["isolation-level"] ?? overrides["isolation.level"]
        overrides.merge(try arguments.properties("consumer-property")) { $1 }
        let client = try await self.surroundings.client(arguments, overrides: overrides)
        var configuration = KafkaConsumer.Configuration(client: client, groupID: arguments["group"] ?? "seatrial-tool")
        configuration.offsetReset = arguments.has("from-beginning") ? .earliest : .latest
        configuration.commitsAutomatically = arguments.has("group")
        configuration.tellsPartitionEnd = arguments.has("exit-at-end")
        let format = try MessageFormat(arguments)
        let told: [TopicPartition]? =
            arguments.has("group") ? nil : try await self.partitions(of: topic, arguments, client)

        let printed = PrintedMessages(limit: try arguments.integer("max-messages"), partitions: told?.count)
        let io = self.io
        let (signals, signal) = AsyncStream.makeStream(of: PrintedMessages.Signal.self)
        let consumer = try KafkaConsumer(configuration) { messages in
            var bytes: [UInt8] = []
            for message in messages.prefix(printed.admit(messages.count)) { format.append(message, to: &bytes) }
            io.output(bytes)
            signal.yield(printed.isFull ? .done : .progress)
        } onEvent: { event in
            switch event {
            case .partitionEnd(let partition): if printed.ended(partition) { signal.yield(.done) }
            case .notice(.error(let error)) where error.isFatal || error.code.rawValue > 0: io.complain("\(error)")
            case .assigned, .revoked, .committed, .notice, .closed: break
            }
        }
        do {
            if let told { try consumer.assign(told) } else { try consumer.subscribe([topic]) }
        } catch {
            await consumer.close()
            throw error
        }
        let timeout = try arguments.integer("timeout-ms").map { Duration.milliseconds($0) }
        await Self.wait(for: signals, printed: printed, timeout: timeout)
        await consumer.close()
        io.complain("Processed a total of \(printed.count) messages")
        try Task.checkCancellation()
    }

    /// Waits until all is printed, nothing has come for `timeout`, or the task is cancelled (Control-C).
    private static func wait(
        for signals: AsyncStream<PrintedMessages.Signal>,
        printed: PrintedMessages,
        timeout: Duration?
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals where signal == .done { return }
            }
            if let timeout {
                group.addTask {
                    while true {
                        let end = printed.lastTime + timeout
                        if ContinuousClock.now >= end { return }
                        do { try await Task.sleep(until: end, clock: .continuous) } catch { return }
                    }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// The partitions to read without a group, and where to begin.
    private func partitions(
        of topic: String,
        _ arguments: ToolArguments,
        _ client: ClientConfiguration
    ) async throws -> [TopicPartition] {
        let admin = try KafkaAdmin(client)
        do {
            let found = try await admin.metadata(topics: [topic]).topics.first { $0.name == topic }
            var partitions = found?.partitions.map(\.id) ?? []
            if let only = try arguments.integer("partition") { partitions = partitions.filter { $0 == Int32(only) } }
            guard !partitions.isEmpty else {
                throw ToolError.failed("topic \(topic) has no such partition, or does not exist")
            }
            var result: [TopicPartition] = []
            for partition in partitions {
                let (low, high) = try await admin.watermarks(of: topic, partition)
                let start: Int64
                switch arguments["offset"] {
                case nil: start = arguments.has("from-beginning") ? low : high
                case "earliest"?, "beginning"?: start = low
                case "latest"?, "end"?: start = high
                case let text?:
                    guard let offset = Int64(text) else {
                        throw ToolError.usage("--offset \(text): expected earliest, latest or a number")
                    }
                    start = offset < 0 ? max(low, high + offset) : offset
                }
                result.append(TopicPartition(topic, partition, offset: start))
            }
            await admin.close()
            return result
        } catch {
            await admin.close()
            throw error
        }
    }
}

/// How many messages are printed and how many are wanted.
final class PrintedMessages: Sendable {
    enum Signal: Hashable, Sendable {
        case progress, done
    }

    private struct State {
        var count = 0
        var lastTime = ContinuousClock.now
        var ended: Set<TopicPartition> = []
    }

    private let limit: Int?
    private let partitions: Int?
    private let state = Mutex(State())

    init(limit: Int?, partitions: Int?) {
        self.limit = limit
        self.partitions = partitions
    }

    var count: Int { self.state.withLock { $0.count } }
    /// When messages came last, or when it began.
    var lastTime: ContinuousClock.Instant { self.state.withLock { $0.lastTime } }
    var isFull: Bool { self.limit.map { self.count >= $0 } ?? false }

    /// How many of these may be printed.
    func admit(_ count: Int) -> Int {
        self.state.withLock { state in
            let admitted = min(count, self.limit.map { max(0, $0 - state.count) } ?? count)
            state.count += admitted
            state.lastTime = .now
            return admitted
        }
    }

    /// Notes the end of a partition; whether all have ended.
    func ended(_ partition: TopicPartition) -> Bool {
        self.state.withLock { state in
            state.ended.insert(TopicPartition(partition.topic, partition.partition))
            return state.ended.count == self.partitions
        }
    }
}

/// How a message is printed.
struct MessageFormat: Sendable {
    /// What may be said of the format.
    static let properties: Set<String> = [
        "print.timestamp", "print.partition", "print.offset", "print.key", "key.separator", "line.separator",
    ]

    private let fields: Set<String>
    private let separator: [UInt8]
    private let lineEnd: [UInt8]

    init(_ arguments: ToolArguments) throws {
        let properties = try arguments.properties("property")
        var fields = Set(properties.filter { $0.value == "true" }.keys)
        if arguments.has("key-separator") { fields.insert("print.key") }
        self.fields = fields
        self.separator = Array((arguments["key-separator"] ?? properties["key.separator"] ?? "\t").unescaped.utf8)
        self.lineEnd = Array((properties["line.separator"] ?? "\n").unescaped.utf8)
    }

    func append(_ message: ConsumedMessage, to bytes: inout [UInt8]) {
        if self.fields.contains("print.timestamp") {
            bytes += Array((message.timestampMs.map { "CreateTime:\($0)" } ?? "NO_TIMESTAMP").utf8) + self.separator
        }
        if self.fields.contains("print.partition") {
            bytes += Array("Partition:\(message.partition)".utf8) + self.separator
        }
        if self.fields.contains("print.offset") { bytes += Array("Offset:\(message.offset)".utf8) + self.separator }
        if self.fields.contains("print.key") {
            if message.key.baseAddress == nil {
                bytes += Array("null".utf8)
            } else {
                bytes.append(contentsOf: message.key)
            }
            bytes += self.separator
        }
        if message.value.baseAddress == nil {
            bytes += Array("null".utf8)
        } else {
            bytes.append(contentsOf: message.value)
        }
        bytes += self.lineEnd
    }
}
