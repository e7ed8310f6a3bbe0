/* What published checkpoints are known to answer: the check that a download and this program agree with upstream. */
#ifndef GS_KNOWN_ANSWERS_H
#define GS_KNOWN_ANSWERS_H

enum { KNOWN_VALUES = 8, KNOWN_TOKENS = 5 };

/* name: of the checkpoint on the hub. dim: width of its hidden states, by which namesakes are told apart. */
/* The mean of the last hidden states over all tokens: its length and first values. */
typedef struct {
    const char *name, *seq;
    int dim;
    float norm, value[KNOWN_VALUES];
} known_embedding;
extern const known_embedding known_embeddings[];         /* ends with a name of NULL */

/* Probabilities of some tokens at token `at`; masked: it is masked; among: they are of these tokens alone. */
typedef struct {
    const char *name, *seq;
    int dim, at, masked, among;
    const char *token[KNOWN_TOKENS];                     /* NULL after the last */
    float p[KNOWN_TOKENS], tolerance;                    /* tolerance: what the source prints */
} known_distribution;
extern const known_distribution known_distributions[];   /* ends with a name of NULL */
#endif
