/* A checkpoint in its published file format against the outputs of the upstream code: tests/golden/NAME. */
#ifndef GOLDEN_CHECK_H
#define GOLDEN_CHECK_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/import.h"
#include "kernel/gemm.h"

/* dir: under tests/golden, or an absolute path. */
/* tolerance: of hidden states and of logits, twice what was measured over all instruction sets */
typedef struct { const char *dir; double tolerance[2]; } golden;

static const char *golden_path(const golden *g, const char *name, char *out)
{
    snprintf(out, 4096, "%s%s/%s", g->dir[0] == '/' ? "" : TEST_DIR "/golden/", g->dir, name);
    return out;
}

static gs_model *golden_open(const golden *g)
{
    char path[4096];
    gs_err e = {0};
    if (gs_gemm_open(1, &e))
        fail_msg("%s", e.msg);
    gs_model *m = gs_model_open(golden_path(g, ".", path), &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

/* One line of tokens.tsv: sequence, tab, ids. */
static void golden_token_line(const gs_tokenizer *t, char *line)
{
    gs_err e = {0};
    gs_tokens out = {0};
    char *ids = strchr(line, '\t');
    assert_non_null(ids);
    *ids++ = 0;
    ids += *ids == '.'; /* no ids at all */
    const char *seq = strcmp(line, ".") && strcmp(line, "(empty)") ? line : "";
    assert_int_equal(gs_encode(t, seq, (int64_t)strlen(seq), &out, &e), 0);
    for (int i = 0; i < out.n; i++) {
        if (out.ids[i] != strtol(ids, &ids, 10))
            fail_msg("token %d of %s is %d, before%s", i, seq, out.ids[i], ids);
        assert_true(out.beg[i] < 0 || (out.beg[i] < out.end[i] && out.end[i] <= (int)strlen(seq)));
    }
    assert_int_equal(strspn(ids, " \r\n"), strlen(ids));
    gs_tokens_free(&out);
}

/* Every line of tokens.tsv; how many there are. */
static int golden_tokens_of(const gs_model *m, const golden *g)
{
    char path[4096], line[65536];
    int n = 0;
    FILE *f = fopen(golden_path(g, "tokens.tsv", path), "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f)); /* header */
    for (; fgets(line, sizeof line, f); n++)
        golden_token_line(m->tok, line);
    fclose(f);
    return n;
}

static inline int golden_tokens(const golden *g)
{
    gs_model *m = golden_open(g);
    int n = golden_tokens_of(m, g);
    gs_model_close(m);
    return n;
}

static double max_difference(const gs_mat x, const gs_tensor *t)
{
    const float *want = t->data;
    double most = 0;
    assert_int_equal(t->ndim, 2);
    assert_int_equal(t->shape[0], x.rows);
    assert_int_equal(t->shape[1], x.cols);
    for (int64_t i = 0; i < gs_tensor_count(t); i++)
        most = fabs(x.d[i] - want[i]) > most ? fabs(x.d[i] - want[i]) : most;
    return most;
}

/* int64 to int; without a tensor 0, 1, 2, ... */
static int *as_ints(const gs_tensor *t, int n)
{
    int *out = calloc((size_t)n + 1, sizeof *out);
    assert_non_null(out);
    for (int i = 0; i < n; i++) {
        int64_t v = i;
        if (!t) {
            out[i] = i;
            continue;
        }
        memcpy(&v, (const char *)t->data + 8 * i, 8);
        out[i] = (int)v;
    }
    return out;
}

static const gs_tensor *golden_tensor(const gs_tensors *s, int i, const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%d.%s", i, what);
    return gs_tensors_find(s, name);
}

/* What is to be met: "hidden" or "logits" of sequence i, those that upstream gives in double where it was run so. */
static const gs_tensor *golden_wanted(const gs_tensors *s, int i, const char *what)
{
    const char *name = strcmp(what, "logits") ? "hidden_f64" : "logits_f64";
    const gs_tensor *t = golden_tensor(s, i, name);
    return t ? t : golden_tensor(s, i, what);
}

/* The positions whose logits are stored: those of "pos" or "rows", or all that have any; none without a head. */
static int golden_positions(const gs_tensors *s, int i, int margin, int T, int **read)
{
    const gs_tensor *pos = golden_tensor(s, i, golden_tensor(s, i, "rows") ? "rows" : "pos");
    int n = !golden_tensor(s, i, "logits") ? 0 : pos ? (int)gs_tensor_count(pos) : T - 2 * margin;
    *read = as_ints(pos, n);
    for (int t = 0; !pos && t < n; t++)
        (*read)[t] += margin;
    return n;
}

/* Sequence i: hidden states and logits (where the model has a head; of all tokens where none are named), then the
 * logits alone, which take a shorter way. Differences to diff[2]. */
static void golden_sequence(gs_worker *wk, const gs_model *m, const gs_tensors *s, int i, double diff[2])
{
    gs_err e = {0};
    const gs_tensor *ids = golden_tensor(s, i, "ids"), *aux = golden_tensor(s, i, "aux");
    const gs_tensor *want = golden_wanted(s, i, "logits"), *hidden = golden_wanted(s, i, "hidden");
    int T = (int)gs_tensor_count(ids), *id = as_ints(ids, T), *read, n = golden_positions(s, i, m->margin, T, &read);
    gs_batch b = {.B = 1, .rows = T, .beg = (int[]){0}, .len = &T, .ids = id, .aux = aux ? aux->data : NULL,
                  .n_aux = aux ? (int)aux->shape[1] : 0};
    gs_read *both = calloc((size_t)n + 1, sizeof *both), *logits = calloc((size_t)n + 1, sizeof *logits);
    for (int j = 0; j < n; j++)
        both[j + 1] = logits[j] = (gs_read){.beg = read[j], .end = read[j] + 1, .want = GS_WANT_LOGITS};
    both[0] = (gs_read){.beg = m->margin, .end = T - m->margin, .want = GS_WANT_HIDDEN};
    gs_mark mark = gs_arena_mark(wk->arena);
    if (gs_forward(wk, m, &b, both, n + 1, &e) || gs_forward(wk, m, &b, logits, n, &e))
        fail_msg("%s", e.msg);
    gs_mat states = both[0].hidden;
    if (hidden->shape[0] < states.rows) /* of those positions only */
        states = gs_rows(wk, states, read, n);
    diff[0] = fmax(diff[0], max_difference(states, hidden));
    gs_mat all = {n ? calloc((size_t)n * (size_t)m->head_rows, sizeof *all.d) : NULL, n, m->head_rows};
    for (int j = 0; j < n; j++) {
        assert_memory_equal(both[j + 1].logits.d, logits[j].logits.d, sizeof(float) * (size_t)m->head_rows);
        memcpy(gs_mat_row(all, j), logits[j].logits.d, sizeof(float) * (size_t)m->head_rows);
    }
    if (want)
        diff[1] = fmax(diff[1], max_difference(all, want));
    gs_arena_release(wk->arena, mark);
    free(all.d);
    free(both);
    free(logits);
    free(id);
    free(read);
}

/* Every sequence of forward.safetensors. */
static void golden_forward_of(const gs_model *m, const golden *g)
{
    char path[4096];
    gs_err e = {0};
    gs_tensors s = {0};
    gs_worker *wk = gs_worker_new();
    double diff[2] = {0, 0};
    int n = 0;
    assert_int_equal(gs_safetensors_read(&s, golden_path(g, "forward.safetensors", path), NULL, &e), 0);
    for (; golden_tensor(&s, n, "ids"); n++)
        golden_sequence(wk, m, &s, n, diff);
    print_message("%s: %d sequences, largest difference of hidden states %.2e, of logits %.2e (kernels %s)\n", g->dir,
                  n, diff[0], diff[1], wk->k->name);
    assert_true(n > 0 && diff[0] <= g->tolerance[0] && diff[1] <= g->tolerance[1]);
    gs_worker_free(wk);
    gs_tensors_free(&s);
}

static inline void golden_forward(const golden *g)
{
    gs_model *m = golden_open(g);
    golden_forward_of(m, g);
    gs_model_close(m);
}
#endif
