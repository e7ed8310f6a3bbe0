/* The lines of a GFF3 file that say where coding sequences are. Only gff.c includes this. */
#ifndef GS_GFF_READ_H
#define GS_GFF_READ_H
#include "base/strmap.h"
#include "genome/ref.h"

/* A CDS line, for each of its parents. */
typedef struct {
    int64_t beg, end;
    int rid, name;           /* contig; whose it is */
    int parent, id;          /* names, -1: has none */
    char strand;
    signed char phase;       /* -1: not said */
    short code;              /* genetic code, 0: not said */
} gs_gff_row;

/* {0} is empty. */
typedef struct {
    gs_gff_row *row; size_t n, cap;
    char **name; size_t n_name, cap_name;  /* IDs and Parents, */
    char *is_gene; size_t cap_gene;        /* [n_name] those of genes */
    gs_strmap map;                         /* over them */
    char *stranger;                        /* the last contig that the FASTA lacks, NULL: none */
} gs_gff_rows;

/* All CDS lines of the file on contigs of r. GS_EINPUT, GS_ETRUNC, GS_ENOMEM. */
int gs_gff_read(gs_gff_rows *g, const char *path, gs_ref *r, gs_err *e);
void gs_gff_rows_free(gs_gff_rows *g);
#endif
