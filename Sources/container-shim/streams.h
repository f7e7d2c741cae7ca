// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef CONTAINER_SHIM_STREAMS_H
#define CONTAINER_SHIM_STREAMS_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include "log.h"
#include "options.h"

/// One direction of a process's standard streams. What is read waits here until it is written: a slow reader slows the
/// process down, and nothing is read ahead.
struct channel {
    int from, to;            // -1: closed, or to nowhere
    struct log_stream *log;  // what passes is written there as well; NULL: nowhere
    int ends_terminal;       // the end of `from` is typed into a terminal; else it closes `to`
    char bytes[16384];
    size_t start, end;
};

/// The standard streams of the first process.
struct streams {
    struct channel input, output, error;
    int terminal;  // the master of its terminal; -1: it has none
    int child[3];  // its ends, until it has started; -1: none of ours
    char terminal_path[64];
};

/// Makes what the options ask for; returns 0, or the error number.
int streams_open(struct streams *streams, const struct options *options);
/// In the child: takes its ends as standard streams; returns 0, or -1 with errno.
int streams_become(const struct streams *streams, const struct options *options);
/// In the parent, once the child has started: closes the child's ends.
void streams_started(struct streams *streams);
/// What to wait for.
struct pollfd channel_watch(const struct channel *channel);
/// Moves what can be moved without waiting.
void channel_pump(struct channel *channel);
/// Whether anything can still come out of it.
int channel_is_open(const struct channel *channel);
/// Gives the terminal a size.
void streams_resize(const struct streams *streams, int rows, int columns);

#endif
