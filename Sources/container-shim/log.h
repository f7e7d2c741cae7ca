// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef CONTAINER_SHIM_LOG_H
#define CONTAINER_SHIM_LOG_H

#include <stddef.h>

enum { LOG_LINE_MAX = 16384 };  // longer lines are written in parts, as container runtimes do

/// Collects what a process prints and writes it as lines of the CRI format:
/// `2026-01-31T10:00:00.000000000Z stdout F text`, with P instead of F for a line that goes on.
struct log_stream {
    const char *name;  // stdout or stderr
    char line[LOG_LINE_MAX];
    size_t length;
};

/// Opens the log for appending; returns 0, or the error number.
int log_open(const char *path, long bytes_max);
/// Takes text in and writes the whole lines.
void log_take(struct log_stream *stream, const char *text, size_t length);
/// Writes what is left of an unfinished line.
void log_finish(struct log_stream *stream);

#endif
