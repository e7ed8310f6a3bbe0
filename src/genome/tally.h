/* What happened to the alleles, for the summary, --stats and the exit status. */
#ifndef GS_TALLY_H
#define GS_TALLY_H
#include <stdint.h>
#include "genome/allele.h"

typedef struct {
    int64_t records, alleles, scored;
    int64_t flag[GS_FLAG_COUNT];     /* alleles by reason; SAME counts as scored too */
    int64_t compared, mismatched;    /* records whose REF was held against the FASTA; which differ */
    int64_t swapped;                 /* of these, records with an ALT that the FASTA has in REF's place */
    int64_t dropped;                 /* records left out by --check-ref x */
    int foreign;                     /* none of the contigs that the input names is in the FASTA */
    int64_t not_coding;              /* alleles that are unsupported because they lie outside coding sequences */
} gs_tally;

void gs_tally_allele(gs_tally *t, gs_flag f);
/* Why alleles were not scored: "symbolic 3, ref_mismatch 1" or "" */
void gs_tally_reasons(const gs_tally *t, char *out, int n);
#endif
