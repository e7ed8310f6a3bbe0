/* gscore convert: a published checkpoint to one model file. */
#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/outfile.h"
#include "cli/cli.h"
#include "import/family/family.h"
#include "import/files.h"
#include "import/import.h"
#include "model/json.h"

typedef struct {
    cli_common common;
    const char *model, *output;
    int dtype;                   /* gs_dtype */
    int dry, list, force;
} convert_args;

static const char *const type_names[] = {[GS_F32] = "f32", [GS_F16] = "f16", [GS_BF16] = "bf16"};
enum { TYPES = sizeof type_names / sizeof *type_names };

static int list_families(void)
{
    for (int i = 0; gs_families[i]; i++)
        printf("%-12s%s\n", gs_families[i]->name, gs_families[i]->what);
    return fflush(stdout) ? GS_EOUTPUT : 0;
}

static void describe(FILE *f, const gs_bundle *b, const convert_args *a)
{
    char *recipe = json_dumps(b->recipe, JSON_REAL_PRECISION(6));
    fprintf(f, "%-14s%s\n", "name", gs_json_text(b->card, "name", "unknown"));
    fprintf(f, "%-14s%s\n", "family", b->family ? b->family : "gscore model file");
    fprintf(f, "%-14s%s\n", "architecture", b->architecture);
    fprintf(f, "%-14s%zu, %s, %zu bytes\n", "tensors", b->tensors.n, type_names[a->dtype],
            gs_container_bytes(b, (int)a->dtype));
    fprintf(f, "%-14s%s\n", "recipe", recipe ? recipe : "");
    fprintf(f, "%-14s%s\n", "licence", gs_json_text(b->card, "licence", "unknown"));
    fprintf(f, "%-14s%s\n", "output", a->output ? a->output : "none");
    free(recipe);
}

/* ---- safety of what was downloaded ---- */

/* Is `out` one of the files in this directory, and no model file of ours that may be written again? */
static int is_in(const char *dir, const char *out)
{
    char path[PATH_MAX];
    struct stat st, entry;
    struct dirent *d;
    int found = 0;
    if (stat(out, &st) || !S_ISREG(st.st_mode) || gs_container_is(out))
        return 0;
    DIR *files = opendir(dir);
    while (!found && files && (d = readdir(files)))
        found = !stat(gs_import_path(dir, d->d_name, path), &entry) && entry.st_dev == st.st_dev &&
                entry.st_ino == st.st_ino;
    if (files)
        closedir(files);
    return found;
}

static int check_output(const char *checkpoint, const char *out, gs_err *e)
{
    char copy[PATH_MAX];
    struct stat st;
    int dir = !stat(checkpoint, &st) && S_ISDIR(st.st_mode);
    snprintf(copy, sizeof copy, "%s", checkpoint);
    return is_in(dir ? checkpoint : dirname(copy), out)
               ? gs_fail(e, GS_EUSAGE, "%s is a file of the checkpoint itself; choose another name for the output",
                         out) : 0;
}

/* ---- writing ---- */

static int write_file(gs_bundle *b, const convert_args *a, gs_err *e)
{
    struct stat st;
    gs_outfile out;
    FILE *f = gs_outfile_stream(&out, a->output, !stat(a->model, &st) && S_ISREG(st.st_mode) ? a->model : NULL, e);
    int ret = f ? gs_container_put(b, (int)a->dtype, f, a->output, e) : -(int)e->code;
    int closed = f ? gs_outfile_close(&out, f, e) : 0;
    ret = ret ? ret : closed;
    ret = ret ? ret : gs_outfile_publish(&out, e);
    gs_outfile_discard(&out);
    return ret;
}

static int convert(const convert_args *a, gs_err *e)
{
    gs_bundle b;
    int ret = gs_bundle_open(&b, a->model, e);
    if (ret)
        return ret;
    ret = gs_bundle_refused(&b, a->force, e);
    ret = ret ? ret : gs_bundle_check(&b, e);
    if (!ret && !a->dry)
        ret = write_file(&b, a, e);
    if (!ret && (a->dry || !a->common.quiet))
        describe(a->dry ? stdout : stderr, &b, a);
    gs_bundle_free(&b);
    return ret ? ret : fflush(stdout) ? gs_fail(e, GS_EOUTPUT, "the result could not be written") : 0;
}

static int run(const void *args)
{
    const convert_args *a = args;
    gs_err e = {0};
    if (a->list)
        return list_families();
    if (!a->model)
        return cli_usage(&cmd_convert, "no MODEL given");
    if (!a->output && !a->dry)
        return cli_usage(&cmd_convert, "no output given (-o FILE)");
    int ret = a->output ? check_output(a->model, a->output, &e) : 0;
    return ret || convert(a, &e) ? cli_fail("convert", &e) : 0;
}

#define AT(FIELD) .field = offsetof(convert_args, FIELD)
static const gs_option rows[] = {
    {.name = "output", .letter = 'o', .value = "FILE", .kind = GS_OPT_TEXT, AT(output),
     .help = "The model file (- is standard output). It appears complete or not at all, and cannot be a file of the "
             "checkpoint."},
    {.name = "dtype", .value = "f32|f16|bf16", .kind = GS_OPT_WORD, AT(dtype), .def = GS_F32, .min = GS_F32,
     .help = "Type of the numbers."},
    {.name = "dry-run", .letter = 'n', .kind = GS_OPT_SWITCH, AT(dry),
     .help = "Check the checkpoint and say what would be written."},
    {.name = "force", .kind = GS_OPT_SWITCH, AT(force),
     .help = "Take a model that is refused because its scores are wrong here (FP8): the error becomes a warning."},
    {.name = "list", .letter = 'l', .kind = GS_OPT_SWITCH, AT(list),
     .help = "List the families of models that are supported."},
    {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};
static const cli_operand operands[] = {{"MODEL", offsetof(convert_args, model), 1, CLI_MODEL}, {0}};

static const char about[] =
    "Writes a published checkpoint as one gscore model file, with its configuration, tokenizer, scoring recipe and\n"
    "card. MODEL is a checkpoint directory as downloaded from a model hub or one file of weights in it; a gscore\n"
    "model file can be given to change its number type. The same checkpoint always gives the same bytes, and at\n"
    "f32 the same scores.\n";

const cli_command cmd_convert = {
    .name = "convert", .usage = "[options] -o FILE MODEL", .what = "a published checkpoint to one model file",
    .about = about, .operands = operands, .groups = groups, .size = sizeof(convert_args), .run = run};
