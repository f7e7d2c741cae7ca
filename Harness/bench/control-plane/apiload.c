// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0
//
// A client of any Kubernetes API server over plain HTTP on an IPv4 address.
//
// apiload create ADDRESS PORT PATH TEMPLATE COUNT CONNECTIONS   POSTs the template's text COUNT times, @N@ replaced by a number
// apiload get    ADDRESS PORT PATH COUNT CONNECTIONS            GETs a path again and again
// apiload watch  ADDRESS PORT PATH WATCHERS EVENTS SECONDS      counts the events that each of many watchers gets, until all
//                                                               have that many; says `ready` once all are answered
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { buffer_size = 1 << 20, watchers_max = 1000 };

static const char *address, *path;
static int port;
static char *template;
static atomic_long next_number, refused;
static long total;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static int connect_to(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int handle = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    inet_pton(AF_INET, address, &to.sin_addr);
    if (handle < 0 || connect(handle, (struct sockaddr *)&to, sizeof to)) fail("connect");
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return handle;
}

static void send_all(int handle, const char *bytes, size_t count) {
    while (count) {
        ssize_t sent = send(handle, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) fail("send");
        bytes += sent, count -= (size_t)sent;
    }
}

/// Reads one answer and returns its status code; bodies come with a length or in chunks.
static int answer(int handle, char *buffer) {
    size_t have = 0;
    char *body = 0;
    while (!body) {
        ssize_t got = recv(handle, buffer + have, buffer_size - 1 - have, 0);
        if (got <= 0) fail("recv");
        have += (size_t)got, buffer[have] = 0;
        if ((body = strstr(buffer, "\r\n\r\n"))) body += 4;
    }
    int status = atoi(buffer + 9);
    char *length = strcasestr(buffer, "content-length:");
    if (length && length < body) {
        size_t left = (size_t)atol(length + 15), there = have - (size_t)(body - buffer);
        while (there < left) {
            ssize_t got = recv(handle, buffer, buffer_size - 1, 0);
            if (got <= 0) fail("recv");
            there += (size_t)got;
        }
        return status;
    }
    while (have < 5 || memcmp(buffer + have - 5, "0\r\n\r\n", 5)) {
        // The end of what is there is kept, since the last chunk may arrive in pieces.
        if (have > buffer_size / 2) memmove(buffer, buffer + have - 5, 5), have = 5;
        ssize_t got = recv(handle, buffer + have, buffer_size - 1 - have, 0);
        if (got <= 0) fail("recv");
        have += (size_t)got;
    }
    return status;
}

static void *worker(void *context) {
    (void)context;
    int handle = connect_to();
    char *buffer = malloc(buffer_size), *request = malloc(buffer_size), *text = malloc(buffer_size);
    for (long number; (number = atomic_fetch_add(&next_number, 1)) < total;) {
        size_t size = 0;
        for (const char *from = template; from && *from;) {
            if (!strncmp(from, "@N@", 3)) size += (size_t)sprintf(text + size, "%ld", number), from += 3;
            else text[size++] = *from++;
        }
        int head = sprintf(request, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n", template ? "POST" : "GET",
                           path, address);
        if (template) head += sprintf(request + head, "Content-Type: application/json\r\nContent-Length: %zu\r\n", size);
        head += sprintf(request + head, "\r\n");
        memcpy(request + head, text, size);
        send_all(handle, request, (size_t)head + size);
        int status = answer(handle, buffer);
        if (status / 100 != 2 && atomic_fetch_add(&refused, 1) == 0) fprintf(stderr, "apiload: status %d: %s\n", status, buffer);
    }
    close(handle);
    return 0;
}

static int ask(long count, int connections) {
    pthread_t threads[watchers_max];
    total = count;
    double start = now();
    for (int i = 0; i < connections; ++i) pthread_create(&threads[i], 0, worker, 0);
    for (int i = 0; i < connections; ++i) pthread_join(threads[i], 0);
    printf("{\"perSecond\": %.0f, \"refused\": %ld}\n", (double)count / (now() - start), atomic_load(&refused));
    return atomic_load(&refused) ? 1 : 0;
}

static int watch(int watchers, long events, double seconds) {
    static char buffer[buffer_size];
    struct pollfd handles[watchers_max];
    long counts[watchers_max] = {0}, bytes = 0;
    int open = watchers, answered = 0, ended = 0;
    char previous[watchers_max] = {0}, in_body[watchers_max] = {0};
    for (int i = 0; i < watchers; ++i) {
        char request[512];
        handles[i] = (struct pollfd){connect_to(), POLLIN, 0};
        send_all(handles[i].fd, request, (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, address));
    }
    double first = 0, last = 0, end = now() + seconds;
    while (open && now() < end) {
        poll(handles, (nfds_t)watchers, 100);
        for (int i = 0; i < watchers; ++i) {
            if (!(handles[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
            ssize_t got = recv(handles[i].fd, buffer, buffer_size - 1, 0);
            if (got <= 0) {
                handles[i].fd = -1, --open, ++ended;
                continue;
            }
            char *from = buffer;
            buffer[got] = 0;
            if (!in_body[i]) {
                // The head of the answer: it comes in one piece, before any event.
                if (!(from = strstr(buffer, "\r\n\r\n"))) continue;
                from += 4, in_body[i] = 1;
                if (++answered == watchers) puts("ready"), fflush(stdout);
            }
            // An event is a line; line ends of the chunks have a carriage return before them.
            for (; from < buffer + got; ++from) {
                if (*from == '\n' && previous[i] != '\r') {
                    last = now();
                    if (!first) first = last;
                    if (++counts[i] == events) handles[i].fd = -1, --open;
                }
                previous[i] = *from;
            }
            bytes += got;
        }
    }
    long sum = 0, least = events, most = 0;
    for (int i = 0; i < watchers; ++i) {
        sum += counts[i];
        if (counts[i] < least) least = counts[i];
        if (counts[i] > most) most = counts[i];
    }
    printf("{\"perSecond\": %.0f, \"fewest\": %ld, \"most\": %ld, \"ended\": %d, \"megabytes\": %.1f}\n",
           (double)sum / (last - first), least, most, ended, (double)bytes / 1e6);
    return least == events && !ended ? 0 : 1;
}

static char *contents(const char *name) {
    FILE *file = fopen(name, "r");
    char *text = calloc(1, buffer_size);
    if (!file || !fread(text, 1, buffer_size / 2, file)) fail(name);
    fclose(file);
    return text;
}

int main(int count, char **words) {
    if (count > 4) address = words[2], port = atoi(words[3]), path = words[4];
    if (count == 8 && !strcmp(words[1], "create"))
        return template = contents(words[5]), ask(atol(words[6]), atoi(words[7]) % watchers_max);
    if (count == 7 && !strcmp(words[1], "get")) return ask(atol(words[5]), atoi(words[6]) % watchers_max);
    if (count == 8 && !strcmp(words[1], "watch")) return watch(atoi(words[5]) % watchers_max, atol(words[6]), atof(words[7]));
    fprintf(stderr, "apiload create|get|watch ADDRESS PORT PATH …: see the head of the source\n");
    return 64;
}
