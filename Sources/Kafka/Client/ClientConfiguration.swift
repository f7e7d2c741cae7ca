// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NameResolution

/// What every Kafka client needs to know.
public struct ClientConfiguration: Sendable {
    /// `host:port,host:port`.
    public var bootstrapServers: String
    /// The name the client gives itself; brokers log it.
    public var clientID: String
    /// Who turns names into addresses.
    public var resolver: Resolver
    /// How often statistics are given, in milliseconds; 0: never.
    public var statisticsIntervalMs: Int
    /// librdkafka's log contexts, such as `msg,broker`; empty: warnings and errors only.
    public var debug: String
    /// Any of librdkafka's settings by name; these come last and win.
    public var overrides: [String: String]

    /// A configuration for these brokers.
    public init(
        bootstrapServers: String,
        clientID: String = "seatrial",
        resolver: Resolver,
        statisticsIntervalMs: Int = 0,
        debug: String = "",
        overrides: [String: String] = [:]
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.resolver = resolver
        self.statisticsIntervalMs = statisticsIntervalMs
        self.debug = debug
        self.overrides = overrides
    }

    /// librdkafka's settings that follow from this.
    var settings: [String: String] {
        var settings = [
            "bootstrap.servers": self.bootstrapServers,
            "client.id": self.clientID,
            "statistics.interval.ms": String(self.statisticsIntervalMs),
            "log.queue": "true",  // logs come to the poll thread like everything else
        ]
        if !self.debug.isEmpty { settings["debug"] = self.debug }
        return settings
    }
}
