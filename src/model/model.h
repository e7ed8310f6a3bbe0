/* A model: an architecture's weights, a tokenizer, the default scoring recipe, the card.
 *
 * Both ways in meet here: the container reader (model/container.c) and the importers of published checkpoints
 * (import/) make a gs_bundle in canonical form, and gs_model_build turns it into a model. */
#ifndef GS_MODEL_H
#define GS_MODEL_H
#include <jansson.h>
#include <stdio.h>
#include "model/names.h"
#include "model/tensors.h"
#include "nn/nn.h"
#include "token/token.h"

/* Canonical form of a model, as it stands in the container. All JSON objects are owned by the bundle.
 *   config:    the architecture's keys (arch_*.c lists them)
 *   tokenizer: {"kind", "vocab": [...], "unk", "mask", "cls", "sep", "pad", "window_cls" (ids, -1 none), "added":
 *              [id, ...], "k", "max_tokens"}, of kinds "bpe" and "hybrid" also "merges": [left id, right id, left id,
 *              ...], "fuse_unk", "lowercase", "spaces": "keep|strip|skip|mark|mark_once", "words":
 *              "none|gpt2|qwen|space", "bytes", "run", "run_least", "run_as" (gs_bpe_spec)
 *   recipe:    {"mode", "window", "strands": "both|fwd|rev", "mask_rate", "visible", "readout": "token|marginal",
 *              "reduce": "sum|mean",
 *              "species", "scope", "shared_windows",
 *              "clipped", "msa"}
 *   card:      {"name", "source", "licence", "citation", "training_data", "parameters", ...} */
typedef struct {
    char *architecture;
    const char *family;      /* name of the importer (gs_families), NULL: read from a container */
    json_t *config, *tokenizer, *recipe, *card;
    gs_tensors tensors;
    const gs_name_map *names; /* what upstream calls the tensors, for messages; NULL: the same */
    char sha256[65];         /* of the tensor data; "" = not known yet */
    char *path;              /* where it came from, for messages */
    char stamp[65];          /* of that when it was opened (base/stamp.h), "" where it cannot be told */
} gs_bundle;
void gs_bundle_free(gs_bundle *b);
/* Mark its tensors that must not be narrowed. */
void gs_bundle_mark_exact(gs_bundle *b);
/* Models that give wrong scores here say why in their card, as "refused". GS_EMODEL with that; force: a warning. */
int gs_bundle_refused(const gs_bundle *b, int force, gs_err *e);

/* What is read of a forward pass: a range of tokens of one sequence of the batch. */
enum { GS_WANT_HIDDEN = 1, GS_WANT_LOGITS = 2 };
typedef struct {
    int seq, beg, end;       /* tokens beg .. end of sequence seq, at least one; of a branch none that it shares */
    unsigned want;           /* GS_WANT_... */
    gs_mat hidden;           /* result: last hidden states, after the final norm, [end - beg, D] */
    gs_mat logits;           /* result: [end - beg, head_rows] */
} gs_read;

/* An architecture: one file model/arch_x.c exports one of these, model/registry.c lists them. */
typedef struct gs_arch {
    const char *name;
    size_t weights;                                             /* bytes of its weights, which begin with its config */
    const struct gs_json_row *config;                           /* keys of m->bundle.config, read into m->weights */
    const char *(*config_fault)(const gs_model *m);             /* what is wrong with these, NULL: nothing */
    /* Binds m->weights to the bundle's tensors; sets m->dim, m->vocab, m->head_rows, m->memory, and m->margin,
     * m->causal, m->n_aux, m->aux_vocab where they are not 0; may lower m->tok->max_tokens. */
    int (*init)(gs_model *m, gs_err *e);
    const char *const *exact;                                   /* tensors that no other type may be given, patterns
                                                                 * (names.h) that end with NULL; NULL: none */
    void (*release)(gs_model *m);                               /* what m->weights owns itself; NULL: nothing */
    /* Last hidden states [n, D] of the given rows of the batch, or of all (row = NULL, n = b->rows); everything was
     * checked by gs_forward. Rows in margins are 0. */
    gs_mat (*forward)(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n);
    gs_mat (*head)(gs_worker *wk, const gs_model *m, gs_mat x);   /* hidden states [n, D] -> logits [n, head_rows] */
    /* Numbers of the arena that one batch of T tokens takes, read-outs left out. */
    double (*numbers)(const gs_model *m, int T);
    /* Multiplications and additions (2 per pair) of one sequence of T tokens with n_read read-outs. */
    double (*flops)(const gs_model *m, int T, int n_read);
} gs_arch;
extern const gs_arch *const gs_archs[];                         /* ends with NULL */
extern const gs_arch gs_arch_transformer, gs_arch_convnet, gs_arch_phylogpn,
    gs_arch_decoder, gs_arch_hyena, gs_arch_stripedhyena;

/* How masked k-mer tokens become a ratio of bases: one of them with the other bases as they are, or the mass per base
 * of all that cover it. */
typedef enum { GS_READ_TOKEN, GS_READ_MARGINAL } gs_readout;

/* What becomes of the log-likelihoods of a window's tokens. */
typedef enum { GS_REDUCE_SUM, GS_REDUCE_MEAN } gs_reduce;

/* The default scoring recipe. */
typedef struct {
    char mode[16];           /* "mlm", "wt", "pll", "cosine", ... */
    int window;              /* bases */
    int strands;             /* bit 0 forward, bit 1 reverse complement */
    double mask_rate;        /* share of tokens masked in training; 0 = unknown: no dense masking */
    int visible;             /* trained to predict visible tokens too: mode wt makes sense */
    gs_readout readout;
    gs_reduce reduce;
    char species[64];        /* word that stands before every sequence (gs_model_species); "" = none */
    char scope[32];          /* "mitochondrial": other contigs are warned about; "" = any */
    int shared_windows;      /* modes may read several variants off one window; 0: each is centred on its variant */
    int clipped;             /* windows end where the contig ends, instead of going on with N */
    int msa;                 /* aligned species that stand beside the reference (b->aux); 0 = none */
} gs_recipe;

struct gs_model {
    const gs_arch *arch;
    void *weights;           /* the architecture's own */
    int dim, head_rows;      /* D; rows of the head: logits are over token ids 0 .. head_rows, 0 = no head */
    int vocab;               /* token ids that the embedding knows: 0 .. vocab */
    int margin;              /* tokens at either end of a sequence that have no output (valid convolutions): no
                              * read-outs there, hidden states are 0, and a sequence must be longer than twice that */
    int causal;              /* a token sees those before it alone, and predicts the next one; batches may branch */
    int n_aux, aux_vocab;    /* species that a batch must bring in aux, symbols 0 .. aux_vocab; 0 = none */
    int64_t parameters;
    int64_t memory;          /* bytes of weights that this process holds (mapped ones not counted) */
    gs_tokenizer *tok;
    gs_recipe recipe;
    gs_bundle bundle;        /* the model owns it: tensors stay mapped, JSON for `info` */
};

/* Build a model from a bundle; takes the bundle over, also on failure. NULL on failure. */
gs_model *gs_model_build(gs_bundle *b, gs_err *e);
void gs_model_close(gs_model *m);
/* Zeroed memory for n things of a size, which lives as long as the model. NULL: out of memory (GS_ENOMEM). */
void *gs_model_memory(gs_model *m, size_t n, size_t size, gs_err *e);

/* m->tok from m->bundle.tokenizer. */
int gs_tokenizer_build(gs_model *m, gs_err *e);
/* Put the token of this species before every sequence from now on. GS_EUSAGE: the vocabulary has no such word; the
 * message names some that it has. */
int gs_model_species(gs_model *m, const char *species, gs_err *e);
/* Bases of a run's windows: `wanted`, or the recipe's if that is 0. Says once where they are far from what it was
 * trained on, with the cost. Negative, where the model does not take them: GS_EUSAGE, of the recipe's GS_EMODEL. */
int gs_model_choose_window(const gs_model *m, int wanted, gs_err *e);

/* Read a container file into a bundle. The tensor data of files up to 64 MB is checked against its sha256. */
int gs_container_read(gs_bundle *b, const char *path, gs_err *e);
int gs_container_is(const char *path); /* a readable container, rather than anything else */
#define GS_CONTAINER_FORMAT "1"
/* Write one; the data begins at a multiple of 64. Same bundle, same bytes. Sets b->sha256. */
int gs_container_write(gs_bundle *b, const char *path, gs_err *e);
/* The same to an open stream (`name` for messages), its numbers as dtype GS_F32, GS_F16 or GS_BF16; -1: as they are.
 * Streams: mapped weights are let go behind. GS_EMODEL: numbers that f16 cannot hold; GS_EOUTPUT. */
int gs_container_put(gs_bundle *b, int dtype, FILE *f, const char *name, gs_err *e);
/* Bytes of the tensors in such a file. */
size_t gs_container_bytes(const gs_bundle *b, int dtype);

/* Would gs_model_build take it? Reads and converts no weights. e must not be NULL. */
int gs_bundle_check(const gs_bundle *b, gs_err *e);
/* Tensor places in the order of their names (bytes), which is the order of the container's data. malloc'd; NULL:
 * out of memory. */
size_t *gs_bundle_order(const gs_bundle *b);
/* Compute the sha256 of the tensor data in name order, the same for a checkpoint and the container made of it. If
 * b->sha256 is set already they must agree, or the data is damaged (GS_EMODEL); so it is if a number is not finite. */
int gs_bundle_hash(gs_bundle *b, gs_err *e);
/* Set b->sha256 where it is not known: computed, or what an earlier run remembers of the same files, if no date, size
 * or inode has changed (base/cache.h). */
int gs_bundle_identify(gs_bundle *b, gs_err *e);
/* The error for tensor t of b that holds such a number. */
int gs_bundle_not_finite(const gs_bundle *b, const gs_tensor *t, gs_err *e);

/* ---- batches ---- */
/* Run sequences through the model and set the results of the reads, which live on the worker's arena until the caller
 * releases it; ranges may overlap, and cost what they hold once more. Of a batch only tokens count: where its sequences
 * lie, and what else is in it, changes no bit. The only place that catches running out of memory.
 * Errors: GS_ENOMEM with an estimate; GS_EMODEL when the model has no head; GS_EUSAGE when a sequence is longer than
 * the model can take. */
int gs_forward(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_read *reads, int n_read, gs_err *e);
/* Bytes that gs_forward takes of a worker's memory for T tokens, logits of read-outs left out. */
size_t gs_forward_bytes(const gs_model *m, int T);
/* A run's threads shared out: workers, each of whom runs batches of its own with a team of so many threads, himself
 * among them. Many for short sequences; one for long ones, or as many as there is memory for. */
typedef struct { int workers, team; } gs_share;
enum { GS_BATCH_TOKENS = 4096 /* of short sequences together; more gain nothing (measured) and cost memory */ };
/* tokens: of the longest sequence. */
gs_share gs_share_threads(const gs_model *m, int tokens, int threads);
/* Memory of such workers. */
size_t gs_share_bytes(const gs_model *m, int tokens, gs_share share);
/* Tokens of a window of so many bases, about; special ones left out. */
int gs_model_tokens(const gs_model *m, int window);
/* GS_EMODEL where a result is NaN or infinite. */
int gs_reads_check(const gs_model *m, const gs_read *reads, int n_read, gs_err *e);
#endif
