/* What a score depends on besides the model and the sequences: asked for by the user, completed by the model's recipe,
 * recorded in the output. */
#ifndef GS_SCORE_OPTION_H
#define GS_SCORE_OPTION_H
#include "base/option.h"

typedef enum { GS_PRECISION_AUTO, GS_PRECISION_F32 } gs_precision;

/* 0 / NULL / -1 as said = the model's recipe. */
typedef struct {
    const char *mode;        /* names joined by commas; NULL: recipe */
    int readout;             /* gs_readout, -1: recipe */
    int reduce;              /* gs_reduce, -1: recipe */
    int pool;                /* gs_pool, what distances compare; -1: token for BPE models, else flat */
    const char *species;     /* word of the tokenizer, NULL: recipe */
    const char *msa;         /* file of aligned species, for models that read them; NULL: none */
    const char *gff;         /* GFF3 file, whose coding sequences take the place of windows; NULL: windows */
    int window;              /* bases, 0: recipe */
    int strands;             /* bit 0 forward, bit 1 reverse, 0: recipe */
    int indels;              /* 1 pll, 0 skip */
    int indel_flank;         /* bases on either side of an indel, -1 = all of the window */
    int dense;               /* mask sites together */
    gs_names circular;       /* contigs that are circles besides the mitochondrial ones */
    int precision;           /* gs_precision */
} gs_score_opt;

extern const gs_option gs_score_options[];   /* fields of gs_score_opt */
gs_score_opt gs_score_defaults(void);

struct gs_scorer;
/* What was in force for mode i of a scorer made of `asked`: everything that its scores depend on is set, what they do
 * not depend on is not. */
gs_score_opt gs_score_effective(const struct gs_scorer *s, int i, const gs_score_opt *asked);
#endif
