// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
import Synchronization

/// Where the messages of libzookeeper go; it has one log for the whole process.
public enum ClientLog {
    private static let handler = Mutex<(@Sendable (String) -> Void)?>(nil)

    /// Sends the library's warnings and errors to `handler`, on threads of the library's; nil drops them, which is how it
    /// begins: what matters is in the session's events and in the errors of requests.
    public static func setHandler(_ handler: (@Sendable (String) -> Void)?) {
        self.handler.withLock { $0 = handler }
    }

    static func prepare() {
        zoo_set_debug_level(ZOO_LOG_LEVEL_WARN)
    }

    static let callback: log_callback_fn = { message in
        guard let message, let handler = ClientLog.handler.withLock({ $0 }) else { return }
        handler(String(cString: message))
    }
}
