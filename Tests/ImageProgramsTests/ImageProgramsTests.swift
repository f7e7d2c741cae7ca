// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImagePrograms
import NIOCore
import NIOHTTP1
import NIOPosix
import NameResolution
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ImageProgramsTests {
    private let root: String

    init() throws {
        self.root = NSTemporaryDirectory() + "seatrial-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: "\(self.root)/sub", withIntermediateDirectories: true)
        try "<p>hello".write(toFile: "\(self.root)/index.html", atomically: false, encoding: .utf8)
        try "x".write(toFile: "\(self.root)/sub/a b.txt", atomically: false, encoding: .utf8)
    }

    @Test(arguments: [
        ("/", 200, "text/html", "<p>hello"), ("/index.html?x=1", 200, "text/html", "<p>hello"),
        ("/sub/a%20b.txt", 200, "text/plain", "x"), ("/sub", 301, "text/html", nil), ("/sub/", 403, "text/html", nil),
        ("/none", 404, "text/html", nil), ("/../etc/passwd", 400, "text/html", nil),
        ("/%2e%2e/etc/passwd", 400, "text/html", nil), ("/%zz", 400, "text/html", nil), ("x", 400, "text/html", nil),
    ])
    func pages(path: String, status: Int, type: String, text: String?) throws {
        defer { try? FileManager.default.removeItem(atPath: self.root) }  // it may be gone with another case
        let lines = Mutex<[String]>([])
        let server = WebServer(root: self.root, name: "nginx/1.27.0") { line in lines.withLock { $0.append(line) } }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
        let answer = server.answer(head, from: try SocketAddress(ipAddress: "127.64.1.9", port: 1))
        #expect(answer.status.code == UInt(status))
        #expect(answer.headers.first(name: "Content-Type") == type)
        #expect(answer.headers.first(name: "Server") == "nginx/1.27.0")
        if let text { #expect(String(buffer: answer.body) == text) }
        let line = try #require(lines.withLock { $0.first })
        #expect(line.hasPrefix("127.64.1.9 - - [") && line.contains("\"GET \(path) HTTP/1.1\" \(status) "), "\(line)")
    }

    @Test func pagesComeOverASocketAndSoDoFigures() async throws {
        defer { try? FileManager.default.removeItem(atPath: self.root) }
        let exporter = NodeExporter()
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await HTTPService(host: "127.0.0.1", port: 0) { head, _ in exporter.answer(head) }
                    .run { port.yield($1) }
            }
            for await number in ports {
                let url = try #require(URL(string: "http://127.0.0.1:\(number)/metrics"))
                let text = try await Self.get(url)
                #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                for name in [
                    "node_load1 ", "node_memory_MemTotal_bytes ", "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} ",
                ] {
                    #expect(text.contains("\n\(name)"), "\(name) is missing")
                }
                break
            }
            group.cancelAll()
        }
    }

    private static func get(_ url: URL) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: url.host() ?? "", port: url.port ?? 80) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let head = "GET \(url.path()) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: head))
            var text = ""
            for try await bytes in inbound { text += String(buffer: bytes) }
            return text
        }
    }

    @Test func lookupsLookLikeBusyboxs() {
        let resolver = Resolver(environment: ["POD_IP": "127.64.1.3", "HOSTNAME": "web-0"])
        let (text, status) = NameLookup.nslookup("web-0", resolver: resolver)
        #expect((text, status) == ("Name:      web-0\nAddress 1: 127.64.1.3\n", 0))
        let bad = NameLookup.nslookup("", resolver: resolver)
        #expect((bad.text, bad.status) == ("nslookup: can't resolve ''\n", 1))
    }
}
