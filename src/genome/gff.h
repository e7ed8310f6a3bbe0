/* The coding sequences of a GFF3 file, to be looked up by position. Read whole, by bcftools csq's reading: a feature
 * CDS belongs to the transcript that is its Parent, or, where that is a gene or there is none, to the coding sequence
 * of its ID. Nothing changes after opening: threads may share it. */
#ifndef GS_GFF_H
#define GS_GFF_H
#include <stdint.h>
#include "base/str.h"
#include "genome/ref.h"

/* Bases of a contig, 0-based, half-open; on a circle `end` may lie behind the contig's. */
typedef struct { int64_t beg, end; } gs_piece;

/* The coding sequence of a transcript, from the first whole codon on. */
typedef struct gs_transcript {
    const char *name;        /* Parent or ID, without a prefix such as "transcript:" */
    int rid;                 /* contig in the FASTA */
    int reverse;             /* on the reverse strand */
    int from_start;          /* phase 0: its first codon is that of the protein */
    int code;                /* genetic code, see codon.h */
    const gs_piece *piece;   /* [n_piece] exons, rising on the contig; they overlap where the ribosome slips */
    int n_piece, len;        /* bases of all */
} gs_transcript;

typedef struct gs_gff gs_gff;

/* PATH: plain, gzip or bgzip; contigs get r's names. Coding sequences that make no sense (phases that contradict
 * lengths, two strands, none) are warned about and left out, as are those on contigs that r lacks. NULL on failure:
 * GS_EINPUT naming the line of what is no GFF3, or a file without coding sequences on r's contigs; GS_ETRUNC. */
gs_gff *gs_gff_open(const char *path, gs_ref *r, gs_err *e);
void gs_gff_close(gs_gff *g);                 /* NULL is fine */
int gs_gff_count(const gs_gff *g);            /* transcripts */

/* The next transcript at or behind number `from`, in order of place, that begins before or at `end` and ends at or
 * behind `beg` (a circle counts once around): 0 .. count - 1, or -1. To be called with from = 0 and then one behind the
 * last result. */
int gs_gff_next(const gs_gff *g, int rid, int64_t beg, int64_t end, int from);
const gs_transcript *gs_gff_at(const gs_gff *g, int i);

/* Append the name as it can stand in an INFO value: what means something there, or in a list of ours, as %XX. */
void gs_transcript_put_name(const gs_transcript *t, gs_str *out);
#endif
