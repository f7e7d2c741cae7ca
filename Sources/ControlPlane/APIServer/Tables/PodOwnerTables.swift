// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The tables of the workloads beside StatefulSets.
enum PodOwnerTables {
    private static let templateColumns: [TableDefinition.Column] = [
        .init("Containers", "The names of the template's containers.").wide(),
        .init("Images", "The images of the template's containers.").wide(),
        .init("Selector", "The labels of its pods.").wide(),
    ]

    private static func templateCells(_ template: PodTemplate, _ selector: JSONValue?) -> [JSONValue] {
        let containers = template.spec.containers
        let query = selector.map { LabelSelector(json: $0).query.description } ?? ""
        return [
            .string(containers.map(\.name).joined(separator: ",")),
            .string(containers.map(\.image).joined(separator: ",")), .string(query.isEmpty ? "<none>" : query),
        ]
    }

    static let daemonSets = TableDefinition(
        [
            .name, .init("Desired", "How many nodes should run a pod.", type: "integer"),
            .init("Current", "How many of them do.", type: "integer"),
            .init("Ready", "How many of them have a ready pod.", type: "integer"),
            .init("Up-to-date", "How many of them have a pod of the newest template.", type: "integer"),
            .init("Available", "How many of them have an available pod.", type: "integer"),
            .init("Node Selector", "The labels of the nodes that it is for."), .age,
        ] + Self.templateColumns
    ) { object, now in
        let set = DaemonSet(json: object)
        return [
            Cell.name(of: object), .integer(set.status.desiredNumberScheduled),
            .integer(set.status.currentNumberScheduled), .integer(set.status.numberReady),
            .integer(set.status.updatedNumberScheduled), .integer(set.status.numberAvailable),
            Cell.labels(object["spec", "template", "spec", "nodeSelector"]), Cell.age(of: object, now),
        ] + Self.templateCells(set.spec.template, object["spec", "selector"])
    }

    static let deployments = TableDefinition(
        [
            .name, .init("Ready", "How many pods are ready, of how many that are wanted."),
            .init("Up-to-date", "How many pods have the newest template.", type: "integer"),
            .init("Available", "How many pods are available.", type: "integer"), .age,
        ] + Self.templateColumns
    ) { object, now in
        let deployment = Deployment(json: object)
        return [
            Cell.name(of: object), .string("\(deployment.status.readyReplicas)/\(deployment.spec.replicas)"),
            .integer(deployment.status.updatedReplicas), .integer(deployment.status.availableReplicas),
            Cell.age(of: object, now),
        ] + Self.templateCells(deployment.spec.template, object["spec", "selector"])
    }

    static let replicaSets = TableDefinition(
        [
            .name, .init("Desired", "How many pods are wanted.", type: "integer"),
            .init("Current", "How many pods there are.", type: "integer"),
            .init("Ready", "How many pods are ready.", type: "integer"), .age,
        ] + Self.templateColumns
    ) { object, now in
        let set = ReplicaSet(json: object)
        return [
            Cell.name(of: object), .integer(set.spec.replicas), .integer(set.status.replicas),
            .integer(set.status.readyReplicas), Cell.age(of: object, now),
        ] + Self.templateCells(set.spec.template, object["spec", "selector"])
    }

    static let jobs = TableDefinition(
        [
            .name, .init("Status", "What became of the job."),
            .init("Completions", "How many pods succeeded, of how many that must."),
            .init("Duration", "How long it ran, or has been running."), .age,
        ] + Self.templateColumns
    ) { object, now in
        let job = Job(json: object)
        return [
            Cell.name(of: object), .string(Self.status(of: job)), .string(Self.completions(of: job)),
            .string(Self.duration(of: job, now)), Cell.age(of: object, now),
        ] + Self.templateCells(job.spec.template, object["spec", "selector"])
    }

    private static func status(of job: Job) -> String {
        func holds(_ type: String) -> Bool { job.status.conditions.contains { $0.type == type && $0.status == "True" } }
        if holds("Complete") { return "Complete" }
        if holds("Failed") { return "Failed" }
        if job.metadata.isTerminating { return "Terminating" }
        if holds("Suspended") { return "Suspended" }
        if holds("FailureTarget") { return "FailureTarget" }
        return holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
    }

    private static func completions(of job: Job) -> String {
        if let wanted = job.spec.completions { return "\(job.status.succeeded)/\(wanted)" }
        let parallelism = job.spec.parallelism
        return parallelism > 1
            ? "\(job.status.succeeded)/1 of \(parallelism)" : "\(job.status.succeeded)/1"
    }

    private static func duration(of job: Job, _ now: Double) -> String {
        guard let start = job.status.startTime else { return "" }
        let end = job.status.completionTime.map { Double($0.seconds) } ?? now
        return HumanDuration.text(seconds: end - Double(start.seconds))
    }
}
