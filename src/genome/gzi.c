/* Format: bgzip(1), "GZI FORMAT": the number of blocks but the first, then caddr and uaddr of each, all as
 * little-endian 64-bit numbers. htslib 1.16 allocates what a damaged count asks for. */
#include "genome/gzi.h"
#include <htslib/hts_endian.h>
#include "genome/index_file.h"

enum { BLOCK_MAX = 65536 };

int64_t gs_gzi_count(const gs_str *gzi)
{
    return (int64_t)(gzi->len - 8) / 16 + 1;
}

gs_block gs_gzi_block(const gs_str *gzi, int64_t i)
{
    const uint8_t *p = (const uint8_t *)gzi->s + 8 + 16 * (i - 1);
    return i ? (gs_block){(int64_t)le_to_u64(p), (int64_t)le_to_u64(p + 8)} : (gs_block){0, 0};
}

int gs_gzi_check(const gs_str *gzi, int64_t file_size, const char *path, gs_err *e)
{
    if (gzi->len < 8 || (gzi->len - 8) % 16 || le_to_u64((const uint8_t *)gzi->s) != (gzi->len - 8) / 16)
        return gs_fail(e, GS_EINPUT, "%s.gzi is damaged (its count does not fit its size): " GS_INDEX_REMEDY, path,
                       path);
    gs_block last = {0, 0};
    for (int64_t i = 1; i < gs_gzi_count(gzi); i++) {
        gs_block b = gs_gzi_block(gzi, i);
        if (b.caddr <= last.caddr || b.caddr >= file_size || b.uaddr < last.uaddr || b.uaddr - last.uaddr > BLOCK_MAX)
            return gs_fail(e, GS_EINPUT, "%s.gzi does not fit %s (block %lld): " GS_INDEX_REMEDY, path, path,
                           (long long)i, path);
        last = b;
    }
    return 0;
}

int64_t gs_gzi_find(const gs_str *gzi, int64_t off)
{
    int64_t lo = 0, hi = gs_gzi_count(gzi);
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (gs_gzi_block(gzi, mid).uaddr <= off)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}
