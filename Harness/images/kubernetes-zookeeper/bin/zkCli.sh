#!/bin/sh
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
# zkCli.sh [-server HOST:PORT] COMMAND ARGUMENTS: one command against the pod's server, or the one that is named.
server=$POD_IP:2181
if [ "${1:-}" = -server ]; then
    server=$2
    shift 2
fi
[ $# -gt 0 ] || { echo "zkCli.sh: name a command, such as: zkCli.sh get /path" >&2; exit 2; }
command=$1
shift
echo "Connecting to $server"
exec "$SEATRIAL" zk "$command" "$@" --server "$server"
