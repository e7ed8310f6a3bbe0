/* Lines of a text VCF. htslib's own readers do not tell whether the last line had an end, and take a lack of memory for
 * the end of the file. */
#include <errno.h>
#include <string.h>
#include "genome/vcf_internal.h"

/* Both append what is left of the line, or a part of it: bytes, 0 at the end of the file, negative on error. */
static ssize_t add_plain(hFILE *h, kstring_t *line)
{
    if (ks_resize(line, line->l + 256) < 0)
        return -1;
    return hgetdelim(line->s + line->l, line->m - line->l, '\n', h);
}

static ssize_t add_packed(BGZF *z, kstring_t *line)
{
    if (bgzf_peek(z) < 0)   /* brings the next block */
        return z->errcode ? -1 : 0;
    const char *s = (const char *)z->uncompressed_block + z->block_offset;
    size_t at_hand = (size_t)(z->block_length - z->block_offset);
    const char *end = memchr(s, '\n', at_hand);
    size_t n = end ? (size_t)(end - s) + 1 : at_hand;
    if (ks_resize(line, line->l + n + 1) < 0)
        return -1;
    return bgzf_read(z, line->s + line->l, n);
}

int gs_next_line(htsFile *fp, kstring_t *line, int *ended)
{
    BGZF *z = hts_get_bgzfp(fp);
    ssize_t n;
    int end = 0;
    line->l = 0;
    while (!end && (n = z ? add_packed(z, line) : add_plain(fp->fp.hfile, line)) > 0) {
        line->l += (size_t)n;
        end = line->s[line->l - 1] == '\n';
    }
    if (!end && (n < 0 || !line->l))
        return n < 0 ? -2 : -1;
    *ended = end;
    line->l -= (size_t)end;
    line->l -= end && line->l && line->s[line->l - 1] == '\r';
    line->s[line->l] = 0;
    return 0;
}

int gs_vcf_line(gs_vcf *v, kstring_t *line)
{
    if (!v->has_ahead)
        return gs_next_line(v->fp, line, &v->ended);
    v->has_ahead = 0;
    kstring_t t = *line;
    *line = v->ahead;
    v->ahead = t;
    return v->ahead_ret;
}
