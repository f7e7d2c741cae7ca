// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore

/// Reads the bodies of requests; refusals are worded as upstream words them.
struct BodyReader: Sendable {
    /// The Content-Type header.
    var contentType: String?
    /// The kind of object that is expected.
    var kind: String

    private static let acceptedTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

    private var mediaType: String {
        MediaType.list(self.contentType ?? "application/json").first?.name ?? "application/json"
    }

    /// An object to create or to replace.
    func object(_ body: ByteBuffer) throws(StatusError) -> (JSONValue, duplicates: [String]) {
        let value: JSONValue
        var duplicates: [String] = []
        switch self.mediaType {
        case "application/json":
            do throws(JSONError) {
                let result = try Self.parse(body)
                value = result.value
                duplicates = result.duplicateFields
            } catch {
                throw self.unrecognized("couldn't get version/kind; json parse error: \(error.message)", body)
            }
        case "application/yaml":
            do throws(YAMLError) {
                value = try YAMLText.value(of: String(buffer: body))
            } catch {
                throw self.unrecognized(error.message, body)
            }
        case "application/vnd.kubernetes.protobuf":
            do throws(ProtobufReader.Failure) {
                value = try ProtobufReader.object(in: Array(body.readableBytesView))
            } catch {
                throw self.unrecognized(error.description, body)
            }
        case _:
            throw .unsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: \(Self.acceptedTypes)"
            )
        }
        guard case .object = value else {
            let into =
                #"Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#
            throw self.unrecognized(
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(Self.goName(value)) into \(into)",
                body
            )
        }
        return (value, duplicates)
    }

    /// A patch, of whatever kind.
    func patch(_ body: ByteBuffer) throws(StatusError) -> (JSONValue, duplicates: [String]) {
        do throws(JSONError) {
            let result = try Self.parse(body)
            return (result.value, result.duplicateFields)
        } catch {
            // Upstream reads strategic patches elsewhere than the others.
            let isStrategic = self.mediaType == APIRequest.PatchType.strategicMerge.rawValue
            throw .badRequest(isStrategic ? error.message : "error decoding patch: \(error.message)")
        }
    }

    /// A configuration to apply.
    func configuration(_ body: ByteBuffer) throws(StatusError) -> JSONValue {
        let value: JSONValue
        do throws(YAMLError) {
            value = try YAMLText.value(of: String(buffer: body))
        } catch {
            throw .badRequest("error decoding YAML: \(error.message)")
        }
        guard value.object != nil else {
            let into = "Go value of type map[string]interface {}"
            throw .badRequest(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(Self.goName(value)) into \(into)"
            )
        }
        return value
    }

    /// The kind of patch that the Content-Type names.
    func patchType() throws(StatusError) -> APIRequest.PatchType {
        if let type = APIRequest.PatchType(rawValue: self.mediaType) { return type }
        throw StatusError(
            code: 415,
            reason: "UnsupportedMediaType",
            message: "415: Unsupported Media Type",
            details: .init()
        )
    }

    /// DeleteOptions.
    func options(_ body: ByteBuffer) throws(StatusError) -> JSONValue {
        if self.mediaType == "application/vnd.kubernetes.protobuf" { return try self.object(body).0 }
        do throws(JSONError) {
            return try Self.parse(body).value
        } catch {
            throw .badRequest("couldn't get version/kind; json parse error: \(error.message)")
        }
    }

    private static func parse(_ body: ByteBuffer) throws(JSONError) -> JSONParser.Result {
        let result = body.withUnsafeReadableBytes { bytes in
            Swift.Result { () throws(JSONError) in try JSONParser().parse(bytes) }
        }
        return try result.get()
    }

    private func unrecognized(_ reason: String, _ body: ByteBuffer) -> StatusError {
        .badRequest(
            "the object provided is unrecognized (must be of type \(self.kind)): \(reason) (\(Self.summary(of: body)))"
        )
    }

    /// The beginning of a body for a message: as text when it looks like JSON, else in hexadecimal.
    private static func summary(of body: ByteBuffer) -> String {
        let shown = 30
        let bytes = Array(body.readableBytesView.prefix(shown))
        guard let first = bytes.first else { return "<empty>" }
        let suffix = body.readableBytes > shown ? " ..." : ""
        if first == UInt8(ascii: "{") { return String(decoding: bytes, as: UTF8.self) + suffix }
        let hexadecimal = bytes.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0\(text)" : text
        }
        return hexadecimal.joined() + suffix
    }

    private static func goName(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
