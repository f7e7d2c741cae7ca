// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The tables of accounts, slices, leases and priorities.
extension ClusterTables {
    static let secrets = TableDefinition([
        .name, .init("Type", "What the secret is for."), .init("Data", "How many entries there are."), .age,
    ]) { object, now in
        [
            Cell.name(of: object), object["type"] ?? "", .integer(Int64(object["data"]?.object?.count ?? 0)),
            Cell.age(of: object, now),
        ]
    }

    static let serviceAccounts = TableDefinition([.name, .age]) { object, now in
        [Cell.name(of: object), Cell.age(of: object, now)]
    }

    static let endpointSlices = TableDefinition([
        .name, .init("AddressType", "What kind of addresses they are."), .init("Ports", "The ports of each."),
        .init("Endpoints", "The addresses."), .age,
    ]) { object, now in
        let slice = EndpointSlice(json: object)
        return [
            Cell.name(of: object), .string(slice.addressType), .string(Self.ports(of: slice)),
            .string(Self.list(slice.endpoints.compactMap(\.addresses.first), none: "<unset>")),
            Cell.age(of: object, now),
        ]
    }

    private static func ports(of slice: EndpointSlice) -> String {
        Self.list(slice.ports.map { $0.port.map(String.init) ?? ($0.name ?? "*") }, none: "<unset>")
    }

    /// The first few of a list, and how many more there are.
    static func list(_ texts: [String], none: String) -> String {
        if texts.isEmpty { return none }
        let shown = texts.prefix(Self.addressesMax).joined(separator: ",")
        return texts.count > Self.addressesMax ? "\(shown) + \(texts.count - Self.addressesMax) more..." : shown
    }

    static let leases = TableDefinition([
        .name, .init("Holder", "Who holds it."), .age,
    ]) { object, now in
        [Cell.name(of: object), object["spec", "holderIdentity"] ?? "", Cell.age(of: object, now)]
    }

    static let priorityClasses = TableDefinition([
        .name, .init("Value", "The higher, the more important.", type: "integer"),
        .init("Global-Default", "Whether it holds for pods that name none.", type: "boolean"), .age,
        .init("PreemptionPolicy", "Whether its pods push others out."),
    ]) { object, now in
        [
            Cell.name(of: object), object["value"] ?? 0, object["globalDefault"] ?? false, Cell.age(of: object, now),
            object["preemptionPolicy"] ?? "",
        ]
    }
}
