// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef CONTAINER_SHIM_PROCESSES_H
#define CONTAINER_SHIM_PROCESSES_H

/// Sends a signal to every process under this one (children, their children, …); returns how many there were.
int signal_tree(int signal);

#endif
