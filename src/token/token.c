#include "token/token.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "token/word_lists.h"

static const gs_tokenizer_kind *const kinds[] = {
    &gs_tok_base,     &gs_tok_base_exact, &gs_tok_kmer, &gs_tok_kmer_overlap, &gs_tok_kmer_run,
    &gs_tok_kmer_cut, &gs_tok_codon,      &gs_tok_bpe,  &gs_tok_hybrid,       NULL};

enum { SPECIAL = 4 /* tokens around a sequence, and the mark before it */ };

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

static int copy_added(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    size_t bytes = (size_t)s->added.n * sizeof *s->added.ids;
    int32_t *ids = bytes ? malloc(bytes) : NULL;
    if (!ids)
        return bytes ? gs_fail_mem(e, "the added tokens", bytes) : 0;
    memcpy(ids, s->added.ids, bytes);
    t->added = (gs_id_list){ids, s->added.n};
    return 0;
}

static int check_added(const gs_tokenizer_spec *s, gs_err *e)
{
    for (int i = 0; i < s->added.n; i++)
        if (s->added.ids[i] < 0 || s->added.ids[i] >= s->n || !s->vocab[s->added.ids[i]][0])
            return gs_fail(e, GS_EMODEL, "the tokenizer's added token %d is not in its vocabulary of %d",
                           s->added.ids[i], s->n);
    return 0;
}

static int check_spec(const gs_tokenizer_spec *s, gs_err *e)
{
    const int special[] = {s->unk, s->mask, s->cls, s->sep, s->pad, s->window_cls ? *s->window_cls : -1};
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
    return check_added(s, e);
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
                        .pad = s->pad, .window_cls = s->window_cls ? *s->window_cls : s->cls, .lead = -1,
                        .k = s->k, .step = s->k, .max_tokens = s->max_tokens};
    if (copy_vocab(t, s, e) || copy_added(t, s, e) || (t->kind->init && t->kind->init(t, s, e))
        || gs_word_lists_new(t, e)) {
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
    free((void *)(uintptr_t)t->added.ids);
    gs_word_lists_free(t);
    gs_strmap_free(&t->index);
    gs_strmap_free(&t->kmers);
    free(t);
}

/* The longest added token that text begins with, -1 none; its length to *n. */
static int added_at(const gs_tokenizer *t, const char *text, int64_t len, int64_t *n)
{
    int found = -1;
    *n = 0;
    for (int i = 0; i < t->added.n; i++) {
        const char *word = t->vocab[t->added.ids[i]];
        if (word[0] != text[0])
            continue;
        int64_t size = (int64_t)strlen(word);
        if (size > *n && size <= len && !memcmp(word, text, (size_t)size)) {
            found = t->added.ids[i];
            *n = size;
        }
    }
    return found;
}

int gs_encode_part(const gs_tokenizer *t, gs_encoder *body, const char *seq, gs_stretch part, gs_tokens *out,
                   gs_err *e)
{
    int from = out->n, ret = part.end > part.beg ? body(t, seq + part.beg, part.end - part.beg, out, e) : 0;
    for (int i = from; i < out->n; i++)
        if (out->beg[i] >= 0) {
            out->beg[i] += (int32_t)part.beg;
            out->end[i] += (int32_t)part.beg;
        }
    return ret;
}

int gs_encode_added(const gs_tokenizer *t, gs_encoder *body, const char *seq, gs_stretch part, gs_tokens *out,
                    gs_err *e)
{
    int64_t n, from = part.beg, i = part.beg;
    int ret = 0;
    while (i < part.end && !ret) {
        int id = added_at(t, seq + i, part.end - i, &n);
        if (id < 0) {
            i++;
            continue;
        }
        ret = gs_encode_part(t, body, seq, (gs_stretch){from, i}, out, e);
        gs_tokens_push(out, id, -1, -1);
        from = i += n;
    }
    return ret ? ret : gs_encode_part(t, body, seq, (gs_stretch){from, part.end}, out, e);
}

static int encode(const gs_tokenizer *t, int window, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    gs_encoder *body = window && t->kind->encode_window ? t->kind->encode_window : t->kind->encode;
    int cls = window ? t->window_cls : t->cls;
    if (len < 0 || len > INT_MAX - SPECIAL)
        return gs_fail(e, GS_EUSAGE, "a sequence of %lld bases is too long", (long long)len);
    int ret = tokens_reserve(out, (int)len + SPECIAL, e);
    if (ret)
        return ret;
    out->n = 0;
    if (cls >= 0)
        gs_tokens_push(out, cls, -1, -1);
    if (t->lead >= 0)
        gs_tokens_push(out, t->lead, -1, -1);
    ret = window || t->kind->added ? body(t, seq, len, out, e)
                                   : gs_encode_added(t, body, seq, (gs_stretch){0, len}, out, e);
    if (!ret && t->sep >= 0)
        gs_tokens_push(out, t->sep, -1, -1);
    return ret;
}

int gs_encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    return encode(t, 0, seq, len, out, e);
}

int gs_encode_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    return encode(t, 1, seq, len, out, e);
}

int gs_encode_sequence(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    const char *prefix = t->window_cls >= 0 ? t->vocab[t->window_cls] : "";
    int64_t n = (int64_t)strlen(prefix);
    int has_it = n <= len && !memcmp(seq, prefix, (size_t)n);
    return (t->kind->prefixed && !has_it ? gs_encode_window : gs_encode)(t, seq, len, out, e);
}

int gs_token_id(const gs_tokenizer *t, const char *text, int len)
{
    return gs_strmap_get(&t->index, text, (size_t)len);
}

int gs_token_byte(const gs_tokenizer *t, unsigned char byte)
{
    char spelled[8];
    int id = gs_token_id(t, (const char *)&byte, 1);
    return id >= 0 ? id : gs_token_id(t, spelled, snprintf(spelled, sizeof spelled, "<0x%02X>", byte));
}

int gs_token_unknown(const char *seq, int64_t pos, gs_err *e)
{
    unsigned char c = (unsigned char)seq[pos];
    char shown[8];
    snprintf(shown, sizeof shown, c > ' ' && c < 127 ? "%c" : "\\x%02x", c);
    return gs_fail(e, GS_EUSAGE, "base %s at position %lld of the sequence has no token in the model's vocabulary, nor "
                   "has it one for unknown bases", shown, (long long)pos + 1);
}
