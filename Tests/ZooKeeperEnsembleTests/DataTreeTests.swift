// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing
import ZooKeeperEnsemble
import ZooKeeperProtocol

@Suite struct DataTreeTests {
    /// A tree, the log that made it, and a session.
    private struct Bench {
        static let session = SessionID(rawValue: 1)
        var tree = DataTree()
        var log: [LogEntry] = []

        init() {
            _ = try? self.apply(.openSession(timeoutMs: 1000, password: ByteBuffer()))
        }

        mutating func apply(_ operation: WriteRequest.Operation) throws(Refusal) -> DataTree.Outcome {
            let request = WriteRequest(id: .none, session: Self.session, operation: operation)
            let entry = LogEntry(
                zxid: Zxid(rawValue: Int64(self.log.count + 1)),
                timeMs: 1000,
                session: Self.session,
                request: .none,
                transaction: try self.tree.decide(request)
            )
            self.log.append(entry)
            return self.tree.apply(entry)
        }

        mutating func ask(_ request: Request) -> Result<Response, Refusal> {
            do throws(Refusal) {
                return .success(try self.apply(.client(request)).response)
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func nodesAreCreatedChangedAndDeletedByZooKeepersRules() {
        var bench = Bench()
        #expect(bench.ask(.create(CreateRequest(path: "/a"))) == .success(.path("/a")))
        let refused: [(Request, ErrorCode)] = [
            (.create(CreateRequest(path: "/a")), .nodeExists), (.create(CreateRequest(path: "/x/y")), .noNode),
            (.create(CreateRequest(path: "a")), .badArguments), (.create(CreateRequest(path: "/")), .badArguments),
            (.create(CreateRequest(path: "/b", acl: [])), .invalidACL),
            (.create(CreateRequest(path: "/b", flags: .init(rawValue: 4))), .unimplemented),
            (.setData(path: "/a", data: ByteBuffer(), version: 1), .badVersion),
            (.setData(path: "/b", data: ByteBuffer(), version: -1), .noNode),
            (.delete(path: "/a", version: 5), .badVersion),
            (.delete(path: "/", version: -1), .badArguments), (.delete(path: "/zookeeper", version: -1), .notEmpty),
        ]
        for (request, error) in refused { #expect(bench.ask(request) == .failure(Refusal(error)), "\(request)") }
        guard
            case .success(.stat(let stat)) = bench.ask(.setData(path: "/a", data: ByteBuffer(string: "xy"), version: 0))
        else {
            Issue.record("no stat")
            return
        }
        #expect(stat.version == 1 && stat.dataLength == 2 && stat.mzxid > stat.czxid)
        #expect(bench.ask(.delete(path: "/a", version: 1)) == .success(.empty))
        #expect(bench.tree[path: "/a"] == nil)
    }

    @Test func sequentialNamesCountCreationsAndCversionCountsDeletionsToo() {
        var bench = Bench()
        _ = bench.ask(.create(CreateRequest(path: "/q")))
        let create = Request.create(CreateRequest(path: "/q/n-", flags: .persistentSequential))
        #expect(bench.ask(create) == .success(.path("/q/n-0000000000")))
        #expect(bench.ask(create) == .success(.path("/q/n-0000000001")))
        _ = bench.ask(.delete(path: "/q/n-0000000000", version: -1))
        #expect(bench.ask(create) == .success(.path("/q/n-0000000002")))
        #expect(bench.tree[path: "/q"]?.stat.cversion == 4)
        #expect(bench.tree[path: "/q"]?.stat.numChildren == 2)
        #expect(bench.tree[path: "/"]?.stat.cversion == 0)  // −1 in an empty tree, as in ZooKeeper
    }

    @Test func ephemeralNodesHaveNoChildrenAndEndWithTheirSession() throws {
        var bench = Bench()
        _ = bench.ask(.create(CreateRequest(path: "/e", flags: .ephemeral)))
        #expect(bench.ask(.create(CreateRequest(path: "/e/x"))) == .failure(Refusal(.noChildrenForEphemerals)))
        #expect(bench.tree.ephemerals(of: Bench.session, below: "/") == ["/e"])
        let outcome = try bench.apply(.client(.closeSession))
        #expect(outcome.changes == [WatchEvent(.deleted, "/e"), WatchEvent(.childrenChanged, "/")])
        #expect(bench.tree[path: "/e"] == nil)
        #expect(bench.ask(.create(CreateRequest(path: "/f"))) == .failure(Refusal(.sessionExpired)))
    }

    @Test func aMultiIsDoneWholeOrNotAtAll() {
        var bench = Bench()
        let good = Request.multi([
            .create(CreateRequest(path: "/m")), .create(CreateRequest(path: "/m/c")),
            .setData(path: "/m", data: ByteBuffer(string: "1"), version: 0), .check(path: "/m", version: 1),
        ])
        guard case .success(.results(let results)) = bench.ask(good) else {
            Issue.record("refused")
            return
        }
        #expect(results.count == 4)
        let before = bench.tree
        let bad = Request.multi([
            .delete(path: "/m/c", version: -1), .check(path: "/m", version: 7), .delete(path: "/m", version: -1),
        ])
        #expect(
            bench.ask(bad) == .failure(Refusal(.badVersion, operations: [.ok, .badVersion, .runtimeInconsistency]))
        )
        #expect(bench.tree == before)
    }

    @Test func replayingTheLogAndReadingASnapshotGiveTheLiveState() throws {
        var bench = Bench()
        for number in 0..<50 {
            _ = bench.ask(.create(CreateRequest(path: "/n\(number % 17)", data: ByteBuffer(string: "\(number)"))))
            _ = bench.ask(.create(CreateRequest(path: "/n\(number % 13)/c-", flags: .ephemeralSequential)))
            _ = bench.ask(.setData(path: "/n\(number % 11)", data: ByteBuffer(string: "v\(number)"), version: -1))
            _ = bench.ask(.delete(path: "/n\(number % 7)/c-000000000\(number % 5)", version: -1))
        }
        var replayed = DataTree()
        for entry in bench.log {
            var payload = entry.payload
            _ = replayed.apply(try LogEntry(zxid: entry.zxid, payload: &payload))
        }
        #expect(replayed == bench.tree)
        #expect(try DataTree(chunks: Array(bench.tree.chunks(chunkBytes: 100))) == bench.tree)
        #expect(throws: JuteError.self) { try DataTree(chunks: Array(bench.tree.chunks().dropLast())) }
    }
}
