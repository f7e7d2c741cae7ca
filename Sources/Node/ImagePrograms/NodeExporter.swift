// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
package import NIOHTTP1

/// A small exporter of a machine's figures in Prometheus' text format, under the names of node_exporter.
package struct NodeExporter: Sendable {
    private let proc: String

    /// An exporter that reads a `/proc`.
    package init(proc: String = "/proc") {
        self.proc = proc
    }

    /// The answer to a request: `/metrics`, and a page that leads to it. Blocks.
    package func answer(_ head: HTTPRequestHead) -> HTTPService.Answer {
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/metrics":
            return .init(.ok, type: "text/plain; version=0.0.4; charset=utf-8", body: ByteBuffer(string: self.metrics))
        case "/":
            let page = "<html><body><h1>Node Exporter</h1><p><a href=\"/metrics\">Metrics</a></p></body></html>\n"
            return .init(.ok, type: "text/html", body: ByteBuffer(string: page))
        case _:
            return .init(.notFound, type: "text/plain", body: ByteBuffer(string: "404 page not found\n"))
        }
    }

    /// All figures, as they are now.
    package var metrics: String {
        var text = ""
        func add(_ name: String, _ help: String, _ type: String, _ samples: [(labels: String, value: String)]) {
            guard !samples.isEmpty else { return }
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        add(
            "node_exporter_build_info",
            "A constant 1, labelled with what exports these figures.",
            "gauge",
            [("{version=\"seatrial\"}", "1")]
        )
        let loads = self.read("loadavg").split(separator: " ")
        for (name, load) in zip(["1", "5", "15"], loads) {
            add("node_load\(name)", "Load average over \(name) minutes.", "gauge", [("", String(load))])
        }
        add("node_cpu_seconds_total", "Seconds that CPUs spent in each mode.", "counter", self.cpuSeconds)
        for line in self.read("meminfo").split(separator: "\n") {
            let words = line.split { " :()".contains($0) }
            guard words.count >= 2, let amount = Int64(words[words.count > 2 ? words.count - 2 : 1]) else { continue }
            let isKilobytes = words.last == "kB"
            let name = words.dropLast(isKilobytes ? 2 : 1).joined(separator: "_")
            let metric = "node_memory_\(name)" + (isKilobytes ? "_bytes" : "")
            add(metric, "Memory figure \(name).", "gauge", [("", String(isKilobytes ? amount * 1024 : amount))])
        }
        for line in self.read("stat").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 1 else { continue }
            switch words[0] {
            case "btime": add("node_boot_time_seconds", "Unix time of the boot.", "gauge", [("", String(words[1]))])
            case "ctxt": add("node_context_switches_total", "Context switches.", "counter", [("", String(words[1]))])
            case _: continue
            }
        }
        add(
            "node_time_seconds",
            "Unix time of the machine.",
            "gauge",
            [("", String(format: "%.3f", Date.now.timeIntervalSince1970))]
        )
        return text
    }

    private var cpuSeconds: [(labels: String, value: String)] {
        let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]
        return self.read("stat").split(separator: "\n").flatMap { line -> [(labels: String, value: String)] in
            let words = line.split(separator: " ")
            guard let name = words.first, name.hasPrefix("cpu"), let cpu = Int(name.dropFirst(3)) else { return [] }
            return zip(modes, words.dropFirst()).map { mode, ticks in
                // The kernel's unit for user space is a hundredth of a second.
                ("{cpu=\"\(cpu)\",mode=\"\(mode)\"}", String(format: "%.2f", (Double(ticks) ?? 0) / 100))
            }
        }
    }

    /// A file of `/proc`; empty when it cannot be read, as an exporter leaves out what it cannot know.
    private func read(_ name: String) -> String {
        guard let bytes = FileManager.default.contents(atPath: "\(self.proc)/\(name)") else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
