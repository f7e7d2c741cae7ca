// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Runs a command in a container's environment, under a shim of its own.
struct ExecProbe {
    let shim: String
    let group: any EventLoopGroup
    let pool: NIOThreadPool

    /// Runs a command.
    /// - Parameters:
    ///   - shown: how it stood in the pod, for messages.
    ///   - started: takes the process, once it runs.
    func run(
        _ launch: ShimLaunch,
        shown: [String],
        timeout: Duration,
        started: (ShimProcess) -> Void
    ) async -> ProbeOutcome {
        do {
            let process = try await ShimProcess.start(
                shim: self.shim,
                launch: launch,
                group: self.group,
                pool: self.pool
            )
            started(process)
            let loop = process.gone.eventLoop
            let isLate = NIOLoopBoundBox.makeBoxSendingValue(false, eventLoop: loop)
            let timer = loop.scheduleTask(in: .nanoseconds(Int64(timeout / .nanoseconds(1)))) {
                isLate.value = true
                process.signal(9)
            }
            // Closing the pipe as well: a cancelled kubelet leaves no probe behind.
            let (exit, output) = try await withTaskCancellationHandler {
                try await process.gone.and(process.output).get()
            } onCancel: {
                process.close()
            }
            timer.cancel()
            let timedOut = try await loop.submit { isLate.value }.get()
            if timedOut {
                let command = shown.joined(separator: " ")
                return .failure(output: "command timed out: \"\(command)\" timed out after \(Self.text(timeout))")
            }
            return exit.code == 0 ? .success : .failure(output: output)
        } catch let error as RuntimeError {
            return .error(message: error.message)
        } catch {
            return .error(message: "\(error)")
        }
    }

    private static func text(_ timeout: Duration) -> String {
        "\(Int64(timeout / .seconds(1)))s"
    }
}
