// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import KubernetesClient

/// Sends a plan's requests; what comes next is the ``PlanRun``'s to say.
struct PlanPerformer: Sendable {
    let client: KubernetesClient
    let record: @Sendable (EventRecord) -> Void

    func perform(_ plan: ControllerPlan) async -> SyncOutcome {
        for event in plan.events { self.record(event) }
        var run = PlanRun(plan)
        while let action = run.next {
            for event in run.answered(await self.send(action)) { self.record(event) }
        }
        return run.outcome
    }

    private func send(_ action: ControllerAction) async -> PlanRun.Answer {
        do {
            for precondition in action.preconditions {
                if let unmet = precondition.unmet(by: try await self.find(precondition.identity)) {
                    return .unmet(unmet)
                }
            }
            return .success(try await self.client.send(action.request))
        } catch let error as StatusError {
            return .refused(error)
        } catch {
            return .failed("\(error)")
        }
    }

    private func find(_ identity: ObjectIdentity) async throws -> JSONValue? {
        let namespace = identity.key.namespace
        do {
            return try await self.client.send(
                APIRequest(
                    .get,
                    identity.resource,
                    namespace: namespace.isEmpty ? nil : namespace,
                    name: identity.key.name
                )
            )
        } catch let error as StatusError where error.isNotFound {
            return nil
        }
    }
}
