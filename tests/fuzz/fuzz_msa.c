/* An alignment's text, compressed and indexed here: letters are those of the format, or there is an error. */
#include <htslib/bgzf.h>
#include <htslib/hts_log.h>
#include <htslib/tbx.h>
#include "fuzz/fuzz_file.h"
#include "genome/msa.h"

static void fetch(gs_msa *m, const char *contig, int64_t beg)
{
    gs_err e = {0};
    gs_msa_rows rows = {0};
    if (gs_msa_fetch(m, contig, beg, 50, &rows, &e)) {
        assert(e.msg[0]);
    } else {
        assert(rows.len == 50 && rows.covered <= 50 && rows.n_species == gs_msa_species(m));
        for (int i = 0; i < 50 * rows.n_species; i++)
            assert(rows.aux[i] <= 4);
        gs_msa_revcomp(&rows);
    }
    gs_msa_rows_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const tbx_conf_t conf = {.preset = TBX_GENERIC, .sc = 1, .bc = 2, .ec = 2, .meta_char = '#'};
    const char *path = fuzz_path("a.gz");
    gs_err e = {0};
    hts_set_log_level(HTS_LOG_OFF);
    BGZF *f = bgzf_open(path, "w");
    assert(f && bgzf_write(f, data, n) == (ssize_t)n && !bgzf_close(f));
    if (tbx_index_build3(path, NULL, 0, 0, &conf))
        return 0;
    gs_msa *m = gs_msa_open(path, &e);
    assert(m || e.msg[0]);
    for (int i = 0; m && i < 3; i++)
        fetch(m, i == 2 ? "MT" : "chr1", 40 * i - 10);
    gs_msa_close(m);
    return 0;
}
