/* SHA-256 (FIPS 180-4) by libcrypto, which knows the instructions for it. */
#ifndef GS_SHA256_H
#define GS_SHA256_H
#include <stddef.h>
#include "base/err.h"

/* One that is begun must be finished. What fails on the way is told at the end. */
typedef struct { void *ctx; int failed; } gs_sha256;
void gs_sha256_init(gs_sha256 *c);
void gs_sha256_add(gs_sha256 *c, const void *data, size_t n);
/* Finishes; out: 64 hex digits and a 0. GS_ENOMEM. */
int gs_sha256_hex(gs_sha256 *c, char out[65], gs_err *e);
#endif
