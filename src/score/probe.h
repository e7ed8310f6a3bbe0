/* Probes: what is read of passes through the model. A score is the sum of its probes' weighted values, so a mode is
 * free to combine them; one file probe_x.c per kind. A new kind touches nothing else. */
#ifndef GS_PROBE_H
#define GS_PROBE_H
#include "model/model.h"

typedef struct gs_probe_kind gs_probe_kind;

/* One of them. Kinds that read one pass leave pass[1], beg[1] and end[1] at 0. */
typedef struct {
    const gs_probe_kind *kind;
    int owner;               /* score that it adds to, */
    float weight;            /* times this */
    int pass[2];             /* passes of the plan: ref and alt where there are two */
    int beg[2], end[2];      /* tokens that are read of either, at least one */
    int32_t arg;             /* what the kind says */
    char base[2];            /* of base mass and next base: ref and alt */
    int bases;               /* of base loglik: how many of the last token's count */
    int parted;              /* set by gs_plan_cut: its passes lie in two batches */
    size_t kept[2];          /* then: offsets of what is kept of either, in the plan's `kept` */
    double value;            /* the result */
} gs_probe;

/* What a pass gave to one side of a probe, row by row of its tokens beg .. end. Views: not to be kept. */
typedef struct {
    const gs_model *m;
    const int32_t *ids;      /* the tokens beg .. of the sequence as they are without masks */
    gs_mat hidden;           /* last hidden states, [end - beg, D], where wanted */
    gs_mat logits;           /* [end - beg, head_rows], where wanted, */
    const double *norm;      /* and the log of their sum of exponentials, [end - beg] */
} gs_reading;

struct gs_probe_kind {
    const char *name;
    unsigned want;           /* GS_WANT_HIDDEN or GS_WANT_LOGITS */
    /* One pass: its value. NULL for kinds of two passes. */
    double (*value)(const gs_reading *r, const gs_probe *p);
    /* Two passes, which need not share a batch: how many numbers are kept of a side of so many tokens, what they are,
     * and the value that two such lists of n come to. */
    size_t (*keep)(const gs_model *m, const gs_probe *p, int tokens);
    void (*read)(const gs_reading *r, const gs_probe *p, double *kept);
    float (*compare)(const gs_probe *p, const double *ref, const double *alt, size_t n);
};

/* Log p of vocabulary entry `arg` at token beg: log softmax(logits)[arg], natural logarithm. */
extern const gs_probe_kind gs_probe_token;
/* Sum of log p of the sequence's own tokens beg + arg .. end + arg, each read `arg` tokens before it: 0 for models that
 * predict the token at hand, 1 for those that predict the next one. One probe for a whole sequence. */
extern const gs_probe_kind gs_probe_loglik;
/* Overlapping k-mers over one base, which is base number `arg` of token beg and one less in each that follows:
 * log(sum of P(k-mers with base[1] there)) - log(sum of P(k-mers with base[0])), P among all k-mers of A, C, G, T. */
extern const gs_probe_kind gs_probe_base_mass;
/* The same of bases: log of the mass, among k-mers of A, C, G, T, of those that have a token's base at its place,
 * summed over the bases of every token, of which the last one counts `bases`. */
extern const gs_probe_kind gs_probe_base_loglik;
/* The base behind token beg: log(P(base[1]) / P(base[0])), P the mass of all words of A, C, G, T that begin with it. */
extern const gs_probe_kind gs_probe_next_base;
/* Predictions of the next base at either's tokens: Jensen-Shannon divergence in nats, mean over the tokens (as many of
 * both); and L2 distance between the largest logits that every entry has at any of the tokens. */
extern const gs_probe_kind gs_probe_jsd, gs_probe_maxlogit;
/* Distances of hidden states: arg 0, of the means over the tokens; 1, of all tokens laid end to end (as many of
 * both). */
extern const gs_probe_kind gs_probe_cosine, gs_probe_l2, gs_probe_l1, gs_probe_dot;
/* The L2 distance of two lists, for `compare`. */
float gs_compare_l2(const gs_probe *p, const double *ref, const double *alt, size_t n);
#endif
