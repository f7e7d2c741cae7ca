// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The command of a session, with the container's paths turned into this machine's.
struct SessionCommand {
    private let command: [String]

    init(_ command: [String]) {
        self.command = command
    }

    /// The command to run here.
    func rewritten(by rewriter: PathRewriter) -> [String] {
        var result = self.command.map { rewriter.rewrite($0) }
        guard let options = self.command.dropFirst().first, self.command[0] == "tar" || self.command[0] == "/bin/tar",
            options.contains("c"), options.contains("f")
        else { return result }
        // `kubectl cp` knows the members of the archive by the container's paths, and tar names them by ours.
        for (own, real) in zip(self.command, result) where own != real {
            let (from, to) = (Self.member(real), Self.member(own))
            result.append("--transform=flags=rSH;s|^\(Self.pattern(from))|\(to)|")
        }
        return result
    }

    /// How tar names what is at a path.
    private static func member(_ path: String) -> String { String(path.drop { $0 == "/" }) }

    private static func pattern(_ text: String) -> String {
        text.map { "\\.*[]^$|".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
