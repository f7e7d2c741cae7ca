// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The kind of a request. Unknown ones survive decoding, so that they can be refused by number.
package struct OpCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    package var rawValue: Int32

    /// The kind of that number.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let create = OpCode(rawValue: 1)
    package static let delete = OpCode(rawValue: 2)
    package static let exists = OpCode(rawValue: 3)
    package static let getData = OpCode(rawValue: 4)
    package static let setData = OpCode(rawValue: 5)
    package static let getACL = OpCode(rawValue: 6)
    package static let setACL = OpCode(rawValue: 7)
    package static let getChildren = OpCode(rawValue: 8)
    package static let sync = OpCode(rawValue: 9)
    package static let ping = OpCode(rawValue: 11)
    package static let getChildren2 = OpCode(rawValue: 12)
    package static let check = OpCode(rawValue: 13)
    package static let multi = OpCode(rawValue: 14)
    package static let create2 = OpCode(rawValue: 15)
    package static let checkWatches = OpCode(rawValue: 17)
    package static let removeWatches = OpCode(rawValue: 18)
    package static let multiRead = OpCode(rawValue: 22)
    package static let auth = OpCode(rawValue: 100)
    package static let setWatches = OpCode(rawValue: 101)
    package static let getEphemerals = OpCode(rawValue: 103)
    package static let getAllChildrenNumber = OpCode(rawValue: 104)
    package static let setWatches2 = OpCode(rawValue: 105)
    package static let addWatch = OpCode(rawValue: 106)
    package static let whoAmI = OpCode(rawValue: 107)
    package static let closeSession = OpCode(rawValue: -11)
    /// In the results of a multi: this operation failed, or the list ends.
    package static let error = OpCode(rawValue: -1)

    package var description: String { String(self.rawValue) }
}
