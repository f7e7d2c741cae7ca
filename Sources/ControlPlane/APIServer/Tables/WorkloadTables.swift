// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The tables of workloads and budgets.
enum WorkloadTables {
    static let statefulSets = TableDefinition([
        .name, .init("Ready", "How many pods are ready, of how many that are wanted."), .age,
        .init("Containers", "The names of the template's containers.").wide(),
        .init("Images", "The images of the template's containers.").wide(),
    ]) { object, now in
        let set = StatefulSet(json: object)
        let containers = set.spec.template.spec.containers
        return [
            Cell.name(of: object), .string("\(set.status.readyReplicas)/\(set.spec.replicas)"),
            Cell.age(of: object, now),
            .string(containers.map(\.name).joined(separator: ",")),
            .string(containers.map(\.image).joined(separator: ",")),
        ]
    }

    static let controllerRevisions = TableDefinition([
        .name, .init("Controller", "The object that the revision is of."), .init("Revision", "The revision's number."),
        .age,
    ]) { object, now in
        var controller = "<none>"
        if let owner = ObjectMeta(json: object["metadata"] ?? .emptyObject).controller {
            let parts = owner.apiVersion.split(separator: "/")
            let group = parts.count == 2 ? String(parts[0]) : ""
            controller = owner.kind.lowercased() + (group.isEmpty ? "" : ".\(group)") + "/\(owner.name)"
        }
        return [Cell.name(of: object), .string(controller), object["revision"] ?? 0, Cell.age(of: object, now)]
    }

    static let budgets = TableDefinition([
        .name, .init("Min Available", "How many pods must stay."), .init("Max Unavailable", "How many pods may go."),
        .init("Allowed Disruptions", "How many pods may be evicted now.", type: "integer"), .age,
    ]) { object, now in
        let spec = PodDisruptionBudget(json: object).spec
        return [
            Cell.name(of: object), .string(spec.minAvailable?.description ?? "N/A"),
            .string(spec.maxUnavailable?.description ?? "N/A"), object["status", "disruptionsAllowed"] ?? 0,
            Cell.age(of: object, now),
        ]
    }

    static let events = TableDefinition([
        .init("Last Seen", "How long ago it happened last."), .init("Type", "Normal or Warning."),
        .init("Reason", "What happened, in one word."), .init("Object", "The object it is about."),
        .init("Subobject", "The part of the object it is about.").wide(), .init("Source", "Who tells it.").wide(),
        .init("Message", "What happened."), .init("First Seen", "How long ago it happened first.").wide(),
        .init("Count", "How often it happened.").wide(),
        .init("Name", "The name of the object.", format: "name", priority: 1),
    ]) { object, now in
        let event = Event(json: object)
        var first = Cell.age(object["firstTimestamp"], now)
        if event.firstTimestamp == nil { first = Cell.age(object["eventTime"], now) }
        var last = first
        if event.lastTimestamp != nil { last = Cell.age(object["lastTimestamp"], now) }
        var count = event.count
        if let series = object["series"] {
            last = Cell.age(series["lastObservedTime"], now)
            count = series["count"]?.integer ?? count
        } else if count == 0 {
            count = 1
        }
        var target = event.involvedObject.kind.lowercased()
        if !event.involvedObject.name.isEmpty { target += "/\(event.involvedObject.name)" }
        // An event of the events.k8s.io form says in other fields who tells it, and where.
        let (component, host) =
            event.source.component.isEmpty
            ? (event.reportingComponent, event.reportingInstance) : (event.source.component, event.source.host)
        let source = host.isEmpty ? component : "\(component), \(host)"
        var message = event.message[...]
        while let last = message.last, last.isWhitespace { message.removeLast() }
        while let first = message.first, first.isWhitespace { message.removeFirst() }
        return [
            last, .string(event.type), .string(event.reason), .string(target), .string(event.involvedObject.fieldPath),
            .string(source), .string(String(message)), first, .string(String(count)), Cell.name(of: object),
        ]
    }

    static let scale = TableDefinition([
        .init("Name", "The name of the object."), .init("Desired", "How many pods are wanted.", type: "integer"),
        .init("Available", "How many pods there are.", type: "integer"), .age,
    ]) { object, now in
        [
            Cell.name(of: object), object["spec", "replicas"] ?? 0, object["status", "replicas"] ?? 0,
            Cell.age(of: object, now),
        ]
    }
}
