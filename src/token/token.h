/* Tokenizers: text -> ids, with the bases that each token covers. */
#ifndef GS_TOKEN_H
#define GS_TOKEN_H
#include <stdint.h>
#include "base/err.h"
#include "base/strmap.h"

/* Tokens of one sequence. Token t covers bases beg[t] .. end[t] (0-based, half-open) of the input; special
 * tokens cover none: beg = end = -1. Owned by the caller, reusable, {0} is empty. */
typedef struct {
    int n, cap;
    int32_t *ids;
    int32_t *beg, *end;
} gs_tokens;
void gs_tokens_free(gs_tokens *t);

/* A tokenizer: read-only, shared between threads. Special ids are -1 where the vocabulary has none; cls and sep are
 * put before and after every sequence where they are not. */
typedef struct gs_tokenizer gs_tokenizer;
struct gs_tokenizer {
    const struct gs_tokenizer_kind *kind;
    int n_vocab;
    char **vocab;             /* id -> text */
    gs_strmap index;          /* text -> id */
    int unk, mask, cls, sep, pad;
    int k;                    /* bases of a full token; 1 for single-base models */
    int max_tokens;           /* longest input, special tokens counted; 0 = no limit */
    void *data;               /* the kind's own */
};

/* One kind of tokenizer, one file. The encoders push the tokens between cls and sep; room for one token per base is
 * made before they are called. */
typedef struct gs_tokenizer_kind {
    const char *name;         /* "base", "kmer", ... as in the container */
    int (*init)(gs_tokenizer *t, gs_err *e);   /* vocab and special ids are set; may be NULL */
    void (*free)(gs_tokenizer *t);             /* may be NULL */
    /* Exactly as upstream's tokenizer does it. */
    int (*encode)(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
    /* For scoring windows: upper-case ACGTN in, fixed frame from the left end: a k-mer with an N becomes one
     * N token, so that token positions do not move. NULL: same as encode. */
    int (*encode_window)(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
} gs_tokenizer_kind;
extern const gs_tokenizer_kind gs_tok_base, gs_tok_base_exact, gs_tok_kmer;

/* Make a tokenizer of a named kind. vocab: n strings, copied. NULL on failure. */
typedef struct { const char *kind; int n; const char *const *vocab; int unk, mask, cls, sep, pad, k, max_tokens; } gs_tokenizer_spec;
gs_tokenizer *gs_tokenizer_new(const gs_tokenizer_spec *s, gs_err *e);
void gs_tokenizer_free(gs_tokenizer *t);

int gs_encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
int gs_encode_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
/* id of an exact vocabulary entry, -1 if there is none. */
int gs_token_id(const gs_tokenizer *t, const char *text, int len);

/* For the kinds: append a token. There is room (see above). */
void gs_tokens_push(gs_tokens *t, int32_t id, int64_t beg, int64_t end);
/* For the kinds: the error for a base that no token covers. */
int gs_token_unknown(const char *seq, int64_t pos, gs_err *e);
#endif
