// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *log_path;
static int log_file = -1;
static long log_size, log_size_max;

static int reopen(void) {
    log_file = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_file < 0) return errno;
    struct stat status;
    log_size = fstat(log_file, &status) == 0 ? status.st_size : 0;
    return 0;
}

int log_open(const char *path, long bytes_max) {
    log_path = path;
    log_size_max = bytes_max;
    return reopen();
}

// One generation is kept aside, so that a container that writes for ever does not fill the disk.
static void rotate(void) {
    char aside[PATH_MAX];
    if (snprintf(aside, sizeof aside, "%s.1", log_path) >= (int)sizeof aside) return;
    if (rename(log_path, aside) != 0) return;
    close(log_file);
    reopen();
}

static void write_line(const char *name, char tag, const char *text, size_t length) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm parts;
    gmtime_r(&now.tv_sec, &parts);
    char head[64];
    size_t count = strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &parts);
    count += (size_t)snprintf(head + count, sizeof head - count, ".%09ldZ %s %c ", now.tv_nsec, name, tag);
    struct iovec pieces[] = {{head, count}, {(char *)text, length}, {"\n", 1}};
    ssize_t written = writev(log_file, pieces, 3);  // a full disk loses lines; it must not stop the container
    if (written > 0) log_size += written;
    if (log_size_max > 0 && log_size > log_size_max) rotate();
}

void log_take(struct log_stream *stream, const char *text, size_t length) {
    const char *end = text + length;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t count = (size_t)((newline != NULL ? newline : end) - text), space = sizeof stream->line - stream->length;
        if (count > space) count = space;
        memcpy(stream->line + stream->length, text, count);
        stream->length += count;
        text += count;
        if (text == newline) {
            // A terminal ends its lines with a return as well, which is none of the text.
            if (stream->length > 0 && stream->line[stream->length - 1] == '\r') stream->length--;
            write_line(stream->name, 'F', stream->line, stream->length);
            stream->length = 0;
            text++;
        } else if (stream->length == sizeof stream->line) {
            log_finish(stream);
        }
    }
}

void log_finish(struct log_stream *stream) {
    if (stream->length > 0) write_line(stream->name, 'P', stream->line, stream->length);
    stream->length = 0;
}
