// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Verification

/// A line per finding: kind, producer, partition, sequence, offset, the pod that led the partition then, and why.
public enum FindingsReport {
    /// The lines.
    /// - Parameter pod: names the pod that led a partition at a time, where that is known.
    public static func lines(_ findings: [Finding], pod: (Int32, Int64) -> String?) -> [String] {
        findings.map { finding in
            let witness = finding.witnesses.last
            let fields = [
                finding.kind.rawValue,
                "producer=\(witness.map { String($0.producer) } ?? "-")",
                "partition=\(finding.partition)",
                "sequence=\(witness.map { String($0.sequence) } ?? "-")",
                "offset=\(finding.offset.map(String.init) ?? "-")",
                "pod=\(pod(finding.partition, finding.time) ?? "-")",
            ]
            return fields.joined(separator: " ") + " " + finding.because
        }
    }
}
