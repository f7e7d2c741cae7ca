// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A standalone ZooKeeper of Debian's package on a port of the kernel's choice. It ends with the test process, since it
/// ends when the pipe that is its standard input closes.
final class ZooKeeperServerProcess {
    static let jar = "/usr/share/java/zookeeper.jar"
    static var isInstalled: Bool { FileManager.default.fileExists(atPath: Self.jar) }

    let port: Int
    private let directory: URL
    private var process: Process
    private var lifeline: Pipe

    init() throws {
        self.directory = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "zk-\(UUID().uuidString)")
        self.port = try Self.freePort()
        (self.process, self.lifeline) = try Self.start(port: self.port, data: self.directory.appending(path: "0"))
    }

    /// Kills the server and starts it anew with its data.
    func restart() throws {
        self.kill()
        (self.process, self.lifeline) = try Self.start(port: self.port, data: self.directory.appending(path: "0"))
    }

    func stop() {
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    private func kill() {
        try? self.lifeline.fileHandleForWriting.close()
        self.process.waitUntilExit()
    }

    private static func start(port: Int, data: URL) throws -> (Process, Pipe) {
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let configuration = """
            tickTime=200
            dataDir=\(data.path)
            clientPort=\(port)
            clientPortAddress=127.0.0.1
            admin.enableServer=false
            maxClientCnxns=0
            """
        let file = data.appending(path: "zoo.cfg")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        let jars = [
            "zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-nop", "netty-all", "netty", "metrics-core",
            "snappy-java",
            "commons-cli", "jline2",
        ].map { "/usr/share/java/\($0).jar" }.joined(separator: ":")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
        // Not a shell: its `wait` needs SIGCHLD, which Foundation's children inherit blocked.
        process.arguments = [
            "-e", "my $p = fork; if (!$p) { close STDIN; exec @ARGV } <STDIN>; kill 9, $p; waitpid $p, 0;",
            "java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", jars,
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", file.path,
        ]
        let lifeline = Pipe()
        process.standardInput = lifeline
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, lifeline)
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileReadUnknown) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
