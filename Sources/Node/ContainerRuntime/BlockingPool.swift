// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOPosix

/// The threads for this module's blocking calls: spawning, waiting for a process that has ended, small files.
///
/// Apart from NIO's own pool, since name look-ups that others do there may block for seconds while a probe is due.
enum BlockingPool {
    static let shared: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: Limits.blockingThreads)
        pool.start()
        return pool
    }()
}
