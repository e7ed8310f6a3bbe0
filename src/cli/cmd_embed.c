/* gscore embed: last hidden states of sequences or of the windows of variants. */
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "cli/cli.h"
#include "cli/embed_batch.h"
#include "kernel/gemm.h"
#include "score/evaluate.h"

typedef struct embed_run embed_run;
/* A thread's batch. */
typedef struct {
    const embed_run *r;
    embed_batch batch;
    gs_worker *worker;
    pthread_t thread;
    gs_err err;
} lane;

struct embed_run {
    const embed_args *a;
    gs_model *m;
    embed_source source;
    embed_output out;
    embed_item ahead;        /* read, but for the next batch */
    lane *lanes;
    int n_lanes;
};

/* The next batch: 0, also when there is nothing left. */
static int fill(embed_run *r, embed_batch *b, gs_err *e)
{
    int got = 1, rc = 0;
    embed_batch_clear(b);
    while (!rc && got > 0) {
        embed_input x;
        if (!r->ahead.name) {
            got = embed_source_next(&r->source, &x, e);
            rc = got > 0 ? embed_item_init(&r->ahead, &x, r->a, r->m, e) : got;
            if (rc || got <= 0)
                break;
        }
        if (b->n && b->n_tokens + embed_item_tokens(&r->ahead) > EMBED_TOKENS)
            break;
        rc = embed_batch_add(b, &r->ahead, e);
        if (!rc)
            r->ahead = (embed_item){0};
    }
    return rc;
}

static void *lane_main(void *arg)
{
    lane *l = arg;
    embed_batch_compute(&l->batch, l->r->a, l->r->m, l->worker, &l->err);
    return NULL;
}

/* A batch for every thread, computed side by side, written in order. 1: there may be more. */
static int turn(embed_run *r, gs_err *e)
{
    int n = 0, rc = 0, started = 0, bad = 0;
    for (; n < r->n_lanes && !rc; n++) {
        rc = fill(r, &r->lanes[n].batch, e);
        if (rc || !r->lanes[n].batch.n)
            break;
    }
    for (; !rc && started < n; started++)
        if ((bad = pthread_create(&r->lanes[started].thread, NULL, lane_main, &r->lanes[started])))
            rc = gs_fail(e, GS_ENOMEM, "cannot start %d threads: %s", n, strerror(bad));
    started -= rc != 0 && started > 0;
    for (int i = 0; i < started; i++)
        pthread_join(r->lanes[i].thread, NULL);
    for (int i = 0; i < n && !rc; i++)
        rc = r->lanes[i].err.code ? gs_fail(e, r->lanes[i].err.code, "%s", r->lanes[i].err.msg)
                                  : embed_batch_write(&r->lanes[i].batch, &r->out, r->a, r->m, e);
    return rc ? rc : n == r->n_lanes;
}

static int open_lanes(embed_run *r, gs_err *e)
{
    r->n_lanes = cli_threads(r->a->common.threads, r->m);
    r->lanes = calloc((size_t)r->n_lanes, sizeof *r->lanes);
    for (int i = 0; r->lanes && i < r->n_lanes; i++) {
        r->lanes[i].r = r;
        if (!(r->lanes[i].worker = gs_worker_new()))
            return gs_fail_mem(e, "a thread", 0);
    }
    return r->lanes ? 0 : gs_fail_mem(e, "threads", (size_t)r->n_lanes * sizeof *r->lanes);
}

static int open_all(embed_run *r, gs_err *e)
{
    int rc = gs_gemm_open(1, e);
    if (rc)
        return rc;
    gs_vcf_htslib_log(0);
    if (!(r->m = gs_model_open(r->a->model, e)))
        return -(int)e->code;
    if (r->m->n_aux)
        return gs_fail(e, GS_EUSAGE, "%s reads an alignment of %d species beside the sequence, which `gscore embed` "
                                     "cannot give",
                       r->m->bundle.path, r->m->n_aux);
    rc = embed_source_open(&r->source, r->a, r->m, e);
    rc = rc ? rc : open_lanes(r, e);
    rc = rc ? rc : embed_output_open(&r->out, r->a->prefix, r->a->in, r->m->dim, e);
    if (!rc)
        embed_write_head(&r->out, r->a);
    return rc;
}

static void close_all(embed_run *r)
{
    for (int i = 0; r->lanes && i < r->n_lanes; i++) {
        embed_batch_free(&r->lanes[i].batch);
        gs_worker_free(r->lanes[i].worker);
    }
    free(r->lanes);
    embed_item_free(&r->ahead);
    embed_source_close(&r->source);
    embed_output_discard(&r->out);
    gs_model_close(r->m);
}

static int embed(const embed_args *a)
{
    embed_run r = {.a = a, .out = {.npy.out = GS_OUTFILE_NONE, .tsv.out = GS_OUTFILE_NONE}};
    gs_err e = {0};
    int rc = open_all(&r, &e);
    for (int more = 1; !rc && more;) {
        more = turn(&r, &e);
        rc = more < 0 ? more : 0;
    }
    gs_warn_flush();
    int64_t rows = r.out.rows, skipped = r.source.skipped;
    if (!rc && !rows && skipped)
        rc = gs_fail(&e, GS_ESUSPECT, "nothing could be embedded: do %s and %s belong to the same genome?", a->in,
                     a->ref);
    rc = rc ? rc : embed_output_finish(&r.out, &e);
    int dim = r.out.dim;
    close_all(&r);
    if (!rc && !a->common.quiet)
        fprintf(stderr, "gscore embed: %lld rows of %d numbers, %lld left out\n", (long long)rows, dim,
                (long long)skipped);
    return rc ? cli_fail("embed", &e) : 0;
}

static int run(const void *args)
{
    const embed_args *a = args;
    if (!a->prefix)
        return cli_usage(&cmd_embed, "no output given (-o PREFIX)");
    if (a->tokens && a->strands == 3)
        return cli_usage(&cmd_embed, "the tokens of both strands cannot be averaged: --tokens goes with --strand fwd "
                                     "or rev");
    if (a->window && !a->ref)
        return cli_usage(&cmd_embed, "--window is about the windows of a VCF or BED file: REF is missing");
    return embed(a);
}

#define AT(FIELD) .field = offsetof(embed_args, FIELD)
static const gs_option rows[] = {
    {.name = "output", .letter = 'o', .value = "PREFIX", .kind = GS_OPT_TEXT, AT(prefix),
     .help = "PREFIX.npy and PREFIX.tsv."},
    {.name = "tokens", .kind = GS_OPT_SWITCH, AT(tokens),
     .help = "A row per token, special ones too, sequences one after the other."},
    {.name = "strand", .value = "fwd|rev|both", .kind = GS_OPT_WORD, AT(strands), .def = 1, .min = 1,
     .help = "One strand, or the mean of the rows of both (not for --tokens)."},
    {.name = "window", .value = "N", .kind = GS_OPT_INT, AT(window), .min = 1, .max = 100000000,
     .otherwise = "the model's recipe", .help = "Bases of a window, with REF."},
    {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};
static const cli_operand operands[] = {
    {"MODEL", offsetof(embed_args, model), 0, CLI_MODEL},
    {"IN", offsetof(embed_args, in), 0, CLI_VCF | CLI_FASTA | CLI_BED},
    {"REF", offsetof(embed_args, ref), 1, CLI_FASTA}, {0}};

static const char about[] =
    "Writes the model's last hidden states to PREFIX.npy (float32, a row per sequence) and the names of the rows to\n"
    "PREFIX.tsv. A row is the mean over the tokens of a sequence, special ones left out.\n"
    "IN is FASTA, each sequence one input as the model's tokenizer reads it; or, with REF (FASTA), a VCF, or a BED\n"
    "file by its name, whose windows are read from REF: the position, or the middle of the interval, stands in\n"
    "the middle.\n";

const cli_command cmd_embed = {
    .name = "embed", .usage = "[options] -o PREFIX MODEL IN [REF]",
    .what = "last hidden states of sequences or windows",
    .about = about, .operands = operands, .groups = groups, .size = sizeof(embed_args), .run = run};
