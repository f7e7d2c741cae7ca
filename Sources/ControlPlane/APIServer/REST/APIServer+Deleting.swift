// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// DELETE of an object.
    func delete(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let (object, isGone) = try self.remove(
            request.key,
            request,
            options: DeletionOptions(request)
        )
        // Pods come back in their last state; of anything else that is gone only its identity is told.
        if !isGone || request.definition.kind == "Pod" { return request.response(200, object) }
        var details: JSONValue = ["name": .string(object.name), "kind": .string(request.definition.resource)]
        if !request.definition.group.isEmpty { details["group"] = .string(request.definition.group) }
        details["uid"] = .string(object.uid)
        return APIResponse(
            status: 200,
            body: [
                "kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Success", "details": details,
            ]
        )
    }

    /// DELETE of a collection: each object that the selectors match.
    func deleteCollection(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let options = try DeletionOptions(request)
        let namespace = request.definition.isNamespaced ? request.api.namespace : nil
        let (objects, revision) = self.store.read { state in
            (state.objects(of: request.stored, namespace: namespace), state.revision)
        }
        let selected = objects.filter(request.options.selection.matches)
        for object in selected {
            do throws(StatusError) {
                _ = try self.remove(ObjectKey(of: object), request, options: options)
            } catch  where error.isNotFound {
                continue  // somebody else was faster
            }
        }
        return self.listResponse(request, selected, revision: revision, metadata: [:])
    }

    /// Deletes an object as far as its grace period and finalizers allow.
    /// - Returns: the object in its last state, and whether it is gone.
    func remove(
        _ key: ObjectKey,
        _ request: ResolvedRequest,
        options: DeletionOptions
    ) throws(StatusError) -> (object: JSONValue, isGone: Bool) {
        let isPod = request.definition.kind == "Pod"
        var isGone = false
        var isMarkedFirst = false
        var outcome: JSONValue?
        do {
            outcome = try self.store.update(key, of: request.stored) { current in
                try options.check(current, kind: request.definition.kind, group: request.definition.group)
                try self.admitDeletion(of: current, request)
                var object = current
                let seconds = isPod ? options.podGracePeriod(of: current) : 0
                self.addFinalizers(for: options, to: &object, request)
                let isHeld =
                    request.definition.kind == "Namespace" && current["spec", "finalizers"]?.array?.isEmpty == false
                isGone = seconds == 0 && object.finalizers.isEmpty && !isHeld
                // What goes at once is shown as it was; only pods carry the mark of a deletion to the end.
                if !isGone || isPod { self.markTerminating(&object, seconds: seconds, isPod: isPod) }
                if options.isDryRun || request.options.isDryRun { return .keep(isGone ? current : object) }
                // A pod that goes at once is seen terminating first, as upstream writes it in two steps.
                isMarkedFirst = isGone && isPod && !current.isTerminating
                return isGone && !isMarkedFirst ? .remove(object) : .write(object)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
        if isMarkedFirst { outcome = self.store.update(key, of: request.stored) { .remove($0) } ?? outcome }
        guard let outcome else { throw .notFound(request.api.resource, name: key.name) }
        if isGone { self.addresses.release(outcome) }
        return (outcome, isGone)
    }

    /// Orphan and Foreground are promises that the garbage collector keeps; a finalizer holds the object until then.
    private func addFinalizers(for options: DeletionOptions, to object: inout JSONValue, _ request: ResolvedRequest) {
        var finalizers = object.finalizers
        switch options.propagationPolicy {
        case "Orphan"?:
            finalizers.removeAll { $0 == "foregroundDeletion" }
            if !finalizers.contains("orphan") { finalizers.append("orphan") }
        case "Foreground"?:
            finalizers.removeAll { $0 == "orphan" }
            if !finalizers.contains("foregroundDeletion") { finalizers.append("foregroundDeletion") }
        case "Background"?:
            finalizers.removeAll { $0 == "orphan" || $0 == "foregroundDeletion" }
        case _:
            break
        }
        object.finalizers = finalizers
    }

    /// Sets the time of death; a shorter grace period brings it forward, a longer one changes nothing.
    private func markTerminating(_ object: inout JSONValue, seconds: Int64, isPod: Bool) {
        if object.isTerminating {
            let present = object["metadata", "deletionGracePeriodSeconds"]?.integer ?? 0
            guard isPod, seconds < present else { return }
        } else if let generation = object["metadata", "generation"]?.integer, generation > 0 {
            object["metadata", "generation"] = .integer(generation + 1)
        }
        object["metadata", "deletionTimestamp"] = .string(self.timestamp(after: seconds))
        if object["kind"]?.string == "Namespace" {
            object["status", "phase"] = "Terminating"
        } else {
            object["metadata", "deletionGracePeriodSeconds"] = .integer(seconds)
        }
    }
}
