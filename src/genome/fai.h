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
    int checked;                      /* the FASTA has been compared with it */
} gs_fai_row;

typedef struct {
    gs_fai_row *row;
    int n, cap;
    int *by_name;                     /* row numbers in the order of their names */
} gs_fai;

void gs_fai_free(gs_fai *f);

/* Add a row, then sort once all are there. name is copied. */
int gs_fai_add(gs_fai *f, const gs_fai_row *row, gs_err *e);
int gs_fai_sort(gs_fai *f, gs_err *e);
int gs_fai_find(const gs_fai *f, const char *name);   /* -1: absent; the first one where there are several */

/* Parse the text of a .fai. Every row is checked on its own: five numbers that a FASTA can have. */
int gs_fai_parse(gs_fai *f, const gs_str *text, const char *path, gs_err *e);
void gs_fai_print(const gs_fai *f, gs_str *out);

/* Index the FASTA by reading it. Errors name the line: lines of uneven length, text before the first '>', ... */
int gs_fai_build(gs_fai *f, gs_fasta *fasta, gs_err *e);

/* Does the index belong to this FASTA? All of it: every row lies inside, nothing follows the last one. */
int gs_fai_check(gs_fai *f, gs_fasta *fasta, gs_err *e);
/* One contig, before its first use: its '>' line has its name, the name is not there twice, and it ends where the next
 * contig begins. */
int gs_fai_check_row(gs_fai_row *row, gs_fasta *fasta, gs_err *e);

/* Offset of base i of a row in the text; -1 where that exceeds 64 bits. */
int64_t gs_fai_offset(const gs_fai_row *row, int64_t i);
#endif
