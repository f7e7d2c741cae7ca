// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

#ifndef CCRC32C_H
#define CCRC32C_H

#include <stddef.h>
#include <stdint.h>

/// The CRC-32C (Castagnoli) of bytes that follow those with checksum `crc`; 0 to begin. Uses SSE4.2 where there is.
uint32_t ccrc32c_extend(uint32_t crc, const void *bytes, size_t count);

/// The same by tables alone, for machines without SSE4.2 and for tests.
uint32_t ccrc32c_extend_portable(uint32_t crc, const void *bytes, size_t count);

#endif
