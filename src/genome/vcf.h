/* VCF and BCF, reading and writing. The only place that knows htslib's records.
 *
 * A record that came from VCF text and goes to VCF text keeps every byte but for our own INFO tags: the line is kept
 * and only its INFO column is edited (line ends become \n). Anything else goes through htslib's record.
 * Threads: one reader and one writer may work at the same time on one header (htslib adds undeclared names to it while
 * parsing: a lock inside keeps them apart). A record belongs to one thread at a time. */
#ifndef GS_VCF_H
#define GS_VCF_H
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"
#include "genome/allele.h"
#include "genome/ref.h"

typedef struct gs_vcf gs_vcf;         /* an input with its header */
typedef struct gs_record gs_record;
typedef struct gs_vcf_out gs_vcf_out;

/* Which records to read; letters are bcftools'. All NULL / 0: everything. The strings live as long as the input. */
typedef struct {
    const char *path;                 /* "-": standard input */
    const char *regions, *regions_file;   /* -r, -R: needs an index */
    const char *targets, *targets_file;   /* -t, -T: streams; a leading ^ negates */
    int regions_overlap, targets_overlap; /* 0 pos, 1 record, 2 variant; -1 = bcftools' default (1, 0) */
    const char *filters;              /* -f PASS,. */
    int chunk, chunks;                /* of what is selected the chunk-th (from 1) of so many equal parts; 0: all */
    int allow_truncated;              /* a missing BGZF end marker is a warning, not an error */
} gs_vcf_opt;

/* NULL on failure: GS_EINPUT (not a VCF: one line says what the file looks like; plain gzip with -r: names bgzip),
 * GS_ETRUNC (EOF marker missing), GS_EUSAGE (regions or chunks of what cannot be read twice). */
gs_vcf *gs_vcf_open(const gs_vcf_opt *opt, gs_err *e);
/* Close; an error that only closing shows (cut BGZF block) is reported. */
int gs_vcf_close(gs_vcf *v, gs_err *e);

/* Contig length that the header declares, 0 if it does not. */
int64_t gs_vcf_contig_len(gs_vcf *v, const char *contig);
/* At each record on contig rid of the FASTA: once per contig warn where its sequence has another MD5 than the header
 * declares of `contig`. Negative where it cannot be read. */
int gs_vcf_check_md5(gs_vcf *v, gs_ref *r, int rid, const char *contig, gs_err *e);
/* Which share of the records that there will be was read, 0 .. 1, by bytes where they are not counted; < 0: not known
 * (a pipe, regions, a chunk before its first record). For the reading thread. */
double gs_vcf_share_read(const gs_vcf *v);
/* Warn of a contig that the FASTA lacks: what the FASTA has, and how to rename the contig. */
void gs_vcf_tell_missing(gs_vcf *v, gs_ref *r, const char *contig);

/* ---- header, before gs_vcf_create ---- */
/* Add every contig of the FASTA that the header lacks, under the name by which records call it. */
int gs_vcf_add_contigs(gs_vcf *v, gs_ref *r, gs_err *e);
/* After that: is none of the contigs in the FASTA that the header, an index or the first record names? */
int gs_vcf_foreign(const gs_vcf *v);
/* Declare an INFO tag of ours: number "A", "1" or ".", type "Float" or "String". An earlier run's, which has gscore as
 * its Source and the same definition: records' old values will be replaced, which is said. Another's: GS_EINPUT, names
 * --tag and bcftools annotate -x. A key that VCF reserves: GS_EUSAGE. Nobody's, but a record has it: gs_vcf_read gives
 * GS_EINPUT. flag: the tag with the reasons, for messages; may be NULL. */
typedef struct { const char *id, *number, *type, *description, *source, *version, *flag; } gs_info_def;
int gs_vcf_add_info(gs_vcf *v, const gs_info_def *d, gs_err *e);
/* How the values of a tag came to be: ##gscore_TAG=<ID=TAG,key="value",...>, fields ending with a key of NULL. The line
 * of an earlier run for this tag goes, also where there is none to put in its place (fields NULL). */
typedef struct { const char *key, *value; } gs_vcf_field;
int gs_vcf_add_provenance(gs_vcf *v, const char *tag, const gs_vcf_field *fields, gs_err *e);

/* ---- records ---- */
gs_record *gs_record_new(void);       /* NULL: out of memory */
void gs_record_free(gs_record *rec);
/* Memory that it holds. NULL: 0. */
size_t gs_record_bytes(const gs_record *rec);
/* Next record: 1, 0 at the end, negative on error. A line that cannot be parsed comes as a record with
 * gs_record_malformed(): it is written out as it was. GS_ETRUNC where the input was cut, GS_ENOMEM. */
int gs_vcf_read(gs_vcf *v, gs_record *rec, gs_err *e);
/* Can a record be read without waiting longer than that (for a pipe that keeps silent)? For the reading thread. */
int gs_vcf_ready(const gs_vcf *v, int ms);
/* From another thread: a read that waits finds the end of the input, or that it was cut. */
void gs_vcf_stop(gs_vcf *v);
int gs_record_malformed(const gs_record *rec);
const char *gs_record_contig(const gs_record *rec);   /* name, valid as long as the record is unchanged */
int64_t gs_record_pos(const gs_record *rec);          /* 0-based; -1 for POS 0 (telomere) */
int gs_record_n_alt(const gs_record *rec);            /* 0 for ALT = . */
const char *gs_record_ref(const gs_record *rec);
const char *gs_record_alt(const gs_record *rec, int i);
int64_t gs_record_line(const gs_record *rec);         /* 1-based number of the record in the input */
/* Append CHROM, POS, ID, REF and ALT i as they stand, with tabs between; columns that are not there are empty. i < 0,
 * or a malformed record: all of ALT. */
void gs_record_put_site(const gs_record *rec, int i, gs_str *out);
/* The table of what is left out: its head, and the line of ALT i (i < 0: all of them), number and site before the
 * reason. */
#define GS_SKIPPED_HEAD "#record\tchrom\tpos\tid\tref\talt\treason\n"
void gs_record_put_skipped(const gs_record *rec, int i, gs_flag why, gs_str *out);

/* Replace our tags; the last one set stands last. value NULL or n = 0: remove. Malformed records stay as they are.
 * Values are rounded to `digits` decimals, or -digits significant digits, at most the nine that a float has; NAN and
 * inf = missing; no -0. 0, or -GS_ENOMEM. */
int gs_record_set_float(gs_vcf *v, gs_record *rec, const char *tag, const float *value, int n, int digits);
/* A value as it stands in the record; lies in `text` or is constant. */
const char *gs_vcf_float_text(char text[64], float value, int digits);
/* The same with strings, joined by commas; a NULL among them = missing. */
int gs_record_set_string(gs_vcf *v, gs_record *rec, const char *tag, const char *const *value, int n);

/* ---- output ---- */
typedef struct {
    const char *path;                 /* NULL or "-": standard output */
    char type;                        /* v z b u; 0 = v. As in bcftools another suffix wins, with a warning */
    int level;                        /* compression 0-9, -1 = default */
    int index;                        /* 0 none, 1 csi, 2 tbi (-W) */
    const char *input;                /* refused if it is the same file as path */
    int n_threads;                    /* compression threads, 0 = none */
} gs_vcf_out_opt;
/* Open and write the header. A file is written under a temporary name in the same folder. NULL on failure
 * (GS_EOUTPUT, GS_EUSAGE). */
gs_vcf_out *gs_vcf_create(gs_vcf *v, const gs_vcf_out_opt *opt, gs_err *e);
int gs_vcf_write(gs_vcf_out *o, gs_record *rec, gs_err *e);
/* Everything to disk, the index too, still under temporary names; nothing more can be written. The input may be
 * closed before. */
int gs_vcf_finish(gs_vcf_out *o, gs_err *e);
/* Give them their names; after gs_vcf_finish. */
int gs_vcf_publish(gs_vcf_out *o, gs_err *e);
/* What messages call an output that is written straight, as standard output is: what is there stays there. NULL: a
 * file, which has its name only when it is complete. */
const char *gs_vcf_out_straight(const gs_vcf_out *o);
/* Release; what was not published is removed. NULL is fine. */
void gs_vcf_free(gs_vcf_out *o);
/* "1.16" */
const char *gs_vcf_htslib_version(void);
/* Let htslib print on stderr by itself: 0 nothing (what opening an input sets), 3 warnings ... 6 everything.
 * Call before the first gs_vcf_open. */
void gs_vcf_htslib_log(int level);
#endif
