// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What a ConfigMap or a Secret holds: texts and bytes by key.
public struct KeyedContent: Hashable, Sendable {
    /// Texts by key.
    public var data: [String: String]
    /// Bytes by key, in base64.
    public var binaryData: [String: String]

    /// The content of a ConfigMap or a Secret.
    public init(data: [String: String] = [:], binaryData: [String: String] = [:]) {
        self.data = data
        self.binaryData = binaryData
    }

    /// The bytes of every key.
    var files: [String: Data] {
        var files = self.data.mapValues { Data($0.utf8) }
        for (key, text) in self.binaryData { files[key] = Data(base64Encoded: text) ?? Data() }
        return files
    }

    /// Every key's content as text, for variables.
    var texts: [String: String] {
        var texts = self.data
        for (key, text) in self.binaryData {
            texts[key] = String(decoding: Data(base64Encoded: text) ?? Data(), as: UTF8.self)
        }
        return texts
    }
}
