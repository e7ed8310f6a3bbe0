/* The entries of a vocabulary that are bases alone, listed once: for every base at every offset of a k-mer, and for
 * every base that a word of any length begins with. */
#include <stdlib.h>
#include <string.h>
#include "token/word_lists.h"

static const char bases[] = "ACGT";

/* All of them, then those with A there, with C, ...; `first`: where each base's begin, and the end. */
typedef struct { int32_t *ids; int n, first[5]; } by_base;

struct gs_word_lists {
    int k;
    by_base *kmers;          /* [k], by offset */
    by_base words;
};

static int is_word(const char *text)
{
    return text[0] && strspn(text, bases) == strlen(text);
}

/* Single bases as the tokenizer reads them, which may be in lower case. */
static int32_t base_id(const gs_tokenizer *t, char base)
{
    int32_t id[2], at[2];    /* a mark may stand before it */
    gs_tokens one = {.cap = 2, .ids = id, .beg = at, .end = at};
    return t->kind->encode(t, &base, 1, &one, NULL) || one.n != 1 || id[0] == t->unk ? -1 : id[0];
}

/* Where words of text are spelled as k-mers, these are apart. */
static int is_kmer(const gs_tokenizer *t, int id)
{
    const char *text = t->vocab[id];
    int apart = t->kmers.n && gs_strmap_get(&t->kmers, text, strlen(text)) != id;
    return t->k > 1 && (int)strlen(text) == t->k && is_word(text) && !apart;
}

/* The base of an entry at an offset; 0: it has none, or is no k-mer. */
static char base_at(const gs_tokenizer *t, const int32_t *single, int id, int offset)
{
    for (int b = 0; t->k == 1 && b < 4; b++)
        if (single[b] == id)
            return bases[b];
    return is_kmer(t, id) ? t->vocab[id][offset] : 0;
}

/* base[id]: of every entry. */
static int list(by_base *to, const char *base, int n)
{
    for (int i = 0; i < n; i++)
        to->n += base[i] != 0;
    to->ids = malloc(2 * (size_t)to->n * sizeof *to->ids + 1);
    if (!to->ids)
        return -1;
    int32_t *at = to->ids;
    for (int i = 0; i < n; i++)
        if (base[i])
            *at++ = i;
    for (int b = 0; b < 4; b++) {
        to->first[b] = (int)(at - to->ids);
        for (int i = 0; i < n; i++)
            if (base[i] == bases[b])
                *at++ = i;
    }
    to->first[4] = (int)(at - to->ids);
    return 0;
}

static int list_all(gs_tokenizer *t, struct gs_word_lists *w, char *base)
{
    int32_t single[4] = {0};
    for (int b = 0; t->k == 1 && b < 4; b++)
        single[b] = base_id(t, bases[b]);
    for (int offset = 0; offset < t->k; offset++) {
        for (int i = 0; i < t->n_vocab; i++)
            base[i] = base_at(t, single, i, offset);
        if (list(&w->kmers[offset], base, t->n_vocab))
            return -1;
    }
    for (int i = 0; i < t->n_vocab; i++) {
        char one = base_at(t, single, i, 0);
        base[i] = one ? one : is_word(t->vocab[i]) ? t->vocab[i][0] : 0;
    }
    return list(&w->words, base, t->n_vocab);
}

int gs_word_lists_new(gs_tokenizer *t, gs_err *e)
{
    struct gs_word_lists *w = t->words = calloc(1, sizeof *w);
    char *base = malloc((size_t)t->n_vocab);
    int bad = !w || !base || !(w->kmers = calloc((size_t)t->k, sizeof *w->kmers));
    if (!bad) {
        w->k = t->k;
        bad = list_all(t, w, base);
    }
    free(base);
    return bad ? gs_fail_mem(e, "the lists of k-mers", (size_t)t->n_vocab) : 0;
}

void gs_word_lists_free(gs_tokenizer *t)
{
    struct gs_word_lists *w = t->words;
    for (int i = 0; w && i < w->k; i++)
        free(w->kmers[i].ids);
    if (w) {
        free(w->kmers);
        free(w->words.ids);
    }
    free(w);
}

static gs_id_list of_base(const by_base *l, char base)
{
    const char *at = base ? strchr(bases, base) : NULL;
    if (!base)
        return (gs_id_list){l->ids, l->n};
    if (!at)
        return (gs_id_list){NULL, 0};
    return (gs_id_list){l->ids + l->first[at - bases], l->first[at - bases + 1] - l->first[at - bases]};
}

gs_id_list gs_kmer_ids(const gs_tokenizer *t, int offset, char base)
{
    int known = offset >= 0 && offset < t->words->k;
    return known ? of_base(&t->words->kmers[offset], base) : (gs_id_list){NULL, 0};
}

gs_id_list gs_word_ids(const gs_tokenizer *t, char base)
{
    return of_base(&t->words->words, base);
}
