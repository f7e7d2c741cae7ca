// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The kinds that `kubectl create deployment`, `job`, `secret`, `serviceaccount`, `token`, `priorityclass` and `kubectl auth`
/// send in protobuf.
extension ProtobufSchema {
    static let workloads: [String: ProtobufSchema] = [
        "Deployment": .object([2: Field(name: "spec", type: .message { .deploymentSpec })]),
        "Job": .object([2: Field(name: "spec", type: .message { .jobSpec })]),
        "Secret": .object([
            2: Field(name: "data", type: .bytesMap), 3: Field(name: "type", type: .string),
            4: Field(name: "stringData", type: .map), 5: Field(name: "immutable", type: .bool, isPointer: true),
        ]),
        "ServiceAccount": .object([
            3: Field(name: "imagePullSecrets", type: .message { .localReference }, isRepeated: true),
            4: Field(name: "automountServiceAccountToken", type: .bool, isPointer: true),
        ]),
        "PriorityClass": .object([
            2: Field(name: "value", type: .integer), 3: Field(name: "globalDefault", type: .bool),
            4: Field(name: "description", type: .string), 5: Field(name: "preemptionPolicy", type: .string),
        ]),
        "TokenRequest": .object([2: Field(name: "spec", type: .message { .tokenRequestSpec })]),
        "SelfSubjectReview": .object([:]),
        "SelfSubjectRulesReview": .object([2: Field(name: "spec", type: .message { .rulesReviewSpec })]),
        "SelfSubjectAccessReview": .object([2: Field(name: "spec", type: .message { .accessReviewSpec })]),
    ]

    private static let localReference = ProtobufSchema(fields: [1: Field(name: "name", type: .string)])
    private static let tokenRequestSpec = ProtobufSchema(fields: [
        1: Field(name: "audiences", type: .string, isRepeated: true),
        4: Field(name: "expirationSeconds", type: .integer, isPointer: true),
    ])
    private static let rulesReviewSpec = ProtobufSchema(fields: [1: Field(name: "namespace", type: .string)])
    private static let accessReviewSpec = ProtobufSchema(fields: [
        1: Field(name: "resourceAttributes", type: .message { .resourceAttributes }, isPointer: true),
        2: Field(name: "nonResourceAttributes", type: .message { .pathAttributes }, isPointer: true),
    ])
    private static let resourceAttributes = ProtobufSchema(fields: [
        1: Field(name: "namespace", type: .string), 2: Field(name: "verb", type: .string),
        3: Field(name: "group", type: .string), 4: Field(name: "version", type: .string),
        5: Field(name: "resource", type: .string), 6: Field(name: "subresource", type: .string),
        7: Field(name: "name", type: .string),
    ])
    private static let pathAttributes = ProtobufSchema(fields: [
        1: Field(name: "path", type: .string), 2: Field(name: "verb", type: .string),
    ])
    private static let deploymentSpec = ProtobufSchema(fields: [
        1: Field(name: "replicas", type: .integer, isPointer: true),
        2: Field(name: "selector", type: .message { .labelSelector }, isPointer: true),
        3: Field(name: "template", type: .message { .podTemplate }),
        4: Field(name: "strategy", type: .message { .deploymentStrategy }),
        5: Field(name: "minReadySeconds", type: .integer),
        6: Field(name: "revisionHistoryLimit", type: .integer, isPointer: true), 7: Field(name: "paused", type: .bool),
        9: Field(name: "progressDeadlineSeconds", type: .integer, isPointer: true),
    ])
    private static let deploymentStrategy = ProtobufSchema(fields: [
        1: Field(name: "type", type: .string),
        2: Field(name: "rollingUpdate", type: .message { .rollingUpdate }, isPointer: true),
    ])
    private static let rollingUpdate = ProtobufSchema(fields: [
        1: Field(name: "maxUnavailable", type: .intOrString), 2: Field(name: "maxSurge", type: .intOrString),
    ])
    private static let jobSpec = ProtobufSchema(fields: [
        1: Field(name: "parallelism", type: .integer, isPointer: true),
        2: Field(name: "completions", type: .integer, isPointer: true),
        3: Field(name: "activeDeadlineSeconds", type: .integer, isPointer: true),
        4: Field(name: "selector", type: .message { .labelSelector }, isPointer: true),
        5: Field(name: "manualSelector", type: .bool, isPointer: true),
        6: Field(name: "template", type: .message { .podTemplate }),
        7: Field(name: "backoffLimit", type: .integer, isPointer: true),
        8: Field(name: "ttlSecondsAfterFinished", type: .integer, isPointer: true),
        9: Field(name: "completionMode", type: .string), 10: Field(name: "suspend", type: .bool, isPointer: true),
    ])
    private static let podTemplate = ProtobufSchema(fields: [
        1: Field(name: "metadata", type: .message { .objectMeta }), 2: Field(name: "spec", type: .message { .podSpec }),
    ])
    private static let podSpec = ProtobufSchema(
        fields: [
            2: Field(name: "containers", type: .message { .container }, isRepeated: true),
            3: Field(name: "restartPolicy", type: .string),
            4: Field(name: "terminationGracePeriodSeconds", type: .integer, isPointer: true),
            6: Field(name: "dnsPolicy", type: .string), 7: Field(name: "nodeSelector", type: .map),
            8: Field(name: "serviceAccountName", type: .string), 10: Field(name: "nodeName", type: .string),
        ],
        isClosed: true
    )
    private static let container = ProtobufSchema(
        fields: [
            1: Field(name: "name", type: .string), 2: Field(name: "image", type: .string),
            3: Field(name: "command", type: .string, isRepeated: true),
            4: Field(name: "args", type: .string, isRepeated: true), 5: Field(name: "workingDir", type: .string),
            6: Field(name: "ports", type: .message { .containerPort }, isRepeated: true),
            14: Field(name: "imagePullPolicy", type: .string), 16: Field(name: "stdin", type: .bool),
            17: Field(name: "stdinOnce", type: .bool), 18: Field(name: "tty", type: .bool),
        ],
        isClosed: true
    )
    private static let containerPort = ProtobufSchema(fields: [
        1: Field(name: "name", type: .string), 2: Field(name: "hostPort", type: .integer),
        3: Field(name: "containerPort", type: .integer), 4: Field(name: "protocol", type: .string),
        5: Field(name: "hostIP", type: .string),
    ])
}
