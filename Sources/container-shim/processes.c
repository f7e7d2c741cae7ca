// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "processes.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct process {
    pid_t pid, parent;
    int below;  // whether it is under this process
};

// The parent is the second field after the name, which may itself hold spaces and parentheses.
static pid_t parent_of(pid_t pid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = '\0';
    const char *after = strrchr(text, ')');
    int parent = -1;
    if (after == NULL || sscanf(after + 1, " %*c %d", &parent) != 1) return -1;
    return parent;
}

int signal_tree(int signal) {
    struct process *list = NULL;
    size_t count = 0, capacity = 0;
    DIR *directory = opendir("/proc");
    if (directory == NULL) return 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        if (count == capacity) {
            capacity = capacity == 0 ? 256 : capacity * 2;
            struct process *larger = realloc(list, capacity * sizeof *list);
            if (larger == NULL) break;
            list = larger;
        }
        pid_t pid = atoi(entry->d_name);
        list[count++] = (struct process){.pid = pid, .parent = parent_of(pid), .below = 0};
    }
    closedir(directory);

    // Marks children of what is marked until nothing changes; process ids are not in order of age.
    int marked = 0, changed = 1;
    while (changed) {
        changed = 0;
        for (size_t i = 0; i < count; i++) {
            if (list[i].below) continue;
            int is_below = list[i].parent == getpid();
            for (size_t j = 0; j < count && !is_below; j++) is_below = list[j].below && list[j].pid == list[i].parent;
            if (is_below) {
                list[i].below = changed = 1;
                marked++;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i].below) kill(list[i].pid, signal);
    }
    free(list);
    return marked;
}
