// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse(const char *problem, const char *word) {
    fprintf(stderr,
            "container-shim: %s%s\n"
            "usage: container-shim [--directory DIR] [--log FILE] [--log-max BYTES] [--grace MS]\n"
            "       [--streams] [--stdin] [--tty] -- PROGRAM [ARGUMENT…]\n"
            "Descriptor 3 is the read end of the control pipe, descriptor 4 the write end of the status pipe.\n",
            problem, word);
    exit(64);
}

static long number(const char *word, const char *option) {
    char *end = NULL;
    long value = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || value < 0) refuse("no number for ", option);
    return value;
}

struct options read_options(int count, char **words) {
    struct options options = {.directory = ".", .log = NULL, .log_bytes_max = 10 << 20, .grace_ms = 2000, .command = NULL};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--") == 0) {
            options.command = words + i + 1;
            break;
        }
        int *flag = strcmp(words[i], "--streams") == 0 ? &options.streams
            : strcmp(words[i], "--stdin") == 0         ? &options.input
            : strcmp(words[i], "--tty") == 0           ? &options.tty
                                                       : NULL;
        if (flag != NULL) {
            *flag = 1;
            continue;
        }
        if (i + 1 == count) refuse("no value for ", words[i]);
        const char *option = words[i], *value = words[++i];
        if (strcmp(option, "--directory") == 0) options.directory = value;
        else if (strcmp(option, "--log") == 0) options.log = value;
        else if (strcmp(option, "--log-max") == 0) options.log_bytes_max = number(value, option);
        else if (strcmp(option, "--grace") == 0) options.grace_ms = number(value, option);
        else refuse("unknown option ", option);
    }
    if (options.command == NULL || options.command[0] == NULL) refuse("no program after --", "");
    return options;
}
