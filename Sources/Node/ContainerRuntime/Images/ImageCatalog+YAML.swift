// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Yams

/// What is wrong with a catalog file.
public struct ImageCatalogError: Error, Hashable, CustomStringConvertible {
    /// Where, and what was expected there.
    public var message: String

    public var description: String { "image catalog: \(self.message)" }
}

extension ImageCatalog {
    /// Reads a catalog; its README describes the fields.
    /// - Parameters:
    ///   - yaml: the file's text.
    ///   - directory: what relative paths in it are relative to, absolute.
    /// - Throws: ``ImageCatalogError``.
    public init(yaml: String, directory: String) throws(ImageCatalogError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ImageCatalogError(message: "\(error)")
        }
        guard let entries = root?["images"]?.sequence else {
            throw ImageCatalogError(message: "a list `images` is expected")
        }
        var images = [LocalImage]()
        for entry in entries {
            var reader = try ImageEntryReader(entry, directory: directory)
            images.append(try reader.image())
        }
        self.init(images: images)
    }
}

private struct ImageEntryReader {
    private let entry: Node.Mapping
    private let directory: String
    private let place: String

    init(_ node: Node, directory: String) throws(ImageCatalogError) {
        guard let entry = node.mapping else {
            throw ImageCatalogError(message: "line \(node.mark?.line ?? 0): an image is a mapping")
        }
        self.entry = entry
        self.directory = directory
        self.place = "line \(node.mark?.line ?? 0)"
    }

    mutating func image() throws(ImageCatalogError) -> LocalImage {
        let known = ["name", "references", "bin", "paths", "environment", "entrypoint", "command", "program"]
        for (key, _) in self.entry where !known.contains(key.string ?? "") {
            throw ImageCatalogError(message: "\(self.place): unknown field \(key.string ?? "?"); known are \(known)")
        }
        guard let name = self.entry["name"]?.string else {
            throw ImageCatalogError(message: "\(self.place): `name` is missing")
        }
        let references = try self.strings("references")
        guard !references.isEmpty else {
            throw ImageCatalogError(message: "\(self.place): `references` of \(name) is missing")
        }
        let paths = try self.map("paths")
        return LocalImage(
            name: name,
            references: references,
            bin: try self.strings("bin").map(self.absolute),
            // What the catalog brings along is copied, so that no container can spoil it for the next one.
            paths: paths.filter { $0.value.hasPrefix("/") },
            copies: paths.filter { !$0.value.hasPrefix("/") }.mapValues(self.absolute),
            environment: try self.map("environment"),
            entrypoint: try self.strings("entrypoint"),
            command: try self.strings("command"),
            program: self.entry["program"]?.string
        )
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(self.directory)/\(path)"
    }

    private func strings(_ key: String) throws(ImageCatalogError) -> [String] {
        guard let node = self.entry[Node(key)] else { return [] }
        guard let list = node.sequence else {
            throw ImageCatalogError(message: "\(self.place): `\(key)` is a list of strings")
        }
        var strings = [String]()
        for element in list {
            guard let string = element.scalar?.string else {
                throw ImageCatalogError(message: "\(self.place): `\(key)` is a list of strings")
            }
            strings.append(string)
        }
        return strings
    }

    private func map(_ key: String) throws(ImageCatalogError) -> [String: String] {
        guard let node = self.entry[Node(key)] else { return [:] }
        guard let mapping = node.mapping else {
            throw ImageCatalogError(message: "\(self.place): `\(key)` is a mapping of strings")
        }
        var result = [String: String]()
        for (key, value) in mapping {
            guard let key = key.scalar?.string, let value = value.scalar?.string else {
                throw ImageCatalogError(message: "\(self.place): `\(key)` is a mapping of strings")
            }
            result[key] = value
        }
        return result
    }
}
