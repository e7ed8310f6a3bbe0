#include "token/token.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gs_tokenizer_kind *const kinds[] = {&gs_tok_base,         &gs_tok_base_exact, &gs_tok_kmer,
                                                 &gs_tok_kmer_overlap, &gs_tok_bpe,        NULL};

enum { SPECIAL = 3 /* tokens around a sequence */ };

void gs_tokens_free(gs_tokens *t)
{
    free(t->ids);
    free(t->beg);
    free(t->end);
    *t = (gs_tokens){0};
}

static int grow(int32_t **a, size_t n)
{
    int32_t *p = realloc(*a, n * sizeof **a);
    if (p)
        *a = p;
    return p ? 0 : -1;
}

static int tokens_reserve(gs_tokens *t, int n, gs_err *e)
{
    if (n <= t->cap)
        return 0;
    int cap = t->cap > INT_MAX / 2 || 2 * t->cap < n ? n : 2 * t->cap;
    size_t size = (size_t)cap;
    if (grow(&t->ids, size) || grow(&t->beg, size) || grow(&t->end, size))
        return gs_fail_mem(e, "tokens", 3 * size * sizeof(int32_t));
    t->cap = cap;
    return 0;
}

void gs_tokens_push(gs_tokens *t, int32_t id, int64_t beg, int64_t end)
{
    t->ids[t->n] = id;
    t->beg[t->n] = (int32_t)beg;
    t->end[t->n++] = (int32_t)end;
}

static const gs_tokenizer_kind *find_kind(const char *name)
{
    for (int i = 0; kinds[i]; i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

static int copy_vocab(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    t->vocab = calloc((size_t)s->n, sizeof *t->vocab);
    if (!t->vocab)
        return gs_fail_mem(e, "the vocabulary", (size_t)s->n * sizeof *t->vocab);
    for (; t->n_vocab < s->n; t->n_vocab++) {
        char *text = strdup(s->vocab[t->n_vocab]);
        t->vocab[t->n_vocab] = text;
        if (!text || gs_strmap_put(&t->index, text, strlen(text), t->n_vocab) < 0) {
            t->n_vocab += text != NULL;
            return gs_fail_mem(e, "the vocabulary", (size_t)s->n);
        }
    }
    return 0;
}

static int check_spec(const gs_tokenizer_spec *s, gs_err *e)
{
    const int special[] = {s->unk, s->mask, s->cls, s->sep, s->pad};
    if (!find_kind(s->kind))
        return gs_fail(e, GS_EMODEL, "the model needs a tokenizer of kind \"%.40s\", which this version does not have",
                       s->kind);
    if (s->n < 1)
        return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary is empty");
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (special[i] < -1 || special[i] >= s->n)
            return gs_fail(e, GS_EMODEL, "the tokenizer's special token %d is not in its vocabulary of %d", special[i],
                           s->n);
    if (s->k < 1 || s->k > 64 || s->max_tokens < 0)
        return gs_fail(e, GS_EMODEL, "the tokenizer's k = %d or max_tokens = %d makes no sense", s->k, s->max_tokens);
    return 0;
}

gs_tokenizer *gs_tokenizer_new(const gs_tokenizer_spec *s, gs_err *e)
{
    if (check_spec(s, e))
        return NULL;
    gs_tokenizer *t = calloc(1, sizeof *t);
    if (!t) {
        gs_fail_mem(e, "a tokenizer", sizeof *t);
        return NULL;
    }
    *t = (gs_tokenizer){.kind = find_kind(s->kind), .unk = s->unk, .mask = s->mask, .cls = s->cls, .sep = s->sep,
                        .pad = s->pad, .lead = -1, .k = s->k, .step = s->k, .max_tokens = s->max_tokens};
    if (copy_vocab(t, s, e) || (t->kind->init && t->kind->init(t, s, e))) {
        gs_tokenizer_free(t);
        return NULL;
    }
    return t;
}

void gs_tokenizer_free(gs_tokenizer *t)
{
    if (!t)
        return;
    if (t->kind->free)
        t->kind->free(t);
    for (int i = 0; i < t->n_vocab; i++)
        free(t->vocab[i]);
    free(t->vocab);
    gs_strmap_free(&t->index);
    free(t);
}

typedef int encoder(const gs_tokenizer *, const char *, int64_t, gs_tokens *, gs_err *);

static int encode(const gs_tokenizer *t, encoder *body, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    if (len < 0 || len > INT_MAX - SPECIAL)
        return gs_fail(e, GS_EUSAGE, "a sequence of %lld bases is too long", (long long)len);
    int ret = tokens_reserve(out, (int)len + SPECIAL, e);
    if (ret)
        return ret;
    out->n = 0;
    if (t->cls >= 0)
        gs_tokens_push(out, t->cls, -1, -1);
    if (t->lead >= 0)
        gs_tokens_push(out, t->lead, -1, -1);
    ret = body(t, seq, len, out, e);
    if (!ret && t->sep >= 0)
        gs_tokens_push(out, t->sep, -1, -1);
    return ret;
}

int gs_encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    return encode(t, t->kind->encode, seq, len, out, e);
}

int gs_encode_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    return encode(t, t->kind->encode_window ? t->kind->encode_window : t->kind->encode, seq, len, out, e);
}

int gs_token_id(const gs_tokenizer *t, const char *text, int len)
{
    return gs_strmap_get(&t->index, text, (size_t)len);
}

int gs_token_unknown(const char *seq, int64_t pos, gs_err *e)
{
    unsigned char c = (unsigned char)seq[pos];
    char shown[8];
    snprintf(shown, sizeof shown, c > ' ' && c < 127 ? "%c" : "\\x%02x", c);
    return gs_fail(e, GS_EUSAGE, "base %s at position %lld of the sequence has no token in the model's vocabulary, nor "
                   "has it one for unknown bases", shown, (long long)pos + 1);
}
