// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// Where the program starts.
///
/// Probes run once a second in every pod: they are answered before anything else of the program wakes up.
@main
enum Main {
    static func main() async {
        if let status = ProbeCommands.run(Array(CommandLine.arguments.dropFirst())) {
            exit(status)
        }
        await Seatrial.main()
    }
}
