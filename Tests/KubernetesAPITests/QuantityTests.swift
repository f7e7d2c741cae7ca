// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0.5", "500m"), ("0.30", "300m"), ("1", "1"), ("1000m", "1"), ("1024Ki", "1Mi"), ("1Gi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1000", "1k"), ("1e3", "1e3"), ("1E3", "1e3"), ("1500000", "1500k"), ("0", "0"), ("0Gi", "0"),
        ("-1Gi", "-1Gi"),
        ("512Ki", "512Ki"), ("1023Ki", "1023Ki"), (".5", "500m"), ("5.", "5"), ("+1", "1"), ("1n", "1n"),
        ("0.1n", "1n"),
        ("1u", "1u"), ("2E", "2E"), ("0.5Ki", "512"), ("1.0000000001", "1000000001n"), ("100Mi", "100Mi"),
        ("9223372036854775808", "9223372036854775807"), ("1e-3", "1e-3"), ("12e6", "12e6"),
    ])
    func canonicalForm(text: String, canonical: String) throws {
        #expect(try Quantity(text).description == canonical)
    }

    @Test(arguments: ["abc", "", "1x", "1.2.3", "--1", "1Kib", "1e", "m", "1 Gi"])
    func whatIsNone(text: String) {
        #expect(throws: Quantity.ParseError.self) { try Quantity(text) }
    }

    @Test func comparisonIgnoresTheForm() throws {
        #expect(try Quantity("1024Mi") == Quantity("1Gi"))
        #expect(try Quantity("1") > Quantity("999m"))
        #expect(try Quantity("1G") < Quantity("1Gi"))
    }

    @Test func sums() throws {
        #expect(try (Quantity("500m") + Quantity("1.5")).description == "2")
        #expect(try (Quantity("1Gi") - Quantity("512Mi")).description == "512Mi")
        #expect(try (Quantity("0") + Quantity("1Ki")).description == "1Ki")
    }

    @Test func wholesAreRoundedUp() throws {
        #expect(try Quantity("1500m").value == 2)
        #expect(try Quantity("100u").milliValue == 1)
        #expect(Quantity(milli: 250).description == "250m")
    }

    @Test func numbersAreQuantitiesToo() {
        #expect(Quantity(json: 2)?.description == "2")
        #expect(Quantity(json: 0.25)?.description == "250m")
        #expect(Quantity(json: true) == nil)
    }
}
