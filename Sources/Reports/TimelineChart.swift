// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Verification

/// A drawing of the judged span: a bar a partition with its windows of unavailability, and a bar a replaced pod.
struct TimelineChart {
    private let availability: Availability
    private let replacements: [RolloutFacts.Replacement]

    private static let width = 900
    private static let labelWidth = 110
    private static let rowHeight = 20
    private static let barHeight = 12

    init(_ availability: Availability, _ rollout: RolloutFacts?) {
        self.availability = availability
        self.replacements = rollout?.replacements ?? []
    }

    /// The drawing as an `svg` element.
    var svg: String {
        let partitions = self.availability.partitions.keys.sorted()
        let height = (partitions.count + self.replacements.count + 1) * Self.rowHeight
        var parts = [
            "<svg viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\" aria-label=\"Availability of partitions over time\">"
        ]
        for (row, partition) in partitions.enumerated() {
            parts.append(self.label("partition \(partition)", row))
            let span = self.availability.span
            parts.append(self.bar(span.lowerBound, span.upperBound, row, "var(--good)", self.share(of: partition)))
            for window in self.availability.windows where window.partition == partition {
                let words = "\(Figures.seconds(.nanoseconds(window.end - window.start))), \(window.messages) messages"
                parts.append(self.bar(window.start, window.end, row, "var(--bad)", words))
            }
        }
        for (index, pod) in self.replacements.enumerated() {
            let row = partitions.count + index
            parts.append(self.label(pod.pod, row))
            let end = pod.ready ?? self.availability.span.upperBound
            let created = pod.created ?? end
            parts.append(
                self.bar(pod.deleted, created, row, "var(--line)", "from its deletion until it was created anew")
            )
            parts.append(self.bar(created, end, row, "var(--wait)", "until it was ready"))
        }
        parts.append(self.axis(partitions.count + self.replacements.count))
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func share(of partition: Int32) -> String {
        "\(Figures.percent(self.availability.partitions[partition] ?? 0)) available"
    }

    private func label(_ text: String, _ row: Int) -> String {
        Markup.element("text", text, attributes: "x=\"0\" y=\"\(row * Self.rowHeight + Self.barHeight - 1)\"")
    }

    private func bar(_ start: Int64, _ end: Int64, _ row: Int, _ colour: String, _ words: String) -> String {
        let (left, right) = (self.position(start), self.position(end))
        let place = "x=\"\(Self.tenths(left))\" y=\"\(row * Self.rowHeight)\""
        // What is there must be seen, however short.
        let size = "width=\"\(Self.tenths(max(1, right - left)))\" height=\"\(Self.barHeight)\""
        return "<rect \(place) \(size) fill=\"\(colour)\">\(Markup.element("title", words))</rect>"
    }

    private func axis(_ row: Int) -> String {
        let y = row * Self.rowHeight + Self.barHeight
        let length = Duration.nanoseconds(self.availability.span.upperBound - self.availability.span.lowerBound)
        let end = Markup.element(
            "text",
            Figures.seconds(length),
            attributes: "x=\"\(Self.width)\" y=\"\(y)\" text-anchor=\"end\""
        )
        return Markup.element("text", "0 s", attributes: "x=\"\(Self.labelWidth)\" y=\"\(y)\"") + end
    }

    private func position(_ time: Int64) -> Double {
        let span = self.availability.span
        let length = Double(max(1, span.upperBound - span.lowerBound))
        let share = min(1, max(0, Double(time - span.lowerBound) / length))
        return Double(Self.labelWidth) + share * Double(Self.width - Self.labelWidth)
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
