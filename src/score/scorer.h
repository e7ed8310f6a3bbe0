/* How a run scores: the model, the mode and the settings, fixed before the first variant and shared by all threads. */
#ifndef GS_SCORER_H
#define GS_SCORER_H
#include "genome/msa.h"
#include "genome/window.h"
#include "model/model.h"
#include "score/plan.h"

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
    int dense;               /* mask sites together */
} gs_score_opt;
extern const gs_score_opt gs_score_defaults;

enum { GS_MODES_MAX = 8 };
typedef struct gs_scorer {
    const gs_model *m;
    const gs_mode *modes[GS_MODES_MAX];
    int n_modes;
    gs_readout readout;
    gs_pool pool;
    int window, strands, indels, indel_flank, dense;
    /* Shared windows (wt, dense): window i of a contig starts at base i * core - flank and serves the sites in
     * i * core .. (i + 1) * core; `phases` passes mask every phases-th token of them. Fixed by the contig alone,
     * so that a score does not depend on the other variants of the file. */
    int core, flank, phases;
} gs_scorer;

/* The species of opt is the caller's to set (gs_model_species). */
int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e);

/* One sentence for the INFO header: log base, sign, strands, window, masking, indel rule. */
void gs_scorer_describe(const gs_scorer *s, int mode, char *out, size_t n);
/* The settings as options, for the provenance line: "--mode mlm --window 192 --strand fwd ..." */
void gs_scorer_options(const gs_scorer *s, char *out, size_t n);
const char *gs_scorer_tag(const gs_scorer *s, int mode);   /* "GS_LLR" */

/* Scratch of one planning thread. {0} is empty. */
typedef struct {
    gs_window win, rc;       /* rc: reverse complements of both */
    gs_tokens ref, alt;
    int32_t *mask;
    size_t cap_mask;
    int owner;               /* of the next allele's terms: mode i adds to score owner + i */
    float *score;            /* [modes] of that allele: 0 where something was planned, else left alone */
    gs_msa *msa;             /* for models with n_aux, else NULL; not owned */
    gs_msa_rows rows;
    int group_rid;           /* whose window the present group of passes is about */
    int64_t group_beg;
    int n_set;               /* marginals so far */
    char missing[256];       /* contig that was warned about last */
} gs_planner;
void gs_planner_free(gs_planner *pl);

/* Add to `plan` what the scores of allele pl->owner need. The allele has passed gs_allele_check with flag OK. Sets a->flag
 * when a mode cannot score it (too_long, n_context, unsupported). */
int gs_plan_allele(const gs_scorer *s, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e);

/* The same for one mode and windows that lie in pl->win already (gs_score_pair). */
int gs_plan_windows(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_plan *plan, gs_allele *a, gs_err *e);
#endif
