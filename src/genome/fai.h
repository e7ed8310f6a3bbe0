/* The index of a FASTA: contigs with name, length and place. Its text form (.fai) and checks are samtools faidx'. */
#ifndef GS_FAI_H
#define GS_FAI_H
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"
#include "genome/fasta_file.h"

typedef struct {
    char *name;
    int64_t len;                      /* bases */
    int64_t off;                      /* of the first base in the text */
    int64_t line_bases, line_bytes;   /* of every line but the last; the rest of a line is white space */
    int twice;                        /* the name occurs again */
    int checked;                      /* the FASTA has been compared with the row */
} gs_fai_row;

typedef struct {
    gs_fai_row *row;                  /* in the order of the FASTA */
    int n;
    void *by_name;                    /* name -> row, the first one where there are several */
} gs_fai;

/* Parse the text of a .fai. Every row is checked: numbers that htslib can compute with and a FASTA can have. */
int gs_fai_parse(gs_fai *f, const gs_str *text, const char *path, gs_err *e);
void gs_fai_free(gs_fai *f);
int gs_fai_find(const gs_fai *f, const char *name);   /* -1: absent */

/* Does the index belong to this FASTA? All of it: the rows follow each other and lie inside, nothing follows the
 * last one. One contig, before its first use: its '>' line, its line length and its end are where the row says, and
 * its name is not there twice. */
int gs_fai_check(gs_fai *f, gs_fasta *fasta, gs_err *e);
int gs_fai_check_new(gs_fai *f, gs_fasta *fasta, gs_err *e);   /* all of it, and every contig: of a new index */
int gs_fai_check_row(gs_fai *f, int i, gs_fasta *fasta, gs_err *e);

/* Index the FASTA: the bytes of its .fai and, of a bgzip file, its .gzi; NULL: not wanted. */
int gs_fai_build(const gs_fasta *fasta, gs_str *fai, gs_str *gzi, gs_err *e);

/* Offset of base i of a row in the text; -1 where that exceeds 64 bits. */
int64_t gs_fai_offset(const gs_fai_row *row, int64_t i);
#endif
