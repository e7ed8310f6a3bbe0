/* gscore: variant effects from genomic language models.
 *
 *   gs_err err = {0};
 *   gs_model *m = gs_model_open("mito", &err);
 *   float score;
 *   if (!m || gs_score_pair(m, ref, alt, len, &score, &err)) fprintf(stderr, "%s\n", err.msg);
 *   gs_model_close(m);
 *
 * Errors: functions that can fail return 0 on success and a negative number on failure (openers: NULL)
 * and then fill *err. Each of them empties it first, so that it may be used again. The library never prints and never
 * exits. */
#ifndef GSCORE_H
#define GSCORE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GSCORE_VERSION "0.1.0"

/* What went wrong, by kind. The values are the exit codes of the program. */
typedef enum {
    GS_OK = 0,
    GS_EUSAGE = 1,    /* wrong option or argument */
    GS_ESUSPECT = 2,  /* wrong genome, or nothing could be scored */
    GS_EINPUT = 3,    /* VCF, FASTA or index not understood */
    GS_ETRUNC = 4,    /* input cut short or corrupt */
    GS_EOUTPUT = 5,   /* output could not be written */
    GS_EMODEL = 6,    /* model bad or unsupported */
    GS_ENOMEM = 7,    /* out of memory */
    GS_EINTERNAL = 8  /* our own mistake */
} gs_code;

/* An error: code and one sentence that names file, record or tensor and, where there is one, the remedy. */
typedef struct gs_err {
    gs_code code;
    char msg[1000];
} gs_err;

/* A loaded model: read-only after opening, may be shared between threads. */
typedef struct gs_model gs_model;

/* "0.1.0" */
const char *gs_version(void);

/* Open MODEL: a gscore model file, a checkpoint directory as downloaded from a model hub, or the name of an
 * installed model ("mito"). NULL on failure. The caller closes it. */
gs_model *gs_model_open(const char *path, gs_err *err);
void gs_model_close(gs_model *m);

/* Bases of context that the model's default recipe looks at, both sides together. */
int gs_model_window(const gs_model *m);

/* Width of a hidden state. */
int gs_model_dim(const gs_model *m);

/* What gs_score_pair gives for this model, by the name that INFO fields have: "GS_LLR", natural log P(alt)/P(ref),
 * negative = alt less likely; "GS_COSINE", "GS_L2", "GS_L1" or "GS_DOT", which compare the last hidden states of the
 * windows and are no log ratios. "" for a recipe that this version does not know. */
const char *gs_model_score(const gs_model *m);

/* Score one pair of windows by the model's default recipe: the number that gs_model_score names.
 * ref, alt: `len` bases each (ACGTN, any case), the same window with and without the variant, starting at the
 * same base; they may differ in any number of adjacent bases. Safe to call from several threads at once. GS_EINPUT
 * where the pair has no score, GS_EMODEL where it is not a finite number. */
int gs_score_pair(const gs_model *m, const char *ref, const char *alt, size_t len, float *score, gs_err *err);

/* Embed a sequence: the mean of the last hidden states over its tokens, special tokens left out.
 * seq: `len` bases; out: gs_model_dim(m) floats. Safe to call from several threads at once. */
int gs_embed(const gs_model *m, const char *seq, size_t len, float *out, gs_err *err);

#ifdef __cplusplus
}
#endif
#endif
