// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "seatrial",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .target(name: "Determinism", dependencies: [.product(name: "NIOCore", package: "swift-nio")], swiftSettings: settings),
        .target(name: "JSON", swiftSettings: settings),
        .target(name: "KubernetesAPI", dependencies: ["JSON"], path: "Sources/Kubernetes/API", swiftSettings: settings),
        .target(
            name: "KubernetesClient",
            dependencies: ["KubernetesAPI", "JSON", .product(name: "NIOCore", package: "swift-nio")],
            path: "Sources/Kubernetes/Client",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
