// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef CONTAINER_SHIM_OPTIONS_H
#define CONTAINER_SHIM_OPTIONS_H

/// What the shim was asked to run.
struct options {
    const char *directory;  // the working directory
    const char *log;        // where the output goes, in lines of the CRI format; NULL: the shim's own output
    long log_bytes_max;     // the log file is set aside beyond this size
    int streams;            // copy the output to descriptors 1 and 2, which the control plane reads
    int input;              // the process reads what comes in over descriptor 0
    int tty;                // the process has a terminal; its output is all on descriptor 1
    long grace_ms;          // what the rest get when the first process ends by itself
    char **command;         // the program (looked up on the environment's PATH) and its arguments
};

/// Reads the command line; ends the process with a message and status 64 when it makes no sense.
struct options read_options(int count, char **words);

#endif
