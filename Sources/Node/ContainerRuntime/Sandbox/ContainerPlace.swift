// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesAPI

/// One life of a container on this machine: the directory that stands for its `/`, and where its paths are.
///
/// Blocks. The image's content is copied, so that what the container changes of it is gone with its next start.
struct ContainerPlace {
    let sandbox: Sandbox
    let container: Container
    let image: LocalImage
    var environment: [String: String]

    /// The directory that stands for the container's `/`.
    var root: String { self.sandbox.root(of: self.container.name) }
    /// Where the container writes its last message.
    var messageFile: String { "\(self.root)/.message" }

    /// Makes the root anew; returns the container's paths.
    /// - Throws: ``RuntimeError`` when a mount names no volume or leads out of it.
    func make() throws(RuntimeError) -> PathRewriter {
        let manager = FileManager.default
        do {
            if manager.fileExists(atPath: self.root) { try manager.removeItem(atPath: self.root) }
        } catch {
            throw RuntimeError(.startFailed, "cannot clear \(self.root): \(error)")
        }
        try VolumeMounter.make("\(self.root)/tmp")
        guard manager.createFile(atPath: self.messageFile, contents: nil) else {
            throw RuntimeError(.startFailed, "cannot make \(self.messageFile)")
        }
        for (path, source) in self.image.copies {
            let target = self.root + path
            if let slash = target.lastIndex(of: "/") { try VolumeMounter.make(String(target[..<slash])) }
            do {
                try manager.copyItem(atPath: source, toPath: target)
            } catch {
                throw RuntimeError(.startFailed, "cannot copy the image's \(source): \(error)")
            }
        }
        return PathRewriter(try self.mappings())
    }

    /// The folders that come first on the container's PATH.
    var bin: [String] {
        self.image.bin.map { folder in
            let copy = self.image.copies.filter { $0.value == folder }.map(\.key).min()
            return copy.map { self.root + $0 } ?? folder
        }
    }

    private func mappings() throws(RuntimeError) -> [(path: String, replacement: String)] {
        var mappings: [(path: String, replacement: String)] = []
        for mount in self.container.volumeMounts {
            mappings.append((mount.mountPath, try self.place(of: mount)))
        }
        // Mounts hide what the image has at their paths: of equal paths the first counts.
        mappings += self.image.copies.keys.map { ($0, self.root + $0) }
        mappings += self.image.paths.map { ($0.key, $0.value) }
        let message = self.container.terminationMessagePath
        mappings.append((message.isEmpty ? "/dev/termination-log" : message, self.messageFile))
        mappings.append(("/tmp", "\(self.root)/tmp"))
        for file in Sandbox.etcFiles { mappings.append(("/etc/\(file)", "\(self.sandbox.podDirectory)/etc/\(file)")) }
        return mappings
    }

    private func place(of mount: VolumeMount) throws(RuntimeError) -> String {
        guard let directory = self.sandbox.volumes[mount.name] else {
            throw RuntimeError(.badConfiguration, "volume \"\(mount.name)\" of a mount is not among the pod's volumes")
        }
        let expression = mount.subPathExpr
        let sub = expression.isEmpty ? mount.subPath : VariableExpansion.expand(expression, self.environment)
        guard !sub.isEmpty else { return directory }
        let place = "\(directory)/\(try VolumeMounter.inside(sub))"
        if !FileManager.default.fileExists(atPath: place) { try VolumeMounter.make(place) }
        // A link that an earlier container left in the volume must not lead out of it either.
        let (real, base) = (Self.resolved(place), Self.resolved(directory))
        guard real == base || real.hasPrefix(base + "/") else {
            throw RuntimeError(
                .badConfiguration,
                "failed to prepare subPath for volumeMount \"\(mount.name)\" of container \"\(self.container.name)\": "
                    + "subpath \"\(sub)\" leads out of its volume"
            )
        }
        return place
    }

    private static func resolved(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }
}
