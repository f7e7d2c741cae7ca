// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
]

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let hashTrees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let hdrHistogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A library target of ours, in its folder below Sources.
func library(_ name: String, in folder: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(folder ?? name)",
        swiftSettings: settings
    )
}

/// The tests of a target; `resources` are files that tests find beside their sources.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [String] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, exclude: resources, swiftSettings: settings)
}

let cTargets: [Target] = [
    .systemLibrary(name: "CRDKafka", path: "Sources/CRDKafka"),
    .systemLibrary(name: "CZooKeeper", path: "Sources/CZooKeeper"),
    .target(name: "CCRC32C", path: "Sources/CCRC32C"),
    .executableTarget(name: "container-shim", path: "Sources/container-shim"),
]

let foundation: [Target] = [
    library("Determinism", [nioCore]),
    library("FileStorage", ["Determinism", nioCore]),
    library("JSON", [nioCore]),
    library("NameResolution", in: "Node/NameResolution", [nioCore]),
    library("ImagePrograms", in: "Node/ImagePrograms", ["NameResolution", nioCore, nioHTTP1, nioPosix]),
]

let kubernetes: [Target] = [
    library("KubernetesAPI", in: "Kubernetes/API", ["JSON"]),
    library("KubernetesClient", in: "Kubernetes/Client", ["KubernetesAPI", "Determinism", "JSON", nioCore]),
    library(
        "KubernetesHTTP",
        in: "Kubernetes/HTTP",
        ["KubernetesClient", "KubernetesAPI", "JSON", asyncHTTPClient, nioCore, nioFoundation, nioHTTP1, nioSSL, yams]
    ),
    library(
        "APIServer",
        in: "ControlPlane/APIServer",
        ["KubernetesClient", "KubernetesAPI", "JSON", deques, logging, nioCore, nioHTTP1, nioPosix, nioWebSocket, yams]
    ),
    library("Controllers", in: "ControlPlane/Controllers", ["KubernetesAPI", "JSON", "Determinism"]),
    library(
        "ControllerRuntime",
        in: "ControlPlane/ControllerRuntime",
        ["Controllers", "KubernetesClient", "KubernetesAPI", "JSON", "Determinism"]
    ),
    library(
        "ContainerRuntime",
        in: "Node/ContainerRuntime",
        ["KubernetesAPI", "JSON", "Determinism", nioCore, nioHTTP1, nioPosix, yams]
    ),
    library(
        "Kubelet",
        in: "Node/Kubelet",
        ["ContainerRuntime", "KubernetesClient", "KubernetesAPI", "JSON", "Determinism", nioCore, nioHTTP1, nioPosix]
    ),
    library(
        "ClusterDNS",
        in: "Node/ClusterDNS",
        ["KubernetesClient", "KubernetesAPI", "NameResolution", nioCore, nioPosix]
    ),
    library(
        "ServiceProxy",
        in: "Node/ServiceProxy",
        ["KubernetesClient", "KubernetesAPI", logging, nioCore, nioPosix]
    ),
    library(
        "Cluster",
        [
            "APIServer", "ClusterDNS", "ContainerRuntime", "ControllerRuntime", "Controllers", "JSON", "Kubelet",
            "KubernetesAPI", "KubernetesClient", "KubernetesHTTP", "NameResolution", "ServiceProxy", nioCore,
        ]
    ),
]

let zooKeeper: [Target] = [
    library("ZooKeeperProtocol", in: "ZooKeeper/Protocol", [nioCore]),
    library("ZooKeeperLog", in: "ZooKeeper/Log", ["ZooKeeperProtocol", "Determinism", nioCore]),
    library(
        "ZooKeeperEnsemble",
        in: "ZooKeeper/Ensemble",
        ["ZooKeeperProtocol", "Determinism", deques, hashTrees, nioCore]
    ),
    library(
        "ZooKeeperServer",
        in: "ZooKeeper/Server",
        [
            "ZooKeeperEnsemble", "ZooKeeperLog", "ZooKeeperProtocol", "FileStorage", "NameResolution", "Determinism",
            logging, nioCore, nioPosix, serviceLifecycle,
        ]
    ),
    library("ZooKeeperClient", in: "ZooKeeper/Client", ["CZooKeeper", "NameResolution", nioCore]),
]

let kafka: [Target] = [
    library("KafkaProtocol", in: "Kafka/Protocol", ["CCRC32C", nioCore]),
    library("KafkaLog", in: "Kafka/Log", ["KafkaProtocol", "Determinism", nioCore]),
    library(
        "KafkaCluster",
        in: "Kafka/Cluster",
        ["KafkaProtocol", "ZooKeeperProtocol", "Determinism", "JSON", nioCore]
    ),
    library(
        "KafkaStore",
        in: "Kafka/Store",
        ["KafkaCluster", "KafkaLog", "KafkaProtocol", "Determinism", nioCore]
    ),
    library(
        "KafkaBroker",
        in: "Kafka/Broker",
        [
            "KafkaCluster", "KafkaStore", "KafkaProtocol", "FileStorage", "ZooKeeperClient",
            "NameResolution",
            "Determinism", "JSON", deques, logging, nioCore, nioPosix, serviceLifecycle,
        ]
    ),
    library("KafkaClient", in: "Kafka/Client", ["CRDKafka", "NameResolution", nioCore]),
    library(
        "KafkaTools",
        in: "Kafka/Tools",
        ["KafkaClient", "ZooKeeperClient", "NameResolution", "JSON", nioCore]
    ),
]

let harness: [Target] = [
    library(
        "Simulation",
        [
            "ControllerRuntime", "Controllers", "Determinism", "JSON", "KafkaCluster", "KafkaLog", "KafkaProtocol",
            "KafkaStore",
            "KubernetesAPI", "ZooKeeperEnsemble", "ZooKeeperLog", "ZooKeeperProtocol", nioCore,
        ]
    ),
    library("Verification", ["Determinism", "JSON", nioCore, hdrHistogram]),
    library("Reports", ["Verification", "Determinism", "JSON"]),
    library("Workload", ["KafkaClient", "NameResolution", "Verification", "Determinism", nioCore]),
    library(
        "Trials",
        [
            "Cluster", "ControllerRuntime", "Determinism", "JSON", "KafkaClient", "KubernetesAPI", "KubernetesClient",
            "NameResolution",
            "Reports", "Verification", "Workload", nioCore, yams,
        ]
    ),
]

let testTargets: [Target] = [
    tests("APIServer", ["APIServer", "JSON", "KubernetesAPI", "KubernetesClient", nioCore, nioPosix]),
    tests("Architecture", []),
    tests(
        "ClusterDNS",
        ["APIServer", "ClusterDNS", "JSON", "KubernetesAPI", "KubernetesClient", "NameResolution", nioCore, nioPosix]
    ),
    tests(
        "ContainerRuntime",
        ["container-shim", "ContainerRuntime", "JSON", "KubernetesAPI", nioCore, nioHTTP1, nioPosix]
    ),
    tests("ControllerRuntime", ["ControllerRuntime", "Controllers", "Determinism", "JSON", "KubernetesAPI"]),
    tests("Controllers", ["ControllerRuntime", "Controllers", "JSON", "KubernetesAPI", "Simulation"]),
    tests("FileStorage", ["Determinism", "FileStorage", nioCore]),
    tests("ImagePrograms", ["ImagePrograms", "NameResolution", nioCore, nioHTTP1, nioPosix]),
    tests("JSON", ["JSON"]),
    tests("KafkaBroker", ["KafkaBroker", "KafkaProtocol", "ZooKeeperServer", logging, nioCore]),
    tests("KafkaClient", ["KafkaClient", "NameResolution"]),
    tests("KafkaCluster", ["Determinism", "KafkaCluster", "KafkaProtocol", nioCore], resources: ["Scripts"]),
    tests("KafkaLog", ["Determinism", "KafkaLog", "KafkaProtocol", "Simulation", nioCore]),
    tests("KafkaProtocol", ["Determinism", "KafkaProtocol", nioCore], resources: ["Fixtures"]),
    tests("KafkaTools", ["KafkaClient", "KafkaTools", "NameResolution"]),
    tests(
        "Kubelet",
        [
            "container-shim", "APIServer", "ContainerRuntime", "Determinism", "JSON", "Kubelet", "KubernetesAPI",
            "KubernetesClient", nioCore, nioPosix,
        ],
        resources: ["Scripts"]
    ),
    tests("KubernetesAPI", ["JSON", "KubernetesAPI"]),
    tests("KubernetesClient", ["Determinism", "JSON", "KubernetesClient"]),
    tests(
        "KubernetesHTTP",
        [
            "APIServer", "JSON", "KubernetesAPI", "KubernetesClient", "KubernetesHTTP", nioCore, nioHTTP1, nioPosix,
            nioWebSocket,
        ]
    ),
    tests("NameResolution", ["NameResolution", nioCore, nioPosix]),
    tests("Reports", ["Reports", "Verification"]),
    tests(
        "ServiceProxy",
        ["APIServer", "JSON", "KubernetesAPI", "KubernetesClient", "ServiceProxy", nioCore, nioPosix]
    ),
    tests("Simulation", ["Simulation"]),
    tests("Trials", ["JSON", "Trials"]),
    tests("Verification", ["Determinism", "JSON", "Verification", nioCore], resources: ["Histories"]),
    tests("Workload", ["KafkaClient", "NameResolution", "Verification", "Workload"]),
    tests("ZooKeeperClient", ["NameResolution", "ZooKeeperClient", nioCore]),
    tests("ZooKeeperEnsemble", ["Determinism", "ZooKeeperEnsemble", "ZooKeeperProtocol", nioCore]),
    tests("ZooKeeperLog", ["Determinism", "FileStorage", "ZooKeeperLog", "ZooKeeperProtocol", nioCore]),
    tests("ZooKeeperProtocol", ["ZooKeeperProtocol", nioCore]),
    tests("ZooKeeperServer", ["Determinism", "ZooKeeperProtocol", "ZooKeeperServer", logging, nioCore, nioPosix]),
]

/// Swift's runtime and Foundation are linked in: probes start this program every second in every pod, and it starts five
/// times as fast that way. Only linking is static, so that builds and tests share one flavour of everything else.
let executable: Target = .executableTarget(
    name: "seatrial",
    dependencies: [
        "Cluster", "ControllerRuntime", "Controllers", "Determinism", "ImagePrograms", "JSON", "KafkaBroker",
        "KafkaTools", "KubernetesClient", "KubernetesHTTP", "NameResolution", "Reports", "Simulation", "Trials",
        "Verification", "ZooKeeperServer", "container-shim",
        argumentParser, logging, serviceLifecycle, unixSignals,
    ],
    swiftSettings: settings,
    linkerSettings: [
        .unsafeFlags(["-static-stdlib"]),
        // Each before what it needs: the linker looks at an archive once.
        .linkedLibrary("CoreFoundation"),
        .linkedLibrary("_CFXMLInterface"),
        .linkedLibrary("_CFURLSessionInterface"),
        .linkedLibrary("_FoundationCollections"),
        .linkedLibrary("_FoundationCShims"),
        .linkedLibrary("_FoundationICU"),
        .linkedLibrary("swiftSynchronization"),
        .linkedLibrary("stdc++"),
    ]
)

let package = Package(
    name: "seatrial",
    dependencies: dependencies,
    targets: cTargets + foundation + kubernetes + zooKeeper + kafka + harness + [executable] + testTargets,
    swiftLanguageModes: [.v6]
)
