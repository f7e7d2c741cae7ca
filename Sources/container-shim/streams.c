// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct log_stream logs[2] = {{.name = "stdout"}, {.name = "stderr"}};

static void set_nonblocking(int descriptor) { fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK); }

static int open_terminal(struct streams *streams) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return errno;
    if (ptsname_r(master, streams->terminal_path, sizeof streams->terminal_path) != 0) return errno;
    // Open from the start, so that a read of the master waits for the child instead of failing.
    streams->child[0] = open(streams->terminal_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (streams->child[0] < 0) return errno;
    set_nonblocking(master);
    streams->terminal = master;
    return 0;
}

static int open_pipe(struct streams *streams, int number, int *ours) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    int is_input = number == 0;
    *ours = ends[is_input ? 1 : 0];
    streams->child[number] = ends[is_input ? 0 : 1];
    set_nonblocking(*ours);
    return 0;
}

int streams_open(struct streams *streams, const struct options *options) {
    struct channel closed = {.from = -1, .to = -1};
    *streams = (struct streams){.input = closed, .output = closed, .error = closed, .terminal = -1, .child = {-1, -1, -1}};
    int error = 0;
    if (options->log != NULL) {
        error = log_open(options->log, options->log_bytes_max);
        if (error != 0) return error;
        streams->output.log = &logs[0];
        streams->error.log = &logs[1];
    }
    int is_ours = options->log != NULL || options->streams;
    if (options->tty) {
        error = open_terminal(streams);
        if (error != 0) return error;
        streams->output.from = fcntl(streams->terminal, F_DUPFD_CLOEXEC, 3);
        if (options->input) streams->input.to = fcntl(streams->terminal, F_DUPFD_CLOEXEC, 3);
        streams->input.ends_terminal = 1;
    } else {
        if (options->input) error = open_pipe(streams, 0, &streams->input.to);
        if (error == 0 && is_ours) error = open_pipe(streams, 1, &streams->output.from);
        if (error == 0 && is_ours) error = open_pipe(streams, 2, &streams->error.from);
        if (error != 0) return error;
    }
    if (options->input) streams->input.from = 0;
    if (options->streams) {
        streams->output.to = 1;
        if (!options->tty) streams->error.to = 2;
        for (int i = 0; i < 3; i++) set_nonblocking(i);
    }
    return 0;
}

int streams_become(const struct streams *streams, const struct options *options) {
    if (options->tty) {
        setsid();
        for (int i = 0; i < 3; i++) {
            if (dup2(streams->child[0], i) < 0) return -1;
        }
        return ioctl(0, TIOCSCTTY, 0);
    }
    int input = streams->child[0] >= 0 ? streams->child[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0) return -1;
    for (int i = 1; i < 3; i++) {
        if (streams->child[i] >= 0 && dup2(streams->child[i], i) < 0) return -1;
    }
    return 0;
}

void streams_started(struct streams *streams) {
    for (int i = 0; i < 3; i++) {
        if (streams->child[i] >= 0) close(streams->child[i]);
        streams->child[i] = -1;
    }
}

struct pollfd channel_watch(const struct channel *channel) {
    if (channel->start < channel->end) return (struct pollfd){.fd = channel->to, .events = POLLOUT};
    return (struct pollfd){.fd = channel->from, .events = POLLIN};
}

int channel_is_open(const struct channel *channel) { return channel->from >= 0 || channel->start < channel->end; }

static void close_end(int *descriptor) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

// Returns 0 when there is nothing to write.
static int fill(struct channel *channel) {
    if (channel->from < 0) return 0;
    ssize_t count = read(channel->from, channel->bytes, sizeof channel->bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    channel->start = 0;
    if (count <= 0) {  // EIO is how the last one to leave a terminal is told of
        close_end(&channel->from);
        channel->end = 0;
        if (!channel->ends_terminal) {
            close_end(&channel->to);
            return 0;
        }
        channel->bytes[0] = 4;  // what a person types to end the input
        count = 1;
    } else if (channel->log != NULL) {
        log_take(channel->log, channel->bytes, (size_t)count);
    }
    channel->end = (size_t)count;
    return 1;
}

void channel_pump(struct channel *channel) {
    if (channel->start == channel->end && !fill(channel)) return;
    if (channel->to < 0) {
        channel->start = channel->end;
        return;
    }
    ssize_t count = write(channel->to, channel->bytes + channel->start, channel->end - channel->start);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0) {  // nobody reads any more: what comes is read and dropped
        close_end(&channel->to);
        channel->start = channel->end;
        return;
    }
    channel->start += (size_t)count;
}

void streams_resize(const struct streams *streams, int rows, int columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (streams->terminal >= 0) ioctl(streams->terminal, TIOCSWINSZ, &size);
}
