// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What upstream fills into workloads beside StatefulSets (`pkg/apis/apps/v1/defaults.go`, `pkg/apis/batch/v1/defaults.go`).
enum WorkloadDefaults {
    static func apply(toDaemonSet set: inout JSONValue) {
        set.change("spec") { spec in
            spec.setDefault("updateStrategy", .emptyObject)
            spec.change("updateStrategy") { strategy in
                strategy.setDefaultText("type", "RollingUpdate")
                guard strategy["type"] == "RollingUpdate" else { return }
                strategy.setDefault("rollingUpdate", .emptyObject)
                strategy.change("rollingUpdate") { rolling in
                    rolling.setDefault("maxUnavailable", 1)
                    rolling.setDefault("maxSurge", 0)
                }
            }
            spec.setDefault("revisionHistoryLimit", 10)
            spec.change("template") { $0.change("spec", PodDefaults.apply(toSpec:)) }
        }
    }

    static func apply(toDeployment deployment: inout JSONValue) {
        deployment.change("spec") { spec in
            spec.setDefault("replicas", 1)
            spec.setDefault("strategy", .emptyObject)
            spec.change("strategy") { strategy in
                strategy.setDefaultText("type", "RollingUpdate")
                guard strategy["type"] == "RollingUpdate" else { return }
                strategy.setDefault("rollingUpdate", .emptyObject)
                strategy.change("rollingUpdate") { rolling in
                    rolling.setDefault("maxUnavailable", "25%")
                    rolling.setDefault("maxSurge", "25%")
                }
            }
            spec.setDefault("revisionHistoryLimit", 10)
            spec.setDefault("progressDeadlineSeconds", 600)
            spec.change("template") { $0.change("spec", PodDefaults.apply(toSpec:)) }
        }
    }

    static func apply(toReplicaSet set: inout JSONValue) {
        set.change("spec") { spec in
            spec.setDefault("replicas", 1)
            spec.change("template") { $0.change("spec", PodDefaults.apply(toSpec:)) }
        }
    }

    static func apply(toJob job: inout JSONValue) {
        job.change("spec") { spec in
            if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
            spec.setDefault("parallelism", 1)
            let isPerIndex = spec["backoffLimitPerIndex"] != nil
            spec.setDefault("backoffLimit", isPerIndex ? .integer(Int64(Int32.max)) : 6)
            spec.setDefault("completionMode", "NonIndexed")
            spec.setDefault("suspend", false)
            spec.setDefault("manualSelector", false)
            let hasPolicy = spec["podFailurePolicy"] != nil
            spec.setDefault("podReplacementPolicy", hasPolicy ? "Failed" : "TerminatingOrFailed")
            spec.change("template") { $0.change("spec", PodDefaults.apply(toSpec:)) }
        }
    }
}
