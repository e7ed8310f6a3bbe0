/* Indexing by htslib, into files that exist in memory only: where and whether to save is the caller's. */
#include "genome/fai.h"
#include <htslib/faidx.h>
#include "genome/index_file.h"

int gs_fai_build(const gs_fasta *fasta, gs_str *fai, gs_str *gzi, gs_err *e)
{
    gs_memfile a, b = {.fd = -1};
    int rc = gs_memfile_open(&a, NULL, e);
    if (!rc)
        rc = gs_memfile_open(&b, NULL, e);
    if (!rc && fai_build3(fasta->name, a.name, b.name))
        rc = gs_fail(e, GS_EINPUT, "the reference %s cannot be indexed: it holds no sequence, is damaged, or its lines "
                     "differ in length within a contig (then wrap it anew, for example with `seqtk seq -l60`)",
                     fasta->path);
    if (!rc && fai)
        rc = gs_memfile_read(&a, fai, e);
    if (!rc && gzi)
        rc = gs_memfile_read(&b, gzi, e);
    gs_memfile_close(&a);
    gs_memfile_close(&b);
    return rc;
}
