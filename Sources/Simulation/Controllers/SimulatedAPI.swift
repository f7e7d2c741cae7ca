// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Controllers
package import JSON
package import KubernetesAPI

/// The API server as controllers need it, without admission: objects with versions, deletion with grace, evictions,
/// and the history of changes that watches deliver from.
package struct SimulatedAPI: Sendable {
    /// A committed change.
    package struct Commit: Hashable, Sendable {
        package var version: Int64
        package var change: ObjectChange
    }

    /// The objects as they are.
    package private(set) var objects = ObservedObjects()
    /// Every change since the beginning.
    package private(set) var history: [Commit] = []
    /// The wall time of writes; set by whoever moves time.
    package var now: WallTime
    private var version: Int64 = 0

    /// A server without objects.
    package init(now: WallTime) {
        self.now = now
    }

    /// The object of that name.
    package func object(_ resource: GroupVersionResource, _ key: ObjectName) -> JSONValue? {
        self.objects.object(resource, key)
    }

    // MARK: - Requests

    /// Carries out a controller's request.
    package mutating func perform(_ action: ControllerAction) -> Result<JSONValue, StatusError> {
        do throws(StatusError) {
            switch action.operation {
            case .read:
                return .success(try self.existing(action.resource, action.key))
            case .create:
                return .success(try self.create(action.resource, action.body ?? .null))
            case .update(let subresource):
                return .success(
                    try self.update(
                        action.resource,
                        action.key,
                        action.body ?? .null,
                        isStatus: subresource == "status"
                    )
                )
            case .mergePatch(let subresource):
                return .success(
                    try self.mergePatch(
                        action.resource,
                        action.key,
                        action.body ?? .null,
                        isStatus: subresource == "status"
                    )
                )
            case .delete(let uid, let version, _):
                return .success(try self.delete(action.resource, action.key, uid: uid, version: version))
            case .evict(let uid):
                return .success(try self.evict(action.key, uid: uid))
            case .createSubresource:
                throw StatusError(code: 404, reason: "NotFound", message: "no such subresource here")
            }
        } catch {
            return .failure(error)
        }
    }

    /// Creates an object: uid, version, time of birth, the first phase of a pod.
    @discardableResult
    package mutating func create(_ resource: GroupVersionResource, _ body: JSONValue) throws(StatusError) -> JSONValue {
        let key = ObservedObjects.key(of: body)
        guard self.object(resource, key) == nil else {
            throw StatusError(
                code: 409,
                reason: "AlreadyExists",
                message: "\(resource) \"\(key.name)\" already exists"
            )
        }
        var object = body
        object["metadata", "uid"] = .string("uid-\(self.version + 1)")
        object["metadata", "creationTimestamp"] = .string(self.now.rfc3339)
        object["metadata", "generation"] = 1
        if resource == .pods { object["status"] = ["phase": "Pending"] }
        return self.commit(resource, old: nil, new: object)
    }

    /// Replaces an object or its status, if the version in the body is the present one.
    package mutating func update(
        _ resource: GroupVersionResource,
        _ key: ObjectName,
        _ body: JSONValue,
        isStatus: Bool
    ) throws(StatusError) -> JSONValue {
        let old = try self.existing(resource, key)
        if let version = body["metadata", "resourceVersion"], version != old["metadata", "resourceVersion"] {
            throw Self.conflict(resource, key)
        }
        var object = isStatus ? old : body
        object["status"] = isStatus ? body["status"] : old["status"]
        if !isStatus, object["spec"] != old["spec"] {
            object["metadata", "generation"] = .integer((old["metadata", "generation"]?.integer ?? 0) + 1)
        }
        return object == old ? old : self.commit(resource, old: old, new: object)
    }

    private mutating func mergePatch(
        _ resource: GroupVersionResource,
        _ key: ObjectName,
        _ patch: JSONValue,
        isStatus: Bool
    ) throws(StatusError) -> JSONValue {
        let old = try self.existing(resource, key)
        return try self.update(resource, key, Self.merge(patch, into: old), isStatus: isStatus)
    }

    private static func merge(_ patch: JSONValue, into value: JSONValue) -> JSONValue {
        guard let members = patch.object else { return patch }
        var merged = value.object == nil ? JSONValue.emptyObject : value
        for (key, member) in members {
            if member.isNull {
                merged[key] = nil
            } else {
                merged[key] = Self.merge(member, into: merged[key] ?? .null)
            }
        }
        return merged
    }

    /// Deletes an object: a pod on a node gets its grace period, everything else goes at once.
    @discardableResult
    package mutating func delete(
        _ resource: GroupVersionResource,
        _ key: ObjectName,
        uid: String = "",
        version: String? = nil,
        isForced: Bool = false
    ) throws(StatusError) -> JSONValue {
        let old = try self.existing(resource, key)
        if !uid.isEmpty, old.uid != uid { throw Self.conflict(resource, key) }
        if let version, old["metadata", "resourceVersion"]?.string != version { throw Self.conflict(resource, key) }
        let phase = old["status", "phase"]?.string
        let isGraceful = resource == .pods && !isForced && phase != "Failed" && phase != "Succeeded"
        guard isGraceful else { return self.commit(resource, old: old, new: nil) }
        guard !old.isTerminating else { return old }
        var object = old
        object["metadata", "deletionTimestamp"] = .string((self.now + .seconds(30)).rfc3339)
        return self.commit(resource, old: old, new: object)
    }

    /// Deletes a pod if its budget lets it (SEMANTICS.md, section 7).
    @discardableResult
    package mutating func evict(_ key: ObjectName, uid: String = "") throws(StatusError) -> JSONValue {
        let pod = try self.existing(.pods, key)
        let phase = pod["status", "phase"]?.string
        if pod.isTerminating || phase != "Running" { return try self.delete(.pods, key, uid: uid) }
        let budgets = self.objects.objects(.podDisruptionBudgets, in: key.namespace).filter {
            ObjectSelector($0["spec", "selector"]).matches(pod)
        }
        guard budgets.count <= 1 else {
            throw StatusError(
                code: 500,
                reason: "InternalError",
                message:
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            )
        }
        if let budget = budgets.first {
            let status = budget["status"] ?? .emptyObject
            let isReady = pod.condition("Ready")?["status"] == "True"
            let (current, desired) = (
                status["currentHealthy"]?.integer ?? 0, status["desiredHealthy"]?.integer ?? 0
            )
            if isReady || !(current >= desired && desired > 0) { try self.charge(budget, for: pod) }
        }
        return try self.delete(.pods, key, uid: uid)
    }

    private mutating func charge(_ budget: JSONValue, for pod: JSONValue) throws(StatusError) {
        let status = budget["status"] ?? .emptyObject
        let allowed = status["disruptionsAllowed"]?.integer ?? 0
        let isCurrent =
            status["observedGeneration"]?.integer ?? 0 >= budget["metadata", "generation"]?.integer ?? 0
        guard isCurrent, allowed > 0 else {
            throw StatusError(
                code: 429,
                reason: "TooManyRequests",
                message: "Cannot evict pod as it would violate the pod's disruption budget."
            )
        }
        var charged = budget
        charged["status", "disruptionsAllowed"] = .integer(allowed - 1)
        charged["status", "disruptedPods", pod.name] = .string(self.now.rfc3339)
        self.commit(.podDisruptionBudgets, old: budget, new: charged)
    }

    // MARK: - Writes

    /// Writes an object's new state whatever its version: what kubelets and people do here.
    package mutating func write(
        _ resource: GroupVersionResource,
        _ key: ObjectName,
        _ change: (inout JSONValue) -> Void
    ) {
        guard let old = self.object(resource, key) else { return }
        var object = old
        change(&object)
        if object["spec"] != old["spec"] {
            object["metadata", "generation"] = .integer((old["metadata", "generation"]?.integer ?? 0) + 1)
        }
        if object != old { self.commit(resource, old: old, new: object) }
    }

    private func existing(_ resource: GroupVersionResource, _ key: ObjectName) throws(StatusError) -> JSONValue {
        guard let object = self.object(resource, key) else {
            throw StatusError(code: 404, reason: "NotFound", message: "\(resource) \"\(key.name)\" not found")
        }
        return object
    }

    private static func conflict(_ resource: GroupVersionResource, _ key: ObjectName) -> StatusError {
        StatusError(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource) \"\(key.name)\": the object has been modified; "
                + "please apply your changes to the latest version and try again"
        )
    }

    @discardableResult
    private mutating func commit(_ resource: GroupVersionResource, old: JSONValue?, new: JSONValue?) -> JSONValue {
        self.version += 1
        let version = JSONValue.string(String(self.version))
        if var new {
            new["metadata", "resourceVersion"] = version
            self.objects.put(resource, new)
            self.history.append(
                Commit(version: self.version, change: ObjectChange(resource: resource, old: old, new: new))
            )
            return new
        }
        var last = old ?? .null
        last["metadata", "resourceVersion"] = version
        self.objects.remove(resource, last)
        self.history.append(
            Commit(version: self.version, change: ObjectChange(resource: resource, old: last, new: nil))
        )
        return last
    }
}
