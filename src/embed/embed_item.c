#include "embed/embed_item.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

int gs_embed_strands(const gs_embed_opt *o)
{
    return o->strands == 3 ? 2 : 1;
}

/* Is token i of seq made of bases alone, with an entry of its own in the vocabulary? */
static int is_known(const gs_tokens *t, int i, const char *seq, const gs_tokenizer *tok)
{
    if (t->beg[i] < 0 || t->ids[i] == tok->unk)
        return 0;
    for (int k = t->beg[i]; k < t->end[i]; k++)
        if (!strchr("ACGTacgt", seq[k]))
            return 0;
    return 1;
}

static void bad_length(gs_embed_input *x, gs_flag flag, int tokens, const char *bound, int limit)
{
    x->flag = flag;
    snprintf(x->why, sizeof x->why, ": it has %d tokens, the model takes %s %d", tokens, bound, limit);
}

/* Can the model embed it? Where it knows nothing of what it has an output for, it would say nothing. */
static void judge(gs_embed_input *x, const gs_tokens *t, const char *seq, const gs_model *m)
{
    int most = m->tok->max_tokens, least = 2 * m->margin + 1;
    if (most && t->n > most) {   /* of windows those with many N, to each of which BPE gives a token */
        bad_length(x, x->contig ? GS_FLAG_N_CONTEXT : GS_FLAG_TOO_LONG, t->n, "at most", most);
        return;
    }
    if (t->n < least) {
        bad_length(x, GS_FLAG_UNSUPPORTED, t->n, "at least", least);
        return;
    }
    for (int i = m->margin; i < t->n - m->margin; i++)
        if (is_known(t, i, seq, m->tok))
            return;
    x->flag = GS_FLAG_N_CONTEXT;
    snprintf(x->why, sizeof x->why, ": the model knows none of its %d tokens", t->n);
}

/* Soft-masked bases that the tokenizer does not know, as upstream's does not. */
static void warn_of_case(const gs_tokens *t, const char *seq, const gs_model *m, const char *name)
{
    for (int i = 0; i < t->n; i++)
        if (t->beg[i] >= 0 && t->ids[i] == m->tok->unk && strchr("acgt", seq[t->beg[i]])) {
            gs_warn_once("lower_case", "sequence %s has bases in lower case, which this model's tokenizer takes for "
                         "unknown; remedy: write them in upper case", name);
            return;
        }
}

static int encode(gs_embed_input *x, const char *seq, const gs_model *m, gs_tokens *t, gs_err *e)
{
    gs_err inner = {0};
    if (x->len > INT_MAX / 2) {
        x->flag = GS_FLAG_TOO_LONG;
        return 0;
    }
    int rc = (x->contig ? gs_encode_window : gs_encode_sequence)(m->tok, seq, x->len, t, &inner);
    if (rc && inner.code != GS_EUSAGE)
        return gs_fail(e, inner.code, "%s: %s", x->name, inner.msg);
    if (rc) {
        x->flag = GS_FLAG_NONACGT;
        snprintf(x->why, sizeof x->why, ": %.100s", inner.msg);
        return 0;
    }
    judge(x, t, seq, m);
    if (!x->flag && !x->contig)
        warn_of_case(t, seq, m, x->name);
    return 0;
}

static int encode_strands(gs_embed_item *it, gs_embed_input *x, const gs_model *m, const gs_embed_opt *o, gs_err *e)
{
    int rc = o->strands & 1 ? encode(x, x->seq, m, &it->tok[0], e) : 0;
    if (rc || x->flag || !(o->strands & 2))
        return rc;
    char *seq = strdup(x->seq);
    if (!seq)
        return gs_fail_mem(e, "a sequence", (size_t)x->len);
    gs_revcomp(seq, x->len);
    rc = encode(x, seq, m, &it->tok[gs_embed_strands(o) - 1], e);
    free(seq);
    return rc;
}

int gs_embed_item_init(gs_embed_item *it, gs_embed_input *x, const gs_model *m, const gs_embed_opt *o, gs_err *e)
{
    *it = (gs_embed_item){.beg = x->beg, .len = x->len};
    int rc = encode_strands(it, x, m, o, e);
    if (!rc && !x->flag) {
        it->name = strdup(x->name);
        it->contig = x->contig ? strdup(x->contig) : NULL;
        rc = it->name && !it->contig == !x->contig ? 0 : gs_fail_mem(e, "a name", strlen(x->name));
    }
    if (rc || x->flag)
        gs_embed_item_free(it);
    return rc;
}

void gs_embed_item_free(gs_embed_item *it)
{
    free(it->name);
    free(it->contig);
    gs_tokens_free(&it->tok[0]);
    gs_tokens_free(&it->tok[1]);
    *it = (gs_embed_item){0};
}

int gs_embed_item_tokens(const gs_embed_item *it)
{
    return it->tok[0].n + it->tok[1].n;
}

size_t gs_embed_item_bytes(const gs_embed_item *it)
{
    size_t each = sizeof *it->tok->ids + sizeof *it->tok->beg + sizeof *it->tok->end;
    return sizeof *it + strlen(it->name) + (it->contig ? strlen(it->contig) : 0)
           + (size_t)(it->tok[0].cap + it->tok[1].cap) * each;
}
