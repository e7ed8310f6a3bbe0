#include "cli/embed_batch.h"
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

/* ---- items ---- */

static int passes(const embed_args *a) { return a->strands == 3 ? 2 : 1; }

/* In place, case kept; IUPAC codes to those of the other strand, other letters stay. */
static void reverse_complement(char *seq, int64_t n)
{
    static const char from[] = "ACGTURYSWKMBDHVacgturyswkmbdhv", to[] = "TGCAAYRSWMKVHDBtgcaayrswmkvhdb";
    for (int64_t i = 0, j = n - 1; i <= j; i++, j--) {
        const char *x = strchr(from, seq[i]), *y = strchr(from, seq[j]);
        char left = y ? to[y - from] : seq[j];
        seq[j] = x ? to[x - from] : seq[i];
        seq[i] = left;
    }
}

static int check_length(const embed_item *it, int t, const gs_model *m, gs_err *e)
{
    int most = m->tok->max_tokens, n = it->tok[t].n;
    gs_code code = it->contig ? GS_EUSAGE : GS_EINPUT;
    if (!it->len)
        return gs_fail(e, code, "sequence %s has no bases", it->name);
    if (most && n > most)
        return gs_fail(e, code, "sequence %s is too long: it has %d tokens, %s takes at most %d; remedy: %s", it->name,
                       n, m->bundle.path, most, it->contig ? "a smaller --window" : "cut it");
    if (n <= 2 * m->margin)
        return gs_fail(e, code, "sequence %s is too short: it has %d tokens, %s takes at least %d", it->name, n,
                       m->bundle.path, 2 * m->margin + 1);
    for (int i = m->margin; i < n - m->margin; i++)
        if (it->tok[t].beg[i] >= 0)
            return 0;
    return gs_fail(e, code, "sequence %s has no bases that could be embedded", it->name);
}

static int encode(embed_item *it, const char *seq, int t, const gs_model *m, gs_err *e)
{
    gs_err inner = {0};
    int rc = it->contig ? gs_encode_window(m->tok, seq, it->len, &it->tok[t], &inner)
                        : gs_encode(m->tok, seq, it->len, &it->tok[t], &inner);
    return rc ? gs_fail(e, inner.code == GS_EUSAGE ? GS_EINPUT : inner.code, "sequence %s: %s", it->name, inner.msg)
              : check_length(it, t, m, e);
}

int embed_item_init(embed_item *it, const embed_input *x, const embed_args *a, const gs_model *m, gs_err *e)
{
    *it = (embed_item){.name = strdup(x->name), .contig = x->contig ? strdup(x->contig) : NULL, .beg = x->beg,
                       .len = x->len};
    char *seq = malloc((size_t)x->len + 1);
    int rc = it->name && seq && !it->contig == !x->contig ? 0 : gs_fail_mem(e, "a sequence", (size_t)x->len);
    if (!rc)
        memcpy(seq, x->seq, (size_t)x->len + 1);
    if (!rc && a->strands & 1)
        rc = encode(it, seq, 0, m, e);
    if (!rc && a->strands & 2) {
        reverse_complement(seq, x->len);
        rc = encode(it, seq, passes(a) - 1, m, e);
    }
    free(seq);
    if (rc)
        embed_item_free(it);
    return rc;
}

void embed_item_free(embed_item *it)
{
    free(it->name);
    free(it->contig);
    gs_tokens_free(&it->tok[0]);
    gs_tokens_free(&it->tok[1]);
    *it = (embed_item){0};
}

int embed_item_tokens(const embed_item *it)
{
    return it->tok[0].n + it->tok[1].n;
}

/* ---- batches ---- */

int embed_batch_add(embed_batch *b, const embed_item *it, gs_err *e)
{
    if (gs_reserve(&b->item, &b->cap, b->n + 1, sizeof *b->item))
        return gs_fail_mem(e, "a batch", (b->n + 1) * sizeof *b->item);
    b->item[b->n++] = *it;
    b->n_tokens += embed_item_tokens(it);
    return 0;
}

void embed_batch_clear(embed_batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        embed_item_free(&b->item[i]);
    free(b->out);
    b->out = NULL;
    b->n = 0;
    b->n_tokens = 0;
}

void embed_batch_free(embed_batch *b)
{
    embed_batch_clear(b);
    free(b->item);
    *b = (embed_batch){0};
}

/* out += weight * the mean over the tokens that cover bases and have an output. x: [t->n, D] */
static void add_mean(float *out, gs_mat x, const gs_tokens *t, int margin, float weight)
{
    int n = 0;
    for (int i = margin; i < t->n - margin; i++)
        n += t->beg[i] >= 0;
    for (int i = margin; i < t->n - margin; i++)
        for (int j = 0; t->beg[i] >= 0 && j < x.cols; j++)
            out[j] += gs_mat_row(x, i)[j] * (weight / (float)n);
}

/* Rows of output from the hidden states, one read per sequence. */
static void pool(embed_batch *b, const embed_args *a, const gs_model *m, const gs_read *read)
{
    size_t D = (size_t)m->dim, row = 0;
    int P = passes(a);
    for (size_t i = 0; i < b->n; i++)
        for (int p = 0; p < P; p++, read++) {
            const gs_tokens *t = &b->item[i].tok[p];
            if (a->tokens)
                memcpy(b->out + row * D, read->hidden.d, (size_t)t->n * D * sizeof *b->out);
            else
                add_mean(b->out + i * D, read->hidden, t, m->margin, 1.0f / (float)P);
            row += (size_t)t->n;
        }
}

/* The sequences of the batch one after the other, all of each to be read. */
static void gather(const embed_batch *b, int P, int32_t *ids, int *beg, gs_read *read)
{
    int at = 0, *len = beg + b->n * (size_t)P, seq = 0;
    for (size_t i = 0; i < b->n; i++)
        for (int p = 0; p < P; p++, seq++) {
            const gs_tokens *t = &b->item[i].tok[p];
            memcpy(ids + at, t->ids, (size_t)t->n * sizeof *ids);
            beg[seq] = at;
            len[seq] = t->n;
            read[seq] = (gs_read){.seq = seq, .end = t->n, .want = GS_WANT_HIDDEN};
            at += t->n;
        }
}

int embed_batch_compute(embed_batch *b, const embed_args *a, const gs_model *m, gs_worker *worker, gs_err *e)
{
    int P = passes(a), B = (int)b->n * P;
    size_t rows = a->tokens ? (size_t)b->n_tokens : b->n, D = (size_t)m->dim;
    int32_t *ids = malloc((size_t)b->n_tokens * sizeof *ids);
    int *beg = malloc(2 * (size_t)B * sizeof *beg); /* and lengths */
    gs_read *read = malloc((size_t)B * sizeof *read);
    b->out = calloc(rows * D, sizeof *b->out);
    int rc = ids && beg && read && b->out ? 0 : gs_fail_mem(e, "a batch", rows * D * sizeof *b->out);
    if (!rc) {
        gather(b, P, ids, beg, read);
        gs_mark mark = gs_arena_mark(worker->arena);
        gs_batch batch = {.B = B, .rows = b->n_tokens, .beg = beg, .len = beg + B, .ids = ids};
        rc = gs_forward(worker, m, &batch, read, B, e);
        rc = rc ? rc : gs_reads_check(m, read, B, e);
        if (!rc)
            pool(b, a, m, read);
        gs_arena_release(worker->arena, mark);
    }
    free(ids);
    free(beg);
    free(read);
    return rc;
}

/* ---- names of the rows ---- */

void embed_write_head(embed_output *o, const embed_args *a)
{
    fprintf(o->tsv.f, "name%s%s\n", a->ref ? "\tcontig\tbeg\tend\tstrand" : "\tlength\tstrand",
            a->tokens ? "\tindex\ttoken\ttoken_beg\ttoken_end" : "");
}

static void write_item(FILE *f, const embed_item *it, const embed_args *a)
{
    static const char *const strands[] = {"", "fwd", "rev", "both"};
    fputs(it->name, f);
    if (it->contig)
        fprintf(f, "\t%s\t%lld\t%lld", it->contig, (long long)it->beg, (long long)(it->beg + it->len));
    else
        fprintf(f, "\t%lld", (long long)it->len);
    fprintf(f, "\t%s", strands[a->strands]);
}

static void write_tokens(FILE *f, const embed_item *it, const embed_args *a, const gs_tokenizer *tok)
{
    const gs_tokens *t = &it->tok[0];
    for (int i = 0; i < t->n; i++) {
        write_item(f, it, a);
        fprintf(f, "\t%d\t%s", i, t->ids[i] < tok->n_vocab ? tok->vocab[t->ids[i]] : ".");
        if (t->beg[i] >= 0)
            fprintf(f, "\t%d\t%d\n", (int)t->beg[i], (int)t->end[i]);
        else
            fputs("\t.\t.\n", f);
    }
}

int embed_batch_write(const embed_batch *b, embed_output *o, const embed_args *a, const gs_model *m, gs_err *e)
{
    for (size_t i = 0; i < b->n; i++)
        if (a->tokens)
            write_tokens(o->tsv.f, &b->item[i], a, m->tok);
        else {
            write_item(o->tsv.f, &b->item[i], a);
            fputc('\n', o->tsv.f);
        }
    return embed_output_rows(o, b->out, a->tokens ? b->n_tokens : (int64_t)b->n, e);
}
