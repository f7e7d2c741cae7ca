// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI
import KubernetesClient

/// Sends a plan's requests in order and says what was written.
struct PlanPerformer: Sendable {
    let client: KubernetesClient
    let record: @Sendable (EventRecord) -> Void

    func perform(_ plan: ControllerPlan) async -> SyncOutcome {
        var outcome = SyncOutcome()
        for step in plan.steps where outcome.failure == nil {
            for chain in step {
                for action in chain {
                    guard await self.perform(action, into: &outcome) else { break }
                }
            }
        }
        for event in plan.events { self.record(event) }
        for action in outcome.failure == nil && plan.failure == nil ? plan.onSuccess : plan.onFailure {
            guard await self.perform(action, into: &outcome) else { break }
        }
        for action in plan.finally {
            guard await self.perform(action, into: &outcome) else { break }
        }
        return outcome
    }

    /// - Returns: whether what follows in the chain may go on.
    private func perform(_ action: ControllerAction, into outcome: inout SyncOutcome) async -> Bool {
        do {
            for precondition in action.preconditions { try await self.check(precondition) }
            let answer = try await self.client.send(action.request)
            if let write = action.ownWrite(answer) { outcome.writes.append(write) }
            if let event = action.successEvent { self.record(event) }
            return true
        } catch let error as StatusError where action.tolerates(error) {
            return true
        } catch {
            let text = (error as? StatusError)?.message ?? "\(error)"
            outcome.failure = outcome.failure ?? text
            // Somebody made it meanwhile: the retry will see it, and people have nothing to learn from it.
            if (error as? StatusError)?.isAlreadyExists != true, var event = action.failureEvent {
                event.message = event.message.replacing(EventRecord.errorPlaceholder, with: text)
                self.record(event)
            }
            return false
        }
    }

    private func check(_ precondition: ControllerAction.Precondition) async throws {
        switch precondition {
        case .absent(let identity):
            guard let object = try await self.find(identity) else { return }
            if object["metadata", "uid"]?.string == identity.uid { throw Unmet(text: "\(identity) is still there") }
        case .present(let identity):
            let object = try await self.find(identity)
            guard object?["metadata", "uid"]?.string == identity.uid else {
                throw Unmet(text: "\(identity) with uid \(identity.uid) is gone")
            }
            if object?["metadata", "deletionTimestamp"]?.string != nil {
                throw Unmet(text: "\(identity) has just been deleted")
            }
        }
    }

    private struct Unmet: Error, CustomStringConvertible {
        var text: String
        var description: String { self.text }
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
