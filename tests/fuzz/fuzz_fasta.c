/* A FASTA and its index. The first byte: even, the FASTA is plain and the rest its .fai; odd, it is bgzip and the rest
 * its .gzi. Whatever is fetched are bases, the same ones in one piece and in two. */
#include <htslib/bgzf.h>
#include "fuzz/fuzz_file.h"
#include "genome/ref.h"

static const char *put_bgzip(const uint8_t *data, size_t n)
{
    const char *path = fuzz_path("r.fa.gz");
    BGZF *f = bgzf_open(path, "w");
    assert(f);
    for (size_t i = 0; i < n; i += 40) {   /* small blocks, so that there are some */
        assert(bgzf_write(f, data + i, n - i < 40 ? n - i : 40) >= 0);
        assert(!bgzf_flush(f));
    }
    assert(!bgzf_close(f));
    return path;
}

static void fetch(gs_ref *r, int rid)
{
    char whole[101] = {0}, parts[101] = {0};
    int64_t beg = gs_ref_len(r, rid) > 60 ? gs_ref_len(r, rid) - 60 : -10;
    gs_err e = {0};
    if (gs_ref_fetch(r, rid, beg, 100, whole, &e)) {
        assert(e.msg[0]);
        return;
    }
    assert(strspn(whole, "ACGTNRYSWKMBDHV") == 100);
    assert(!gs_ref_fetch(r, rid, beg + 33, 67, parts + 33, &e) && !gs_ref_fetch(r, rid, beg, 33, parts, &e));
    assert(!memcmp(whole, parts, 100));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    if (!n)
        return 0;
    const uint8_t *index;
    size_t n_index, n_fasta = fuzz_split(data + 1, n - 1, &index, &n_index);
    int packed = *data % 2;
    unlink(fuzz_path("r.fa.fai"));
    unlink(fuzz_path("r.fa.gz.fai"));
    unlink(fuzz_path("r.fa.gz.gzi"));
    const char *path = packed ? put_bgzip(data + 1, n_fasta) : fuzz_put("r.fa", data + 1, n_fasta);
    if (n_index)
        fuzz_put(packed ? "r.fa.gz.gzi" : "r.fa.fai", index, n_index);
    gs_ref *r = gs_ref_open(path, NULL, &e);
    assert(r || e.msg[0]);
    for (int i = 0; r && i < gs_ref_count(r) && i < 20; i++)
        fetch(r, i);
    gs_ref_close(r);
    return 0;
}
