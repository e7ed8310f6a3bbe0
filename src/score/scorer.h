/* How a run scores: the model, the mode and the settings, fixed before the first variant and shared by all threads. */
#ifndef GS_SCORER_H
#define GS_SCORER_H
#include "genome/context.h"
#include "model/model.h"

typedef struct gs_mode gs_mode;

/* What a distance of embeddings compares: the variant's tokens, the mean over all tokens that cover bases, or all tokens
 * laid end to end. */
typedef enum { GS_POOL_TOKEN, GS_POOL_MEAN, GS_POOL_FLAT } gs_pool;

/* What the user asked for; 0 / NULL / -1 as said = the model's recipe. */
typedef struct {
    const char *mode;        /* names joined by commas; NULL: recipe */
    int readout;             /* gs_readout, -1: recipe */
    int pool;                /* gs_pool, what distances compare; -1: token for BPE models, else flat */
    const char *species;     /* word of the tokenizer, NULL: recipe */
    int window;              /* bases, 0: recipe */
    int strands;             /* bit 0 forward, bit 1 reverse, 0: recipe */
    int indels;              /* 1 pll, 0 skip */
    int indel_flank;         /* bases on either side of an indel, -1 = all of the window */
    int dense;               /* the mode that masks sites of a window together, in place of mode */
} gs_score_opt;
extern const gs_score_opt gs_score_defaults;

enum { GS_MODES_MAX = 8 };
typedef struct gs_scorer {
    const gs_model *m;
    const gs_mode *modes[GS_MODES_MAX];
    int n_modes;
    gs_readout readout;
    gs_pool pool;
    int strands;             /* bit 0 forward, bit 1 reverse */
    int indels, indel_flank; /* as in gs_score_opt */
    gs_grid grid;            /* windows */
    const gs_context_kind *around; /* what modes show of a variant that ask for no kind of their own */
    int phases;              /* dense: passes that mask every phases-th token of a shared window's core */
} gs_scorer;

/* The species of opt is the caller's to set (gs_model_species). */
int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e);
/* The part of it that sets grid, around and phases. wanted: bases, 0: the recipe's. */
int gs_scorer_choose_window(gs_scorer *s, int wanted, gs_err *e);

/* One sentence for the INFO header: log base, sign, strands, window, masking, indel rule. */
void gs_scorer_describe(const gs_scorer *s, int mode, char *out, size_t n);
/* The settings as options, for the provenance line: "--mode mlm --window 192 --strand fwd ..." */
void gs_scorer_options(const gs_scorer *s, char *out, size_t n);
const char *gs_scorer_tag(const gs_scorer *s, int mode);   /* "GS_LLR" */
#endif
