/* One line of a GFF3 file. */
#ifndef GS_GFF_LINE_H
#define GS_GFF_LINE_H
#include <stdint.h>

/* A feature; the numbers are those of a CDS, of others they may be anything. Strings lie in the line that was parsed,
 * which is changed. Names are decoded (%XX), but for `parent`: that may be a list, see gs_gff_parent. */
typedef struct {
    char *contig, *type;
    int64_t beg, end;        /* 0-based, half-open */
    char strand;             /* + - . ? */
    int phase;               /* bases before the first whole codon, 0 .. 2; -1: not said */
    char *id, *parent;       /* NULL: has none */
    int code;                /* transl_table, 0: not said */
} gs_gff_line;

/* 1: a feature; 0: an empty line, a comment or a directive; -1: neither, *fault says what is wrong. */
int gs_gff_line_parse(char *line, gs_gff_line *l, const char **fault);
/* The next of a comma-separated list of parents, decoded; *rest is the list and then what is left. NULL: no more. */
char *gs_gff_parent(char **rest);
/* From here on there is sequence, not features. */
int gs_gff_line_is_fasta(const char *line);
#endif
