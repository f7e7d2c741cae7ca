// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import NIOCore
package import NIOHTTP1

/// A static web server: what the images `nginx` and `httpd` run.
package struct WebServer: Sendable {
    /// The largest file that is served, in bytes.
    static let fileBytesMax = 64 << 20

    private let root: String
    private let name: String
    private let log: @Sendable (String) -> Void

    /// A server of the files under a folder.
    /// - Parameters:
    ///   - root: the document root, absolute.
    ///   - name: what the `Server` header says.
    ///   - log: takes a line a request, in the combined format.
    package init(root: String, name: String, log: @escaping @Sendable (String) -> Void) {
        self.root = root
        self.name = name
        self.log = log
    }

    /// The answer to a request. Blocks.
    package func answer(_ head: HTTPRequestHead, from remote: SocketAddress?) -> HTTPService.Answer {
        var answer = self.page(head)
        answer.headers.add(name: "Server", value: self.name)
        let size = head.method == .HEAD ? 0 : answer.body.readableBytes
        let agent = head.headers.first(name: "User-Agent") ?? "-"
        let request = "\(head.method.rawValue) \(head.uri) HTTP/\(head.version.major).\(head.version.minor)"
        let time = Date.now.formatted(Self.logTime)
        self.log(
            "\(remote?.ipAddress ?? "-") - - [\(time)] \"\(request)\" \(answer.status.code) \(size) \"-\" \"\(agent)\""
        )
        return answer
    }

    private static let logTime = Date.VerbatimFormatStyle(
        format:
            "\(day: .twoDigits)/\(month: .abbreviated)/\(year: .defaultDigits):\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) +0000",
        locale: Locale(identifier: "en_US_POSIX"),
        timeZone: .gmt,
        calendar: Calendar(identifier: .gregorian)
    )

    private func page(_ head: HTTPRequestHead) -> HTTPService.Answer {
        guard head.method == .GET || head.method == .HEAD else { return self.failure(.methodNotAllowed) }
        let path = String(head.uri.prefix { $0 != "?" && $0 != "#" })
        guard let decoded = path.removingPercentEncoding, decoded.hasPrefix("/"), !decoded.contains("\0"),
            !decoded.split(separator: "/").contains("..")
        else { return self.failure(.badRequest) }
        var file = self.root + decoded
        var isDirectory: ObjCBool = false
        let manager = FileManager.default
        guard manager.fileExists(atPath: file, isDirectory: &isDirectory) else { return self.failure(.notFound) }
        if isDirectory.boolValue {
            guard path.hasSuffix("/") else {
                var answer = self.failure(.movedPermanently)
                answer.headers.add(name: "Location", value: path + "/")
                return answer
            }
            file += "index.html"
            guard manager.fileExists(atPath: file) else { return self.failure(.forbidden) }
        }
        guard let handle = FileHandle(forReadingAtPath: file) else { return self.failure(.forbidden) }
        let content: Data
        do {
            content = try handle.read(upToCount: Self.fileBytesMax + 1) ?? Data()
            try handle.close()
        } catch {
            return self.failure(.forbidden)
        }
        guard content.count <= Self.fileBytesMax else { return self.failure(.payloadTooLarge) }
        return HTTPService.Answer(.ok, type: Self.type(of: file), body: ByteBuffer(bytes: content))
    }

    private func failure(_ status: HTTPResponseStatus) -> HTTPService.Answer {
        let title = "\(status.code) \(status.reasonPhrase)"
        let text = """
            <html>
            <head><title>\(title)</title></head>
            <body>
            <center><h1>\(title)</h1></center>
            <hr><center>\(self.name)</center>
            </body>
            </html>

            """
        return HTTPService.Answer(status, type: "text/html", body: ByteBuffer(string: text))
    }

    private static func type(of file: String) -> String {
        let types = [
            "html": "text/html", "htm": "text/html", "css": "text/css", "js": "application/javascript",
            "json": "application/json", "txt": "text/plain", "xml": "text/xml", "svg": "image/svg+xml",
            "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "ico": "image/x-icon",
        ]
        return types[URL(filePath: file).pathExtension.lowercased()] ?? "application/octet-stream"
    }
}
