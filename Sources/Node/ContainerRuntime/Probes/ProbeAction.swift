// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a probe or a lifecycle hook does, with ports resolved to numbers.
public enum ProbeAction: Hashable, Sendable {
    /// Runs a command in the container; exit code 0 is success.
    case exec(command: [String])
    /// Connects to a port; a connection is success.
    case tcpSocket(host: String?, port: Int)
    /// Asks for a page; a status of 200 to 399 is success.
    case httpGet(host: String?, port: Int, path: String, headers: [HTTPHeader], isTLS: Bool)

    /// A header of an HTTP probe.
    public struct HTTPHeader: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// A header.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// What came of a probe.
public enum ProbeOutcome: Hashable, Sendable {
    /// It passed.
    case success
    /// It failed, with what it printed or answered.
    case failure(output: String)
    /// It could not be carried out: nothing is known of the container, and it does not count.
    case error(message: String)
}
