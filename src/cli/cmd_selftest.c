/* gscore selftest: does this program compute a model as it should, on this machine? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cli/cli.h"
#include "cli/known_answers.h"
#include "genome/context.h"
#include "kernel/gemm.h"
#include "model/json.h"
#include "model/model.h"
#include "score/evaluate.h"

typedef struct { cli_common common; const char *model; } selftest_args;

enum { SEQS = 4, LENGTH = 240, SHORTER = 13, SPECIAL = 3 };
static const double KERNEL_TOLERANCE = 1e-4, KNOWN_TOLERANCE = 1e-3;

typedef struct {
    gs_model *m;
    gs_worker *worker;
    gs_tokens tok[SEQS];
    char *seq[SEQS];
    int32_t *ids;            /* a batch: ids and, for models that read them, aligned species */
    uint8_t *aux;
    int failed;
    gs_err err;
} test;

static void report(test *t, const char *what, int ok, const char *detail)
{
    printf("%-22s%-8s%s\n", what, ok ? "ok" : "FAILED", detail);
    t->failed |= !ok;
}

/* ---- the sequences ---- */

/* Random windows, each a little shorter than the one before; models that look far get what they need. */
static int make_sequences(test *t)
{
    const gs_model *m = t->m;
    int most = m->margin ? 2 * m->margin * m->tok->k + LENGTH : LENGTH;
    if (m->tok->max_tokens && most > m->tok->max_tokens - SPECIAL)
        most = m->tok->max_tokens - SPECIAL;
    if (most <= SEQS * SHORTER)
        return gs_fail(&t->err, GS_EMODEL, "%s takes %d tokens only: too few for a test", m->bundle.path,
                       m->tok->max_tokens);
    size_t room = (size_t)SEQS * (size_t)((most > LENGTH ? most : LENGTH) + SPECIAL); /* also for the known answers */
    t->ids = malloc(room * sizeof *t->ids);
    t->aux = malloc(room * (size_t)(m->n_aux + 1));
    if (!t->ids || !t->aux)
        return gs_fail_mem(&t->err, "a batch", room * sizeof *t->ids);
    uint32_t x = 1;
    for (int i = 0; i < SEQS; i++) {
        int n = most - i * SHORTER;
        if (!(t->seq[i] = malloc((size_t)n + 1)))
            return gs_fail_mem(&t->err, "a sequence", (size_t)n);
        for (int j = 0; j < n; j++)
            t->seq[i][j] = "ACGT"[(x = x * 1664525u + 1013904223u) >> 30];
        t->seq[i][n] = 0;
        int rc = gs_encode_window(m->tok, t->seq[i], n, &t->tok[i], &t->err);
        if (rc)
            return rc;
    }
    return 0;
}

/* What a pass gives for each sequence of a batch: all hidden states, and all logits where the model has a head. */
typedef struct { gs_read hidden[SEQS], logits[SEQS]; } passed;

/* The sequences first .. first + n through the model; results on the worker's arena. */
static int forward(test *t, gs_worker *worker, int first, int n, passed *out)
{
    const gs_model *m = t->m;
    gs_read read[2 * SEQS];
    int rows = 0, beg[SEQS], len[SEQS];
    for (int i = 0; i < n; i++) {
        beg[i] = rows;
        len[i] = t->tok[first + i].n;
        rows += len[i];
        for (int j = 0; j < len[i]; j++) {
            t->ids[beg[i] + j] = t->tok[first + i].ids[j];
            for (int s = 0; s < m->n_aux; s++)
                t->aux[(beg[i] + j) * m->n_aux + s] = (uint8_t)((first + i + j * 7 + s * 3) % m->aux_vocab);
        }
        read[i] = (gs_read){.seq = i, .end = len[i], .want = GS_WANT_HIDDEN};
        read[n + i] = (gs_read){.seq = i, .beg = m->margin, .end = len[i] - m->margin, .want = GS_WANT_LOGITS};
    }
    gs_batch b = {.B = n, .rows = rows, .beg = beg, .len = len, .ids = t->ids,
                  .aux = m->n_aux ? t->aux : NULL, .n_aux = m->n_aux};
    int n_read = m->head_rows ? 2 * n : n, rc = gs_forward(worker, m, &b, read, n_read, &t->err);
    rc = rc ? rc : gs_reads_check(m, read, n_read, &t->err);
    *out = (passed){0};
    for (int i = 0; i < n && !rc; i++) {
        out->hidden[i] = read[i];
        out->logits[i] = m->head_rows ? read[n + i] : out->logits[i];
    }
    return rc;
}

/* ---- the checks ---- */

/* Some leave out what is left of a window behind the last whole k-mer. */
static int covers(const gs_tokens *tok, const gs_tokenizer *k, const char *seq)
{
    int n = (int)strlen(seq), whole_kmers = k->step == k->k ? n - n % k->k : n, ok = 1;
    char *seen = calloc((size_t)n + 1, 1);
    for (int i = 0; seen && i < tok->n; i++)
        for (int j = tok->beg[i]; j >= 0 && j < tok->end[i]; j++) {
            seen[j] = 1;
            const char *text = k->vocab[tok->ids[i]];
            int whole = (int)strlen(text) == tok->end[i] - tok->beg[i];
            ok = ok && (!whole || strncasecmp(text, seq + tok->beg[i], strlen(text)) == 0);
        }
    ok = ok && seen && !memchr(seen, 0, (size_t)whole_kmers);
    free(seen);
    return ok;
}

/* The tokens of a window cover it and spell it, and the reverse complement of its reverse complement is the window. */
static void check_windows(test *t)
{
    int ok = 1;
    for (int i = 0; i < SEQS; i++) {
        char *twice = strdup(t->seq[i]);
        if (twice) {
            gs_revcomp(twice, (int64_t)strlen(twice));
            gs_revcomp(twice, (int64_t)strlen(twice));
        }
        ok = ok && twice && !strcmp(twice, t->seq[i]) && covers(&t->tok[i], t->m->tok, t->seq[i]);
        free(twice);
    }
    report(t, "tokens of windows", ok,
           ok ? "every base is covered and spelled" : "the tokens do not give the window back");
}

/* The largest of |x - y|, where y is a matrix of the same shape; NULL: of |x|. */
static double largest(gs_mat x, const gs_mat *y)
{
    double most = 0;
    size_t n = (size_t)x.rows * (size_t)x.cols;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)x.d[i] - (y ? (double)y->d[i] : 0)));
    return most;
}

static int check_batches(test *t)
{
    passed all, one;
    int rc = forward(t, t->worker, 0, SEQS, &all);
    double most = 0;
    for (int i = 0; i < SEQS && !rc; i++) {
        rc = forward(t, t->worker, i, 1, &one);
        if (!rc)
            most = fmax(most, fmax(largest(one.hidden->hidden, &all.hidden[i].hidden),
                                   largest(one.logits->logits, &all.logits[i].logits)));
    }
    char text[100];
    snprintf(text, sizeof text, "alone and among others: max |difference| %.2g", most);
    if (!rc)
        report(t, "batches", most == 0, text);
    return rc;
}

/* Differences are in units of the largest number where that is more than 1. */
static int check_kernels(test *t)
{
    gs_worker plain = *t->worker;
    passed fast, slow;
    char text[160];
    double hidden = 0, logits = 0;
    plain.k = gs_kernels_for(GS_ISA_REF);
    int rc = forward(t, t->worker, 0, SEQS, &fast);
    rc = rc ? rc : forward(t, &plain, 0, SEQS, &slow);
    if (rc)
        return rc;
    for (int i = 0; i < SEQS; i++) {
        gs_mat h = slow.hidden[i].hidden, l = slow.logits[i].logits;
        hidden = fmax(hidden, largest(h, &fast.hidden[i].hidden) / fmax(1, largest(h, NULL)));
        logits = fmax(logits, largest(l, &fast.logits[i].logits) / fmax(1, largest(l, NULL)));
    }
    snprintf(text, sizeof text, "%s against ref: max |difference| %.2g (hidden), %.2g (logits); allowed %.0e",
             t->worker->k->name, hidden, logits, KERNEL_TOLERANCE);
    report(t, "kernels", hidden <= KERNEL_TOLERANCE && logits <= KERNEL_TOLERANCE, text);
    return 0;
}

/* ---- known answers ---- */

static int encode(test *t, const char *seq)
{
    return gs_encode(t->m->tok, seq, (int64_t)strlen(seq), &t->tok[0], &t->err);
}

static int check_embedding(test *t, const known_embedding *k)
{
    passed out;
    char text[120];
    int rc = encode(t, k->seq);
    rc = rc ? rc : forward(t, t->worker, 0, 1, &out);
    if (rc)
        return rc;
    double norm = 0, most = 0;
    gs_mat hidden = out.hidden->hidden;
    for (int j = 0; j < k->dim; j++) {
        double mean = 0;
        for (int i = 0; i < hidden.rows; i++)
            mean += gs_mat_row(hidden, i)[j] / hidden.rows;
        norm += mean * mean;
        if (j < KNOWN_VALUES)
            most = fmax(most, fabs(mean - (double)k->value[j]));
    }
    most = fmax(most, fabs(sqrt(norm) - (double)k->norm) / fmax(1, (double)k->norm));
    snprintf(text, sizeof text, "embedding of %.24s: max |difference| %.2g; allowed %.0e", k->seq, most,
             KNOWN_TOLERANCE);
    report(t, "known answer", most <= KNOWN_TOLERANCE, text);
    return 0;
}

/* log of the sum of exp over the tokens that the probabilities are of. */
static double normaliser(const known_distribution *k, const float *logits, int n, const int32_t *id)
{
    double sum = 0, top = (double)logits[id[0]];
    for (int i = 0; i < (k->among ? KNOWN_TOKENS : n); i++)
        if (!k->among)
            sum += exp((double)logits[i] - top);
        else if (k->token[i])
            sum += exp((double)logits[id[i]] - top);
    return top + log(sum);
}

static int check_distribution(test *t, const known_distribution *k)
{
    passed out;
    int32_t id[KNOWN_TOKENS];
    char text[120];
    int rc = encode(t, k->seq);
    for (int i = 0; i < KNOWN_TOKENS; i++) {
        id[i] = k->token[i] ? gs_token_id(t->m->tok, k->token[i], (int)strlen(k->token[i])) : 0;
        if (!rc && (id[i] < 0 || id[i] >= t->m->head_rows))
            rc = gs_fail(&t->err, GS_EMODEL, "%s has no token %s", t->m->bundle.path, k->token[i]);
    }
    if (!rc && k->masked)
        t->tok[0].ids[k->at] = t->m->tok->mask;
    rc = rc ? rc : forward(t, t->worker, 0, 1, &out);
    if (rc)
        return rc;
    const float *logits = gs_mat_row(out.logits->logits, k->at - t->m->margin);
    double most = 0, norm = normaliser(k, logits, t->m->head_rows, id);
    for (int i = 0; i < KNOWN_TOKENS && k->token[i]; i++)
        most = fmax(most, fabs(exp((double)logits[id[i]] - norm) - (double)k->p[i]));
    snprintf(text, sizeof text, "probabilities at token %d: max |difference| %.2g; allowed %.0e", k->at, most,
             (double)k->tolerance);
    report(t, "known answer", most <= (double)k->tolerance, text);
    return 0;
}

static int check_known(test *t)
{
    const char *name = gs_json_text(t->m->bundle.card, "name", "");
    int found = 0, rc = 0;
    for (const known_embedding *k = known_embeddings; k->name && !rc; k++)
        if (!strcasecmp(k->name, name) && k->dim == t->m->dim && ++found)
            rc = check_embedding(t, k);
    for (const known_distribution *k = known_distributions; k->name && !rc; k++)
        if (!strcasecmp(k->name, name) && k->dim == t->m->dim && ++found)
            rc = check_distribution(t, k);
    if (!found)
        printf("%-22s%-8supstream's results are not known for a model \"%s\" of width %d\n", "known answer", "none",
               name, t->m->dim);
    return rc;
}

static int run_all(test *t, const char *path)
{
    int rc = gs_gemm_open(1, &t->err);
    if (rc)
        return rc;
    t->m = gs_model_open(path, &t->err);
    rc = t->m ? gs_bundle_hash(&t->m->bundle, &t->err) : -(int)t->err.code;
    if (!rc && !(t->worker = gs_worker_new()))
        rc = gs_fail_mem(&t->err, "a worker", sizeof *t->worker);
    rc = rc ? rc : make_sequences(t);
    if (rc)
        return rc;
    printf("%-22s%-8ssha256 %s\n", "weights", "ok", t->m->bundle.sha256);
    check_windows(t);
    rc = check_batches(t);
    rc = rc ? rc : check_kernels(t);
    return rc ? rc : check_known(t);
}

static void test_free(test *t)
{
    for (int i = 0; i < SEQS; i++) {
        free(t->seq[i]);
        gs_tokens_free(&t->tok[i]);
    }
    free(t->ids);

    free(t->aux);
    gs_worker_free(t->worker);
    gs_model_close(t->m);
}

static int run(const void *args)
{
    const char *model = ((const selftest_args *)args)->model;
    test t = {0};
    int rc = run_all(&t, model);
    if (!rc && fflush(stdout))
        rc = gs_fail(&t.err, GS_EOUTPUT, "the result could not be written");
    if (!rc && t.failed)
        rc = gs_fail(&t.err, GS_EMODEL, "%s: a check has failed", model);
    test_free(&t);
    return rc ? cli_fail("selftest", &t.err) : 0;
}

static const cli_operand operands[] = {{"MODEL", offsetof(selftest_args, model), 0, CLI_MODEL}, {0}};

static const char about[] =
    "Its tokens give the sequence back; a sequence has the same result alone and among others, to the last bit; the\n"
    "kernels of this CPU agree with plain C; and, where the published weights are known by the name of the\n"
    "checkpoint, the results are those of the upstream code. Exit status 0, or 6 if anything is wrong.\n";

const cli_command cmd_selftest = {
    .name = "selftest", .usage = "MODEL", .what = "check a model on this machine",
    .about = about, .operands = operands, .size = sizeof(selftest_args), .run = run};
