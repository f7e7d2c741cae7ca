// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The administrators' commands: four letters on a fresh connection, answered with text.
package enum FourLetterWord: String, Hashable, Sendable, CaseIterable {
    case ruok, srvr, stat, mntr, conf, cons, isro, envi, dump, wchs, wchc, wchp, srst, crst

    /// The word that those four bytes spell, if any.
    package init?(bytes: UInt32) {
        let letters = (0..<4).map { UInt8(truncatingIfNeeded: bytes >> (24 - 8 * UInt32($0))) }
        self.init(rawValue: String(decoding: letters, as: UTF8.self))
    }
}
