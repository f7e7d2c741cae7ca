// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The limits of this module.
enum Limits {
    /// The first pause before a sandbox that could not be made is tried again; it doubles.
    static let sandboxPauseMin = Duration.milliseconds(10)
    /// The longest such pause.
    static let sandboxPauseMax = Duration.seconds(2)
    /// How many failures in a row are not worth an event yet: a claim is bound in that time.
    static let sandboxFailuresSilent = 6
    /// How long a hook after a container's start may take; upstream sets no limit.
    static let postStartMax = Duration.seconds(86_400)
    /// What a container gets at least after its hook (upstream's minimumGracePeriodInSeconds).
    static let graceMin = Duration.seconds(2)
    /// The first pause before a write to the API server is tried again; it doubles.
    static let writePauseMin = Duration.milliseconds(50)
    /// The longest such pause.
    static let writePauseMax = Duration.seconds(5)
    /// How many events wait to be written; more are dropped and counted.
    static let eventsMax = 1000
    /// How many different events are remembered, to count repetitions.
    static let rememberedEventsMax = 1000
    /// The longest message of an event, in bytes (upstream's).
    static let eventMessageBytesMax = 1024
    /// How often a node's status is reported without need (upstream's nodeStatusReportFrequency).
    static let nodeReportInterval = Duration.seconds(300)
    /// How many kinds of pods are told of fields without effect.
    static let ignoredFieldsMax = 1000
    /// How long a node's lease lasts (upstream's nodeLeaseDurationSeconds).
    static let leaseSeconds: Int64 = 40
    /// How often it is renewed (upstream: a quarter of that).
    static let leaseRenewInterval = Duration.seconds(10)
    /// The longest head of a request to the kubelet, in bytes.
    static let requestHeadBytesMax = 16_384
}
