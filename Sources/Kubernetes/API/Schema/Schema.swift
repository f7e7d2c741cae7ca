// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The fields of all kinds that are known: their types, how they are written and how patches merge them.
///
/// One table drives decoding and its normal form, unknown-field detection, strategic merge patches and OpenAPI.
package struct Schema: Sendable {
    /// The type of a field.
    package indirect enum FieldType: Hashable, Sendable {
        case string, int32, int64, bool, bytes, quantity, intOrString, time, microTime
        /// Any JSON value, passed on as it is.
        case any
        /// A definition by its short name.
        case object(String)
        /// A list.
        case list(FieldType)
        /// An object with any member names.
        case map(FieldType)
    }

    /// How a strategic merge patch treats a list or object.
    package enum Merge: Hashable, Sendable {
        /// Lists are replaced, objects merged.
        case byDefault
        /// Objects are replaced too.
        case replace
        /// A list of objects, merged by the value of one of their fields.
        case key(String)
        /// A list of plain values, merged as a set.
        case values
    }

    /// A field of a definition.
    package struct Field: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Its type.
        package var type: FieldType
        /// Whether upstream has a pointer: absent and zero differ, and zero is written.
        package var isPointer: Bool
        /// Whether it is written even when it was left out.
        package var isAlwaysWritten: Bool
        /// How patches merge it.
        package var merge: Merge
        /// Whether upstream marks it `retainKeys` (a union: patches name the members that stay).
        package var retainsKeys: Bool
    }

    /// A kind of object, or of a part of one.
    package struct Definition: Hashable, Sendable {
        /// The short name, such as `PodSpec`.
        package var name: String
        /// The package, such as `io.k8s.api.core.v1`.
        package var package: String
        /// The fields, in upstream's order.
        package var fields: [Field]
        /// Whether it is a kind, with `apiVersion` and `kind`.
        package var isKind: Bool
        private var positions: [String: Int]

        init(name: String, package: String, isKind: Bool) {
            self.name = name
            self.package = package
            self.isKind = isKind
            self.fields = []
            self.positions = [:]
        }

        /// The field of that name.
        package func field(_ name: String) -> Field? { self.positions[name].map { self.fields[$0] } }

        /// The name in OpenAPI documents. `EventsEvent` is the one kind whose name two groups have.
        package var openAPIName: String {
            "\(self.package).\(self.name == Schema.eventsEvent ? "Event" : self.name)"
        }

        mutating func append(_ field: Field) {
            self.positions[field.name] = self.fields.count
            self.fields.append(field)
        }
    }

    /// The name under which the table has `Event` of events.k8s.io.
    package static let eventsEvent = "EventsEvent"

    /// The definitions by short name.
    package let definitions: [String: Definition]

    /// All that is known.
    package static let standard = Schema(
        tables: [
            PodSchema.table, ContainerSchema.table, ObjectSchema.core, ObjectSchema.others, WorkloadSchema.workloads,
            WorkloadSchema.others,
        ]
    )

    /// The definition of that name.
    package func definition(_ name: String) -> Definition? { self.definitions[name] }

    /// The definition that a type leads to through lists and maps, or nil.
    package func element(of type: FieldType) -> Definition? {
        switch type {
        case .object(let name): self.definitions[name]
        case .list(let element), .map(let element): self.element(of: element)
        case .string, .int32, .int64, .bool, .bytes, .quantity, .intOrString, .time, .microTime, .any: nil
        }
    }
}

// MARK: - Reading the tables

extension Schema {
    /// A schema from tables. A line `# package` begins a package; `Name:` (for kinds `Name!:`) begins a definition;
    /// fields are separated by `;` or line ends: a name (with `=` when always written), a type (`[T]` a list, `{T}` a
    /// map, `*` behind it for a pointer), and `merge:KEY`, `merge`, `replace` or `retainKeys`.
    init(tables: [String]) {
        var definitions: [String: Definition] = [:]
        var (package, current) = ("", Definition?.none)
        for line in tables.flatMap({ $0.split(separator: "\n") }) {
            var rest = line.drop { $0 == " " }
            if rest.hasPrefix("# ") {
                package = String(rest.dropFirst(2))
                continue
            }
            let head = rest.prefix { $0.isLetter || $0.isNumber || $0 == "!" }
            if rest[head.endIndex...].first == ":" {
                if let current { definitions[current.name] = current }
                let isKind = head.hasSuffix("!")
                let definition = Definition(
                    name: String(isKind ? head.dropLast() : head),
                    package: package,
                    isKind: isKind
                )
                current = definition
                rest = rest[head.endIndex...].dropFirst()
            }
            for text in rest.split(separator: ";") {
                if let field = Self.field(text.split(separator: " ")) { current?.append(field) }
            }
        }
        if let current { definitions[current.name] = current }
        self.definitions = definitions
    }

    private static func field(_ words: [Substring]) -> Field? {
        guard words.count >= 2 else { return nil }
        var (name, type) = (words[0], words[1])
        let isAlwaysWritten = name.hasSuffix("=")
        if isAlwaysWritten { name.removeLast() }
        let isPointer = type.hasSuffix("*")
        if isPointer { type.removeLast() }
        var field = Field(
            name: String(name),
            type: Self.type(type),
            isPointer: isPointer,
            isAlwaysWritten: isAlwaysWritten,
            merge: .byDefault,
            retainsKeys: false
        )
        for word in words.dropFirst(2) {
            if word == "retainKeys" {
                field.retainsKeys = true
            } else if word == "replace" {
                field.merge = .replace
            } else if word == "merge" {
                field.merge = .values
            } else {
                field.merge = .key(String(word.dropFirst("merge:".count)))
            }
        }
        return field
    }

    private static func type(_ text: Substring) -> FieldType {
        switch text {
        case "string": .string
        case "int32": .int32
        case "int64": .int64
        case "bool": .bool
        case "bytes": .bytes
        case "quantity": .quantity
        case "intstr": .intOrString
        case "time": .time
        case "microtime": .microTime
        case "any": .any
        case _ where text.hasPrefix("["): .list(Self.type(text.dropFirst().dropLast()))
        case _ where text.hasPrefix("{"): .map(Self.type(text.dropFirst().dropLast()))
        default: .object(String(text))
        }
    }
}
