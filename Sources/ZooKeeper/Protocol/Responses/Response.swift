// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The body of an answer.
package enum Response: Hashable, Sendable {
    /// Nothing beside the header: deletes, pings, closes, watches set again.
    case empty
    /// The path of a created or synced node.
    case path(String)
    case pathAndStat(String, Stat)
    case stat(Stat)
    case data(ByteBuffer, Stat)
    case acl([ACL], Stat)
    case children([String])
    case childrenAndStat([String], Stat)
    /// A number of nodes.
    case number(Int32)
    /// Who the client is: schemes and ids.
    case identities([Identity])
    /// The results of a multi, one an operation.
    case results([MultiResult])
    /// The error record that an added watch is answered with.
    case errorRecord(ErrorCode)

    /// A client's identity under a scheme.
    package struct Identity: Hashable, Sendable {
        package var scheme: String
        package var id: String
        /// An identity.
        package init(scheme: String, id: String) {
            self.scheme = scheme
            self.id = id
        }
    }

    /// Writes the body.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .empty: break
        case .path(let path): buffer.writeJuteString(path)
        case .pathAndStat(let path, let stat):
            buffer.writeJuteString(path)
            stat.write(to: &buffer)
        case .stat(let stat): stat.write(to: &buffer)
        case .data(let data, let stat):
            buffer.writeJuteBuffer(data)
            stat.write(to: &buffer)
        case .acl(let acl, let stat):
            ACL.write(acl, to: &buffer)
            stat.write(to: &buffer)
        case .children(let names): buffer.writeJuteStrings(names)
        case .childrenAndStat(let names, let stat):
            buffer.writeJuteStrings(names)
            stat.write(to: &buffer)
        case .number(let number): buffer.writeInteger(number)
        case .identities(let identities):
            buffer.writeJuteVector(identities) {
                $0.writeJuteString($1.scheme)
                $0.writeJuteString($1.id)
            }
        case .results(let results):
            for result in results { result.write(to: &buffer) }
            MultiHeader(kind: .error, isLast: true).write(to: &buffer)
        case .errorRecord(let error): buffer.writeInteger(error.rawValue)
        }
    }
}

/// What one operation of a multi came to.
package enum MultiResult: Hashable, Sendable {
    case done(OpCode, Response)
    case failed(ErrorCode)

    func write(to buffer: inout ByteBuffer) {
        switch self {
        case .done(let kind, let response):
            MultiHeader(kind: kind, isLast: false, error: 0).write(to: &buffer)
            response.write(to: &buffer)
        case .failed(let error):
            MultiHeader(kind: .error, isLast: false, error: error.rawValue).write(to: &buffer)
            buffer.writeInteger(error.rawValue)
        }
    }
}
