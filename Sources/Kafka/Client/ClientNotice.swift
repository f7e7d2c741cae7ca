// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a client tells beside results.
public enum ClientNotice: Sendable {
    /// An error that librdkafka deals with itself unless it is fatal: a lost connection, all brokers down.
    case error(KafkaError)
    /// Statistics as librdkafka's JSON text.
    case statistics(String)
    /// A line of librdkafka's log: syslog level (0…7), facility such as `FAIL`, text.
    case log(level: Int, facility: String, text: String)
    /// A request failed in a way that librdkafka tries again: the error's name as a broker or the client gave it. Producers
    /// tell this only with `msg` among their debug contexts.
    case retriable(String)
}
