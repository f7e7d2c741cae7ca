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
    /// The log file; nil: the output goes to the streams, or is collected.
    package var log: String?
    /// The standard streams that somebody may be at the other end of; nil: nobody.
    package var streams: Streams?

    /// Standard streams of a process.
    package struct Streams: Hashable, Sendable {
        /// Whether it reads input.
        package var input: Bool
        /// Whether it has a terminal.
        package var terminal: Bool

        /// Streams; output and errors are always among them.
        package init(input: Bool, terminal: Bool) {
            self.input = input
            self.terminal = terminal
        }
    }

    /// A launch.
    package init(
        command: [String],
        environment: [String: String],
        directory: String,
        log: String? = nil,
        streams: Streams? = nil
    ) {
        self.command = command
        self.environment = environment
        self.directory = directory
        self.log = log
        self.streams = streams
    }

    /// The shim's own arguments.
    func arguments(shim: String) -> [String] {
        var arguments = [shim, "--directory", self.directory, "--grace", String(Limits.leftoverGraceMs)]
        if let log { arguments += ["--log", log, "--log-max", String(Limits.logBytesMax)] }
        if let streams {
            arguments.append("--streams")
            if streams.input { arguments.append("--stdin") }
            if streams.terminal { arguments.append("--tty") }
        }
        return arguments + ["--"] + self.command
    }
}
