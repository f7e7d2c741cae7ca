// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Verification

/// Histories in a short notation, so that a case is a few lines. Times are the line numbers.
///
///     send 1/0/5            producer 1 sends to partition 0 its message 5
///     ok 1/0/5 @17          … is acknowledged at offset 17
///     fail 1/0/5            … is definitely not taken
///     info 1/0/5            … has an unknown outcome
///     get 2.1 0@17 1/0/5    member 2, in its assignment 1, is handed offset 17 of partition 0, and it is that message
///     commit 2.1 0@18       … asks for the group's next offset to become 18 (`committed`, `uncommitted`: it did, nobody knows)
///     get 2.1 0@17 bad      … whose bytes changed; `foreign`: which is no message of this run
///     log 0 1/0/4 1/0/5     partition 0 as read at the end, from offset 0; `_` is an offset without a message
enum HistoryNotation {
    struct Mistake: Error {
        var line: Substring
    }

    static func history(_ lines: [Substring]) throws -> History {
        var edges: [Edge] = []
        for (number, line) in lines.enumerated() {
            edges += try self.edges(line, time: Int64(number + 1))
        }
        return History(edges: edges)
    }

    private static func edges(_ line: Substring, time: Int64) throws -> [Edge] {
        let words = line.split(separator: " ")
        guard words.count >= 2 else { throw Mistake(line: line) }
        switch words[0] {
        case "send":
            return [Edge(.send, .invoke, client: 0, message: try self.id(words[1]), time: time, scheduled: time)]
        case "ok", "fail", "info":
            let outcome: Edge.Outcome = words[0] == "ok" ? .ok : words[0] == "fail" ? .fail : .info
            let offset = words.count > 2 ? Int64(words[2].dropFirst()) ?? -1 : -1
            let id = try self.id(words[1])
            return [Edge(.send, .complete, outcome: outcome, client: 0, message: id, time: time, offset: offset)]
        case "get", "commit", "committed", "uncommitted":
            return [try self.groupEdge(words, line, time: time)]
        case "log":
            guard let partition = Int32(words[1]) else { throw Mistake(line: line) }
            var edges: [Edge] = []
            for (offset, word) in words.dropFirst(2).enumerated() where word != "_" {
                edges.append(try self.entry(.read, word, partition: partition, offset: Int64(offset), time: time))
            }
            let end = MessageID(producer: 0, partition: partition, sequence: 0)
            edges.append(
                Edge(.readToEnd, .complete, client: 0, message: end, time: time, offset: Int64(words.count - 2))
            )
            return edges
        default:
            throw Mistake(line: line)
        }
    }

    private static func groupEdge(_ words: [Substring], _ line: Substring, time: Int64) throws -> Edge {
        let member = words[1].split(separator: ".")
        let place = words.count > 2 ? words[2].split(separator: "@") : []
        guard member.count == 2, place.count == 2, let client = UInt16(member[0]),
            let assignment = Int32(member[1]), words.count == (words[0] == "get" ? 4 : 3),
            let partition = Int32(place[0]), let offset = Int64(place[1])
        else { throw Mistake(line: line) }
        guard words[0] == "get" else {
            return Edge(
                .commit,
                words[0] == "commit" ? .invoke : .complete,
                outcome: words[0] == "commit" ? .none : words[0] == "committed" ? .ok : .info,
                client: client,
                message: MessageID(producer: 0, partition: partition, sequence: -1),
                time: time,
                offset: offset,
                assignment: assignment
            )
        }
        var edge = try self.entry(.deliver, words[3], partition: partition, offset: offset, time: time)
        edge.client = client
        edge.assignment = assignment
        return edge
    }

    private static func entry(
        _ operation: Edge.Operation,
        _ word: Substring,
        partition: Int32,
        offset: Int64,
        time: Int64
    ) throws -> Edge {
        let unreadable = MessageID(producer: 0, partition: partition, sequence: -1)
        let (id, contents): (MessageID, Edge.Contents) =
            switch word {
            case "bad": (unreadable, .corrupted)
            case "foreign": (unreadable, .foreign)
            default: (try self.id(word), .whole)
            }
        return Edge(operation, .complete, contents: contents, client: 0, message: id, time: time, offset: offset)
    }

    private static func id(_ word: Substring) throws -> MessageID {
        let parts = word.split(separator: "/")
        guard parts.count == 3, let producer = UInt32(parts[0]), let partition = Int32(parts[1]),
            let sequence = Int64(parts[2])
        else { throw Mistake(line: word) }
        return MessageID(producer: producer, partition: partition, sequence: sequence)
    }
}
