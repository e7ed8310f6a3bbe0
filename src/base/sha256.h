/* SHA-256 (FIPS 180-4). */
#ifndef GS_SHA256_H
#define GS_SHA256_H
#include <stddef.h>
#include <stdint.h>

typedef struct { uint32_t h[8]; uint64_t n; unsigned char buf[64]; } gs_sha256;
void gs_sha256_init(gs_sha256 *c);
void gs_sha256_add(gs_sha256 *c, const void *data, size_t n);
void gs_sha256_hex(gs_sha256 *c, char out[65]); /* finishes; out: 64 hex digits and a 0 */
#endif
