// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import NIOCore

/// A coordinator, its partitions' logs and its clients, driven by the lines of a script.
struct GroupScript {
    var coordinator = GroupCoordinator(settings: .init(), seed: 1)
    var now = Instant.zero
    /// What was appended and not yet settled, by number.
    var pending: [UInt64: (partition: Int32, records: ByteBuffer)] = [:]
    /// The committed batches of each partition.
    var logs: [Int32: [ByteBuffer]] = [:]
    /// Letters for member ids, in order of appearance.
    var memberNames: [String: String] = [:]
    private var lastRequest: UInt64 = 0
    private var timerAt: Instant?
    private var output: [String] = []

    init() {}

    mutating func run(_ lines: [Substring]) -> String {
        self.output = []
        for line in lines { self.perform(Command(line)) }
        return self.output.isEmpty ? "nothing" : self.output.joined(separator: "\n")
    }

    private mutating func perform(_ command: Command) {
        switch command.name {
        case "coordinator":
            var settings = GroupCoordinator.Settings()
            settings.partitionCount = command.int("partitions") ?? 1
            settings.initialRebalanceDelay = .milliseconds(command.int("delay") ?? 0)
            settings.wallClockOriginMs = 1_700_000_000_000
            self.coordinator = GroupCoordinator(settings: settings, seed: 1)
        case "gain": self.send(.gained(command.number))
        case "lose": self.send(.lost(command.number))
        case "load": self.send(.loaded(command.number, self.logs[command.number] ?? []))
        case "settle": self.settle(UInt64(command.number), error: command["error"].flatMap(Self.error) ?? .none)
        case "advance": self.advance(to: self.now + .milliseconds(command.number))
        case "store": self.printStore(command.number)
        default:
            guard let request = self.request(command) else { return self.output.append("? \(command.name)") }
            self.lastRequest += 1
            self.send(
                .request(
                    IncomingRequest(
                        id: RequestID(connection: 1, sequence: self.lastRequest),
                        version: Int16(command.int("version") ?? 3),
                        clientID: command["client"] ?? "client",
                        clientHost: "/127.0.0.1",
                        body: request
                    )
                )
            )
        }
    }

    private static func error(_ name: String) -> ErrorCode? {
        (-1...103).map { ErrorCode(rawValue: $0) }.first { $0.description == name }
    }

    mutating func settle(_ number: UInt64, error: ErrorCode) {
        guard let write = self.pending.removeValue(forKey: number) else {
            return self.output.append("no write \(number)")
        }
        if error == .none { self.logs[write.partition, default: []].append(write.records) }
        self.send(.settled(number, error))
    }

    private mutating func advance(to end: Instant) {
        while let timer = self.timerAt, timer <= end {
            self.now = max(self.now, timer)
            self.timerAt = nil
            self.send(.timer)
        }
        self.now = end
    }

    mutating func send(_ event: GroupCoordinator.Event) {
        for effect in self.coordinator.handle(event, now: self.now) {
            switch effect {
            case .setTimer(let at): self.timerAt = at
            case .load(let partition): self.output.append("load \(partition)")
            case .append(let number, let partition, let records):
                self.pending[number] = (partition, records)
                self.output.append("append \(number) to \(partition): \(self.describe(records))")
            case .reply(let id, let response):
                self.output.append("#\(id.sequence) \(self.describe(response))")
            }
        }
    }

    private mutating func printStore(_ partition: Int32) {
        var replayed = OffsetsStore()
        for batch in self.logs[partition] ?? [] { try? replayed.apply(batches: batch) }
        let isSame = replayed == self.coordinator.store(of: partition)
        self.output.append(
            isSame ? "store \(partition) is what its log says" : "store \(partition) differs from its log"
        )
        for (id, group) in replayed.groups.sorted(by: { $0.key < $1.key }) {
            let offsets = group.offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.offset)" }
            self.output.append(
                "  \(id) generation=\(group.metadata.map { "\($0.generation)" } ?? "-")"
                    + " members=\(group.metadata?.members.count ?? 0) offsets=[\(offsets.joined(separator: " "))]"
            )
        }
    }

    // MARK: - Names

    /// A letter for a member id, since ids are random.
    mutating func name(_ member: String) -> String {
        guard !member.isEmpty else { return "-" }
        guard member.utf8.count > 36 else { return member }  // none of the coordinator's: made up by the script
        if let name = self.memberNames[member] { return name }
        let name = String(UnicodeScalar(UInt8(65 + self.memberNames.count)))
        self.memberNames[member] = name
        return name
    }

    func member(_ name: String?) -> String {
        guard let name else { return "" }
        return self.memberNames.first { $0.value == name }?.key ?? name
    }
}

/// A line of a script: a name, words, and `key=value` pairs.
struct Command {
    var name: String
    var words: [String]
    private var values: [String: String] = [:]

    init(_ line: Substring) {
        var parts = line.split(separator: " ").map(String.init)
        self.name = parts.removeFirst()
        self.words = parts.filter { !$0.contains("=") }
        for part in parts {
            guard let equals = part.firstIndex(of: "=") else { continue }
            self.values[String(part[..<equals])] = String(part[part.index(after: equals)...])
        }
    }

    subscript(key: String) -> String? { self.values[key] }
    func int(_ key: String) -> Int32? { self.values[key].flatMap { Int32($0) } }
    func list(_ key: String) -> [String] { self.values[key]?.split(separator: ",").map(String.init) ?? [] }
    /// The first word as a number.
    var number: Int32 { self.words.first.flatMap { Int32($0) } ?? 0 }
}
