// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef SEATRIAL_CZOOKEEPER_SHIM_H
#define SEATRIAL_CZOOKEEPER_SHIM_H

#ifndef THREADED
#define THREADED
#endif
#include <zookeeper/zookeeper.h>

// The library's constants are mutable globals, which Swift 6 refuses; these read them.

static inline const struct ACL_vector *seatrial_zoo_open_acl(void) { return &ZOO_OPEN_ACL_UNSAFE; }

#endif
