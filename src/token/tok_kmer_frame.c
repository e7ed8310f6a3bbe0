/* k-mers one after the other in a frame that the text alone decides, unknown ones included.
 *   "kmer_run": every run of capital letters is cut from its left end; what is left of it is one token, and so is every
 *               other character. Source: DNAKmerTokenizer of GENERator (tokenizer.py), [A-Z]{6}|[A-Z]+.
 *   "kmer_cut": cut from the left end, whatever the letters: the pre-tokenizer Split at ".{6}" of tokenizers.
 *   "codon":    the text in upper case, cut from its left end. Source: GenSLM (genslm/dataset.py, group_by_kmer), whose
 *               words tokenizers' pre-tokenizer Whitespace cuts again, \w+|[^\w\s]+. */
#include <ctype.h>
#include <string.h>
#include "token/token.h"

enum { MOST = 64 /* k */ };

/* The token of a word of n characters. */
static int push_word(const gs_tokenizer *t, const char *word, int n, int64_t at, gs_tokens *out)
{
    int id = gs_token_id(t, word, n);
    if (id < 0 && t->unk < 0)
        return -1;
    gs_tokens_push(out, id >= 0 ? id : t->unk, at, at + n);
    return 0;
}

/* ---- runs of letters ---- */

static int capitals(const char *seq, int64_t len, int most)
{
    int n = 0;
    while (n < len && n < most && isupper((unsigned char)seq[n]))
        n++;
    return n;
}

static int encode_runs(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    for (int64_t i = 0, n; i < len; i += n) {
        n = capitals(seq + i, len - i, t->k);
        n = n ? n : 1;
        if (push_word(t, seq + i, (int)n, i, out))
            return gs_token_unknown(seq, i, e);
    }
    return 0;
}

/* What is left of a window is never scored upstream. */
static int encode_run_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    return encode_runs(t, seq, len - len % t->k, out, e);
}

/* ---- any letters ---- */

static int encode_cut(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    for (int64_t i = 0; i < len; i += t->k)
        if (push_word(t, seq + i, len - i < t->k ? (int)(len - i) : t->k, i, out))
            return gs_token_unknown(seq, i, e);
    return 0;
}

/* ---- codons ---- */

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The words of one k-mer, in upper case. */
static int push_kmer(const gs_tokenizer *t, const char *kmer, int k, int64_t at, gs_tokens *out)
{
    for (int i = 0, n; i < k; i += n) {
        for (n = 1; i + n < k && is_word(kmer[i + n]) == is_word(kmer[i]) && !isspace((unsigned char)kmer[i + n]);)
            n++;
        if (isspace((unsigned char)kmer[i]))
            n = 1;
        else if (push_word(t, kmer + i, n, at + i, out))
            return -1;
    }
    return 0;
}

static int encode_codons(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    char kmer[MOST];
    for (int64_t i = 0; i < len; i += t->k) {
        int n = len - i < t->k ? (int)(len - i) : t->k;
        for (int j = 0; j < n; j++)
            kmer[j] = (char)toupper((unsigned char)seq[i + j]);
        if (push_kmer(t, kmer, n, i, out))
            return gs_token_unknown(seq, i, e);
    }
    return 0;
}

const gs_tokenizer_kind gs_tok_kmer_run = {
    .name = "kmer_run", .encode = encode_runs, .encode_window = encode_run_window, .prefixed = 1};
const gs_tokenizer_kind gs_tok_kmer_cut = {.name = "kmer_cut", .encode = encode_cut};
const gs_tokenizer_kind gs_tok_codon = {.name = "codon", .encode = encode_codons};
