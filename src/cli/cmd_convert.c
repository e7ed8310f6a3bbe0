/* gscore convert: a published checkpoint to one model file. */
#include <dirent.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
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

#define USAGE "gscore convert [--dtype f32|f16|bf16] [--dry-run] -o FILE MODEL | gscore convert --list"

static const char *const help =
    "usage: " USAGE "\n"
    "\n"
    "Writes a published checkpoint as one gscore model file, with its configuration, tokenizer, scoring recipe and card.\n"
    "MODEL is a checkpoint directory as downloaded from a model hub or one file of weights in it; a gscore model file\n"
    "can be given to change its number type. The same checkpoint always gives the same bytes, and at f32 the same scores.\n"
    "\n"
    "  -o, --output FILE           the model file (- is standard output)\n"
    "  --dtype f32|f16|bf16        type of the numbers [f32]\n"
    "  -n, --dry-run               check the checkpoint and say what would be written\n"
    "  -l, --list                  list the families of models that are supported\n"
    "  -q, --quiet                 no summary\n"
    "  -h, --help                  this text\n";

typedef struct {
    const char *model, *output;
    gs_dtype dtype;
    int dry, list, quiet;
} args;

static const char *const type_names[] = {[GS_F32] = "f32", [GS_F16] = "f16", [GS_BF16] = "bf16"};
enum { TYPES = sizeof type_names / sizeof *type_names };

static int list_families(void)
{
    for (int i = 0; gs_families[i]; i++)
        printf("%-12s%s\n", gs_families[i]->name, gs_families[i]->what);
    return fflush(stdout) ? GS_EOUTPUT : 0;
}

static void describe(FILE *f, const gs_bundle *b, const args *a)
{
    char *recipe = json_dumps(b->recipe, JSON_REAL_PRECISION(6));
    fprintf(f, "%-14s%s\n", "name", gs_json_text(b->card, "name", "unknown"));
    fprintf(f, "%-14s%s\n", "family", b->family ? b->family : "gscore model file");
    fprintf(f, "%-14s%s\n", "architecture", b->architecture);
    fprintf(f, "%-14s%zu, %s, %zu bytes\n", "tensors", b->tensors.n, type_names[a->dtype], gs_container_bytes(b, (int)a->dtype));
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
        found = !stat(gs_import_path(dir, d->d_name, path), &entry) && entry.st_dev == st.st_dev && entry.st_ino == st.st_ino;
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
               ? gs_fail(e, GS_EUSAGE, "%s is a file of the checkpoint itself; choose another name for the output", out) : 0;
}

/* ---- writing ---- */

static int write_file(gs_bundle *b, const args *a, gs_err *e)
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

static int convert(const args *a, gs_err *e)
{
    gs_bundle b;
    int ret = gs_bundle_open(&b, a->model, e);
    if (ret)
        return ret;
    ret = gs_bundle_check(&b, e);
    if (!ret && !a->dry)
        ret = write_file(&b, a, e);
    if (!ret && (a->dry || !a->quiet))
        describe(a->dry ? stdout : stderr, &b, a);
    gs_bundle_free(&b);
    return ret ? ret : fflush(stdout) ? gs_fail(e, GS_EOUTPUT, "the result could not be written") : 0;
}

static int run(const args *a)
{
    gs_err e = {0};
    int ret = a->output ? check_output(a->model, a->output, &e) : 0;
    return ret || convert(a, &e) ? cli_fail("convert", &e) : 0;
}

static int parse_type(const char *text, gs_dtype *type)
{
    for (int i = 0; i < TYPES; i++)
        if (!strcmp(text, type_names[i])) {
            *type = (gs_dtype)i;
            return 0;
        }
    return -1;
}

static int check_args(const args *a, int left)
{
    if (left != 1)
        return cli_usage("convert", USAGE, "%s", left ? "one MODEL at a time" : "no MODEL given");
    if (!a->output && !a->dry)
        return cli_usage("convert", USAGE, "no output given (-o FILE)");
    return 0;
}

int cmd_convert(int argc, char **argv)
{
    static const struct option options[] = {{"output", 1, 0, 'o'}, {"dtype", 1, 0, 'd'}, {"dry-run", 0, 0, 'n'},
                                            {"list", 0, 0, 'l'}, {"quiet", 0, 0, 'q'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
    args a = {.dtype = GS_F32};
    opterr = 0;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":o:nlqh", options, NULL)) != -1;) {
        if (c == 'h')
            return fputs(help, stdout) < 0 ? GS_EOUTPUT : 0;
        if (c == 'd' && parse_type(optarg, &a.dtype))
            return cli_usage("convert", USAGE, "--dtype wants f32, f16 or bf16, not '%s'", optarg);
        if (c == '?' || c == ':')
            return cli_usage("convert", USAGE, c == ':' ? "%s wants a value" : "unknown option '%s'", argv[optind - 1]);
        a.output = c == 'o' ? optarg : a.output;
        a.dry |= c == 'n';
        a.list |= c == 'l';
        a.quiet |= c == 'q';
    }
    if (a.list)
        return list_families();
    int bad = check_args(&a, argc - optind);
    a.model = argv[optind];
    cli_log_start(a.quiet ? 0 : 1);
    return bad ? bad : run(&a);
}
