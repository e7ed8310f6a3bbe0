#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/cpu.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/signals.h"

const cli_command *const cli_commands[] = {&cmd_score, &cmd_info, &cmd_convert, &cmd_embed, &cmd_bench, &cmd_selftest,
                                           &cmd_completion, &cmd_help, NULL};

const cli_command *cli_find(const char *name)
{
    gs_nearest near = {.word = name};
    char hint[100];
    for (int i = 0; cli_commands[i]; i++) {
        if (!strcmp(cli_commands[i]->name, name))
            return cli_commands[i];
        gs_nearest_add(&near, cli_commands[i]->name, strlen(cli_commands[i]->name));
    }
    if (name[0] == '-')
        fprintf(stderr, "gscore: option %s stands before a command; write gscore COMMAND %s ...\n", name, name);
    else if (!access(name, F_OK))
        fprintf(stderr, "gscore: %s is a file where a command is wanted, such as: gscore score IN REF MODEL\n", name);
    else
        fprintf(stderr, "gscore: unknown command '%s'%s; gscore help lists the commands\n", name,
                gs_nearest_hint(&near, "", hint, sizeof hint));
    return NULL;
}

static void print(gs_log_level level, const char *msg, void *arg)
{
    (void)arg;
    fprintf(stderr, "%s%s%s\n", isatty(2) ? "\r\033[K" : "", level == GS_LOG_WARN ? "gscore: warning: " : "gscore: ",
            msg);
}

static int run(const cli_command *c, void *args)
{
    const cli_common *common = args;
    int verbosity = common->quiet ? 0 : common->verbosity;
    if (common->help || common->version) {
        if (common->help)
            cli_help(c);
        else
            cli_version();
        return cli_flush(c->name);
    }
    gs_log_set(verbosity > 0 ? print : NULL, NULL, (gs_log_level)verbosity);
    cli_begin();
    int status = c->run(args);
    cli_end();
    return status;
}

static int start(const cli_command *c, int argc, char **argv)
{
    void *args = calloc(1, c->size);
    if (!args) {
        fprintf(stderr, "gscore: out of memory\n");
        return GS_ENOMEM;
    }
    int status = cli_parse(c, argc, argv, args);
    if (!status)
        status = run(c, args);
    free(args);
    return status;
}

int main(int argc, char **argv)
{
    cli_signals();
    if (gs_address_limit())
        mallopt(M_ARENA_MAX, 1);   /* else each thread takes 64 MB of it for malloc alone */
    const char *first = argc > 1 ? argv[1] : "";
    if (!*first) {
        cli_list(stderr);
        return GS_EUSAGE;
    }
    if (!strcmp(first, "-v") || !strcmp(first, "--version") || !strcmp(first, "version")) {
        cli_version();
        return cli_flush("--version");
    }
    int help = !strcmp(first, "-h") || !strcmp(first, "--help");
    const cli_command *c = help ? &cmd_help : cli_find(first);
    return c ? start(c, argc - 1, argv + 1) : (int)GS_EUSAGE;
}
