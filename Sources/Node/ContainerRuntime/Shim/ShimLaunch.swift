// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a shim shall run, and how.
package struct ShimLaunch: Hashable, Sendable {
    /// The program, looked up on the environment's PATH, and its arguments.
    package var command: [String]
    /// The whole environment.
    package var environment: [String: String]
    /// The working directory.
    package var directory: String
    /// The log file; nil: the output is collected instead.
    package var log: String?

    /// A launch.
    package init(command: [String], environment: [String: String], directory: String, log: String? = nil) {
        self.command = command
        self.environment = environment
        self.directory = directory
        self.log = log
    }

    /// The shim's own arguments.
    func arguments(shim: String) -> [String] {
        var arguments = [shim, "--directory", self.directory, "--grace", String(Limits.leftoverGraceMs)]
        if let log { arguments += ["--log", log, "--log-max", String(Limits.logBytesMax)] }
        return arguments + ["--"] + self.command
    }
}
