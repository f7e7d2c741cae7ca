// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What is wrong in a file that a person wrote, and where: `trial.yaml:12:7: …`.
public struct SourceError: Error, Hashable, CustomStringConvertible {
    /// The file as the person named it.
    public var file: String
    /// The line, from 1; nil when the whole file is meant.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?
    /// What is wrong and what would be right.
    public var message: String

    /// An error at a place of a file.
    public init(file: String, line: Int? = nil, column: Int? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    public var description: String {
        let place = [self.line, self.column].compactMap { $0.map(String.init) }
        return ([self.file] + place).joined(separator: ":") + ": " + self.message
    }
}
