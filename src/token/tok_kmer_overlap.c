/* Overlapping k-mers: one token per base, token t covers the bases t .. t + k. What the vocabulary lacks (N, IUPAC
 * letters, lower case) makes every k-mer over it unknown.
 * Source: BertTokenizer of transformers on space-joined k-mers, as DNABERT (tokenization_dna.py) and SpeciesLM use
 * it. */
#include <string.h>
#include "base/log.h"
#include "token/token.h"

/* Some are missing where a vocabulary was cut: their windows are read as unknown, as upstream does. */
static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    (void)s;
    int n = 0;
    double all = 1;
    t->step = 1;
    for (int i = 0; i < t->k; i++)
        all *= 4;
    for (int i = 0; i < t->n_vocab; i++)
        n += (int)strlen(t->vocab[i]) == t->k && (int)strspn(t->vocab[i], "ACGT") == t->k;
    if (!n)
        return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary has no %d-mers over A, C, G, T", t->k);
    if (n < all)
        gs_warn_once("vocabulary", "the model's vocabulary has %d of %.0f %d-mers, the others are read as unknown: is "
                     "its file whole?", n, all, t->k);
    return 0;
}

static int encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    for (int64_t i = 0; i + t->k <= len; i++) {
        int id = gs_token_id(t, seq + i, t->k);
        if (id < 0)
            id = t->unk;
        if (id < 0)
            return gs_token_unknown(seq, i, e);
        gs_tokens_push(out, id, i, i + t->k);
    }
    return 0;
}

const gs_tokenizer_kind gs_tok_kmer_overlap = {.name = "kmers", .init = init, .encode = encode};
