// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import JSON
import KubernetesAPI

/// The files of a volume that shows what the API knows: ConfigMaps, Secrets, the pod itself, its account's token.
struct ProjectedFiles {
    /// A file to be written.
    struct File: Hashable {
        var content: Data
        /// Its permission bits.
        var mode: Int64
    }

    let volume: String
    let facts: DownwardAPI
    let inputs: PodInputs
    /// By path within the volume.
    private(set) var files: [String: File] = [:]

    init(volume: String, facts: DownwardAPI, inputs: PodInputs) {
        self.volume = volume
        self.facts = facts
        self.inputs = inputs
    }

    /// Adds a ConfigMap's or a Secret's keys: all of them under their names, or those that are listed.
    mutating func add(
        _ kind: String,
        _ name: String,
        of objects: [String: KeyedContent],
        items: [KeyToPath],
        mode: Int64,
        isOptional: Bool
    ) throws(RuntimeError) {
        guard let object = objects[name] else {
            if isOptional { return }
            throw self.failed("\(kind) \"\(name)\" not found")
        }
        let content = object.files
        if items.isEmpty {
            for (key, bytes) in content { self.files[key] = File(content: bytes, mode: mode) }
        }
        for item in items {
            guard let bytes = content[item.key] else {
                if isOptional { continue }
                throw self.failed("references non-existent \(kind == "secret" ? "secret" : "config") key: \(item.key)")
            }
            self.files[try VolumeMounter.inside(item.path)] = File(content: bytes, mode: item.mode ?? mode)
        }
    }

    /// Adds fields of the pod.
    mutating func add(_ items: [DownwardAPIFile], mode: Int64) throws(RuntimeError) {
        for item in items {
            let text: String
            if let field = item.fieldRef {
                text = try self.facts.field(field.fieldPath)
            } else if let resource = item.resourceFieldRef {
                text = try self.facts.resource(resource, of: nil)
            } else {
                throw self.failed("the item \(item.path) has no source")
            }
            self.files[try VolumeMounter.inside(item.path)] = File(
                content: Data(text.utf8),
                mode: item.mode ?? mode
            )
        }
    }

    /// Adds a token of the pod's service account: it proves nothing, since a controlled cluster checks none.
    mutating func addToken(path: String, mode: Int64) throws(RuntimeError) {
        let account = try self.facts.field("spec.serviceAccountName")
        let metadata = self.facts.pod.metadata
        let text = "seatrial.\(metadata.namespace).\(account).\(metadata.uid)"
        self.files[try VolumeMounter.inside(path)] = File(content: Data(text.utf8), mode: mode)
    }

    /// Adds all sources of a projected volume.
    mutating func add(_ projected: ProjectedVolume) throws(RuntimeError) {
        let mode = projected.defaultMode ?? 0o644
        for source in projected.sources {
            if let map = source.configMap {
                try self.add(
                    "configmap",
                    map.name,
                    of: self.inputs.configMaps,
                    items: map.items,
                    mode: mode,
                    isOptional: map.isOptional
                )
            } else if let secret = source.secret {
                try self.add(
                    "secret",
                    secret.name,
                    of: self.inputs.secrets,
                    items: secret.items,
                    mode: mode,
                    isOptional: secret.isOptional
                )
            } else if let downward = source.downwardAPI {
                try self.add(downward.items, mode: mode)
            } else if let token = source.serviceAccountToken {
                try self.addToken(path: token.path, mode: mode)
            } else {
                let kinds = (source.json.object?.keys ?? []).joined(separator: ", ")
                throw self.failed("a controlled cluster has no projected source of the kind \(kinds)")
            }
        }
    }

    private func failed(_ reason: String) -> RuntimeError {
        RuntimeError(.mountFailed, "MountVolume.SetUp failed for volume \"\(self.volume)\" : \(reason)")
    }

    /// Writes the files under a directory.
    func write(to directory: String) throws(RuntimeError) {
        for (path, content) in self.files.sorted(by: { $0.key < $1.key }) {
            let file = "\(directory)/\(path)"
            if let slash = file.lastIndex(of: "/") { try VolumeMounter.make(String(file[..<slash])) }
            do {
                try content.content.write(to: URL(filePath: file))
                try FileManager.default.setAttributes([.posixPermissions: content.mode], ofItemAtPath: file)
            } catch {
                throw RuntimeError(.mountFailed, "cannot write \(file): \(error)")
            }
        }
    }
}
