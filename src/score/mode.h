/* A scoring mode: one file mode_x.c exports one of these, modes.c lists them.
 *
 * A mode is a table of what it needs of a model and which alleles it takes, and a function that turns an allele's
 * context into probes of passes (plan.h), so there is one way to evaluate them (evaluate.c). */
#ifndef GS_MODE_H
#define GS_MODE_H
#include "score/planner.h"

/* What a mode needs of the model. */
enum {
    GS_NEEDS_HEAD = 1,       /* a head that predicts tokens */
    GS_NEEDS_MASK = 2,       /* a mask token */
    GS_NEEDS_FIXED = 4,      /* tokens that lie at the same bases in every sequence of a length */
    GS_NEEDS_APART = 8,      /* tokens that do not overlap */
    GS_NEEDS_VISIBLE = 16,   /* trained to predict visible tokens too */
    GS_NEEDS_ALONE = 32,     /* no aligned species */
    GS_NEEDS_MASK_RATE = 64, /* known share of tokens masked in training */
    GS_NEEDS_CAUSAL = 128,   /* predicts the next token */
    GS_NEEDS_BASES = 256,    /* tokens of one base */
    GS_NEEDS_WORDS = 512,    /* tokens that are words of A, C, G, T */
    GS_NEEDS_AT_HAND = 1024  /* predicts the token at hand, not the next one */
};

/* Which alleles it takes; the others go to `otherwise`. */
enum { GS_TAKES_SNV = 1, GS_TAKES_MNV = 2, GS_TAKES_MNV_IN_TOKEN = 4 /* within one token only */, GS_TAKES_INDEL = 8 };

/* Settings that its scores depend on, beside window and strands. */
enum { GS_BY_READOUT = 1, GS_BY_POOL = 2, GS_BY_REDUCE = 4 };

/* What there is to plan: one strand of one allele's context, for one mode. */
typedef struct {
    const gs_scorer *s;
    const gs_mode *mode;
    gs_planner *pl;          /* scratch; whose score it is */
    gs_plan *plan;           /* to be filled */
    gs_allele *a;            /* its flag gets the reason where there is no score */
    const gs_context *c;     /* as this strand reads it */
    const gs_tokens *tokens; /* [2] of either side of c */
    const uint8_t *aux;      /* aligned species of the window, [len, n_aux of the model]; NULL */
    int n_aux_bytes;
    int reverse;             /* the reverse strand */
    float weight;            /* 1 / number of strands */
} gs_planning;

struct gs_mode {
    const char *name;        /* as in --mode and the recipe */
    const char *tag;         /* INFO tag */
    const char *what;        /* a line for --help, the man page and the header: how it reads the model */
    const char *score;       /* what the number says, for the header */
    unsigned needs, takes;   /* GS_NEEDS_*, GS_TAKES_* */
    unsigned settings;       /* GS_BY_* */
    const gs_mode *otherwise; /* who scores the alleles that it does not take; NULL: nobody */
    const gs_mode *dense;    /* who takes its place with --dense; NULL: nobody */
    const gs_context_kind *context;   /* NULL: around the variant, as the recipe wants it */
    const gs_probe_kind *probe; /* what tells apart modes that share a file; NULL */
    int digits;              /* decimals of the score as text, */
    int significant;         /* 1: significant digits instead */
    float same;              /* score of an ALT that equals REF; NAN: none */
    /* Put `what`, and how indels are scored, in the words of these settings. May be NULL: what; "in the same way". */
    void (*describe)(const gs_mode *mode, const gs_scorer *s, char *out, size_t n);
    void (*describe_indels)(const gs_scorer *s, char *out, size_t n);
    /* Plan one strand; sets p->a->flag if that cannot be done, p->plan->failed when out of memory. */
    void (*plan)(gs_planning *p);
};
extern const gs_mode *const gs_modes[];                                 /* ends with NULL */
extern const gs_mode gs_mode_mlm, gs_mode_dense, gs_mode_pll, gs_mode_wt, gs_mode_cosine, gs_mode_l2, gs_mode_l1,
    gs_mode_dot, gs_mode_causal, gs_mode_next, gs_mode_jsd, gs_mode_maxlogit;
#define GS_LOG_RATIO "log P(ALT)/P(REF), natural log; negative = ALT less likely than REF"

/* By a name of n bytes; NULL: there is none. */
const gs_mode *gs_mode_find(const char *name, size_t n);
/* "mlm, pll or wt": those that the model can do, all if m is NULL. */
void gs_mode_names(const gs_model *m, char *out, size_t n);
/* The first of the mode's needs that the model does not meet, in words; NULL: it can do the mode. */
const char *gs_mode_lacks(const gs_mode *mode, const gs_model *m);
/* Who scores an allele of a kind (GS_TAKES_* bits, one of which must be taken) for a mode; NULL: nobody. */
const gs_mode *gs_mode_for(const gs_mode *mode, const gs_scorer *s, unsigned kind);

/* ---- what modes share (mode_tokens.c) ---- */

/* Sequence of the plan for one side of the context, with its aligned species. */
int gs_planning_seq(gs_planning *p, int side);
/* Sequence of alt that shares the first `past` tokens with `ref`; a whole one for past = 0. */
int gs_planning_branch(gs_planning *p, int ref, int past);
/* First token that the sides do not share, of n[side] of each; the fewer where one begins with the other. */
int gs_planning_unlike(const gs_planning *p, const int n[2]);
/* Has either side a letter but A, C, G, T? */
int gs_planning_unknown(const gs_planning *p);
/* Tokens that cover bases beg .. end: first .. last (half-open); 0 if there are none. */
int gs_tokens_over(const gs_tokens *t, int beg, int end, int *first, int *last);
/* Is token i of a side made of A, C, G, T only, and known to the head? */
int gs_planning_clean(const gs_planning *p, int side, int i);
/* Add a probe; how every mode does it, for a mode that needs masks reads no token that its pass shows: unsupported. */
void gs_planning_probe(gs_planning *p, const gs_probe *q);
/* Score += weight * log p of vocabulary entry id at token i of a pass. */
void gs_planning_token(gs_planning *p, int pass, int i, int32_t id, float weight);
/* Log p(alt token) - log p(ref token) at the tokens span[0] .. span[1] of a pass; n_context if one of them is not
 * clean. */
void gs_planning_ratio(gs_planning *p, int pass, const int span[2]);
#endif
