#!/bin/sh
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
# Kafka's own kafka-broker-api-versions.sh takes the same options.
exec "$SEATRIAL" kafka-tool kafka-broker-api-versions "$@"
