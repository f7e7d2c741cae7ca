// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0
//
// zkload rate HOSTS create|set|get OUTSTANDING SECONDS: operations a second at 100 B, after a warm-up of a second.
// zkload gap  HOST HOST HOST SECONDS: three sessions, each first at a server of its own, a synchronous set every 5 ms;
//                                     the longest time without a success.
#define THREADED
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

enum { payload = 100, samples_max = 4000000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int outstanding;
static long done, failed;
static double *latencies;
static long latency_count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void ignore(zhandle_t *handle, int type, int state, const char *path, void *context) {
    (void)handle, (void)type, (void)state, (void)path;
    if (context && state == ZOO_EXPIRED_SESSION_STATE) ++*(int *)context;
}

static zhandle_t *connect_to(const char *hosts, int timeout, void *context) {
    zhandle_t *handle = zookeeper_init(hosts, ignore, timeout, 0, context, 0);
    if (!handle) exit(2);
    while (zoo_state(handle) != ZOO_CONNECTED_STATE) usleep(1000);
    return handle;
}

static void finished(int rc, const void *start) {
    pthread_mutex_lock(&lock);
    --outstanding;
    ++done;
    if (rc != ZOK) ++failed;
    if (latency_count < samples_max) latencies[latency_count++] = now() - *(const double *)start;
    free((void *)start);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void created(int rc, const char *path, const void *start) { (void)path; finished(rc, start); }
static void was_set(int rc, const struct Stat *stat, const void *start) { (void)stat; finished(rc, start); }
static void got(int rc, const char *value, int length, const struct Stat *stat, const void *start) {
    (void)value, (void)length, (void)stat;
    finished(rc, start);
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static int rate(const char *hosts, const char *operation, int window, double seconds) {
    zhandle_t *handle = connect_to(hosts, 10000, 0);
    char base[64], path[128], data[payload];
    memset(data, 'x', payload);
    snprintf(base, sizeof base, "/zkload-%d", (int)getpid());
    latencies = malloc(samples_max * sizeof *latencies);
    if (zoo_create(handle, base, data, payload, &ZOO_OPEN_ACL_UNSAFE, 0, 0, 0) != ZOK) return 2;
    double warm = now() + 1, end = warm + seconds, start = 0;
    long number = 0, before = 0;
    while (now() < end) {
        pthread_mutex_lock(&lock);
        while (outstanding >= window) pthread_cond_wait(&changed, &lock);
        ++outstanding;
        if (!start && now() > warm) start = now(), before = done, latency_count = 0;
        pthread_mutex_unlock(&lock);
        double *began = malloc(sizeof *began);
        *began = now();
        int rc;
        if (!strcmp(operation, "create")) {
            snprintf(path, sizeof path, "%s/n%ld", base, number++);
            rc = zoo_acreate(handle, path, data, payload, &ZOO_OPEN_ACL_UNSAFE, 0, created, began);
        } else if (!strcmp(operation, "set")) {
            rc = zoo_aset(handle, base, data, payload, -1, was_set, began);
        } else {
            rc = zoo_aget(handle, base, 0, got, began);
        }
        if (rc != ZOK) return 2;
    }
    pthread_mutex_lock(&lock);
    double rate = (done - before) / (now() - start);
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("%-6s %2d outstanding: %7.0f/s  p50 %6.2f ms  p99 %6.2f ms  failed %ld\n", operation, window, rate,
           latencies[latency_count / 2] * 1e3, latencies[latency_count * 99 / 100] * 1e3, failed);
    return failed ? 1 : 0;
}

struct prober {
    char hosts[256];
    double seconds, gap;
    long succeeded, refused;
    int expired, number;
};

static void *probe(void *context) {
    struct prober *prober = context;
    zhandle_t *handle = connect_to(prober->hosts, 6000, &prober->expired);
    char path[64];
    snprintf(path, sizeof path, "/zkgap-%d-%d", (int)getpid(), prober->number);
    zoo_create(handle, path, "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, 0, 0);
    double end = now() + prober->seconds, last = now();
    while (now() < end) {
        if (zoo_set(handle, path, "0123456789", 10, -1) == ZOK) {
            double at = now();
            if (at - last > prober->gap) prober->gap = at - last;
            last = at;
            ++prober->succeeded;
        } else {
            ++prober->refused;
        }
        usleep(5000);
    }
    return 0;
}

static int gap(char **hosts, double seconds) {
    struct prober probers[3] = {0};
    pthread_t threads[3];
    zoo_deterministic_conn_order(1);
    for (int i = 0; i < 3; ++i) {
        snprintf(probers[i].hosts, sizeof probers[i].hosts, "%s,%s,%s", hosts[i], hosts[(i + 1) % 3], hosts[(i + 2) % 3]);
        probers[i].seconds = seconds;
        probers[i].number = i;
        pthread_create(&threads[i], 0, probe, &probers[i]);
    }
    for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
    printf("longest gap %.3f %.3f %.3f s  sets %ld  failed %ld  expired %d\n", probers[0].gap, probers[1].gap,
           probers[2].gap, probers[0].succeeded + probers[1].succeeded + probers[2].succeeded,
           probers[0].refused + probers[1].refused + probers[2].refused,
           probers[0].expired + probers[1].expired + probers[2].expired);
    return 0;
}

int main(int count, char **arguments) {
    zoo_set_debug_level(0);
    int status = 64;
    if (count == 6 && !strcmp(arguments[1], "rate"))
        status = rate(arguments[2], arguments[3], atoi(arguments[4]), atof(arguments[5]));
    else if (count == 6 && !strcmp(arguments[1], "gap"))
        status = gap(arguments + 2, atof(arguments[5]));
    else
        fprintf(stderr, "zkload rate HOSTS create|set|get OUTSTANDING SECONDS | zkload gap HOST HOST HOST SECONDS\n");
    fflush(stdout);
    _exit(status);
}
