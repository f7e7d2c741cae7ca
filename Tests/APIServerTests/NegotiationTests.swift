// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import KubernetesAPI
import Testing

@Suite struct NegotiationTests {
    private func negotiated(_ accept: String?, isDiscovery: Bool = false) -> String {
        do throws(StatusError) {
            let result = try Negotiation(accept: accept, isDiscovery: isDiscovery, hasStreams: false)
            return "\(result.representation)\(result.isYAML ? " yaml" : "")"
        } catch {
            return "\(error.code)"
        }
    }

    @Test(
        "the best form that both sides know",
        arguments: [
            (nil, "object"), ("", "object"), ("*/*", "object"), ("application/json", "object"),
            ("application/yaml", "object yaml"),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "table(version: \"v1\")"),
            (
                "application/json;as=Table;v=v9;g=meta.k8s.io, application/json;as=Table;v=v1beta1;g=meta.k8s.io",
                "table(version: \"v1beta1\")"
            ),
            (
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                "partialObjectMetadata(version: \"v1\")"
            ),
            ("application/vnd.kubernetes.protobuf", "object"),
            ("application/vnd.kubernetes.protobuf,application/yaml", "object yaml"),
            ("application/vnd.kubernetes.protobuf;as=Nope,application/json", "object"),
            ("application/json;q=0.1,application/yaml", "object yaml"),
            ("text/html", "406"), ("application/json;as=Nope;v=v1;g=meta.k8s.io", "406"),
        ] as [(String?, String)]
    )
    func objects(accept: String?, expected: String) {
        #expect(self.negotiated(accept) == expected)
    }

    @Test("discovery knows its aggregated forms, and falls back to the plain one")
    func discovery() {
        let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        #expect(self.negotiated(aggregated, isDiscovery: true) == "aggregatedDiscovery(version: \"v2\")")
        #expect(
            self.negotiated("\(aggregated),application/json", isDiscovery: true)
                == "aggregatedDiscovery(version: \"v2\")"
        )
    }
}
