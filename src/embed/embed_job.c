#include "embed/embed_job.h"
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

gs_embed_job *gs_embed_job_new(void)
{
    return calloc(1, sizeof(gs_embed_job));
}

void gs_embed_job_clear(gs_embed_job *j)
{
    for (size_t i = 0; i < j->n; i++)
        gs_embed_item_free(&j->item[i]);
    free(j->out);
    j->out = NULL;
    j->n = j->bytes = 0;
    j->n_tokens = j->n_read = 0;
    gs_str_clear(&j->skipped);
}

void gs_embed_job_free(gs_embed_job *j)
{
    if (!j)
        return;
    gs_embed_job_clear(j);
    gs_str_free(&j->skipped);
    free(j->item);
    free(j);
}

int gs_embed_job_add(gs_embed_job *j, gs_embed_item *it, const gs_model *m, const gs_embed_opt *o, gs_err *e)
{
    int tokens = gs_embed_item_tokens(it);
    if (gs_reserve(&j->item, &j->cap, j->n + 1, sizeof *j->item)) {
        gs_embed_item_free(it);
        return gs_fail_mem(e, "a batch", (j->n + 1) * sizeof *j->item);
    }
    j->item[j->n++] = *it;
    j->n_tokens += tokens;
    j->bytes += gs_embed_item_bytes(it) + (size_t)(o->tokens ? tokens : 1) * (size_t)m->dim * sizeof *j->out;
    return 0;
}

/* ---- rows ---- */

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
static void pool(gs_embed_job *j, const gs_model *m, const gs_embed_opt *o, const gs_read *read)
{
    size_t D = (size_t)m->dim, row = 0;
    int n_strands = gs_embed_strands(o);
    for (size_t i = 0; i < j->n; i++)
        for (int s = 0; s < n_strands; s++, read++) {
            const gs_tokens *t = &j->item[i].tok[s];
            if (o->tokens)
                memcpy(j->out + row * D, read->hidden.d, (size_t)t->n * D * sizeof *j->out);
            else
                add_mean(j->out + i * D, read->hidden, t, m->margin, 1.0f / (float)n_strands);
            row += (size_t)t->n;
        }
}

/* The sequences one after the other, all of each to be read. len: behind beg. */
static void gather(const gs_embed_job *j, int n_strands, int32_t *ids, int *beg, gs_read *read)
{
    int at = 0, *len = beg + j->n * (size_t)n_strands, seq = 0;
    for (size_t i = 0; i < j->n; i++)
        for (int s = 0; s < n_strands; s++, seq++) {
            const gs_tokens *t = &j->item[i].tok[s];
            memcpy(ids + at, t->ids, (size_t)t->n * sizeof *ids);
            beg[seq] = at;
            len[seq] = t->n;
            read[seq] = (gs_read){.seq = seq, .end = t->n, .want = GS_WANT_HIDDEN};
            at += t->n;
        }
}

int gs_embed_job_compute(gs_embed_job *j, const gs_model *m, const gs_embed_opt *o, gs_worker *wk, gs_err *e)
{
    int n_strands = gs_embed_strands(o), B = (int)j->n * n_strands;
    size_t rows = o->tokens ? (size_t)j->n_tokens : j->n, D = (size_t)m->dim;
    int32_t *ids = malloc((size_t)j->n_tokens * sizeof *ids);
    int *beg = malloc(2 * (size_t)B * sizeof *beg); /* and lengths */
    gs_read *read = malloc((size_t)B * sizeof *read);
    j->out = calloc(rows * D, sizeof *j->out);
    int rc = ids && beg && read && j->out ? 0 : gs_fail_mem(e, "a batch", rows * D * sizeof *j->out);
    if (!rc) {
        gather(j, n_strands, ids, beg, read);
        gs_mark mark = gs_arena_mark(wk->arena);
        gs_batch batch = {.B = B, .rows = j->n_tokens, .beg = beg, .len = beg + B, .ids = ids};
        rc = gs_forward(wk, m, &batch, read, B, e);
        rc = rc ? rc : gs_reads_check(m, read, B, e);
        if (!rc)
            pool(j, m, o, read);
        gs_arena_release(wk->arena, mark);
    }
    free(ids);
    free(beg);
    free(read);
    return rc;
}

/* ---- names of the rows ---- */

static void write_item(FILE *f, const gs_embed_item *it, const gs_embed_opt *o)
{
    static const char *const strands[] = {"", "fwd", "rev", "both"};
    fputs(it->name, f);
    if (it->contig)
        fprintf(f, "\t%s\t%lld\t%lld", it->contig, (long long)it->beg, (long long)(it->beg + it->len));
    else
        fprintf(f, "\t%lld", (long long)it->len);
    fprintf(f, "\t%s", strands[o->strands]);
}

static void write_tokens(FILE *f, const gs_embed_item *it, const gs_embed_opt *o, const gs_tokenizer *tok)
{
    const gs_tokens *t = &it->tok[0];
    for (int i = 0; i < t->n; i++) {
        write_item(f, it, o);
        fprintf(f, "\t%d\t%s", i, t->ids[i] < tok->n_vocab ? tok->vocab[t->ids[i]] : ".");
        if (t->beg[i] >= 0)
            fprintf(f, "\t%d\t%d\n", (int)t->beg[i], (int)t->end[i]);
        else
            fputs("\t.\t.\n", f);
    }
}

int gs_embed_job_write(const gs_embed_job *j, const gs_model *m, const gs_embed_opt *o, gs_embed_output *to, gs_err *e)
{
    if (to->skipped.f && j->skipped.len)
        fputs(j->skipped.s, to->skipped.f);
    for (size_t i = 0; i < j->n; i++)
        if (o->tokens)
            write_tokens(to->tsv.f, &j->item[i], o, m->tok);
        else {
            write_item(to->tsv.f, &j->item[i], o);
            fputc('\n', to->tsv.f);
        }
    return gs_embed_output_rows(to, j->out, o->tokens ? j->n_tokens : (int64_t)j->n, e);
}
