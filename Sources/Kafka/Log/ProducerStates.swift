// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol

/// What a partition remembers of its idempotent producers, so that a repeated batch is not stored twice and a lost one
/// leaves no gap.
package struct ProducerStates: Hashable, Sendable {
    /// A batch that was appended.
    struct Batch: Hashable, Sendable {
        var firstSequence: Int32
        var lastSequence: Int32
        var baseOffset: Int64
        var lastOffset: Int64
        var timestamp: Int64
    }

    /// What is remembered of one producer.
    struct Producer: Hashable, Sendable {
        var epoch: Int16
        /// Its last batches of this epoch, ascending; never empty.
        var batches: [Batch]

        var lastSequence: Int32 { self.batches.last?.lastSequence ?? -1 }
        var lastOffset: Int64 { self.batches.last?.lastOffset ?? -1 }
    }

    /// What to do with a batch.
    enum Verdict: Hashable, Sendable {
        case append
        /// It is in the log already.
        case duplicate(baseOffset: Int64, lastOffset: Int64)
        case refuse(ErrorCode)
    }

    /// By producer id; looked up, and sorted where it is iterated.
    private(set) var producers: [Int64: Producer] = [:]
    /// Whether all that the log ever held is remembered: then an unknown producer has to begin at 0.
    private(set) var isComplete: Bool

    /// Nothing remembered; `isComplete` when the log is empty, too.
    init(isComplete: Bool) {
        self.isComplete = isComplete
    }

    /// Compares a batch of an idempotent producer with what is remembered. Others are always appended.
    ///
    /// The rules are those of Kafka's ProducerAppendInfo, with one stricter: where the log is complete, a producer that
    /// it does not know must begin with sequence 0. (Kafka takes any number, and a batch that overtook a refused one
    /// would be stored out of order.)
    func verdict(on batch: RecordBatch) -> Verdict {
        guard batch.producerId >= 0 else { return .append }
        guard let producer = self.producers[batch.producerId] else {
            return self.isComplete && batch.baseSequence != 0 ? .refuse(.outOfOrderSequenceNumber) : .append
        }
        if batch.producerEpoch < producer.epoch { return .refuse(.invalidProducerEpoch) }
        if batch.producerEpoch > producer.epoch {
            return batch.baseSequence == 0 ? .append : .refuse(.outOfOrderSequenceNumber)
        }
        let lastSequence = batch.lastSequence
        for known in producer.batches.reversed()
        where known.firstSequence == batch.baseSequence && known.lastSequence == lastSequence {
            return .duplicate(baseOffset: known.baseOffset, lastOffset: known.lastOffset)
        }
        let next = producer.lastSequence == .max ? 0 : producer.lastSequence + 1
        return batch.baseSequence == next ? .append : .refuse(.outOfOrderSequenceNumber)
    }

    /// Notes a batch that is in the log.
    mutating func appended(_ batch: RecordBatch) {
        guard batch.producerId >= 0, !batch.attributes.isControl else { return }
        let entry = Batch(
            firstSequence: batch.baseSequence,
            lastSequence: batch.lastSequence,
            baseOffset: batch.baseOffset,
            lastOffset: batch.lastOffset,
            timestamp: batch.maxTimestamp
        )
        if self.producers[batch.producerId]?.epoch == batch.producerEpoch {
            self.producers[batch.producerId]?.append(entry)
            return
        }
        if self.producers.count >= Limits.producersMax, self.producers[batch.producerId] == nil {
            self.forgetOldest()
        }
        self.producers[batch.producerId] = Producer(epoch: batch.producerEpoch, batches: [entry])
    }

    /// Makes room for a producer; from now on an unknown one may begin at any number.
    private mutating func forgetOldest() {
        guard let oldest = self.producers.min(by: { ($0.value.lastOffset, $0.key) < ($1.value.lastOffset, $1.key) })
        else { return }
        self.producers[oldest.key] = nil
        self.isComplete = false
    }

    /// Forgets batches at or after the offset; false when more than that was forgotten and the log has to be read again.
    mutating func truncate(to endOffset: Int64) -> Bool {
        for (id, producer) in self.producers where producer.lastOffset >= endOffset {
            let kept = producer.batches.filter { $0.lastOffset < endOffset }
            // An earlier epoch or an earlier batch may be in the log though it is no longer remembered.
            guard !kept.isEmpty else { return false }
            self.producers[id]?.batches = kept
        }
        return true
    }

    /// Takes over earlier batches of the producers that are remembered, as far as they lead up to the last one.
    mutating func recall(_ earlier: ProducerStates) {
        for (id, producer) in self.producers {
            guard let known = earlier.producers[id], known.epoch == producer.epoch,
                known.lastOffset == producer.lastOffset
            else { continue }
            self.producers[id] = known
        }
    }

    /// Takes what a snapshot says of a producer.
    mutating func restore(_ id: Int64, _ producer: Producer) {
        self.producers[id] = producer
    }
}

extension ProducerStates.Producer {
    fileprivate mutating func append(_ batch: ProducerStates.Batch) {
        if self.batches.count == Limits.batchesPerProducer { self.batches.removeFirst() }
        self.batches.append(batch)
    }
}
