/* How a run scores: the model, the mode and the settings, fixed before the first variant and shared by all threads. */
#ifndef GS_SCORER_H
#define GS_SCORER_H
#include "genome/context.h"
#include "model/model.h"
#include "score/score_option.h"

typedef struct gs_mode gs_mode;

/* What a distance of embeddings compares: the variant's tokens, the mean over all tokens that cover bases, or all
 * tokens laid end to end. */
typedef enum { GS_POOL_TOKEN, GS_POOL_MEAN, GS_POOL_FLAT } gs_pool;

enum { GS_MODES_MAX = 8 };
typedef struct gs_scorer {
    const gs_model *m;
    const gs_mode *modes[GS_MODES_MAX];
    int n_modes;
    gs_readout readout;
    gs_reduce reduce;
    gs_pool pool;
    int strands;             /* bit 0 forward, bit 1 reverse */
    int indels, indel_flank; /* as in gs_score_opt */
    gs_grid grid;            /* windows */
    int coding;              /* modes are shown the coding sequences of transcripts, not windows */
    const gs_context_kind *around; /* what modes show of a variant that ask for no kind of their own */
    int phases;              /* dense: passes that mask every phases-th token of a shared window's core */
} gs_scorer;

/* The species of opt is the caller's to set (gs_model_species). */
int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e);
/* The part of it that sets grid, around and phases. wanted: bases, 0: the recipe's. */
int gs_scorer_choose_window(gs_scorer *s, int wanted, gs_err *e);

/* One sentence for the INFO header: log base, sign, strands, window, masking, indel rule. */
void gs_scorer_describe(const gs_scorer *s, int mode, char *out, size_t n);
int gs_scorer_digits(const gs_scorer *s, int mode);        /* decimals of its scores, or -n: n significant digits */
#endif
