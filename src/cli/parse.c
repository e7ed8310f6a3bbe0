/* Arguments into the struct of a command, by its tables. */
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "base/cpu.h"
#include "base/nearest.h"
#include "cli/cli.h"

enum { MOST = 64, FIRST = 256 /* what getopt_long gives for the long form of row 0 */ };

const gs_option cli_common_options[] = {
    {.name = "threads", .letter = '@', .value = "N", .kind = GS_OPT_INT, .field = offsetof(cli_common, threads),
     .min = 1,
     .max = 4096, .otherwise = "what affinity and cgroup allow",
     .help = "All threads together. Results do not depend on it."},
    {.name = "verbosity", .letter = 'v', .value = "N", .kind = GS_OPT_INT, .field = offsetof(cli_common, verbosity),
     .def = 1,
     .max = 9, .help = "Messages: 0 none, 1 warnings, 2 more, 3 debug."},
    {.name = "quiet", .letter = 'q', .kind = GS_OPT_SWITCH, .field = offsetof(cli_common, quiet),
     .help = "No progress, summary or warnings."},
    {.name = "version", .kind = GS_OPT_SWITCH, .field = offsetof(cli_common, version),
     .help = "Versions of gscore and of the libraries in use."},
    {.name = "help", .letter = 'h', .kind = GS_OPT_SWITCH, .field = offsetof(cli_common, help), .help = "This text."},
    {0}};

const cli_group *cli_group_at(const cli_command *c, int i)
{
    static const cli_group common = {NULL, cli_common_options, 0};
    int n = 0;
    while (c->groups && c->groups[n].rows)
        n++;
    return i < n ? &c->groups[i] : i == n ? &common : NULL;
}

int cli_usage(const cli_command *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "gscore %s: ", c->name);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nusage: gscore %s %s; gscore help %s says more\n", c->name, c->usage, c->name);
    return GS_EUSAGE;
}

/* All rows of a command in one list, as getopt wants them. */
typedef struct {
    const gs_option *row[MOST];
    size_t at[MOST];
    char seen[MOST], letters[3 * MOST + 2];
    struct option longs[MOST + 1];
    int n;
} table;

static void add_row(table *t, const gs_option *row, size_t at)
{
    _Static_assert(required_argument == 1 && optional_argument == 2, "as many colons");
    int has_value = !row->value ? no_argument : row->optional ? optional_argument : required_argument;
    t->row[t->n] = row;
    t->at[t->n] = at;
    t->longs[t->n] = (struct option){row->name, has_value, NULL, FIRST + t->n};
    t->n++;
    if (row->letter)
        snprintf(t->letters + strlen(t->letters), 4, "%c%s", row->letter, &"::"[2 - has_value]);
}

static void make_table(table *t, const cli_command *c, void *args)
{
    const cli_group *g;
    *t = (table){.letters = ":"};
    for (int i = 0; (g = cli_group_at(c, i)); i++) {
        gs_option_defaults(g->rows, (char *)args + g->at);
        for (const gs_option *row = g->rows; row->name && t->n < MOST; row++)
            add_row(t, row, g->at);
    }
}

/* Place of the option that getopt found, by letter or by long form; -1: none. */
static int find_row(const table *t, int found)
{
    if (found >= FIRST)
        return found - FIRST;
    for (int i = 0; i < t->n; i++)
        if (t->row[i]->letter == found)
            return i;
    return -1;
}

/* getopt refuses what was typed: an option that does not exist, or one that is given a value and takes none. */
static int refuse(const cli_command *c, const table *t, const char *typed)
{
    char hint[100];
    const char *name = typed + strspn(typed, "-");
    size_t n = strcspn(name, "=");
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)n, name);
    gs_nearest near = {.word = word};
    if (optopt >= FIRST)
        return cli_usage(c, "--%s takes no value", t->row[optopt - FIRST]->name);
    if (optopt)
        return cli_usage(c, "unknown option -%c", optopt);
    for (int i = 0; i < t->n; i++)
        gs_nearest_add(&near, t->row[i]->name, strlen(t->row[i]->name));
    return cli_usage(c, "unknown option --%s%s", word, gs_nearest_hint(&near, "--", hint, sizeof hint));
}

static int take(const cli_command *c, table *t, int i, void *args)
{
    const gs_option *row = t->row[i];
    gs_err e = {0};
    if (t->seen[i]++ && row->kind != GS_OPT_NAMES)
        return cli_usage(c, "--%s is given twice", row->name);
    const char *value = row->optional && optarg && optarg[0] == '=' ? optarg + 1 : optarg;   /* -W=csi */
    return gs_option_set(row, (char *)args + t->at[i], value, &e) ? cli_usage(c, "%s", e.msg) : 0;
}

static int take_operands(const cli_command *c, int n, char **given, void *args)
{
    int bad = cli_check_operands(c, n, given);
    if (bad)
        return bad;
    for (int i = 0; i < n; i++)
        *(const char **)((char *)args + c->operands[i].field) = given[i];
    return 0;
}

/* GSCORE_THREADS, where --threads is not given. */
static int take_environment(const cli_command *c, void *args)
{
    const cli_common *common = args;
    const char *threads = gs_env("GSCORE_THREADS");
    gs_err e = {0};
    if (!threads || common->threads || !gs_option_set(&cli_common_options[0], args, threads, &e))
        return 0;
    return cli_usage(c, "GSCORE_THREADS, in place of --threads: %s", e.msg);
}

int cli_parse(const cli_command *c, int argc, char **argv, void *args)
{
    table t;
    make_table(&t, c, args);
    opterr = optind = 0;
    for (int found, i; (found = getopt_long(argc, argv, t.letters, t.longs, NULL)) >= 0;) {
        if (found == '?')
            return refuse(c, &t, argv[optind - 1]);
        i = find_row(&t, found == ':' ? optopt : found);
        if (found == ':')
            return cli_usage(c, "--%s wants a value: %s", t.row[i]->name, t.row[i]->value);
        int bad = take(c, &t, i, args);
        if (bad)
            return bad;
    }
    const cli_common *common = args;
    if (common->help || common->version)
        return 0;
    return take_environment(c, args) ? GS_EUSAGE : take_operands(c, argc - optind, argv + optind, args);
}
