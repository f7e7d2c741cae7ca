// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// container-shim: runs one container, probe or exec, and sees to it that nothing of it outlives the cluster.
//
// The control plane holds the write end of the control pipe (descriptor 3 here). When that closes, for whatever reason, every
// process under the shim is killed. Commands come over it as lines:
//   signal N [MS]   signal N for the first process; when it ends, the rest have what is left of MS milliseconds.
//                   Signal 9 goes to all at once.
//   signal-tree N   signal N for every process
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

enum { CONTROL = 3, STATUS = 4, KILL_AGAIN_MS = 20 };

static pid_t first;             // 0 once it has ended
static long long deadline = -1;  // when the rest are killed; -1: not set
static int killing;             // whether everything is to go at once

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
static void become(const struct options *options, int out, int err, int failure, pid_t shim) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // the shim has one thread, so its end is the process's
    const char *step = "start";
    int null = open("/dev/null", O_RDONLY);
    if (getppid() != shim) _exit(1);
    if (null < 0 || dup2(null, 0) < 0) goto failed;
    if (out >= 0 && (dup2(out, 1) < 0 || dup2(err, 2) < 0)) goto failed;
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

static int start(const struct options *options, struct log_stream streams[2]) {
    int failure[2], pipes[2][2] = {{-1, -1}, {-1, -1}};
    if (pipe2(failure, O_CLOEXEC) != 0) return report("failed", errno, "pipe"), 1;
    if (options->log != NULL) {
        int error = log_open(options->log, options->log_bytes_max);
        if (error != 0) return report("failed", error, "log"), 1;
        for (int i = 0; i < 2; i++) {
            if (pipe2(pipes[i], O_CLOEXEC) != 0) return report("failed", errno, "pipe"), 1;
            fcntl(pipes[i][0], F_SETFL, O_NONBLOCK);
            streams[i].descriptor = pipes[i][0];
        }
    }
    pid_t shim = getpid();
    first = fork();
    if (first < 0) return report("failed", errno, "fork"), 1;
    if (first == 0) become(options, pipes[0][1], pipes[1][1], failure[1], shim);
    close(failure[1]);
    for (int i = 0; i < 2; i++) {
        if (pipes[i][1] >= 0) close(pipes[i][1]);
    }
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
    int number = 0;
    long grace = -1;
    if (sscanf(line, "signal-tree %d", &number) == 1) {
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

int main(int count, char **words) {
    struct options options = read_options(count, words);
    static struct log_stream streams[2] = {{.descriptor = -1, .name = "stdout"}, {.descriptor = -1, .name = "stderr"}};
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

    int failed = start(&options, streams);
    while (reap(options.grace_ms)) {
        struct pollfd watch[4] = {
            {.fd = killing ? -1 : CONTROL, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
            {.fd = streams[0].descriptor, .events = POLLIN},
            {.fd = streams[1].descriptor, .events = POLLIN},
        };
        int ready = poll(watch, 4, patience());
        for (int i = 0; i < 2; i++) {
            if (watch[2 + i].revents && streams[i].descriptor >= 0) log_pump(&streams[i]);
        }
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGTERM) kill_all();
        }
        if (watch[0].revents && !read_commands()) kill_all();
        if (killing || (ready == 0 && first == 0)) kill_all();
    }
    for (int i = 0; i < 2; i++) {
        if (streams[i].descriptor >= 0) log_pump(&streams[i]);
        log_finish(&streams[i]);
    }
    return failed;
}
