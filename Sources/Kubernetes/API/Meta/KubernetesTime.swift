// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A moment as the API writes it: RFC 3339 in UTC, to the second (`2026-11-24T13:17:00Z`).
public struct KubernetesTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64
    /// Nanoseconds beyond the second, 0 to 999,999,999. Kept where a text has them (`MicroTime`), else 0.
    public var nanoseconds: Int32

    /// A moment.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// A moment from RFC 3339 text with any offset; nil when it is none.
    public init?(_ text: String) {
        var reader = TimeReader(text: Array(text.utf8))
        guard let time = reader.time() else { return nil }
        self = time
    }

    public static func < (left: KubernetesTime, right: KubernetesTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The text to the second.
    public var description: String { self.text(fraction: "") }

    /// The text with six digits after the second, as `MicroTime` fields have it.
    public var microseconds: String {
        let digits = String(self.nanoseconds / 1000)
        return self.text(fraction: "." + String(repeating: "0", count: 6 - digits.count) + digits)
    }

    /// How long after the other one this is.
    public func since(_ other: KubernetesTime) -> Duration {
        .seconds(self.seconds - other.seconds) + .nanoseconds(Int64(self.nanoseconds - other.nanoseconds))
    }

    private func text(fraction: String) -> String {
        let days = self.seconds >= 0 ? self.seconds / 86_400 : (self.seconds - 86_399) / 86_400
        let rest = self.seconds - days * 86_400
        let (year, month, day) = CivilDay.date(ofDay: days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(rest / 3600, 2)):"
            + "\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))\(fraction)Z"
    }
}

/// Days of the Gregorian calendar, counted from 1970-01-01 (Howard Hinnant's algorithms on years that begin in March).
private enum CivilDay {
    static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads one RFC 3339 text.
private struct TimeReader {
    var text: [UInt8]
    var index = 0

    init(text: [UInt8]) { self.text = text }

    mutating func time() -> KubernetesTime? {
        guard let year = self.number(digits: 4), self.take("-"), let month = self.number(digits: 2), self.take("-"),
            let day = self.number(digits: 2), self.take("T") || self.take("t"), let hour = self.number(digits: 2),
            self.take(":"), let minute = self.number(digits: 2), self.take(":"), let second = self.number(digits: 2),
            (1...12).contains(month), day >= 1, day <= CivilDay.daysInMonth(year: year, month: month), hour < 24,
            minute < 60, second < 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if self.take(".") {
            let start = self.index
            while let digit = self.digit() {
                if self.index - start <= 9 { nanoseconds = nanoseconds * 10 + digit }
            }
            guard self.index > start else { return nil }
            for _ in 0..<max(0, 9 - (self.index - start)) { nanoseconds *= 10 }
        }
        guard let offset = self.offset(), self.index == self.text.count else { return nil }
        let days = CivilDay.number(year: year, month: month, day: day)
        return KubernetesTime(
            seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset,
            nanoseconds: Int32(nanoseconds)
        )
    }

    /// The offset from UTC in seconds.
    private mutating func offset() -> Int64? {
        if self.take("Z") || self.take("z") { return 0 }
        let sign: Int64
        if self.take("+") { sign = 1 } else if self.take("-") { sign = -1 } else { return nil }
        guard let hours = self.number(digits: 2), self.take(":"), let minutes = self.number(digits: 2), hours < 24,
            minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private mutating func digit() -> Int64? {
        guard self.index < self.text.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= self.text[self.index] else {
            return nil
        }
        self.index += 1
        return Int64(self.text[self.index - 1] - UInt8(ascii: "0"))
    }

    private mutating func number(digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = self.digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.index < self.text.count, self.text[self.index] == UInt8(ascii: character) else { return false }
        self.index += 1
        return true
    }
}
