/* A scoring mode: one file mode_x.c exports one of these, modes.c lists them.
 *
 * A mode places the window and turns ref and alt windows into terms (log probabilities) or pairs (distances of hidden
 * states), so there is one way to evaluate them (evaluate.c). */
#ifndef GS_MODE_H
#define GS_MODE_H
#include "score/scorer.h"

/* One strand's view of the windows: tokens of ref and alt, and where the change lies in each (bases). */
typedef struct {
    const gs_mode *mode;
    const char *ref_seq, *alt_seq;
    const gs_tokens *ref, *alt;
    int ref_beg, ref_end, alt_beg, alt_end;
    const uint8_t *aux;      /* [n_aux of the model per base], n_aux_bytes in all; NULL */
    int n_aux_bytes;
    int reverse;
    float weight;            /* 1 / number of strands */
} gs_view;

struct gs_mode {
    const char *name;        /* as in --mode and the recipe */
    const char *tag;         /* INFO tag */
    const char *what;        /* for the header: how log p is read */
    int (*check)(const gs_scorer *s, gs_err *e);                        /* can this model do it? may be NULL */
    int distance;            /* a distance of embeddings: needs no head, takes indels as they are, allows any N */
    gs_metric metric;
    /* First base of the window for an allele. */
    int64_t (*place)(const gs_scorer *s, const gs_allele *a);
    /* Plan one strand; sets a->flag if that cannot be done. */
    void (*plan)(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a);
};
extern const gs_mode *const gs_modes[];                                 /* ends with NULL */
extern const gs_mode gs_mode_mlm, gs_mode_pll, gs_mode_wt, gs_mode_dense, gs_mode_cosine, gs_mode_l2, gs_mode_l1, gs_mode_dot;

/* pos - window / 2: the window with the variant in its middle. */
int64_t gs_place_centred(const gs_scorer *s, const gs_allele *a);
/* The shared window that the variant's base belongs to. */
int64_t gs_place_shared(const gs_scorer *s, const gs_allele *a);

/* Checks that modes share: a head that predicts tokens; tokens that lie at the same bases in every sequence. */
int gs_check_head(const gs_scorer *s, const char *mode, gs_err *e);
int gs_check_fixed_tokens(const gs_scorer *s, const char *mode, gs_err *e);

/* The ref window's pass of the plan with these tokens masked. */
int gs_plan_ref_pass(gs_plan *plan, const gs_view *v, const int32_t *mask, int n_mask);

/* Tokens that cover bases beg .. end: first .. last (half-open); 0 if there are none. */
int gs_tokens_over(const gs_tokens *t, int beg, int end, int *first, int *last);
/* Is token t of seq made of A, C, G, T only, and known to the head? */
int gs_token_clean(const gs_scorer *s, const gs_tokens *t, const char *seq, int i);
/* Terms + log p(alt token) - log p(ref token) at the tokens span[0] .. span[1] of a pass; n_context if one of them is
 * not clean. `t` brings pass, owner and weight. */
void gs_plan_ratio(const gs_scorer *s, gs_plan *plan, const gs_view *v, gs_allele *a, gs_term t, const int span[2]);
#endif
