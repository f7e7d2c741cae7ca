// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What stands for container images on this machine: patterns of references, and what each puts into a pod.
public struct ImageCatalog: Hashable, Sendable {
    /// The images, in the catalog's order: the first whose pattern matches counts.
    public var images: [LocalImage]

    /// A catalog of images.
    public init(images: [LocalImage]) {
        self.images = images
    }

    /// The image that stands for a reference, or nil.
    public func image(for reference: String) -> LocalImage? {
        guard let reference = ImageReference(reference) else { return nil }
        return self.images.first { image in
            image.references.contains { ImagePattern($0).matches(reference) }
        }
    }
}

/// What a pod gets in place of an image.
public struct LocalImage: Hashable, Sendable {
    /// The name, for messages and `imageID`.
    public var name: String
    /// Patterns of the references that it stands for (``ImagePattern``).
    public var references: [String]
    /// Folders that come first on the pod's PATH, as absolute paths of this machine.
    public var bin: [String]
    /// Paths of the image, and where their content is on this machine: containers share it.
    public var paths: [String: String]
    /// Paths of the image whose content each start of a container gets a copy of, and where the original is.
    public var copies: [String: String]
    /// Variables that the image sets.
    public var environment: [String: String]
    /// What runs before `args`, unless the pod has a `command`.
    public var entrypoint: [String]
    /// The arguments, unless the pod has `command` or `args`.
    public var command: [String]
    /// A program that must be on the machine's PATH, or nil.
    public var program: String?

    /// An image.
    public init(
        name: String,
        references: [String],
        bin: [String] = [],
        paths: [String: String] = [:],
        copies: [String: String] = [:],
        environment: [String: String] = [:],
        entrypoint: [String] = [],
        command: [String] = [],
        program: String? = nil
    ) {
        self.name = name
        self.references = references
        self.bin = bin
        self.paths = paths
        self.copies = copies
        self.environment = environment
        self.entrypoint = entrypoint
        self.command = command
        self.program = program
    }
}
