// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
import NIOCore
import Synchronization

/// A request on its way: what C holds a pointer to until it calls back.
///
/// `@unchecked Sendable`: the sender writes it before the library has it, the library's one callback reads it after.
final class PendingRequest: @unchecked Sendable {
    private let client: ZooKeeperClient
    private let request: ZooKeeperClient.Request
    private let completion: @Sendable (Result<ZooKeeperClient.Reply, ZooKeeperError>) -> Void
    private var multi: MultiBuffers?
    /// 0: without a watch.
    var watchNumber: UInt = 0

    init(
        client: ZooKeeperClient,
        request: ZooKeeperClient.Request,
        completion: @escaping @Sendable (Result<ZooKeeperClient.Reply, ZooKeeperError>) -> Void
    ) {
        self.client = client
        self.request = request
        self.completion = completion
    }

    /// Hands the request to the library, which copies all it needs, and returns its verdict.
    func send(on handle: OpaquePointer, context: UnsafeMutableRawPointer) -> Int32 {
        let watcher = self.watchNumber == 0 ? nil : Self.watcher
        let watchContext = UnsafeMutableRawPointer(bitPattern: self.watchNumber)
        switch self.request {
        case .create(let path, let data, let mode):
            return data.withCharacters { bytes, count in
                zoo_acreate(
                    handle,
                    path,
                    bytes,
                    count,
                    seatrial_zoo_open_acl(),
                    mode.rawValue,
                    { code, name, context in
                        let reply = name.map { ZooKeeperClient.Reply.created(path: String(cString: $0), stat: nil) }
                        PendingRequest.take(context)?.finish(code: code, reply: reply)
                    },
                    context
                )
            }
        case .create2(let path, let data, let mode):
            return data.withCharacters { bytes, count in
                zoo_acreate2(
                    handle,
                    path,
                    bytes,
                    count,
                    seatrial_zoo_open_acl(),
                    mode.rawValue,
                    { code, name, stat, context in
                        let reply = name.map {
                            ZooKeeperClient.Reply.created(
                                path: String(cString: $0),
                                stat: stat.map { NodeStat($0.pointee) }
                            )
                        }
                        PendingRequest.take(context)?.finish(code: code, reply: reply)
                    },
                    context
                )
            }
        case .delete(let path, let version):
            return zoo_adelete(
                handle,
                path,
                version,
                { code, context in PendingRequest.take(context)?.finish(code: code, reply: .deleted) },
                context
            )
        case .exists(let path):
            return zoo_awexists(
                handle,
                path,
                watcher,
                watchContext,
                { code, stat, context in
                    PendingRequest.take(context)?.finish(code: code, reply: .exists(stat.map { NodeStat($0.pointee) }))
                },
                context
            )
        case .get(let path):
            return zoo_awget(
                handle,
                path,
                watcher,
                watchContext,
                { code, bytes, count, stat, context in
                    let reply = stat.map {
                        ZooKeeperClient.Reply.data(ByteBuffer(characters: bytes, count: count), NodeStat($0.pointee))
                    }
                    PendingRequest.take(context)?.finish(code: code, reply: reply)
                },
                context
            )
        case .set(let path, let data, let version):
            return data.withCharacters { bytes, count in
                zoo_aset(
                    handle,
                    path,
                    bytes,
                    count,
                    version,
                    { code, stat, context in
                        PendingRequest.take(context)?.finish(code: code, reply: stat.map { .set(NodeStat($0.pointee)) })
                    },
                    context
                )
            }
        case .children(let path):
            return zoo_awget_children2(
                handle,
                path,
                watcher,
                watchContext,
                { code, names, stat, context in
                    let reply = stat.map {
                        ZooKeeperClient.Reply.children(names?.pointee.strings ?? [], NodeStat($0.pointee))
                    }
                    PendingRequest.take(context)?.finish(code: code, reply: reply)
                },
                context
            )
        case .sync(let path):
            return zoo_async(
                handle,
                path,
                { code, _, context in PendingRequest.take(context)?.finish(code: code, reply: .synced) },
                context
            )
        case .multi(let operations):
            let buffers = MultiBuffers(operations)
            self.multi = buffers
            return buffers.send(
                on: handle,
                { code, context in PendingRequest.take(context)?.finishMulti(code: code) },
                context
            )
        }
    }

    private static func take(_ context: UnsafeRawPointer?) -> PendingRequest? {
        context.map { Unmanaged<PendingRequest>.fromOpaque($0).takeRetainedValue() }
    }

    private func finishMulti(code: Int32) {
        if code == 0, let multi = self.multi {
            self.finish(code: 0, reply: .multi(multi.results()))
        } else {
            self.finish(code: code, reply: nil)
        }
    }

    func finish(code: Int32, reply: ZooKeeperClient.Reply?) {
        var result: Result<ZooKeeperClient.Reply, ZooKeeperError>
        if code == 0, let reply {
            result = .success(reply)
        } else if case .exists = self.request, code == ZooKeeperError.Code.noNode.rawValue {
            result = .success(.exists(nil))
        } else {
            let code = code == 0 ? ZooKeeperError.Code(rawValue: -5) : ZooKeeperError.Code(rawValue: code)
            result = .failure(
                ZooKeeperError(
                    code: code,
                    operation: self.request.name,
                    path: self.request.path,
                    failedIndex: self.multi?.failedIndex
                )
            )
            if self.watchNumber != 0 {
                // The library sets no watch for a request that failed.
                _ = self.client.state.withLock { $0.watches.remove(self.watchNumber) }
            }
        }
        self.completion(result)
    }

    /// Called by the library when a watch fires, and for every change of the session, which is not the watch's business.
    private static let watcher: watcher_fn = { handle, type, _, _, number in
        guard type != ZOO_SESSION_EVENT, let number, let context = zoo_get_context(handle) else { return }
        let client = Unmanaged<ZooKeeperClient>.fromOpaque(context).takeUnretainedValue()
        guard let watch = client.state.withLock({ $0.watches.remove(UInt(bitPattern: number)) }) else { return }
        let kind: WatchEvent.Kind =
            switch type {
            case ZOO_CREATED_EVENT: .created
            case ZOO_DELETED_EVENT: .deleted
            case ZOO_CHANGED_EVENT: .changed
            case ZOO_CHILD_EVENT: .children
            case _: .sessionEnded  // "not watching any more"
            }
        watch.handler(WatchEvent(kind: kind, path: watch.path))
    }
}
