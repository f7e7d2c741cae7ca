// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient
import Synchronization

/// kafka-console-producer.sh, and `produce`: each line of standard input is a message.
///
/// What was not acknowledged is told line by line, and the exit status is 1 then.
struct ProducerTool: Sendable {
    var surroundings: KafkaTools.Surroundings
    var io: ToolIO
    /// Whether the defaults are acks=all and idempotence; Kafka's script of old has acks=1.
    var isSafe: Bool

    private static let options: [ToolArguments.Option] = [
        .init(name: "bootstrap-server", aliases: ["--broker-list", "-b"]), .init(name: "topic", aliases: ["-t"]),
        .init(name: "partition", aliases: ["-p"]), .init(name: "key-separator", aliases: ["-K"]),
        .init(name: "property"), .init(name: "producer-property", aliases: ["-X"]),
        .init(name: "request-required-acks", aliases: ["--acks"]), .init(name: "compression-codec", aliases: ["-z"]),
        .init(name: "timeout"), .init(name: "message-send-max-retries"), .init(name: "batch-size"),
        .init(name: "request-timeout-ms"), .init(name: "retry-backoff-ms"), .init(name: "producer.config"),
        .init(name: "line-reader", hasEffect: false), .init(name: "max-block-ms", hasEffect: false),
        .init(name: "max-memory-bytes", hasEffect: false), .init(name: "sync", takesValue: false, hasEffect: false),
        .init(name: "old-producer", takesValue: false, hasEffect: false),
    ]
    /// Options of the script that are settings of the client, by librdkafka's names.
    private static let settings = [
        "timeout": "linger.ms", "message-send-max-retries": "message.send.max.retries",
        "batch-size": "batch.num.messages", "retry-backoff-ms": "retry.backoff.ms",
    ]

    func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try ToolArguments(arguments, options: Self.options)
        let topicName = try arguments["topic"] ?? arguments.words.first.orThrow("Missing required argument \"[topic]\"")
        self.io.remark(try arguments.withoutEffect(properties: ["property": ["parse.key", "key.separator"]]))
        var overrides = try ToolProperties.file(arguments["producer.config"])
        for (option, setting) in Self.settings {
            if let value = try arguments.integer(option) { overrides[setting] = String(value) }
        }
        overrides.merge(try arguments.properties("producer-property")) { $1 }
        var configuration = KafkaProducer.Configuration(
            client: try await self.surroundings.client(arguments, overrides: overrides)
        )
        configuration.isIdempotent = self.isSafe
        configuration.acks = self.isSafe ? .all : .leader
        if let acks = arguments["request-required-acks"] {
            configuration.acks = try Self.acks(acks)
            configuration.isIdempotent = self.isSafe && configuration.acks == .all
        }
        if let codec = arguments["compression-codec"] { configuration.compression = codec }
        if let timeout = try arguments.integer("request-timeout-ms") { configuration.messageTimeoutMs = timeout }
        let separator = try self.keySeparator(arguments)
        let partition = Int32(try arguments.integer("partition") ?? -1)

        let under = LinesUnderWay()
        let io = self.io
        let producer = try KafkaProducer(configuration) { reports in
            for report in reports {
                guard let line = under.take(report.tag), report.status != .persisted else { continue }
                under.countFailure()
                let doubt = report.status == .possiblyPersisted ? "may or may not be there" : "is not there"
                io.complain("line \(line.number) was not acknowledged and \(doubt): \(report.error): \(line.shown)")
            }
        } onNotice: { notice in
            if case .error(let error) = notice, error.isFatal { io.complain("\(error)") }
        }
        do {
            let topic = try producer.topic(topicName)
            try await DedicatedThread.run("console-producer") {
                try Self.send(
                    io: io,
                    producer: producer,
                    topic: topic,
                    partition: partition,
                    separator: separator,
                    under: under
                )
            }
        } catch {
            await producer.close(flushingFor: .seconds(5))
            throw error
        }
        await producer.close(flushingFor: .milliseconds(configuration.messageTimeoutMs))
        let (lines, failures) = under.counts
        if failures > 0 { io.complain("\(failures) of \(lines) messages were not acknowledged") }
        return failures > 0 ? 1 : 0
    }

    private static func send(
        io: ToolIO,
        producer: KafkaProducer,
        topic: KafkaProducer.Topic,
        partition: Int32,
        separator: [UInt8]?,
        under: LinesUnderWay
    ) throws {
        if io.isInteractive { io.output(Array(">".utf8)) }
        while let text = io.nextLine() {
            let (key, value) = try Self.split(text, by: separator)
            let tag = under.add(text)
            while true {
                let failure: KafkaError? = value.withUnsafeBytes { value in
                    (key ?? []).withUnsafeBytes { bytes in
                        let key = key == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : bytes
                        do throws(KafkaError) {
                            try producer.produce(to: topic, partition: partition, key: key, value: value, tag: tag)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                guard let failure else { break }
                guard failure.code == .queueFull else { throw failure }
                under.waitForReports()
            }
            if io.isInteractive { io.output(Array(">".utf8)) }
        }
    }

    private static func split(_ line: [UInt8], by separator: [UInt8]?) throws -> (key: [UInt8]?, value: [UInt8]) {
        guard let separator, !separator.isEmpty else { return (nil, line) }
        for start in line.indices where line[start...].starts(with: separator) {
            return (Array(line[..<start]), Array(line[(start + separator.count)...]))
        }
        throw ToolError.failed("No key found on line: \(String(decoding: line, as: UTF8.self))")
    }

    private static func acks(_ text: String) throws(ToolError) -> KafkaProducer.Acks {
        switch text {
        case "all", "-1": .all
        case "1": .leader
        case "0": .none
        case _: throw ToolError.usage("acks \(text): expected 0, 1 or all")
        }
    }

    private func keySeparator(_ arguments: ToolArguments) throws -> [UInt8]? {
        if let separator = arguments["key-separator"] { return Array(separator.unescaped.utf8) }
        let properties = try arguments.properties("property")
        guard properties["parse.key"] == "true" else { return nil }
        return Array((properties["key.separator"] ?? "\t").unescaped.utf8)
    }
}

extension String {
    /// As a shell user means it: `\t` is a tab, `\n` a new line.
    var unescaped: String {
        self.split(separator: "\\t", omittingEmptySubsequences: false).joined(separator: "\t")
            .split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
    }
}

extension Optional {
    func orThrow(_ usage: String) throws(ToolError) -> Wrapped {
        guard let self else { throw ToolError.usage(usage) }
        return self
    }
}
