// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
package import KubernetesAPI
package import KubernetesClient
package import NIOCore
package import NIOHTTP1

/// An HTTP answer, its body perhaps still to come.
package struct HTTPAnswer: Sendable {
    /// What follows the head.
    package enum Body: Sendable {
        /// All there is.
        case bytes(ByteBuffer)
        /// Events as they happen, one JSON object a line.
        case watch(WatchSession, AnswerShape)
        /// Bytes as they come.
        case stream(AsyncThrowingStream<ByteBuffer, any Error>)
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var body: Body

    package init(status: Int, headers: HTTPHeaders, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An object, with the headers that repeat parts of it.
    package init(_ response: APIResponse, isYAML: Bool = false, contentType: String = "application/json")
        throws(StatusError)
    {
        var headers = HTTPHeaders()
        headers.add(name: "Cache-Control", value: "no-cache, private")
        headers.add(name: "Content-Type", value: isYAML ? "application/yaml" : contentType)
        for warning in response.warnings { headers.add(name: "Warning", value: Self.quoted(warning)) }
        if let seconds = response.body["details", "retryAfterSeconds"]?.integer, response.status >= 400 {
            headers.add(name: "Retry-After", value: String(seconds))
        }
        var buffer = JSONWriter().withBytes(of: response.body) { ByteBuffer(bytes: $0) }
        if isYAML {
            buffer = ByteBuffer(string: YAMLText.text(of: response.body))
        } else {
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
        self.init(status: response.status, headers: headers, body: .bytes(buffer))
    }

    /// A refusal.
    package init(_ error: StatusError) {
        var headers = HTTPHeaders()
        headers.add(name: "Cache-Control", value: "no-cache, private")
        headers.add(name: "Content-Type", value: "application/json")
        if let seconds = error.details?.retryAfterSeconds, seconds > 0 {
            headers.add(name: "Retry-After", value: String(seconds))
        }
        var buffer = JSONWriter().withBytes(of: error.json) { ByteBuffer(bytes: $0) }
        buffer.writeInteger(UInt8(ascii: "\n"))
        self.init(status: error.code, headers: headers, body: .bytes(buffer))
    }

    /// Plain text.
    package init(status: Int = 200, text: String) {
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        self.init(status: status, headers: headers, body: .bytes(ByteBuffer(string: text)))
    }

    /// What a path outside all APIs gets.
    package static let pageNotFound = HTTPAnswer(status: 404, text: "404 page not found\n")

    /// A watch's answer.
    package static func watch(_ session: WatchSession, _ shape: AnswerShape) -> HTTPAnswer {
        var headers = HTTPHeaders()
        headers.add(name: "Cache-Control", value: "no-cache, private")
        headers.add(name: "Content-Type", value: "application/json")
        if let warning = session.warning { headers.add(name: "Warning", value: Self.quoted(warning)) }
        return HTTPAnswer(status: 200, headers: headers, body: .watch(session, shape))
    }

    /// A text as the value of a Warning header.
    private static func quoted(_ warning: String) -> String {
        let escaped = warning.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "299 - \"\(escaped)\""
    }
}
