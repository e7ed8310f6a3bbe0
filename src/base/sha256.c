#include "base/sha256.h"
#include <openssl/evp.h>

void gs_sha256_init(gs_sha256 *c)
{
    c->ctx = EVP_MD_CTX_new();
    c->failed = c->ctx && EVP_DigestInit_ex(c->ctx, EVP_sha256(), NULL) != 1;
}

void gs_sha256_add(gs_sha256 *c, const void *data, size_t n)
{
    if (c->ctx && !c->failed)
        c->failed = EVP_DigestUpdate(c->ctx, data, n) != 1;
}

int gs_sha256_hex(gs_sha256 *c, char out[65], gs_err *e)
{
    static const char digit[] = "0123456789abcdef";
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};
    int failed = !c->ctx || c->failed || EVP_DigestFinal_ex(c->ctx, hash, NULL) != 1;
    EVP_MD_CTX_free(c->ctx);
    if (failed) /* libcrypto does not tell which, once it could not set itself up */
        return gs_fail(e, GS_ENOMEM, "out of memory for a SHA-256, or libcrypto's configuration (openssl.cnf) has "
                       "none");
    for (int i = 0; i < 64; i++)
        out[i] = digit[hash[i / 2] >> (i % 2 ? 0 : 4) & 15];
    out[64] = 0;
    return 0;
}
