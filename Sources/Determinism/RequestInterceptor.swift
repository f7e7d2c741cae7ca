// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Decides what happens to the requests that a stand-in is asked, by their kind: for tests, trials and planted defects.
public struct RequestInterceptor<Kind: Hashable & Sendable, Answer: Hashable & Sendable>: Sendable {
    /// What happens to a request.
    public enum Verdict: Hashable, Sendable {
        /// The stand-in takes it.
        case pass
        /// It is answered so, and the stand-in's machine never hears of it.
        case answer(Answer)
        /// It is never answered.
        case drop
        /// Its connection is closed.
        case close
        /// The stand-in takes it later; what comes after it on its connection is not held.
        case hold(Duration)
    }

    /// Called on the stand-in's loop for each request.
    public var decide: @Sendable (Kind) -> Verdict

    /// An interceptor by a closure.
    public init(decide: @escaping @Sendable (Kind) -> Verdict) {
        self.decide = decide
    }
}
