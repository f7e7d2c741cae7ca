// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
import NIOCore

/// The memory of a multi that the library reads while it sends and writes when the answer comes.
final class MultiBuffers {
    /// What the server may append to a name, and the terminator.
    private static let nameSlack = 32

    private let operations: [MultiOperation]
    private let requests: UnsafeMutablePointer<zoo_op_t>
    private let answers: UnsafeMutablePointer<zoo_op_result_t>
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var stats: [UnsafeMutablePointer<CZooKeeper.Stat>] = []

    init(_ operations: [MultiOperation]) {
        self.operations = operations
        self.requests = .allocate(capacity: max(1, operations.count))
        self.requests.initialize(repeating: zoo_op_t(), count: max(1, operations.count))
        self.answers = .allocate(capacity: max(1, operations.count))
        self.answers.initialize(repeating: zoo_op_result_t(), count: max(1, operations.count))
        for (index, operation) in operations.enumerated() {
            let request = self.requests + index
            let path = self.copy(operation.path)
            switch operation {
            case .create(_, let data, let mode):
                let capacity = operation.path.utf8.count + Self.nameSlack
                let name = self.allocate(capacity)
                zoo_create_op_init(
                    request,
                    path,
                    self.copy(data),
                    Int32(data.readableBytes),
                    seatrial_zoo_open_acl(),
                    mode.rawValue,
                    name,
                    Int32(capacity)
                )
            case .set(_, let data, let version):
                let stat = UnsafeMutablePointer<CZooKeeper.Stat>.allocate(capacity: 1)
                stat.initialize(to: CZooKeeper.Stat())
                self.stats.append(stat)
                zoo_set_op_init(request, path, self.copy(data), Int32(data.readableBytes), version, stat)
            case .delete(_, let version):
                zoo_delete_op_init(request, path, version)
            case .check(_, let version):
                zoo_check_op_init(request, path, version)
            }
        }
    }

    deinit {
        self.strings.forEach { $0.deallocate() }
        self.stats.forEach { $0.deallocate() }
        self.requests.deallocate()
        self.answers.deallocate()
    }

    func send(on handle: OpaquePointer, _ completion: void_completion_t, _ context: UnsafeMutableRawPointer) -> Int32 {
        zoo_amulti(handle, Int32(self.operations.count), self.requests, self.answers, completion, context)
    }

    /// What each operation did, once all have.
    func results() -> [MultiResult] {
        self.operations.enumerated().map { index, operation in
            switch operation {
            case .create:
                .created(path: self.answers[index].value.map { String(cString: $0) } ?? operation.path)
            case .set:
                .set(NodeStat(self.answers[index].stat?.pointee ?? CZooKeeper.Stat()))
            case .delete: .deleted
            case .check: .checked
            }
        }
    }

    /// The first operation with an error of its own: those before it say 0, those after it "runtime inconsistency".
    var failedIndex: Int? {
        self.operations.indices.first { self.answers[$0].err != 0 }
    }

    private func allocate(_ capacity: Int) -> UnsafeMutablePointer<CChar> {
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        pointer.initialize(repeating: 0, count: capacity)
        self.strings.append(pointer)
        return pointer
    }

    private func copy(_ string: String) -> UnsafeMutablePointer<CChar> {
        let bytes = string.utf8CString
        let pointer = self.allocate(bytes.count)
        for (index, byte) in bytes.enumerated() { pointer[index] = byte }
        return pointer
    }

    private func copy(_ data: ByteBuffer) -> UnsafeMutablePointer<CChar> {
        let pointer = self.allocate(max(1, data.readableBytes))
        for (index, byte) in data.readableBytesView.enumerated() { pointer[index] = CChar(bitPattern: byte) }
        return pointer
    }
}
