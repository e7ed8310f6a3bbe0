/* gscore info: what a model is and how it scores. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "import/import.h"
#include "model/json.h"
#include "model/model.h"

typedef struct { cli_common common; const char *model; int json; } info_args;

static double size_of(const gs_model *m)
{
    double bytes = 0;
    for (size_t i = 0; i < m->bundle.tensors.n; i++)
        bytes += (double)m->bundle.tensors.t[i].bytes;
    return bytes;
}

/* Memory of `score` with the recipe's window, measured: the program and its jobs; of a thread beside its batch. */
enum { PROGRAM_MB = 45, THREAD_MB = 10 };

static double memory_of(const gs_model *m, int threads)
{
    int tokens = gs_model_tokens(m, m->recipe.window);
    double work = (double)gs_share_bytes(m, tokens, gs_share_threads(m, tokens, threads));
    return size_of(m) + (double)m->memory + work + (PROGRAM_MB + (double)THREAD_MB * threads) * 1e6;
}

/* threads: whose memory is told; 0: of none. */
static int print_json(const gs_model *m, int threads)
{
    const gs_bundle *b = &m->bundle;
    json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:{s:s, s:i, s:i, s:i}, s:O, s:O, s:O, s:s}", "path", b->path,
                          "architecture", m->arch->name, "parameters", (json_int_t)m->parameters, "bytes",
                          (json_int_t)size_of(m),
                          "tokenizer", "kind", m->tok->kind->name, "tokens", m->tok->n_vocab, "k", m->tok->k,
                          "max_tokens", m->tok->max_tokens, "recipe", b->recipe, "config", b->config, "card", b->card,
                          "sha256", b->sha256);
    if (threads)
        json_object_set_new(j, "memory", json_pack("{s:i, s:I}", "threads", threads, "bytes",
                                                   (json_int_t)memory_of(m, threads)));
    char *text = j ? json_dumps(j, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    int ret = text ? puts(text) : -1;
    free(text);
    json_decref(j);
    return ret < 0 ? -1 : 0;
}

/* One key of a JSON object as a line of text; nothing if it is absent. */
static void print_key(const char *label, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    if (json_is_string(v))
        printf("%-14s%s\n", label, json_string_value(v));
}

static void print_config(const json_t *config)
{
    static const char *const keys[] = {"layers", "dim", "heads", "ffn"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(config, keys[i]))
            printf(", %s %g", keys[i], gs_json_number(config, keys[i], 0));
    printf("\n");
}

static void print_tokenizer(const gs_tokenizer *t)
{
    printf("%-14s%s, %d tokens", "tokenizer", t->kind->name, t->n_vocab);
    if (t->k > 1)
        printf(", %d bases each%s", t->k, t->step < t->k ? ", overlapping" : "");
    if (t->max_tokens)
        printf(", at most %d in a sequence", t->max_tokens);
    printf("\n");
}

static void print_recipe(const gs_recipe *r)
{
    static const char *const strands[] = {"?", "forward strand", "reverse strand", "both strands"};
    printf("%-14s%d bases\n", "window", r->window);
    printf("%-14smode %s, %s", "recipe", r->mode, strands[r->strands & 3]);
    if (r->readout == GS_READ_MARGINAL)
        printf(", marginal read-out");
    if (r->species[0])
        printf(", species %s", r->species);
    if (r->mask_rate > 0)
        printf(", trained with %g%% of tokens masked", 100 * r->mask_rate);
    if (r->scope[0])
        printf(", for %s sequences", r->scope);
    printf("\n");
}

static void print_text(const gs_model *m, int threads)
{
    const json_t *card = m->bundle.card;
    print_key("name", card, "name");
    print_key("", card, "description");
    printf("%-14s%s\n%-14s%s", "path", m->bundle.path, "architecture", m->arch->name);
    print_config(m->bundle.config);
    printf("%-14s%lld\n", "parameters", (long long)m->parameters);
    printf("%-14s%.1f MB\n", "size", size_of(m) / 1e6);
    if (threads)
        printf("%-14sabout %.0f MB with %d thread%s\n", "memory", memory_of(m, threads) / 1e6, threads,
               threads > 1 ? "s" : "");
    print_tokenizer(m->tok);
    print_recipe(&m->recipe);
    print_key("limits", card, "limits");
    print_key("refused", card, "refused");
    print_key("training data", card, "training_data");
    print_key("source", card, "source");
    print_key("licence", card, "licence");
    print_key("citation", card, "citation");
    printf("%-14s%s\n", "sha256", m->bundle.sha256);
}

static int run(const void *args)
{
    const info_args *a = args;
    gs_err e = {0};
    gs_model *m = gs_model_open_any(a->model, 1, &e);
    if (!m || gs_bundle_hash(&m->bundle, &e)) {
        gs_model_close(m);
        return cli_fail("info", &e);
    }
    int bad = 0;
    if (a->json)
        bad = print_json(m, a->common.threads);
    else
        print_text(m, a->common.threads);
    gs_model_close(m);
    return bad ? cli_fail("info", &(gs_err){GS_EOUTPUT, "the result could not be written"}) : cli_flush("info");
}

static const gs_option rows[] = {
    {.name = "json", .kind = GS_OPT_SWITCH, .field = offsetof(info_args, json), .help = "As one JSON object."}, {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};
static const cli_operand operands[] = {{"MODEL", offsetof(info_args, model), 0, CLI_MODEL}, {0}};

const cli_command cmd_info = {
    .name = "info", .usage = "[--json] MODEL", .what = "what a model is and how it scores",
    .about = "Tells architecture, size, tokenizer, default scoring recipe, licence, citation, sha256; with\n"
             "--threads the memory that score takes with so many.\n"
             "MODEL is a gscore model file, a checkpoint directory as downloaded from a model hub, or the name of an\n"
             "installed model. The sha256 is computed from the weights; a damaged file is an error.\n",
    .operands = operands, .groups = groups, .size = sizeof(info_args), .run = run};
