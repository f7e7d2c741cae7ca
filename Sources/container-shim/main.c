// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// container-shim: runs one container, probe or exec, and sees to it that nothing of it outlives the cluster.
//
// The control plane holds the write end of the control pipe (descriptor 3 here). When that closes, for whatever reason, every
// process under the shim is killed. Commands come over it as lines:
//   signal N [MS]   signal N for the first process; when it ends, the rest have what is left of MS milliseconds.
//                   Signal 9 goes to all at once.
//   signal-tree N   signal N for every process
//   resize R C      the terminal has R rows and C columns
// Descriptor 4 gets what happened, as lines: `started PID`, or `failed ERRNO STEP`; then `exited STATUS` or `killed SIGNAL`
// when the first process ends. The shim itself ends, and with it the status pipe, when nothing is left.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "processes.h"
#include "streams.h"

enum { CONTROL = 3, STATUS = 4, KILL_AGAIN_MS = 20 };

static pid_t first;             // 0 once it has ended
static long long deadline = -1;  // when the rest are killed; -1: not set
static int killing;             // whether everything is to go at once
static struct streams streams;

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void report(const char *word, long number, const char *rest) {
    dprintf(STATUS, "%s %ld%s%s\n", word, number, *rest ? " " : "", rest);
}

static void kill_all(void) {
    killing = 1;
    signal_tree(SIGKILL);
}

// In the child: becomes the program, or says over `failure` why not.
static void become(const struct options *options, int failure, pid_t shim) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // the shim has one thread, so its end is the process's
    const char *step = "start";
    if (getppid() != shim) _exit(1);
    if (streams_become(&streams, options) != 0) goto failed;
    step = "chdir";
    if (chdir(options->directory) != 0) goto failed;
    step = "exec";
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(options->command[0], options->command);
failed:;
    char text[64];
    int length = snprintf(text, sizeof text, "%d %s", errno, step);
    if (write(failure, text, (size_t)length) < 0) _exit(126);
    _exit(127);
}

static int start(const struct options *options) {
    int failure[2];
    if (pipe2(failure, O_CLOEXEC) != 0) return report("failed", errno, "pipe"), 1;
    int error = streams_open(&streams, options);
    if (error != 0) return report("failed", error, "streams"), 1;
    pid_t shim = getpid();
    first = fork();
    if (first < 0) return report("failed", errno, "fork"), 1;
    if (first == 0) become(options, failure[1], shim);
    close(failure[1]);
    streams_started(&streams);
    char text[64];
    ssize_t count = read(failure[0], text, sizeof text - 1);
    close(failure[0]);
    if (count > 0) {
        text[count] = '\0';
        dprintf(STATUS, "failed %s\n", text);
        return 1;
    }
    report("started", first, "");
    return 0;
}

static void obey(char *line) {
    int number = 0, columns = 0;
    long grace = -1;
    if (sscanf(line, "resize %d %d", &number, &columns) == 2) {
        streams_resize(&streams, number, columns);
    } else if (sscanf(line, "signal-tree %d", &number) == 1) {
        signal_tree(number);
    } else if (sscanf(line, "signal %d %ld", &number, &grace) >= 1) {
        if (grace >= 0) deadline = now_ms() + grace;
        if (number == SIGKILL) kill_all();
        else if (first > 0) kill(first, number);
    }
}

// Returns 0 when the control plane is gone.
static int read_commands(void) {
    static char buffer[4096];
    static size_t length;
    ssize_t count = read(CONTROL, buffer + length, sizeof buffer - 1 - length);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    if (count == 0) return 0;
    length += (size_t)count;
    buffer[length] = '\0';
    char *start = buffer, *newline;
    while ((newline = strchr(start, '\n')) != NULL) {
        *newline = '\0';
        obey(start);
        start = newline + 1;
    }
    length -= (size_t)(start - buffer);
    memmove(buffer, start, length);
    if (length == sizeof buffer - 1) length = 0;  // no command is that long
    return 1;
}

// Returns 0 when no process is left.
static int reap(long grace_ms) {
    for (;;) {
        int status = 0;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0) return errno != ECHILD;
        if (pid == 0) return 1;
        if (pid != first) continue;
        first = 0;
        if (WIFSIGNALED(status)) report("killed", WTERMSIG(status), "");
        else report("exited", WEXITSTATUS(status), "");
        if (deadline < 0) deadline = now_ms() + grace_ms;
        if (!killing) signal_tree(SIGTERM);
    }
}

static int patience(void) {
    if (killing) return KILL_AGAIN_MS;  // a process may have forked between the look and the signal
    if (first > 0 || deadline < 0) return -1;
    long long left = deadline - now_ms();
    return left > 0 ? (int)(left > 1000000 ? 1000000 : left) : 0;
}

// Everything has ended: what it printed goes out to the end, unless the control plane does not want it.
static void drain(struct channel *outputs[2]) {
    for (int i = 0; i < 2; i++) {
        while (channel_is_open(outputs[i])) {
            int is_waiting = outputs[i]->start < outputs[i]->end;
            channel_pump(outputs[i]);
            // Somebody outside still holds the other end: what that one says is nobody's.
            if (!is_waiting && outputs[i]->from >= 0 && outputs[i]->start == outputs[i]->end) {
                struct pollfd more = {.fd = outputs[i]->from, .events = POLLIN};
                if (poll(&more, 1, 0) == 0) break;
            }
            if (outputs[i]->start == outputs[i]->end) continue;
            struct pollfd watch[2] = {{.fd = killing ? -1 : CONTROL, .events = POLLIN}, channel_watch(outputs[i])};
            if (poll(watch, 2, killing ? 0 : -1) == 0) break;
            if (watch[0].revents && !read_commands()) killing = 1;
        }
        if (outputs[i]->log != NULL) log_finish(outputs[i]->log);
    }
}

int main(int count, char **words) {
    struct options options = read_options(count, words);
    close_range(STATUS + 1, ~0U, 0);  // what the control plane failed to mark close-on-exec ends here
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    fcntl(STATUS, F_SETFD, FD_CLOEXEC);
    setsid();  // an interrupt from a terminal is the control plane's to handle
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);  // the control plane may be gone when something is to be reported
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);

    int failed = start(&options);
    struct channel *channels[] = {&streams.input, &streams.output, &streams.error};
    while (reap(options.grace_ms)) {
        struct pollfd watch[5] = {
            {.fd = killing ? -1 : CONTROL, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
        };
        for (int i = 0; i < 3; i++) watch[2 + i] = channel_watch(channels[i]);
        int ready = poll(watch, 5, patience());
        for (int i = 0; i < 3; i++) {
            if (watch[2 + i].revents) channel_pump(channels[i]);
        }
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGTERM) kill_all();
        }
        if (watch[0].revents && !read_commands()) kill_all();
        if (killing || (ready == 0 && first == 0)) kill_all();
    }
    drain(channels + 1);
    return failed;
}
