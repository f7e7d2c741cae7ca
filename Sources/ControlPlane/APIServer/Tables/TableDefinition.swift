// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
import KubernetesAPI

/// The columns that `kubectl get` shows of a kind.
package struct TableDefinition: Sendable {
    /// One column.
    package struct Column: Hashable, Sendable {
        /// Its head, such as `Ready`; kubectl writes it in capitals.
        package var name: String
        /// `string`, `integer`, `date` or `boolean`.
        package var type: String
        /// `name` for the column that identifies the object; else empty.
        package var format: String
        /// What it shows.
        package var description: String
        /// 0: always shown; above: only with `-o wide`.
        package var priority: Int64

        /// A column of texts that is always shown.
        package init(
            _ name: String,
            _ description: String,
            type: String = "string",
            format: String = "",
            priority: Int64 = 0
        ) {
            self.name = name
            self.type = type
            self.format = format
            self.description = description
            self.priority = priority
        }

        /// The column that names the object.
        static let name = Column("Name", "The name of the object.", format: "name")
        /// The column of ages.
        static let age = Column("Age", "How long ago the object was created.")

        /// The same column, shown only with `-o wide`.
        func wide() -> Column {
            var column = self
            column.priority = 1
            return column
        }

        var json: JSONValue {
            [
                "name": .string(self.name), "type": .string(self.type), "format": .string(self.format),
                "description": .string(self.description), "priority": .integer(self.priority),
            ]
        }
    }

    /// The columns.
    package var columns: [Column]
    /// The cells of an object at a time (seconds since 1970), as many as there are columns.
    package var cells: @Sendable (_ object: JSONValue, _ now: Double) -> [JSONValue]

    /// A table of columns and what they show.
    package init(_ columns: [Column], cells: @escaping @Sendable (_ object: JSONValue, _ now: Double) -> [JSONValue]) {
        self.columns = columns
        self.cells = cells
    }
}

/// Texts of cells.
enum Cell {
    /// The age of an object, or of whatever has that time.
    static func age(_ time: JSONValue?, _ now: Double) -> JSONValue {
        guard let created = time?.string.flatMap(KubernetesTime.init) else { return "<unknown>" }
        return .string(HumanDuration.text(seconds: now - Double(created.seconds)))
    }

    /// The age of an object.
    static func age(of object: JSONValue, _ now: Double) -> JSONValue {
        Self.age(object["metadata", "creationTimestamp"], now)
    }

    /// The name of an object.
    static func name(of object: JSONValue) -> JSONValue { object["metadata", "name"] ?? "" }

    /// Labels as `a=b,c=d`, or `<none>`.
    static func labels(_ labels: JSONValue?) -> JSONValue {
        guard let members = labels?.object, !members.isEmpty else { return "<none>" }
        return .string(members.map { "\($0)=\($1.string ?? "")" }.joined(separator: ","))
    }

    /// A text, or what stands for none.
    static func text(_ value: JSONValue?, none: String = "<none>") -> JSONValue {
        let text = value?.string ?? ""
        return .string(text.isEmpty ? none : text)
    }

    /// The short forms of access modes.
    static func accessModes(_ modes: JSONValue?) -> JSONValue {
        let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
        let present = (modes?.array ?? []).compactMap(\.string)
        let order = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
        return .string(order.filter(present.contains).compactMap { short[$0] }.joined(separator: ","))
    }
}
