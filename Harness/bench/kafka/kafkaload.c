// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0
//
// A client of any Kafka, with the settings of the figures in REAL-KAFKA.md: acks=all, no compression, round robin over the
// partitions, librdkafka's defaults otherwise.
//
// kafkaload produce SERVERS TOPIC PARTITIONS SIZE COUNT      messages a second, linger 5 ms
// kafkaload consume SERVERS TOPIC PARTITIONS COUNT           messages a second from the first one, and with the start
// kafkaload latency SERVERS TOPIC PARTITIONS RATE SECONDS    time to ack, open loop, 100 B, linger 5 ms, 5 in flight
// kafkaload probe   SERVERS TOPIC PARTITIONS RATE            RATE a partition until standard input closes, linger 0: a line
//                                                            `partition sent acknowledged` (ms) for each, `… failed` if so
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { value_max = 1 << 20, errors_max = 512 };

static long acknowledged, failed;
static double last_ack;
static double *latencies;
static int prints;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/// A sleep until an instant: late by the scheduler alone.
static void sleep_until(double instant) {
    struct timespec time = {(time_t)instant, (long)((instant - (time_t)instant) * 1e9)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, 0)) {}
}

static void fail(const char *what, const char *why) {
    fprintf(stderr, "kafkaload: %s: %s\n", what, why);
    exit(2);
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    last_ack = now();
    if (message->err) ++failed; else ++acknowledged;
    if (!message->_private) return;
    double *sent = message->_private;
    if (latencies && !message->err) latencies[acknowledged - 1] = last_ack - *sent;
    if (prints) {
        printf("%d %.3f %.3f%s\n", message->partition, *sent * 1e3, last_ack * 1e3, message->err ? " failed" : "");
        free(sent);
    }
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *servers, const char *const settings[][2], size_t count) {
    char errors[errors_max];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", servers, errors, sizeof errors)) fail("bootstrap.servers", errors);
    for (size_t i = 0; i < count; ++i)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], errors, sizeof errors)) fail(settings[i][0], errors);
    // Brokers that go away are what the probe is for.
    rd_kafka_conf_set_log_cb(conf, 0);
    if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_t *made = rd_kafka_new(type, conf, errors, sizeof errors);
    if (!made) fail("a client", errors);
    return made;
}

static void send_one(rd_kafka_t *producer, rd_kafka_topic_t *topic, int partition, char *value, size_t size, double *sent) {
    while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, value, size, 0, 0, sent)) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
        rd_kafka_poll(producer, 10);
    }
}

/// Every partition has its leader and connection before the clock starts.
static void warm_up(rd_kafka_t *producer, rd_kafka_topic_t *topic, int partitions, char *value, size_t size) {
    for (int i = 0; i < partitions; ++i) send_one(producer, topic, i, value, size, 0);
    if (rd_kafka_flush(producer, 30000)) fail("the first messages", "not acknowledged within 30 s");
    acknowledged = failed = 0;
}

static int produce(const char *servers, const char *name, int partitions, size_t size, long count) {
    const char *const settings[][2] = {
        {"acks", "all"},
        {"linger.ms", "5"},
        {"queue.buffering.max.messages", "1000000"},
        {"queue.buffering.max.kbytes", "1048576"},
    };
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, servers, settings, sizeof settings / sizeof *settings);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, 0);
    char *value = malloc(size);
    memset(value, 'x', size);
    warm_up(producer, topic, partitions, value, size);
    double start = now();
    for (long i = 0; i < count; ++i) {
        send_one(producer, topic, (int)(i % partitions), value, size, 0);
        if (i % 1000 == 0) rd_kafka_poll(producer, 0);
    }
    rd_kafka_flush(producer, 60000);
    printf("{\"perSecond\": %.0f, \"acknowledged\": %ld, \"failed\": %ld}\n", acknowledged / (last_ack - start),
           acknowledged, count - acknowledged);
    return acknowledged == count ? 0 : 1;
}

static int consume(const char *servers, const char *name, int partitions, long count) {
    const char *const settings[][2] = {
        {"group.id", "kafkaload"},
        {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"},
        {"queued.min.messages", "1000000"},
    };
    double begin = now(), first = 0;
    rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, servers, settings, sizeof settings / sizeof *settings);
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; ++i)
        rd_kafka_topic_partition_list_add(list, name, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(consumer, list)) fail("assign", name);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    rd_kafka_message_t *messages[10000];
    long read = 0;
    while (read < count) {
        // Never more than there is: the call waits for as many as it was asked for.
        size_t wanted = count - read < 10000 ? (size_t)(count - read) : 10000;
        ssize_t got = rd_kafka_consume_batch_queue(queue, 30000, messages, wanted);
        if (got <= 0) fail("consume", "nothing for 30 s");
        if (!first) first = now();
        for (ssize_t i = 0; i < got; ++i) {
            if (!messages[i]->err) ++read;
            rd_kafka_message_destroy(messages[i]);
        }
    }
    double end = now();
    printf("{\"perSecond\": %.0f, \"perSecondWithStart\": %.0f, \"read\": %ld}\n", read / (end - first),
           read / (end - begin), read);
    return 0;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static int latency(const char *servers, const char *name, int partitions, long rate, double seconds) {
    const char *const settings[][2] = {
        {"acks", "all"},
        {"linger.ms", "5"},
        {"max.in.flight.requests.per.connection", "5"},
    };
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, servers, settings, sizeof settings / sizeof *settings);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, 0);
    char value[100];
    memset(value, 'x', sizeof value);
    warm_up(producer, topic, partitions, value, sizeof value);
    long count = (long)(rate * seconds);
    double *due = calloc((size_t)count, sizeof *due), start = now(), lag = 0;
    latencies = calloc((size_t)count, sizeof *latencies);
    for (long i = 0; i < count; ++i) {
        // The schedule is the time of sending, whatever holds this thread up: what a caller would have waited.
        due[i] = start + (double)i / (double)rate;
        if (due[i] > now()) {
            rd_kafka_poll(producer, 0);
            sleep_until(due[i]);
        }
        if (now() - due[i] > lag) lag = now() - due[i];
        send_one(producer, topic, (int)(i % partitions), value, sizeof value, &due[i]);
        rd_kafka_poll(producer, 0);
    }
    rd_kafka_flush(producer, 30000);
    if (acknowledged != count) fail("latency", "not everything was acknowledged");
    qsort(latencies, (size_t)count, sizeof *latencies, by_size);
    printf("{\"p50Ms\": %.2f, \"p99Ms\": %.2f, \"maxMs\": %.2f, \"lagMaxMs\": %.2f}\n", latencies[count / 2] * 1e3,
           latencies[count * 99 / 100] * 1e3, latencies[count - 1] * 1e3, lag * 1e3);
    return 0;
}

static int probe(const char *servers, const char *name, int partitions, double rate) {
    const char *const settings[][2] = {{"acks", "all"}, {"linger.ms", "0"}, {"message.timeout.ms", "60000"}};
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, servers, settings, sizeof settings / sizeof *settings);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, 0);
    char value[100];
    memset(value, 'x', sizeof value);
    warm_up(producer, topic, partitions, value, sizeof value);
    prints = 1;
    setvbuf(stdout, 0, _IOLBF, 0);
    struct pollfd input = {0, POLLIN, 0};
    double start = now();
    for (long i = 0;; ++i) {
        double due = start + (double)i / (rate * partitions);
        while (now() < due) rd_kafka_poll(producer, (int)((due - now()) * 1e3) + 1);
        if (poll(&input, 1, 0) > 0 && getchar() == EOF) break;
        double *sent = malloc(sizeof *sent);
        *sent = due;
        send_one(producer, topic, (int)(i % partitions), value, sizeof value, sent);
        rd_kafka_poll(producer, 0);
    }
    rd_kafka_flush(producer, 60000);
    return failed ? 1 : 0;
}

int main(int count, char **words) {
    if (count == 7 && !strcmp(words[1], "produce"))
        return produce(words[2], words[3], atoi(words[4]), (size_t)(atol(words[5]) % value_max), atol(words[6]));
    if (count == 6 && !strcmp(words[1], "consume")) return consume(words[2], words[3], atoi(words[4]), atol(words[5]));
    if (count == 7 && !strcmp(words[1], "latency"))
        return latency(words[2], words[3], atoi(words[4]), atol(words[5]), atof(words[6]));
    if (count == 6 && !strcmp(words[1], "probe")) return probe(words[2], words[3], atoi(words[4]), atof(words[5]));
    fprintf(stderr, "kafkaload produce|consume|latency|probe SERVERS TOPIC PARTITIONS …: see the head of the source\n");
    return 64;
}
