// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Testing
import ZooKeeperEnsemble
import ZooKeeperProtocol

@Suite struct WatchTableTests {
    private let one = ConnectionID(rawValue: 1)
    private let two = ConnectionID(rawValue: 2)

    @Test func anOrdinaryWatchFiresOnce() {
        var watches = WatchTable()
        watches.add(.data, "/a", for: self.one)
        watches.add(.data, "/a", for: self.one)
        watches.add(.children, "/a", for: self.two)
        #expect(watches.fire(WatchEvent(.dataChanged, "/b")) == [])
        #expect(watches.fire(WatchEvent(.dataChanged, "/a")) == [self.one])
        #expect(watches.fire(WatchEvent(.dataChanged, "/a")) == [])
        #expect(watches.fire(WatchEvent(.childrenChanged, "/a")) == [self.two])
        #expect(watches.count == 0)
    }

    @Test func aDeletionIsToldOnceToWhoWatchesBoth() {
        var watches = WatchTable()
        watches.add(.data, "/a", for: self.one)
        watches.add(.children, "/a", for: self.one)
        #expect(watches.fire(WatchEvent(.deleted, "/a")) == [self.one])
        #expect(watches.count == 0)
    }

    @Test func persistentWatchesStayAndRecursiveOnesSeeBelow() {
        var watches = WatchTable()
        watches.add(.persistent, "/a", for: self.one)
        watches.add(.persistentRecursive, "/", for: self.two)
        for _ in 1...2 {
            #expect(watches.fire(WatchEvent(.dataChanged, "/a")) == [self.one, self.two])
            #expect(watches.fire(WatchEvent(.created, "/a/b/c")) == [self.two])
            #expect(watches.fire(WatchEvent(.childrenChanged, "/a")) == [self.one])
        }
        watches.remove(.persistentRecursive, "/", of: self.two)
        watches.removeAll(of: self.one)
        #expect(watches.fire(WatchEvent(.dataChanged, "/a")) == [])
        #expect(watches.count == 0)
    }
}
