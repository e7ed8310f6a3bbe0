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

/* Token ids, rising. */
typedef struct { const int32_t *ids; int n; } gs_id_list;

/* A tokenizer: read-only, shared between threads. Special ids are -1 where the vocabulary has none; cls and sep are
 * put before and after every sequence where they are not. */
typedef struct gs_tokenizer gs_tokenizer;
struct gs_tokenizer {
    const struct gs_tokenizer_kind *kind;
    int n_vocab;
    char **vocab;             /* id -> text */
    gs_strmap index;          /* text -> id */
    int unk, mask, cls, sep, pad;
    int window_cls;           /* stands before windows instead of cls */
    gs_id_list added;         /* tokens whose text is cut out of a sequence before all else */
    int lead;                 /* put between cls and the sequence; -1 none */
    int k;                    /* bases of a full token; 1 for single-base models */
    int step;                 /* bases from the start of a full token to that of the next; 0: not fixed */
    int max_tokens;           /* longest input, special tokens counted; 0 = no limit */
    gs_strmap kmers;          /* text -> id where words of text may be spelled as k-mers: kind "hybrid" */
    struct gs_word_lists *words; /* see gs_kmer_ids */
    void *data;               /* the kind's own */
};

/* Byte-pair encoding: what kinds "bpe" and "hybrid" need beside the vocabulary. */
enum { GS_SPACES_KEEP, GS_SPACES_STRIP /* at the ends */, GS_SPACES_SKIP /* words are encoded apart */,
       GS_SPACES_MARK /* sentencepiece: the symbol U+2581, which also stands before every text */,
       GS_SPACES_MARK_ONCE /* but not before a space */ };
/* How text is cut into words that are encoded apart (token/text_words.c). */
enum { GS_WORDS_NONE, GS_WORDS_GPT2, GS_WORDS_QWEN, GS_WORDS_SPACE /* a space and what follows */ };
typedef struct {
    int n_merges;
    const int32_t *merges;    /* [n_merges][2] ids, best first; the texts of the two together are an entry, too */
    int fuse_unk;             /* unknown characters in a row are one token */
    int lowercase, spaces, words;
    int bytes;                /* the vocabulary spells bytes as GPT-2 does: space is U+0120, ... */
    char run;                 /* this letter, run_least times in a row or more, becomes the one token run_as; 0 none */
    int run_least, run_as;
} gs_bpe_spec;

typedef struct {
    const char *kind;
    int n;
    const char *const *vocab;
    int unk, mask, cls, sep, pad, k, max_tokens;
    const gs_bpe_spec *bpe;   /* kinds "bpe" and "hybrid" only */
    const int *window_cls;    /* NULL: cls */
    gs_id_list added;
} gs_tokenizer_spec;

/* Pushes the tokens of a sequence. */
typedef int gs_encoder(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);

/* One kind of tokenizer. The encoders push the tokens between cls and sep; room for one token per base is
 * made before they are called. */
typedef struct gs_tokenizer_kind {
    const char *name;         /* "base", "kmer", ... as in the container */
    /* Vocabulary and special ids are set. May be NULL. */
    int (*init)(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e);
    void (*free)(gs_tokenizer *t);             /* may be NULL */
    /* Exactly as upstream's tokenizer does it, of text without added tokens. */
    gs_encoder *encode;
    /* For scoring windows: upper-case ACGTN in, fixed frame from the left end: a k-mer with an N becomes one
     * N token, so that token positions do not move. NULL: same as encode. */
    gs_encoder *encode_window;
    int fills;                /* a last part of a k-mer is read as a k-mer that goes on with A */
    int added;                /* encode looks for added tokens itself */
    int prefixed;             /* DNA is DNA to it behind the token that stands before windows alone */
} gs_tokenizer_kind;
extern const gs_tokenizer_kind gs_tok_base, gs_tok_base_exact, gs_tok_kmer, gs_tok_kmer_overlap, gs_tok_kmer_run,
    gs_tok_kmer_cut, gs_tok_codon, gs_tok_bpe, gs_tok_hybrid;

/* Make a tokenizer of a named kind. Everything in the spec is copied. NULL on failure. */
gs_tokenizer *gs_tokenizer_new(const gs_tokenizer_spec *s, gs_err *e);
void gs_tokenizer_free(gs_tokenizer *t);

int gs_encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
int gs_encode_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
/* DNA as a file has it: as gs_encode does it; as a window where that would read it as text. */
int gs_encode_sequence(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e);
/* id of an exact vocabulary entry, -1 if there is none. */
int gs_token_id(const gs_tokenizer *t, const char *text, int len);

/* The tokens of k bases A, C, G, T that have `base` at `offset`; base 0: all of them. The head may have fewer rows than
 * the vocabulary has entries, or more. The tokenizer's own, made with it. */
gs_id_list gs_kmer_ids(const gs_tokenizer *t, int offset, char base);
/* Entries of any length over A, C, G, T alone that begin with `base`; base 0: all of them. */
gs_id_list gs_word_ids(const gs_tokenizer *t, char base);

/* For the kinds: append a token. There is room (see above). */
void gs_tokens_push(gs_tokens *t, int32_t id, int64_t beg, int64_t end);
/* For the kinds: the entry for a byte, itself or "<0x41>"; -1: there is none. */
int gs_token_byte(const gs_tokenizer *t, unsigned char byte);
/* For the kinds: a part of seq by `body`; and the same with added tokens as they are, only the text between them by
 * `body`. */
typedef struct { int64_t beg, end; } gs_stretch;
int gs_encode_part(const gs_tokenizer *t, gs_encoder *body, const char *seq, gs_stretch part, gs_tokens *out,
                   gs_err *e);
int gs_encode_added(const gs_tokenizer *t, gs_encoder *body, const char *seq, gs_stretch part, gs_tokens *out,
                    gs_err *e);
/* Length of the first word of text [n], n > 0, by one of GS_WORDS_...; bytes beyond ASCII count as letters. */
int64_t gs_text_word(int words, const char *text, int64_t n);
/* For the kinds: the error for a base that no token covers. */
int gs_token_unknown(const char *seq, int64_t pos, gs_err *e);
#endif
