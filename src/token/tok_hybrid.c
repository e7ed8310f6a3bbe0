/* Text by byte-pair encoding, and DNA between <dna> and </dna>, or the end, in k-mers: in upper case, one after the
 * other, <oov> where a k-mer is none of A, C, G, T alone. A last part of one counts as if A went on.
 * Source: HybridTokenizer of Carbon (hybrid_tokenizer.py). */
#include <ctype.h>
#include <string.h>
#include "token/token.h"

static const char open_text[] = "<dna>", close_text[] = "</dna>", oov_text[] = "<oov>";
enum { MOST = 64 /* k */ };

static int token(const gs_tokenizer *t, const char *text)
{
    return gs_token_id(t, text, (int)strlen(text));
}

/* A word of text may be spelled as a k-mer: those behind <dna> are the k-mers. */
static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    gs_tokenizer_spec text = *s;
    int open = token(t, open_text);
    text.k = 1;
    if (open < 0 || token(t, close_text) < 0 || token(t, oov_text) < 0)
        return gs_fail(e, GS_EMODEL, "the tokenizer of kind \"hybrid\" lacks %s, %s or %s in its vocabulary", open_text,
                       close_text, oov_text);
    for (int id = open; id < t->n_vocab; id++)
        if ((int)strlen(t->vocab[id]) == t->k && gs_strmap_put(&t->kmers, t->vocab[id], (size_t)t->k, id) < 0)
            return gs_fail_mem(e, "the vocabulary", (size_t)t->n_vocab);
    int ret = gs_tok_bpe.init(t, &text, e);
    t->step = t->k;
    return ret;
}

static void free_data(gs_tokenizer *t)
{
    gs_tok_bpe.free(t);
}

static int encode_dna(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    char kmer[MOST + 1];
    (void)e;
    for (int64_t i = 0, n; i < len; i += n) {
        n = len - i < t->k ? len - i : t->k;
        memset(kmer, 'A', sizeof kmer);
        kmer[t->k] = 0;
        for (int64_t j = 0; j < n; j++)
            kmer[j] = (char)toupper((unsigned char)seq[i + j]);
        int known = (int)strspn(kmer, "ACGT") == t->k, id = known ? gs_strmap_get(&t->kmers, kmer, (size_t)t->k) : -1;
        gs_tokens_push(out, id >= 0 ? id : token(t, oov_text), i, i + n);
    }
    return 0;
}

/* Where text begins in seq [beg, len), len if nowhere. */
static int64_t find(const char *seq, int64_t beg, int64_t len, const char *text)
{
    const char *at = memmem(seq + beg, (size_t)(len - beg), text, strlen(text));
    return at ? at - seq : len;
}

static gs_stretch strip(const char *seq, gs_stretch s)
{
    while (s.beg < s.end && isspace((unsigned char)seq[s.beg]))
        s.beg++;
    while (s.beg < s.end && isspace((unsigned char)seq[s.end - 1]))
        s.end--;
    return s;
}

static int encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    int ret = 0;
    for (int64_t i = 0; i < len && !ret;) {
        int64_t open = find(seq, i, len, open_text), close = find(seq, i, len, close_text);
        if (open < close || close == len) { /* else a region without a beginning */
            ret = gs_encode_added(t, gs_tok_bpe.encode, seq, strip(seq, (gs_stretch){i, open}), out, e);
            i = open;
        }
        if (i < len && i == open) {
            gs_tokens_push(out, token(t, open_text), -1, -1);
            i += (int64_t)strlen(open_text);
        }
        gs_encode_part(t, encode_dna, seq, strip(seq, (gs_stretch){i, close}), out, e);
        if (close < len)
            gs_tokens_push(out, token(t, close_text), -1, -1);
        i = close + (int64_t)strlen(close_text);
    }
    return ret;
}

const gs_tokenizer_kind gs_tok_hybrid = {
    .name = "hybrid", .init = init, .free = free_data, .encode = encode, .encode_window = encode_dna, .added = 1,
    .fills = 1, .prefixed = 1};
