// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct KubernetesTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)), ("2026-11-24T13:17:00Z", 1_795_526_220),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("1969-12-31T23:59:59Z", -1),
    ])
    func secondsAndBack(text: String, seconds: Int64) {
        #expect(KubernetesTime(text)?.seconds == seconds)
        #expect(KubernetesTime(seconds: seconds).description == text)
    }

    @Test func offsetsAndFractions() throws {
        let time = try #require(KubernetesTime("2026-11-24T14:17:00.5+01:00"))
        #expect(time.description == "2026-11-24T13:17:00Z")
        #expect(time.microseconds == "2026-11-24T13:17:00.500000Z")
    }

    @Test(arguments: ["", "2026-11-24", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z", "x"])
    func whatIsNone(text: String) { #expect(KubernetesTime(text) == nil) }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: Int64(-200_000), through: 200_000, by: 97) {
            let time = KubernetesTime(seconds: day * 86_400)
            #expect(KubernetesTime(time.description) == time)
        }
    }
}
