// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// States a fact that our own code guarantees; a broken one stops the process, in release as well.
///
/// It is for our own bugs: a crashed node costs time, a wrong one the verdict. Bytes of a peer, a manifest or a
/// history never trip it.
public func invariant(
    _ holds: Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    guard holds else {
        fatalError("broken invariant: \(message())", file: file, line: line)
    }
}
