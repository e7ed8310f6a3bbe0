/* Overlapping k-mers: one token per base, token t covers the bases t .. t + k. What the vocabulary lacks (N, IUPAC
 * letters, lower case) makes every k-mer over it unknown.
 * Source: BertTokenizer of transformers on space-joined k-mers, as DNABERT (tokenization_dna.py) and SpeciesLM use
 * it. */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "token/token.h"

static const char bases[] = "ACGT";

/* Entries over A, C, G, T alone: all of them, then for each base of a k-mer those with A there, with C, ... Rising
 * ids. */
typedef struct {
    int n;
    int32_t *ids;            /* [1 + k, n] */
    int (*first)[5];         /* [k]: where each base's begin in the offset's row, and the end */
} kmers;

static int is_kmer(const gs_tokenizer *t, int id)
{
    return (int)strlen(t->vocab[id]) == t->k && (int)strspn(t->vocab[id], bases) == t->k;
}

static void list_by_base(const gs_tokenizer *t, const kmers *m, int offset)
{
    int32_t *ids = m->ids + (size_t)(1 + offset) * (size_t)m->n;
    int n = 0;
    for (int b = 0; b < 4; b++) {
        m->first[offset][b] = n;
        for (int i = 0; i < m->n; i++)
            if (t->vocab[m->ids[i]][offset] == bases[b])
                ids[n++] = m->ids[i];
    }
    m->first[offset][4] = n;
}

/* Some are missing where a vocabulary was cut: their windows are read as unknown, as upstream does. */
static void warn_of_missing(const gs_tokenizer *t, int n)
{
    double all = 1;
    for (int i = 0; i < t->k; i++)
        all *= 4;
    if (n < all)
        gs_warn_once("vocabulary", "the model's vocabulary has %d of %.0f %d-mers, the others are read as unknown: is "
                     "its file whole?", n, all, t->k);
}

static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    (void)s;
    t->step = 1;
    kmers *m = t->data = calloc(1, sizeof *m);
    if (!m)
        return gs_fail_mem(e, "a tokenizer", sizeof *m);
    for (int i = 0; i < t->n_vocab; i++)
        m->n += is_kmer(t, i);
    if (!m->n)
        return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary has no %d-mers over A, C, G, T", t->k);
    size_t numbers = (size_t)(1 + t->k) * (size_t)m->n;
    m->ids = malloc(numbers * sizeof *m->ids);
    m->first = malloc((size_t)t->k * sizeof *m->first);
    if (!m->ids || !m->first)
        return gs_fail_mem(e, "the lists of k-mers", numbers * sizeof *m->ids);
    for (int i = 0, n = 0; i < t->n_vocab; i++)
        if (is_kmer(t, i))
            m->ids[n++] = i;
    for (int offset = 0; offset < t->k; offset++)
        list_by_base(t, m, offset);
    warn_of_missing(t, m->n);
    return 0;
}

static void free_data(gs_tokenizer *t)
{
    kmers *m = t->data;
    if (m) {
        free(m->ids);
        free(m->first);
    }
    free(m);
}

gs_id_list gs_kmer_ids(const gs_tokenizer *t, int offset, char base)
{
    const kmers *m = t->kind == &gs_tok_kmer_overlap ? t->data : NULL;
    if (!m)
        return (gs_id_list){NULL, 0};
    if (!base)
        return (gs_id_list){m->ids, m->n};
    const char *at = strchr(bases, base);
    if (!at || offset < 0 || offset >= t->k)
        return (gs_id_list){NULL, 0};
    const int *first = m->first[offset] + (at - bases);
    return (gs_id_list){m->ids + (size_t)(1 + offset) * (size_t)m->n + first[0], first[1] - first[0]};
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

const gs_tokenizer_kind gs_tok_kmer_overlap = {"kmers", init, free_data, encode, NULL};
