// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Programs of this machine.
enum ProgramPath {
    /// The folders that a pod's PATH ends with: where a machine's programs are, whatever the shell that started us says.
    static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// The path of a program; nil when it is not installed.
    static func find(_ program: String) -> String? {
        let candidates = program.hasPrefix("/") ? [program] : self.folders.map { "\($0)/\(program)" }
        return candidates.first { access($0, X_OK) == 0 }
    }
}
