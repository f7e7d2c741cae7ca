// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The numbers of the fields of a protobuf message, as upstream's `generated.proto` files assign them.
struct ProtobufSchema: Sendable {
    indirect enum FieldType: Sendable {
        case string, integer, bool
        /// Bytes, as an array of numbers.
        case raw
        /// A map of strings.
        case map
        /// A map of bytes, in base 64.
        case bytesMap
        case intOrString
        case message(@Sendable () -> ProtobufSchema)
    }

    struct Field: Sendable {
        var name: String
        var type: FieldType
        var isRepeated = false
        /// Whether an empty value says something: upstream's field is a pointer.
        var isPointer = false
    }

    var fields: [Int: Field]
    /// Whether a field with something in it that is not known here is refused rather than lost.
    var isClosed = false

    /// The kinds that are read.
    static let kinds: [String: ProtobufSchema] = [
        "Namespace": .object([2: Field(name: "spec", type: .message { .namespaceSpec })]),
        "ConfigMap": .object([
            2: Field(name: "data", type: .map), 4: Field(name: "immutable", type: .bool, isPointer: true),
        ]),
        "Service": .object([2: Field(name: "spec", type: .message { .serviceSpec })]),
        "PodDisruptionBudget": .object([2: Field(name: "spec", type: .message { .budgetSpec })]),
        "Eviction": .object([2: Field(name: "deleteOptions", type: .message { .deleteOptions }, isPointer: true)]),
        "DeleteOptions": .deleteOptions,
    ].merging(Self.workloads) { first, _ in first }

    /// An object: metadata and what is its own.
    static func object(_ fields: [Int: Field]) -> ProtobufSchema {
        var fields = fields
        fields[1] = Field(name: "metadata", type: .message { .objectMeta })
        return ProtobufSchema(fields: fields)
    }

    /// What surrounds every object.
    static let envelope = ProtobufSchema(fields: [
        1: Field(name: "typeMeta", type: .message { .typeMeta }), 2: Field(name: "raw", type: .raw),
    ])
    static let mapEntry = ProtobufSchema(fields: [
        1: Field(name: "key", type: .string), 2: Field(name: "value", type: .string),
    ])
    static let bytesEntry = ProtobufSchema(fields: [
        1: Field(name: "key", type: .string), 2: Field(name: "value", type: .raw),
    ])
    static let intOrString = ProtobufSchema(fields: [
        1: Field(name: "type", type: .integer), 2: Field(name: "intVal", type: .integer),
        3: Field(name: "strVal", type: .string),
    ])
    private static let typeMeta = ProtobufSchema(fields: [
        1: Field(name: "apiVersion", type: .string), 2: Field(name: "kind", type: .string),
    ])
    static let objectMeta = ProtobufSchema(fields: [
        1: Field(name: "name", type: .string), 2: Field(name: "generateName", type: .string),
        3: Field(name: "namespace", type: .string), 5: Field(name: "uid", type: .string),
        6: Field(name: "resourceVersion", type: .string), 11: Field(name: "labels", type: .map),
        12: Field(name: "annotations", type: .map), 14: Field(name: "finalizers", type: .string, isRepeated: true),
    ])
    private static let namespaceSpec = ProtobufSchema(fields: [
        1: Field(name: "finalizers", type: .string, isRepeated: true)
    ])
    private static let serviceSpec = ProtobufSchema(fields: [
        1: Field(name: "ports", type: .message { .servicePort }, isRepeated: true),
        2: Field(name: "selector", type: .map), 3: Field(name: "clusterIP", type: .string),
        4: Field(name: "type", type: .string), 5: Field(name: "externalIPs", type: .string, isRepeated: true),
        7: Field(name: "sessionAffinity", type: .string), 8: Field(name: "loadBalancerIP", type: .string),
        10: Field(name: "externalName", type: .string), 11: Field(name: "externalTrafficPolicy", type: .string),
        13: Field(name: "publishNotReadyAddresses", type: .bool), 17: Field(name: "ipFamilyPolicy", type: .string),
        18: Field(name: "clusterIPs", type: .string, isRepeated: true),
        19: Field(name: "ipFamilies", type: .string, isRepeated: true),
        22: Field(name: "internalTrafficPolicy", type: .string),
    ])
    private static let servicePort = ProtobufSchema(fields: [
        1: Field(name: "name", type: .string), 2: Field(name: "protocol", type: .string),
        3: Field(name: "port", type: .integer), 4: Field(name: "targetPort", type: .intOrString),
        5: Field(name: "nodePort", type: .integer), 6: Field(name: "appProtocol", type: .string),
    ])
    private static let budgetSpec = ProtobufSchema(fields: [
        1: Field(name: "minAvailable", type: .intOrString),
        2: Field(name: "selector", type: .message { .labelSelector }, isPointer: true),
        3: Field(name: "maxUnavailable", type: .intOrString),
        4: Field(name: "unhealthyPodEvictionPolicy", type: .string),
    ])
    static let labelSelector = ProtobufSchema(fields: [
        1: Field(name: "matchLabels", type: .map),
        2: Field(name: "matchExpressions", type: .message { .labelRequirement }, isRepeated: true),
    ])
    private static let labelRequirement = ProtobufSchema(fields: [
        1: Field(name: "key", type: .string), 2: Field(name: "operator", type: .string),
        3: Field(name: "values", type: .string, isRepeated: true),
    ])
    private static let deleteOptions = ProtobufSchema(fields: [
        1: Field(name: "gracePeriodSeconds", type: .integer, isPointer: true),
        2: Field(name: "preconditions", type: .message { .preconditions }),
        3: Field(name: "orphanDependents", type: .bool, isPointer: true),
        4: Field(name: "propagationPolicy", type: .string), 5: Field(name: "dryRun", type: .string, isRepeated: true),
    ])
    private static let preconditions = ProtobufSchema(fields: [
        1: Field(name: "uid", type: .string), 2: Field(name: "resourceVersion", type: .string),
    ])
}
