#!/bin/sh
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
# Takes the place of the shell, so that the pod's SIGTERM reaches the broker. SEATRIAL_BROKER_FLAGS plants a defect for
# the trials that must fail; it is meant to be split into words.
exec "$SEATRIAL" kafka-broker "$@" ${SEATRIAL_BROKER_FLAGS:-}
