# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""The published Python client against a cluster: it lists, watches, patches, scales, evicts and applies; two managers that want
different things conflict as upstream words it. Usage: client.py KUBECONFIG"""

import json
import sys
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException

NAMESPACE = "interop-python"
DEADLINE = 60


def expect(condition, text):
    if not condition:
        sys.exit(f"kubernetes (Python): {text}")


def refusal(code, call):
    """The body of the refusal that a call must meet."""
    try:
        call()
    except ApiException as error:
        expect(error.status == code, f"{error.status} instead of {code}: {error.body}")
        return json.loads(error.body)
    sys.exit(f"kubernetes (Python): no {code}")


def stateful_set(replicas):
    container = client.V1Container(
        name="app", image="busybox", command=["sleep", "3600"], resources=client.V1ResourceRequirements(requests={"cpu": "10m"})
    )
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels={"app": "py"}),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=0),
    )
    spec = client.V1StatefulSetSpec(
        service_name="py", replicas=replicas, selector=client.V1LabelSelector(match_labels={"app": "py"}), template=template
    )
    return client.V1StatefulSet(metadata=client.V1ObjectMeta(name="py"), spec=spec)


def until(stream, condition, what):
    """The first event that a condition holds for."""
    end = time.monotonic() + DEADLINE
    for event in stream:
        if condition(event):
            return event
        if time.monotonic() > end:
            break
    sys.exit(f"kubernetes (Python): {what} did not come")


def objects(core, apps):
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE)))
    for index in range(5):
        body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=f"map-{index}", labels={"n": str(index)}), data={"k": "v"})
        core.create_namespaced_config_map(NAMESPACE, body)
    page = core.list_namespaced_config_map(NAMESPACE, limit=2, label_selector="n")
    names = [item.metadata.name for item in page.items]
    while page.metadata._continue:
        page = core.list_namespaced_config_map(NAMESPACE, limit=2, label_selector="n", _continue=page.metadata._continue)
        names += [item.metadata.name for item in page.items]
    expect(names == [f"map-{index}" for index in range(5)], f"pages: {names}")
    chosen = core.list_namespaced_config_map(NAMESPACE, label_selector="n in (1,3)", field_selector="metadata.name!=map-3")
    expect([item.metadata.name for item in chosen.items] == ["map-1"], "selectors")
    patched = core.patch_namespaced_config_map("map-0", NAMESPACE, [{"op": "replace", "path": "/data/k", "value": "w"}])
    expect(patched.data == {"k": "w"}, "JSON patch")
    patched.data["k"] = "x"
    core.replace_namespaced_config_map("map-0", NAMESPACE, patched)
    stale = refusal(409, lambda: core.replace_namespaced_config_map("map-0", NAMESPACE, patched))
    expect(stale["reason"] == "Conflict", "a stale replacement")
    core.delete_namespaced_config_map("map-0", NAMESPACE, dry_run="All")
    expect(core.read_namespaced_config_map("map-0", NAMESPACE).data == {"k": "x"}, "a dry run that deletes")
    refusal(404, lambda: core.read_namespaced_config_map("absent", NAMESPACE))
    print("kubernetes (Python): lists, pages, patches: ok")


def workload(core, apps, policy):
    since = core.list_namespaced_pod(NAMESPACE).metadata.resource_version
    apps.create_namespaced_stateful_set(NAMESPACE, stateful_set(1))
    pods = watch.Watch()

    def is_ready(event):
        conditions = event["object"].status.conditions or []
        return any(one.type == "Ready" and one.status == "True" for one in conditions)

    stream = pods.stream(core.list_namespaced_pod, NAMESPACE, resource_version=since, timeout_seconds=DEADLINE)
    ready = until(stream, is_ready, "a ready pod")["object"]
    expect(ready.metadata.name == "py-0", "the pod's name")
    managers = {(entry.manager, entry.subresource) for entry in ready.metadata.managed_fields}
    expect(("kubelet", "status") in managers, f"managers of a pod: {managers}")
    apps.patch_namespaced_stateful_set_scale("py", NAMESPACE, {"spec": {"replicas": 2}})
    expect(apps.read_namespaced_stateful_set_scale("py", NAMESPACE).spec.replicas == 2, "scale")
    spec = client.V1PodDisruptionBudgetSpec(min_available=1, selector=client.V1LabelSelector(match_labels={"app": "py"}))
    budget = client.V1PodDisruptionBudget(metadata=client.V1ObjectMeta(name="py"), spec=spec)
    policy.create_namespaced_pod_disruption_budget(NAMESPACE, budget)
    stream = watch.Watch().stream(policy.list_namespaced_pod_disruption_budget, NAMESPACE, timeout_seconds=DEADLINE)
    until(stream, lambda event: (event["object"].status.disruptions_allowed or 0) == 1, "an allowed disruption")
    eviction = client.V1Eviction(metadata=client.V1ObjectMeta(name="py-1", namespace=NAMESPACE))
    since = core.list_namespaced_pod(NAMESPACE).metadata.resource_version
    core.create_namespaced_pod_eviction("py-1", NAMESPACE, eviction)
    refused = refusal(429, lambda: core.create_namespaced_pod_eviction("py-0", NAMESPACE, client.V1Eviction(
        metadata=client.V1ObjectMeta(name="py-0", namespace=NAMESPACE))))
    expect(refused["details"]["causes"][0]["reason"] == "DisruptionBudget", "the eviction's refusal")
    stream = watch.Watch().stream(core.list_namespaced_pod, NAMESPACE, resource_version=since, timeout_seconds=DEADLINE)
    until(stream, lambda event: event["type"] == "DELETED" and event["object"].metadata.name == "py-1", "the eviction's end")
    print("kubernetes (Python): watches, scales, evicts: ok")


def apply(transport):
    maps = dynamic.DynamicClient(transport).resources.get(api_version="v1", kind="ConfigMap")

    def body(data):
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": data}

    def applied(manager, data, **options):
        return maps.server_side_apply(body=body(data), namespace=NAMESPACE, field_manager=manager, **options)

    applied("alpha", {"a": "1", "b": "1"})
    refused = None
    try:
        applied("beta", {"a": "2"})
    except ApiException as error:
        refused = error
    expect(refused is not None and refused.status == 409, "no conflict")
    status = json.loads(refused.body)
    expect(status["message"] == 'Apply failed with 1 conflict: conflict with "alpha": .data.a', status["message"])
    expect(
        status["details"]["causes"]
        == [{"reason": "FieldManagerConflict", "message": 'conflict with "alpha"', "field": ".data.a"}],
        "the conflict's causes",
    )
    taken = applied("beta", {"a": "2"}, force_conflicts=True).to_dict()
    expect(taken["data"] == {"a": "2", "b": "1"}, "force")
    left = applied("alpha", {}).to_dict()
    expect(left["data"] == {"a": "2"}, f"what alpha gave up stays: {left['data']}")
    print("kubernetes (Python): server-side apply: ok")


def main():
    transport = config.new_client_from_config(sys.argv[1])
    core, apps, policy = client.CoreV1Api(transport), client.AppsV1Api(transport), client.PolicyV1Api(transport)
    objects(core, apps)
    workload(core, apps, policy)
    apply(transport)
    core.delete_namespace(NAMESPACE)
    stream = watch.Watch().stream(core.list_namespace, field_selector=f"metadata.name={NAMESPACE}", timeout_seconds=DEADLINE)
    end = time.monotonic() + DEADLINE
    for event in stream:
        if event["type"] == "DELETED" or time.monotonic() > end:
            break
    refusal(404, lambda: core.read_namespace(NAMESPACE))
    print("kubernetes (Python): a namespace ends: ok")


main()
