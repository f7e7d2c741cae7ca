// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A broker as `/brokers/ids/N` describes it.
package struct BrokerRegistration: Hashable, Sendable {
    package var id: Int32
    package var host: String
    package var port: Int32
    /// The transaction that created the registration (KIP-380); -1 before it is known.
    package var epoch: Int64

    package init(id: Int32, host: String, port: Int32, epoch: Int64 = -1) {
        self.id = id
        self.host = host
        self.port = port
        self.epoch = epoch
    }

    /// Reads a registration; nil when the text is none.
    package init?(id: Int32, text: String, stat: ZooKeeperStat) {
        guard let json = JSONValue(lenient: text) else { return nil }
        if let host = json["host"]?.string, !host.isEmpty, let port = json["port"]?.integer, port > 0 {
            self.init(id: id, host: host, port: Int32(truncatingIfNeeded: port), epoch: stat.czxid)
            return
        }
        // Brokers that listen on other protocols only leave `host` null and name their endpoints.
        guard let endpoint = json["endpoints"]?.array?.first?.string, let colon = endpoint.lastIndex(of: ":"),
            let port = Int32(endpoint[endpoint.index(after: colon)...]),
            let slash = endpoint.lastIndex(of: "/"), slash < colon
        else { return nil }
        let host = String(endpoint[endpoint.index(after: slash)..<colon])
        self.init(id: id, host: host, port: port, epoch: stat.czxid)
    }

    /// The node's JSON, version 4 as 0.10.2 to 2.x write it.
    package func text(timestampMs: Int64) -> String {
        JSONValue.object([
            "listener_security_protocol_map": ["PLAINTEXT": "PLAINTEXT"],
            "endpoints": [.string("PLAINTEXT://\(self.host):\(self.port)")],
            "jmx_port": -1,
            "host": .string(self.host),
            "timestamp": .string(String(timestampMs)),
            "port": .integer(Int64(self.port)),
            "version": 4,
        ]).text
    }
}

/// The controller as `/controller` names it.
package enum ControllerNode {
    package static func text(id: Int32, timestampMs: Int64) -> String {
        JSONValue.object([
            "version": 1, "brokerid": .integer(Int64(id)), "timestamp": .string(String(timestampMs)),
        ]).text
    }

    package static func id(_ text: String) -> Int32? {
        JSONValue(lenient: text)?["brokerid"]?.integer.flatMap(Int32.init(exactly:))
    }
}

/// The cluster's id as `/cluster/id` holds it; its version is a string.
package enum ClusterIDNode {
    package static func text(_ id: String) -> String {
        JSONValue.object(["version": "1", "id": .string(id)]).text
    }

    package static func id(_ text: String) -> String? { JSONValue(lenient: text)?["id"]?.string }
}

/// A topic's replicas by partition as `/brokers/topics/T` holds them.
package struct TopicAssignment: Hashable, Sendable {
    /// The replicas of each partition, preferred leader first; the index is the partition.
    package var replicas: [[Int32]]

    package init(replicas: [[Int32]]) {
        self.replicas = replicas
    }

    /// Reads a topic's node; nil when its partitions are not 0 to n-1 with at least one replica each.
    package init?(text: String) {
        guard let partitions = JSONValue(lenient: text)?["partitions"]?.object else { return nil }
        var replicas = [[Int32]](repeating: [], count: partitions.count)
        for (key, value) in partitions {
            guard let index = Int(key), replicas.indices.contains(index), let ids = value.array else { return nil }
            replicas[index] = ids.compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
        }
        guard replicas.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.replicas = replicas
    }

    package var text: String {
        let partitions = self.replicas.enumerated().map { index, replicas in
            (String(index), JSONValue.array(replicas.map { .integer(Int64($0)) }))
        }
        return JSONValue.object(["version": 1, "partitions": .object(JSONObject(partitions))]).text
    }
}

/// A partition's leader and in-sync replicas as its `state` node holds them. Only the controller writes it.
package struct PartitionState: Hashable, Sendable {
    /// -1: no replica that may lead is alive.
    package var leader: Int32
    package var leaderEpoch: Int32
    /// In the order of history: a replica that returns is appended.
    package var inSync: [Int32]
    /// The epoch of the controller that wrote it.
    package var controllerEpoch: Int32
    /// The node's version; grows with each write.
    package var partitionEpoch: Int32

    package init(
        leader: Int32,
        leaderEpoch: Int32,
        inSync: [Int32],
        controllerEpoch: Int32,
        partitionEpoch: Int32
    ) {
        self.leader = leader
        self.leaderEpoch = leaderEpoch
        self.inSync = inSync
        self.controllerEpoch = controllerEpoch
        self.partitionEpoch = partitionEpoch
    }

    package init?(text: String, stat: ZooKeeperStat) {
        guard let json = JSONValue(lenient: text),
            let leader = json["leader"]?.integer.flatMap(Int32.init(exactly:)),
            let leaderEpoch = json["leader_epoch"]?.integer.flatMap(Int32.init(exactly:)),
            let controllerEpoch = json["controller_epoch"]?.integer.flatMap(Int32.init(exactly:)),
            let inSync = json["isr"]?.array
        else { return nil }
        self.init(
            leader: leader,
            leaderEpoch: leaderEpoch,
            inSync: inSync.compactMap { $0.integer.flatMap(Int32.init(exactly:)) },
            controllerEpoch: controllerEpoch,
            partitionEpoch: stat.version
        )
    }

    package var text: String {
        JSONValue.object([
            "controller_epoch": .integer(Int64(self.controllerEpoch)),
            "leader": .integer(Int64(self.leader)),
            "version": 1,
            "leader_epoch": .integer(Int64(self.leaderEpoch)),
            "isr": .array(self.inSync.map { .integer(Int64($0)) }),
        ]).text
    }
}

/// The block of producer ids that was taken last, as `/latest_producer_id_block` holds it.
package enum ProducerIDBlockNode {
    package static func text(broker: Int32, first: Int64) -> String {
        JSONValue.object([
            "version": 1,
            "broker": .integer(Int64(broker)),
            "block_start": .string(String(first)),
            "block_end": .string(String(first + Limits.producerIDBlockSize - 1)),
        ]).text
    }

    package static func lastID(_ text: String) -> Int64? {
        JSONValue(lenient: text)?["block_end"]?.string.flatMap { Int64($0) }
    }
}

/// A topic's overrides as `/config/topics/T` holds them.
package enum TopicConfigNode {
    package static func text(_ values: [String: String]) -> String {
        let members = values.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        return JSONValue.object(["version": 1, "config": .object(JSONObject(members))]).text
    }

    package static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for (key, value) in JSONValue(lenient: text)?["config"]?.object ?? [:] {
            values[key] = value.string ?? value.text
        }
        return values
    }
}

extension JSONValue {
    /// The value of a text that others wrote; nil when it is not JSON.
    init?(lenient text: String) {
        do {
            try self.init(parsing: text)
        } catch {
            return nil
        }
    }
}
