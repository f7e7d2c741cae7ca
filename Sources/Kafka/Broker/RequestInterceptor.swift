// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KafkaCluster
package import KafkaProtocol

/// Decides what happens to requests by their kind, for tests, trials and planted defects.
package struct RequestInterceptor: Sendable {
    /// What happens to a request.
    package enum Verdict: Hashable, Sendable {
        /// The broker takes it.
        case pass
        /// It is answered so, and the broker never hears of it.
        case answer(KafkaResponse)
        /// It is never answered, and what follows on its connection waits behind it.
        case drop
        /// Its connection is closed.
        case close
        /// The broker takes it later.
        case hold(Duration)
    }

    /// Called on the broker's loop for each request.
    package var decide: @Sendable (APIKey) -> Verdict

    /// An interceptor by a closure.
    package init(decide: @escaping @Sendable (APIKey) -> Verdict) {
        self.decide = decide
    }
}
