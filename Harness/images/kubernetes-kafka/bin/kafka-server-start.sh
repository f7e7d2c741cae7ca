#!/bin/sh
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
# Takes the place of the shell, so that the pod's SIGTERM reaches the broker.
exec "$SEATRIAL" kafka-broker "$@"
