// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import JSON
import KubernetesAPI

/// Makes a pod's volumes as directories.
///
/// Blocks. A claim's directory belongs to its volume; the others live with the pod.
struct VolumeMounter {
    let facts: DownwardAPI
    let inputs: PodInputs
    /// The pod's own directory.
    let podDirectory: String
    /// Where the directories of persistent volumes are.
    let volumesDirectory: String

    /// The directory of each volume, by the volume's name in the pod.
    func mount() throws(RuntimeError) -> [String: String] {
        var directories = [String: String]()
        for volume in self.facts.pod.spec.volumes {
            directories[volume.name] = try self.directory(of: volume)
        }
        return directories
    }

    private func directory(of volume: Volume) throws(RuntimeError) -> String {
        if let claim = volume.persistentVolumeClaim {
            guard let name = self.inputs.claims[claim.claimName] else {
                throw RuntimeError(.mountFailed, "persistentvolumeclaim \"\(claim.claimName)\" is not bound")
            }
            let directory = "\(self.volumesDirectory)/\(name)"
            try Self.make(directory)
            return directory
        }
        if let host = volume.hostPath { return try Self.hostDirectory(host, volume: volume.name) }
        let own = "\(self.podDirectory)/volumes/\(volume.name)"
        try Self.make(own)
        try self.files(of: volume)?.write(to: own)
        return own
    }

    /// What the kubelet writes into a volume; nil for an empty one.
    private func files(of volume: Volume) throws(RuntimeError) -> ProjectedFiles? {
        var files = ProjectedFiles(volume: volume.name, facts: self.facts, inputs: self.inputs)
        if let map = volume.configMap {
            try files.add(
                "configmap",
                map.name,
                of: self.inputs.configMaps,
                items: map.items,
                mode: map.defaultMode ?? 0o644,
                isOptional: map.isOptional
            )
        } else if let secret = volume.secret {
            try files.add(
                "secret",
                secret.secretName,
                of: self.inputs.secrets,
                items: secret.items,
                mode: secret.defaultMode ?? 0o644,
                isOptional: secret.isOptional
            )
        } else if let downward = volume.downwardAPI {
            try files.add(downward.items, mode: downward.defaultMode ?? 0o644)
        } else if let projected = volume.projected {
            try files.add(projected)
        } else if volume.emptyDir == nil {
            let kinds = (volume.json.object?.keys ?? []).filter { $0 != "name" }
            guard kinds.isEmpty else {  // a volume without a source is an emptyDir, upstream's default
                throw RuntimeError(
                    .mountFailed,
                    "volume \"\(volume.name)\" is of the kind \(kinds.joined(separator: ", ")), "
                        + "which a controlled cluster does not have"
                )
            }
            return nil
        }
        return files
    }

    private static func hostDirectory(_ host: HostPathVolume, volume: String) throws(RuntimeError) -> String {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: host.path, isDirectory: &isDirectory)
        let isRight: Bool
        switch host.type {
        case "DirectoryOrCreate" where !exists:
            try Self.make(host.path)
            isRight = true
        case "Directory", "DirectoryOrCreate": isRight = exists && isDirectory
        case "File": isRight = exists && !isDirectory
        case _: isRight = true  // the empty type asks for no check
        }
        guard isRight else {
            throw RuntimeError(
                .mountFailed,
                "MountVolume.SetUp failed for volume \"\(volume)\" : hostPath type check failed: "
                    + "\(host.path) is not a \(host.type == "File" ? "file" : "directory")"
            )
        }
        return host.path
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
