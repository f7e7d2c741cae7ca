// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections
package import NIOCore
package import ZooKeeperProtocol

extension DataTree {
    /// The state as chunks of bytes, none much longer than `chunkBytes`.
    package func chunks(chunkBytes: Int = 256 * 1024) -> SnapshotChunks {
        SnapshotChunks(self, chunkBytes: chunkBytes)
    }

    /// The state that those chunks hold.
    package init(chunks: [ByteBuffer]) throws(JuteError) {
        self.nodes = [:]
        var isComplete = false
        for var chunk in chunks {
            while chunk.readableBytes > 0 {
                switch try chunk.readJute(UInt8.self) {
                case 1:
                    self.zxid = Zxid(rawValue: try chunk.readJute(Int64.self))
                case 2:
                    let id = SessionID(rawValue: try chunk.readJute(Int64.self))
                    self.sessions[id] = Session(
                        timeoutMs: try chunk.readJute(Int32.self),
                        password: try chunk.readJuteBuffer().copied()
                    )
                case 3:
                    let path = try chunk.readJuteString()
                    self.nodes[path] = try Node(from: &chunk)
                case 4:
                    isComplete = true
                case let kind:
                    throw JuteError("part \(kind) in a snapshot")
                }
            }
        }
        guard isComplete, self.nodes["/"] != nil else { throw JuteError("a snapshot without its end or its root") }
        // Children and ephemerals are what the paths say.
        for (path, node) in self.nodes where path != "/" {
            let parent = NodePath.parent(of: path)
            guard self.nodes[parent] != nil else { throw JuteError("\(path) without its parent") }
            self.nodes[parent, default: Node()].children.insert(NodePath.name(of: path))
            if node.owner != .none { self.sessions[node.owner]?.ephemerals.insert(path) }
        }
    }
}

/// A snapshot, encoded piece by piece.
package struct SnapshotChunks: Sequence, IteratorProtocol, Sendable {
    private enum Stage {
        case head
        case sessions(TreeDictionary<SessionID, DataTree.Session>.Iterator)
        case nodes(TreeDictionary<String, DataTree.Node>.Iterator)
        case end
        case finished
    }

    private let tree: DataTree
    private let chunkBytes: Int
    private var stage = Stage.head

    init(_ tree: DataTree, chunkBytes: Int) {
        self.tree = tree
        self.chunkBytes = chunkBytes
    }

    package mutating func next() -> ByteBuffer? {
        var chunk = ByteBuffer()
        while chunk.readableBytes < self.chunkBytes {
            switch self.stage {
            case .head:
                chunk.writeMultipleIntegers(UInt8(1), self.tree.zxid.rawValue)
                self.stage = .sessions(self.tree.sessions.makeIterator())
            case .sessions(var rest):
                if let (id, session) = rest.next() {
                    chunk.writeMultipleIntegers(UInt8(2), id.rawValue, session.timeoutMs)
                    chunk.writeJuteBuffer(session.password)
                    self.stage = .sessions(rest)
                } else {
                    self.stage = .nodes(self.tree.nodes.makeIterator())
                }
            case .nodes(var rest):
                if let (path, node) = rest.next() {
                    chunk.writeInteger(UInt8(3))
                    chunk.writeJuteString(path)
                    node.write(to: &chunk)
                    self.stage = .nodes(rest)
                } else {
                    self.stage = .end
                }
            case .end:
                chunk.writeInteger(UInt8(4))
                self.stage = .finished
            case .finished:
                return chunk.readableBytes > 0 ? chunk : nil
            }
        }
        return chunk
    }
}

extension DataTree.Node {
    fileprivate init(from buffer: inout ByteBuffer) throws(JuteError) {
        self.data = try buffer.readJuteBuffer().copied()
        self.acl = try ACL.readList(from: &buffer)
        self.czxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.mzxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.pzxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.ctime = try buffer.readJute(Int64.self)
        self.mtime = try buffer.readJute(Int64.self)
        self.version = try buffer.readJute(Int32.self)
        self.aversion = try buffer.readJute(Int32.self)
        self.childrenCreated = try buffer.readJute(Int32.self)
        self.owner = SessionID(rawValue: try buffer.readJute(Int64.self))
    }

    fileprivate func write(to buffer: inout ByteBuffer) {
        buffer.writeJuteBuffer(self.data)
        ACL.write(self.acl, to: &buffer)
        buffer.writeMultipleIntegers(self.czxid.rawValue, self.mzxid.rawValue, self.pzxid.rawValue, self.ctime)
        buffer.writeMultipleIntegers(
            self.mtime,
            self.version,
            self.aversion,
            self.childrenCreated,
            self.owner.rawValue
        )
    }
}
