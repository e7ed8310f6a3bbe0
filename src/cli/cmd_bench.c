/* gscore bench: how fast a model runs on this machine, against the speed of its matrix products alone. */
#include <jansson.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/cpu.h"
#include "cli/cli.h"
#include "kernel/gemm.h"
#include "score/evaluate.h"
#include "score/scorer.h"

typedef struct { cli_common common; const char *model; int json, seconds; } bench_args;

/* One thread's share: run `work` until the deadline, count. */
typedef struct bench bench;
typedef struct { const bench *b; int64_t done; gs_read *read; gs_err err; } lane;
struct bench {
    const gs_model *m;
    gs_scorer scorer;
    int threads, rows, T;        /* rows: sequences of a batch; T: tokens of each */
    double seconds;
    int32_t *ids;                /* [rows * T] */
    uint8_t *aux;                /* [rows * T, n_aux of the model]: gaps */
    int *beg, *len;              /* [rows]: the sequences */
    gs_read *read;               /* [rows]: one a sequence */
    int (*work)(lane *l, gs_worker *worker, float *buffer);
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One forward pass with one read-out a sequence, or all hidden states where there is no head. */
static int work_forward(lane *l, gs_worker *worker, float *buffer)
{
    (void)buffer;
    const bench *b = l->b;
    gs_mark mark = gs_arena_mark(worker->arena);
    gs_batch batch = {.B = b->rows, .rows = b->rows * b->T, .beg = b->beg, .len = b->len, .ids = b->ids,
                      .aux = b->m->n_aux ? b->aux : NULL, .n_aux = b->m->n_aux};
    memcpy(l->read, b->read, (size_t)b->rows * sizeof *l->read);
    int rc = gs_forward(worker, b->m, &batch, l->read, b->rows, &l->err);
    gs_arena_release(worker->arena, mark);
    l->done += b->rows;
    return rc;
}

/* One product of the model's width: [1008, D] x [D, 4 D]. */
enum { GEMM_M = 1008 };
static int work_gemm(lane *l, gs_worker *worker, float *buffer)
{
    int D = l->b->m->dim;
    float *y = buffer, *x = y + (size_t)GEMM_M * 4 * (size_t)D, *w = x + (size_t)GEMM_M * (size_t)D;
    worker->gemm->product(&(gs_gemm_args){.a = x, .b = w, .c = y, .lda = D, .ldb = D, .ldc = 4 * D, .M = GEMM_M,
                                          .N = 4 * D, .K = D, .tb = 1, .alpha = 1});
    l->done++;
    return 0;
}

static void *lane_main(void *arg)
{
    lane *l = arg;
    size_t D = (size_t)l->b->m->dim, n = GEMM_M * 5 * D + 4 * D * D;
    gs_worker *worker = gs_worker_new();
    float *buffer = calloc(n, sizeof *buffer);
    l->read = malloc((size_t)l->b->rows * sizeof *l->read);
    int rc = worker && buffer && l->read ? 0 : gs_fail_mem(&l->err, "bench", n * sizeof *buffer);
    for (double end = now() + l->b->seconds; !rc && now() < end;)
        rc = l->b->work(l, worker, buffer);
    free(l->read);
    free(buffer);
    gs_worker_free(worker);
    return NULL;
}

/* Work units a second over all threads; negative on error. */
static double rate(const bench *b, gs_err *e)
{
    pthread_t *thread = calloc((size_t)b->threads, sizeof *thread);
    lane *lanes = calloc((size_t)b->threads, sizeof *lanes);
    int64_t done = 0;
    int n = 0;
    double start = now();
    for (; thread && lanes && n < b->threads; n++) {
        lanes[n].b = b;
        if (pthread_create(&thread[n], NULL, lane_main, &lanes[n]))
            break;
    }
    for (int i = 0; i < n; i++) {
        pthread_join(thread[i], NULL);
        done += lanes[i].done;
        if (lanes[i].err.code)
            *e = lanes[i].err;
    }
    double elapsed = now() - start;
    free(thread);
    free(lanes);
    if (n < b->threads && !e->code)
        gs_fail(e, GS_ENOMEM, "cannot start %d threads", b->threads);
    return e->code ? -1 : (double)done / elapsed;
}

/* A batch of random windows, as the pipeline makes them: about 4096 tokens. */
static int make_batch(bench *b, gs_err *e)
{
    static const char bases[] = "ACGT";
    gs_tokens t = {0};
    int window = b->scorer.grid.window;
    char *seq = malloc((size_t)window);
    int rc = seq ? 0 : gs_fail_mem(e, "bench", (size_t)window);
    uint32_t x = 1;
    for (int i = 0; seq && i < window; i++)
        seq[i] = bases[(x = x * 1664525u + 1013904223u) >> 30];
    if (!rc)
        rc = gs_encode_window(b->m->tok, seq, window, &t, e);
    b->T = rc ? 1 : t.n;
    b->rows = b->T < 4096 ? 4096 / b->T : 1;
    b->ids = malloc((size_t)b->rows * (size_t)b->T * sizeof *b->ids);
    b->beg = malloc((size_t)b->rows * sizeof *b->beg);
    b->len = malloc((size_t)b->rows * sizeof *b->len);
    b->read = calloc((size_t)b->rows, sizeof *b->read);
    b->aux = calloc((size_t)b->rows * (size_t)b->T, (size_t)b->m->n_aux + 1);
    if (!rc && (!b->ids || !b->beg || !b->len || !b->read || !b->aux))
        rc = gs_fail_mem(e, "bench", (size_t)b->rows * (size_t)b->T * sizeof *b->ids);
    for (int r = 0; !rc && r < b->rows; r++) {
        memcpy(b->ids + (size_t)r * (size_t)b->T, t.ids, (size_t)b->T * sizeof *b->ids);
        b->beg[r] = r * b->T;
        b->len[r] = b->T;
        b->read[r] = b->m->head_rows ? (gs_read){.seq = r, .beg = b->T / 2, .end = b->T / 2 + 1, .want = GS_WANT_LOGITS}
                                     : (gs_read){.seq = r, .end = b->T, .want = GS_WANT_HIDDEN};
        if (b->m->tok->mask >= 0)
            b->ids[b->beg[r] + b->T / 2] = b->m->tok->mask;
    }
    free(seq);
    gs_tokens_free(&t);
    return rc;
}

static void report(const bench *b, double windows, double gemm, int json)
{
    int strands = (b->scorer.strands & 1) + (b->scorer.strands >> 1);
    double flops = windows * b->m->arch->flops(b->m, b->T, 1);
    double peak = gemm * 2.0 * GEMM_M * 4 * b->m->dim * b->m->dim;
    if (json) {
        json_t *o = json_pack("{s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:s, s:s, s:s}", "threads", b->threads,
                              "window", b->scorer.grid.window,
                              "tokens", b->T, "windows_per_s", windows, "variants_per_s", windows / strands, "gflops",
                              flops / 1e9, "gemm_gflops", peak / 1e9, "share_of_gemm", flops / peak, "blas",
                              gs_gemm_version(), "core", gs_gemm_core(),
                              "kernels", gs_isa_name(gs_isa()));
        json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(5));
        putchar('\n');
        json_decref(o);
        return;
    }
    printf("%s core type %s, kernels %s, %d threads\n", gs_gemm_version(), gs_gemm_core(), gs_isa_name(gs_isa()),
           b->threads);
    printf("window           %d bp, %d tokens, %s\n", b->scorer.grid.window, b->T,
           strands == 2 ? "both strands" : "one strand");
    printf("windows/s        %.4g\n", windows);
    printf("variants/s       %.4g   (SNVs at positions of their own)\n", windows / strands);
    printf("GFLOP/s          %.4g\n", flops / 1e9);
    printf("matrix products  %.4g GFLOP/s alone; the model reaches %.0f %% of it\n", peak / 1e9, 100 * flops / peak);
}

static int measure(const bench_args *a, bench *b, gs_err *e)
{
    gs_model *m = gs_model_open(a->model, e);
    gs_score_opt opt = gs_score_defaults();
    b->m = m;
    double windows = -1, gemm = -1;
    if (m && !gs_scorer_init(&b->scorer, m, &opt, e) && !make_batch(b, e)) {
        b->threads = cli_threads(a->common.threads, m);
        b->work = work_forward;
        windows = rate(b, e);
        b->work = work_gemm;
        gemm = windows < 0 ? -1 : rate(b, e);
    }
    if (gemm > 0)
        report(b, windows, gemm, a->json);
    free(b->ids);
    free(b->aux);
    free(b->beg);
    free(b->len);
    free(b->read);
    gs_model_close(m);
    return e->code ? cli_fail("bench", e) : 0;
}

static int run(const void *args)
{
    const bench_args *a = args;
    gs_err e = {0};
    bench b = {.seconds = a->seconds};
    return measure(a, &b, &e);
}

static const gs_option rows[] = {
    {.name = "json", .kind = GS_OPT_SWITCH, .field = offsetof(bench_args, json), .help = "As one JSON object."},
    {.name = "seconds", .value = "S", .kind = GS_OPT_INT, .field = offsetof(bench_args, seconds), .def = 5, .min = 1,
     .max = 3600,
     .help = "How long each of the two measurements lasts."},
    {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};
static const cli_operand operands[] = {{"MODEL", offsetof(bench_args, model), 0, CLI_MODEL}, {0}};

const cli_command cmd_bench = {
    .name = "bench", .usage = "[options] MODEL", .what = "how fast a model runs here",
    .about = "Windows/s, variants/s and GFLOP/s of a model on this machine, beside those of matrix products alone.\n",
    .operands = operands, .groups = groups, .size = sizeof(bench_args), .run = run};
