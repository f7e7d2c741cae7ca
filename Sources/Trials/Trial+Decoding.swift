// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesAPI

extension Trial {
    /// Reads a trial file and the manifests that it names (relative to the file).
    ///
    /// - Parameter path: the file, as the person named it.
    /// - Returns: the trial, and warnings about its manifests.
    /// - Throws: ``SourceError`` with file, line and column of the first mistake.
    public static func read(_ path: String) throws(SourceError) -> (trial: Trial, warnings: [SourceError]) {
        let text = try Self.text(of: path)
        let (documents, _) = try YAMLDocument.documents(in: text, file: path, duplicateKeys: .refuse)
        guard let document = documents.first, documents.count == 1 else {
            throw SourceError(file: path, message: "expected exactly one YAML document, found \(documents.count)")
        }
        return try Self.decode(YAMLField(document), directory: (path as NSString).deletingLastPathComponent)
    }

    static func text(of path: String) throws(SourceError) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SourceError(file: path, message: "cannot be read: \(error.localizedDescription)")
        }
    }

    static func decode(
        _ field: YAMLField,
        directory: String
    ) throws(SourceError) -> (trial: Trial, warnings: [SourceError]) {
        let members = try field.members([
            "name", "about", "cluster", "manifests", "adjust", "topic", "load", "change", "promise", "expect",
            "timeout",
        ])
        let defaultName = ((field.file as NSString).lastPathComponent as NSString).deletingPathExtension
        var trial = Trial(
            name: try members["name"]?.string() ?? defaultName,
            about: try members["about"]?.string() ?? "",
            file: field.file,
            cluster: try members["cluster"].map(ClusterNeeds.init(field:)) ?? ClusterNeeds(),
            manifests: [],
            topic: try members["topic"].map(Topic.init(field:)) ?? Topic(),
            load: try members["load"].map(Load.init(field:)) ?? Load(),
            steps: [],
            promise: try members["promise"]?.choice(Promise.self) ?? .safe,
            expectations: try members["expect"].map(Expectations.init(field:)) ?? Expectations(),
            timeout: try members["timeout"]?.duration() ?? .seconds(300)
        )
        guard let manifests = members["manifests"] else {
            throw field.error("no manifests: name the files to deploy, `manifests: [kafka.yaml]`")
        }
        var warnings: [SourceError] = []
        for entry in try manifests.elements() {
            let name = try entry.string()
            let path = name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
            guard FileManager.default.fileExists(atPath: path) else {
                throw entry.error("no such file: \(path)")
            }
            let (objects, found) = try Manifest.read(path)
            trial.manifests += objects
            warnings += found
        }
        for adjustment in try members["adjust"]?.elements() ?? [] {
            try trial.adjust(adjustment)
        }
        for step in try members["change"]?.elements() ?? [] {
            trial.steps.append(try Step(field: step))
        }
        return (trial, warnings)
    }
}

extension Trial {
    /// Applies a JSON patch to one of the manifests, so that a trial need not copy what it changes a little.
    private mutating func adjust(_ field: YAMLField) throws(SourceError) {
        let members = try field.members(["target", "patch"])
        guard let target = try members["target"]?.string(), let patch = members["patch"] else {
            throw field.error("expected a target, such as StatefulSet/kafka, and a patch (RFC 6902)")
        }
        let index = self.manifests.firstIndex { manifest in
            let kind = manifest.object["kind"]?.string ?? ""
            return "\(kind)/\(manifest.object["metadata", "name"]?.string ?? "")".lowercased() == target.lowercased()
        }
        guard let index else { throw field.error("no manifest has a \(target)") }
        do {
            self.manifests[index].object = try JSONPatch(json: patch.json).applied(to: self.manifests[index].object)
        } catch {
            throw patch.error("cannot be applied to \(target): \(error)")
        }
    }
}

extension Trial.Manifest {
    /// Reads the objects of a manifest file, in order; of a repeated key the last value counts, with a warning.
    /// - Throws: ``SourceError`` for what is not YAML or is no object with apiVersion, kind and a name.
    public static func read(
        _ path: String
    ) throws(SourceError) -> (manifests: [Trial.Manifest], warnings: [SourceError]) {
        let text = try Trial.text(of: path)
        let (documents, warnings) = try YAMLDocument.documents(in: text, file: path, duplicateKeys: .lastWins)
        var manifests: [Trial.Manifest] = []
        for document in documents {
            let object = document.json
            for name in ["apiVersion", "kind"] where object[name]?.string == nil {
                throw SourceError(file: path, line: document.firstLine, message: "the object has no \(name)")
            }
            if object["kind"]?.string == "List" {
                for item in object["items"]?.array ?? [] {
                    manifests.append(Trial.Manifest(file: path, line: document.firstLine, object: item))
                }
                continue
            }
            guard object["metadata", "name"]?.string != nil else {
                throw SourceError(file: path, line: document.firstLine, message: "the object has no metadata.name")
            }
            manifests.append(Trial.Manifest(file: path, line: document.firstLine, object: object))
        }
        return (manifests, warnings)
    }
}

extension Trial.ClusterNeeds {
    init(field: YAMLField) throws(SourceError) {
        let members = try field.members(["nodes"])
        if let nodes = members["nodes"] { self.nodes = try nodes.integer(1...100) }
    }
}

extension Trial.Topic {
    init(field: YAMLField) throws(SourceError) {
        let members = try field.members(["name", "partitions", "replicationFactor", "config"])
        if let name = members["name"] { self.name = try name.string() }
        if let partitions = members["partitions"] { self.partitions = try partitions.integer(1...1000) }
        if let factor = members["replicationFactor"] { self.replicationFactor = try factor.integer(1...100) }
        if let settings = members["config"] { self.configuration = try settings.texts("topic settings") }
    }
}

extension Trial.Load {
    init(field: YAMLField) throws(SourceError) {
        let members = try field.members([
            "bootstrap", "producers", "rate", "size", "acks", "idempotence", "linger", "settings", "consumers", "group",
            "before", "after",
        ])
        if let bootstrap = members["bootstrap"] { self.bootstrap = try bootstrap.string() }
        if let producers = members["producers"] { self.producers = try producers.integer(1...64) }
        if let rate = members["rate"] { self.rate = try rate.integer(1...1_000_000) }
        if let size = members["size"] { self.size = try size.integer(40...1_000_000) }
        if let acks = members["acks"] {
            switch try acks.string() {
            case "0", "none": self.acknowledgement = .none
            case "1", "leader": self.acknowledgement = .leader
            case "all", "-1": self.acknowledgement = .all
            default: throw acks.error("expected 0, 1 or all")
            }
        }
        if let idempotence = members["idempotence"] { self.idempotence = try idempotence.bool() }
        if let linger = members["linger"] { self.linger = try linger.duration() }
        if let settings = members["settings"] { self.settings = try settings.texts("librdkafka's settings") }
        if let consumers = members["consumers"] { self.consumers = try consumers.integer(0...64) }
        if let group = members["group"] { self.group = try group.string() }
        if let before = members["before"] { self.before = try before.duration() }
        if let after = members["after"] { self.after = try after.duration() }
        if self.idempotence, self.acknowledgement != .all {
            throw field.error("idempotence needs acks: all (Kafka refuses it otherwise)")
        }
    }
}

extension Trial.Expectations {
    init(field: YAMLField) throws(SourceError) {
        let members = try field.members([
            "order", "acknowledgedShare", "acknowledgedPerPartition", "everyPartitionMoves", "retriableErrors",
            "controllerRolled", "coordinatorRolled", "budgetExceededPodSeconds", "unavailability", "acknowledgesAgain",
            "replaced", "updated", "evictionsRefused",
        ])
        self.order = try members["order"]?.strings() ?? []
        self.acknowledgedShare = try members["acknowledgedShare"]?.number(0...1)
        self.acknowledgedPerPartition = try members["acknowledgedPerPartition"]?.integer(0...1_000_000_000)
        self.everyPartitionMoves = try members["everyPartitionMoves"]?.bool() ?? false
        self.retriableErrors = try members["retriableErrors"]?.integer(0...1_000_000)
        self.controllerRolled = try members["controllerRolled"]?.bool() ?? false
        self.coordinatorRolled = try members["coordinatorRolled"]?.bool() ?? false
        if let budget = members["budgetExceededPodSeconds"] { self.budgetExceeded = try budget.number(0...1e9) }
        self.unavailability = try members["unavailability"]?.duration()
        self.recovery = try members["acknowledgesAgain"].map(Recovery.init(field:))
        self.replaced = try members["replaced"]?.strings()
        self.updated = try members["updated"]?.strings()
        self.evictionsRefused = try members["evictionsRefused"]?.integer(0...1_000_000)
    }
}

extension Trial.Expectations.Recovery {
    init(field: YAMLField) throws(SourceError) {
        let members = try field.members(["sessionTimeout", "margin"])
        guard let session = members["sessionTimeout"], let margin = members["margin"] else {
            throw field.error("expected sessionTimeout, that of the brokers' ZooKeeper sessions, and margin")
        }
        self.init(sessionTimeout: try session.duration(), margin: try margin.duration())
    }
}
