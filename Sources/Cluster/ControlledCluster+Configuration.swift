// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Controllers
import Foundation

extension ControlledCluster {
    /// What can be chosen of a controlled cluster.
    public struct Configuration: Sendable {
        /// Where everything is kept.
        public var directory: ClusterDirectory
        /// How many nodes; 0 for a control plane alone, for somebody else's kubelets.
        public var nodes = 4
        /// Whether pods are only told of: no process, no address that answers, for clusters of very many pods.
        public var isSimulated = false
        /// The port of the API server; 0 for any.
        public var apiPort = 0
        /// How the StatefulSet controller updates: under disruption budgets by default.
        public var statefulSet = StatefulSetReconciler.Options()
        /// How long a node may be silent before its state is unknown; upstream's default. Somebody else's kubelets are
        /// not held to it (``nodes`` 0): some only play one.
        public var nodeGracePeriod: Duration {
            get { self.nodes == 0 ? .seconds(24 * 3600) : self.silence }
            set { self.silence = newValue }
        }
        private var silence = Duration.seconds(50)
        /// The image catalog, `Harness/images/catalog.yaml`.
        public var imageCatalog: String
        /// This program, which images run.
        public var program: String
        /// The supervisor of containers.
        public var shim: String
        /// The first pause before a container that ended is started again; upstream's is 10 s.
        public var containerBackoff = Duration.seconds(1)

        /// A cluster in a folder, with the programs beside the running one and the images of the checkout.
        /// - Throws: ``ClusterError`` that names what is missing.
        public init(directory: ClusterDirectory) throws {
            self.directory = directory
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folder = URL(filePath: program).deletingLastPathComponent()
            self.program = program
            self.shim = folder.appending(path: "container-shim").path
            self.imageCatalog = try Self.catalog(beside: folder)
            guard FileManager.default.isExecutableFile(atPath: self.shim) else {
                throw ClusterError("\(self.shim) is missing: build it with `swift build -c release`")
            }
        }

        /// The catalog that SEATRIAL_IMAGES names, or the nearest `Harness/images` above the program or the working
        /// directory.
        private static func catalog(beside folder: URL) throws -> String {
            if let path = ProcessInfo.processInfo.environment["SEATRIAL_IMAGES"] { return path }
            for start in [folder, URL(filePath: FileManager.default.currentDirectoryPath)] {
                var place = start.standardizedFileURL
                while place.path != "/" {
                    let catalog = place.appending(path: "Harness/images/catalog.yaml").path
                    if FileManager.default.fileExists(atPath: catalog) { return catalog }
                    place.deleteLastPathComponent()
                }
            }
            throw ClusterError(
                "no Harness/images/catalog.yaml above the program or the working directory; "
                    + "name it in SEATRIAL_IMAGES"
            )
        }
    }

    /// What a running cluster says of itself.
    public struct Description: Hashable, Sendable {
        /// The API server's URL.
        public var server: String
        /// The address and port of the cluster's DNS; nil without nodes.
        public var dns: String?
        /// The nodes' names.
        public var nodes: [String]
    }
}
