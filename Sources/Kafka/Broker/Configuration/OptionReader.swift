// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Hands a broker's options out and keeps what was asked for, so that what nobody asked for can be named.
struct OptionReader {
    private let values: [String: String]
    private var asked: Set<String> = []
    private var shortened: [String] = []

    init(_ values: [String: String]) {
        self.values = values
    }

    /// The value of an option; nil when it was not given.
    subscript(key: String) -> String? {
        mutating get {
            self.asked.insert(key)
            return self.values[key]
        }
    }

    /// The first of a list; that there are more is remarked.
    mutating func first(of key: String) -> String? {
        guard let text = self[key] else { return nil }
        let parts = text.split(separator: ",").map(String.init)
        if parts.count > 1 { self.shortened.append("\(key)=\(text)") }
        return parts.first ?? text
    }

    /// Options without effect, and unknown ones, each named once.
    var remarks: [String] {
        var ignored: [String] = []
        var unknown: [String] = []
        for (key, value) in self.values.sorted(by: { $0.key < $1.key }) where !self.asked.contains(key) {
            if let inherent = KnownOptions.inherent[key], inherent == nil || inherent == value { continue }
            if KnownOptions.ignored.contains(key) || KnownOptions.inherent[key] != nil {
                ignored.append("\(key)=\(value)")
            } else {
                unknown.append("\(key)=\(value)")
            }
        }
        var remarks: [String] = []
        if !ignored.isEmpty { remarks.append("accepted, but without effect here: " + ignored.joined(separator: " ")) }
        if !self.shortened.isEmpty {
            remarks.append("only the first of each of these lists is used: " + self.shortened.joined(separator: " "))
        }
        if !unknown.isEmpty { remarks.append("not known here, ignored: " + unknown.joined(separator: " ")) }
        return remarks
    }
}
