// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

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
    }

    /// The columns.
    package var columns: [Column]
    /// The cells of an object at a time (seconds since 1970), as many as there are columns.
    package var cells: @Sendable (_ object: JSONValue, _ now: Double) -> [JSONValue]
}
