/* gscore help: the commands, or one of them. */
#include <stddef.h>
#include "cli/cli.h"

typedef struct { cli_common common; const char *command; int format; } help_args;

static int run(const void *args)
{
    const help_args *a = args;
    const cli_command *c = a->command ? cli_find(a->command) : NULL;
    if (a->command && !c)
        return GS_EUSAGE;
    if (!c && a->format == CLI_MAN)
        cli_synopsis();
    else if (!c)
        cli_list(stdout);
    else if (a->format == CLI_TEXT)
        cli_help(c);
    else
        cli_options(c, (cli_format)a->format);
    return cli_flush("help");
}

static const cli_operand operands[] = {{"COMMAND", offsetof(help_args, command), 1, 0}, {0}};
static const gs_option rows[] = {
    {.name = "format", .value = "text|man|markdown", .kind = GS_OPT_WORD, .field = offsetof(help_args, format),
     .help = "man, markdown: the options alone, as the manual and README have them; man without COMMAND: the "
             "synopsis."},
    {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};

const cli_command cmd_help = {
    .name = "help", .usage = "[COMMAND]", .what = "what a command does and takes",
    .about = "Without COMMAND: the list of commands.\n",
    .operands = operands, .groups = groups, .size = sizeof(help_args), .run = run};
