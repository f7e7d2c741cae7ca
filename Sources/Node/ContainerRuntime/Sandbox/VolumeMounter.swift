// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import JSON
import KubernetesAPI

/// Makes a pod's volumes as directories, and says where each path of a container is.
///
/// Blocks. emptyDir, configMap and downwardAPI volumes live with the pod; a claim's directory belongs to its volume.
struct VolumeMounter {
    let pod: Pod
    let inputs: PodInputs
    /// The pod's own directory.
    let podDirectory: String
    /// Where the directories of persistent volumes are.
    let volumesDirectory: String

    /// The directory of each volume, by the volume's name in the pod.
    func mount() throws(RuntimeError) -> [String: String] {
        var directories = [String: String]()
        for volume in self.pod.spec.volumes {
            directories[volume.name] = try self.directory(of: volume)
        }
        return directories
    }

    private func directory(of volume: Volume) throws(RuntimeError) -> String {
        let own = "\(self.podDirectory)/volumes/\(volume.name)"
        if let claim = volume.persistentVolumeClaim {
            guard let name = self.inputs.claims[claim.claimName] else {
                throw RuntimeError(.mountFailed, "persistentvolumeclaim \"\(claim.claimName)\" is not bound")
            }
            let directory = "\(self.volumesDirectory)/\(name)"
            try Self.make(directory)
            return directory
        }
        if let source = volume.configMap {
            try Self.make(own)
            guard let map = self.inputs.configMaps[source.name] else {
                if source.isOptional { return own }
                throw RuntimeError(
                    .mountFailed,
                    "MountVolume.SetUp failed for volume \"\(volume.name)\" : configmap \"\(source.name)\" not found"
                )
            }
            try self.write(map, items: source.items, isOptional: source.isOptional, to: own, volume: volume.name)
            return own
        }
        if volume.emptyDir != nil {
            try Self.make(own)
            return own
        }
        if let host = volume.hostPath {
            return host.path
        }
        let kinds = (volume.json.object?.keys ?? []).filter { $0 != "name" }
        // A volume without a source is an emptyDir, upstream's default.
        if kinds.isEmpty {
            try Self.make(own)
            return own
        }
        throw RuntimeError(
            .mountFailed,
            "volume \"\(volume.name)\" is of the kind \(kinds.joined(separator: ", ")), which a controlled cluster does not have"
        )
    }

    private func write(
        _ map: ConfigMapContent,
        items: [KeyToPath],
        isOptional: Bool,
        to directory: String,
        volume: String
    ) throws(RuntimeError) {
        var files = [String: Data]()
        for (key, text) in map.data { files[key] = Data(text.utf8) }
        for (key, text) in map.binaryData { files[key] = Data(base64Encoded: text) ?? Data() }
        if !items.isEmpty {
            var chosen = [String: Data]()
            for item in items {
                guard let content = files[item.key] else {
                    if isOptional { continue }
                    throw RuntimeError(
                        .mountFailed,
                        "MountVolume.SetUp failed for volume \"\(volume)\" : "
                            + "configmap references non-existent config key: \(item.key)"
                    )
                }
                chosen[try Self.inside(item.path)] = content
            }
            files = chosen
        }
        for (path, content) in files {
            let file = "\(directory)/\(path)"
            if let slash = file.lastIndex(of: "/") { try Self.make(String(file[..<slash])) }
            do {
                try content.write(to: URL(filePath: file))
            } catch {
                throw RuntimeError(.mountFailed, "cannot write \(file): \(error)")
            }
        }
    }

    /// A relative path that does not lead out of its directory.
    static func inside(_ path: String) throws(RuntimeError) -> String {
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw RuntimeError(.badConfiguration, "the path \(path) leads out of its volume")
        }
        return path
    }

    static func make(_ directory: String) throws(RuntimeError) {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw RuntimeError(.mountFailed, "cannot make the directory \(directory): \(error)")
        }
    }
}
