/* What the vcf_*.c files share. Nobody else includes this. */
#ifndef GS_VCF_INTERNAL_H
#define GS_VCF_INTERNAL_H
#include <pthread.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/kseq.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>
#include "base/pump.h"
#include "genome/vcf.h"
#include "genome/vcf_select.h"

/* Columns of a VCF line that we look at. */
enum { COL_CHROM, COL_POS, COL_ID, COL_REF, COL_ALT, COL_QUAL, COL_FILTER, COL_INFO, COL_COUNT };

/* What an index says of a contig; the name is the index' or the header's. */
typedef struct {
    const char *name;
    uint64_t at;                 /* virtual offset of the first record */
    int64_t n, selected;         /* records; of these, how many are to be read */
} gs_contig_count;

struct gs_vcf {
    gs_vcf_opt opt;
    int quiet;                   /* opened only to count: no warnings */
    char *path;                  /* for messages: as the user gave it, or "standard input" */
    htsFile *fp;
    gs_pump *pump;               /* where reading may wait, else NULL */
    int pumped;                  /* the descriptor that it fills */
    bcf_hdr_t *hdr;
    pthread_mutex_t lock;        /* around hdr: parsing for BCF output adds undeclared names to it */
    int is_bcf;
    int to_text;                 /* records will be written as text: BCF becomes text when it is read */
    int has_end;                 /* INFO/END is declared as a number (asked once: hdr may change under a writer) */

    gs_select select;
    size_t at_contig, at_span;   /* next region of select.regions to visit */
    int64_t prev_end;            /* end of the region before this one on the same contig, else -1 */
    const gs_span *span;         /* region being read */
    int told;                    /* that a contig of the regions is not there */
    int old_index;               /* older than its file */
    tbx_t *tbx;
    hts_idx_t *idx;
    hts_itr_t *itr;

    kstring_t ahead;             /* a line read before its time, to learn how records call their contigs */
    int ahead_ret, has_ahead;
    void *missing;               /* contigs that the FASTA lacks, so far (khash_str2int) */
    char **claimed;              /* our tags that the header did not declare: records must not have them */
    size_t n_claimed, cap_claimed;
    char *md5_checked;           /* [contigs of the FASTA]: records on it have come; NULL: none yet */
    int foreign;                 /* no contig of the FASTA is named in the header, an index or the first record */
    int64_t unseen_mitochondrion; /* its length, where the name that it got in the header is a guess */
    kstring_t contig;            /* contig of the last record, known to be declared or warned about */
    void *warned;                /* undeclared contigs (khash_str2int) */
    int n_sample;
    int ended, last_columns, cut; /* the last line: had it an end, how many columns, does it look cut */
    int64_t n_read, total;
    int64_t n_selected;          /* so far; without header lines among the records */
    int64_t chunk_beg, chunk_end; /* of what is selected: 0-based, half-open */
    int64_t expected;               /* records of the chunk, -1 not known */
    int begun;                   /* the first record was asked for */
    gs_contig_count *count;      /* a chunk cut by an index: contigs with records, in the order of the file */
    int n_count, at_count;
    int64_t count_end;           /* records selected up to and with contig at_count */
    int over;                    /* the chunk, or the input, has come to its end */
};

/* Two kinds of record behind one door: a text line (kept as it was; INFO is edited beside it) or a bcf1_t. */
struct gs_record {
    int64_t number, pos;
    const char *contig, *why;    /* why: reason of being malformed, else NULL */
    int is_text, n_allele, m_allele;
    int n_col;                   /* text: columns */
    const char **allele;         /* REF first */
    kstring_t line;              /* text: the line without its end */
    size_t col[COL_COUNT + 1];   /* text: where columns begin; the last one: one past the end of INFO and its tab */
    kstring_t cells;             /* text: CHROM, REF and ALTs as C strings */
    kstring_t info, value;       /* text: INFO column once edited; scratch for one value */
    int edited;
    bcf1_t *bcf;
};

/* The raw stream below an open file. */
static inline hFILE *gs_raw_file(htsFile *fp)
{
    BGZF *z = hts_get_bgzfp(fp);
    return z ? z->fp : fp->fp.hfile;
}

static inline size_t col_len(const gs_record *r, int c)
{
    return r->col[c + 1] - 1 - r->col[c];
}

/* Give fields to a record whose line or bcf was just read. Negative when out of memory. */
int gs_record_from_line(gs_record *r, int n_sample);
int gs_record_from_bcf(gs_record *r, const bcf_hdr_t *hdr);

/* Before the header of a BCF is written, which cannot hold a name that comes later: where no record has shown yet what
 * it calls the mitochondrion, which has names that no rule gives, declare the usual ones. */
int gs_vcf_foresee_contigs(gs_vcf *v, gs_err *e);

/* How many names a header had when it was written. htslib adds others while parsing, behind these. */
typedef struct { int n_id, n_contig; } gs_names;
/* Does a parsed record use a name that the written header lacks? With the header locked, as the next one. */
int gs_bcf_undeclared(const gs_names *written, const bcf_hdr_t *h, bcf1_t *b);
/* All such names of the records parsed so far and of those to come, as far as can be seen: "INFO AF, contig 1", and the
 * header lines that declare them, with \\n between, as sed takes it. 0: malformed records come, which BCF cannot hold
 * whatever is declared; else 1. */
int gs_bcf_list_undeclared(const gs_names *written, gs_vcf *v, gs_str *names, gs_str *lines);

/* Line of a text record with its edited INFO, without line end, appended to *out. */
int gs_record_put_line(const gs_record *r, kstring_t *out);

/* The next line without its end into *line; *ended: it had one (left alone at the end of the file). 0, -1 at the end,
 * -2 on error. */
int gs_next_line(htsFile *fp, kstring_t *line, int *ended);
/* The same of the records; a line that was read ahead comes first. */
int gs_vcf_line(gs_vcf *v, kstring_t *line);

/* Make an INFO tag ours: GS_EUSAGE if the VCF specification reserves it, GS_EINPUT if the header declares it as
 * another's. What nobody declares is watched for in records. */
int gs_vcf_claim(gs_vcf *v, const gs_info_def *d, gs_err *e);
/* GS_EINPUT if a record of a text VCF has a tag that would be lost. gscore's own names, GS_..., are warned of. */
int gs_vcf_check_claims(const gs_vcf *v, const gs_record *r, gs_err *e);
int gs_record_has_tag(const gs_record *r, const char *tag); /* a well-formed text record */

/* Load the index beside the input into v->tbx or v->idx, if there is one. */
int gs_vcf_find_index(gs_vcf *v, gs_err *e);

/* As gs_vcf_open, without any warning if quiet. */
gs_vcf *gs_vcf_open_as(const gs_vcf_opt *opt, int quiet, gs_err *e);
#define gs_vcf_warn(v, ...) do { if (!(v)->quiet) gs_warn(__VA_ARGS__); } while (0)

/* Before the first record: find out which ones the chunk takes, which may need a pass over the input, and go to their
 * contig if an index tells where that is. */
int gs_vcf_begin_chunk(gs_vcf *v, gs_err *e);
/* Number a selected record: where it lies, or negative: GS_EINPUT, the file is not as its index says. */
enum { GS_BEFORE_CHUNK, GS_IN_CHUNK, GS_BEHIND_CHUNK };
int gs_vcf_chunk_place(gs_vcf *v, const gs_record *r, gs_err *e);
/* At the end of the input: were there as many records as the index says? */
int gs_vcf_chunk_end(const gs_vcf *v, gs_err *e);

/* Read the header of an open file. */
int gs_vcf_read_header(gs_vcf *v, gs_err *e);

/* Name an input that is no VCF: what the bytes look like. Returns NULL when they could be VCF. */
const char *gs_vcf_looks_like(const unsigned char *b, size_t n);
#endif
