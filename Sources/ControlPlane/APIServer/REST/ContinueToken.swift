// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesAPI

/// Where the next page of a list begins: opaque text to clients, in upstream's form.
package struct ContinueToken: Hashable, Sendable {
    /// The revision of the whole list; -1 for whatever is present.
    package var revision: Int64
    /// The first position of the next page: behind the last one of the page before.
    package var start: String

    init(revision: Int64, start: String) {
        self.revision = revision
        self.start = start
    }

    /// Reads a token.
    /// - Throws: 400 when it is none.
    init(_ text: String) throws(StatusError) {
        var padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        padded += String(repeating: "=", count: (4 - padded.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded) else {
            throw .badRequest("invalid continue token: continue key is not valid: illegal base64 data at input byte 0")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: data)
        } catch {
            throw .badRequest("invalid continue token: continue key is not valid: \(error.message)")
        }
        guard value["v"]?.string == "meta.k8s.io/v1" else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: server does not recognize this encoded version"
            )
        }
        guard let revision = value["rv"]?.integer, revision != 0, let start = value["start"]?.string, !start.isEmpty
        else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion"
            )
        }
        self.init(revision: revision, start: start.hasPrefix("/") ? String(start.dropFirst()) : start)
    }

    /// The token's text.
    var text: String {
        let value: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(self.revision), "start": .string("/\(self.start)"),
        ]
        return Data(JSONWriter().bytes(of: value)).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
