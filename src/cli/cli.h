/* The command line: one file per subcommand, which says as data what it takes; main.c parses, it runs. */
#ifndef GS_CLI_H
#define GS_CLI_H
#include <stdio.h>
#include "base/option.h"
#include "gscore.h"

/* What every command takes; its arguments begin with this. */
typedef struct { int threads, verbosity, quiet, help, version; } cli_common;
extern const gs_option cli_common_options[];

/* What stands without a dash, in this order. */
typedef struct {
    const char *name;            /* "IN"; NULL ends the list */
    size_t field;                /* const char * in the arguments */
    int optional;
    unsigned kinds;              /* CLI_* of files that it can be; 0: no file */
} cli_operand;

enum { CLI_VCF = 1, CLI_FASTA = 2, CLI_BED = 4, CLI_WEIGHTS = 8, CLI_FOLDER = 16,
       CLI_MODEL = CLI_WEIGHTS | CLI_FOLDER };

/* Options under one heading. `at`: offset in the arguments of the struct that the rows are about. */
typedef struct { const char *title; const gs_option *rows; size_t at; } cli_group;   /* rows NULL ends the list */

typedef struct {
    const char *name;            /* "score" */
    const char *usage;           /* "[options] IN REF MODEL" */
    const char *what;            /* one line */
    const char *about;           /* what --help says above the options */
    const cli_operand *operands;
    const cli_group *groups;     /* without the common ones */
    size_t size;                 /* of the arguments */
    int (*run)(const void *args);   /* exit status */
} cli_command;

extern const cli_command *const cli_commands[];   /* ends with NULL */
extern const cli_command cmd_score, cmd_info, cmd_convert, cmd_embed, cmd_bench, cmd_selftest, cmd_completion, cmd_help;

/* The command of this name; NULL after saying on stderr which one may have been meant. */
const cli_command *cli_find(const char *name);
/* The i-th group of a command, the common one last; NULL behind it. */
const cli_group *cli_group_at(const cli_command *c, int i);

/* What was given for the operands is what they want, by its name and first bytes: nothing is an address or a name on a
 * hub, a VCF is not where the FASTA belongs, none is missing. 0, or the status after saying what was taken for what. */
int cli_check_operands(const cli_command *c, int n, char **given);

/* argv[0] is the command's name. Fills in args (c->size bytes of 0). 0, or GS_EUSAGE after saying what is wrong. */
int cli_parse(const cli_command *c, int argc, char **argv, void *args);

/* Texts made of the tables. */
typedef enum { CLI_TEXT, CLI_MAN, CLI_MARKDOWN } cli_format;
void cli_list(FILE *f);                                        /* all commands */
void cli_help(const cli_command *c);                           /* one, as text */
void cli_options(const cli_command *c, cli_format format);     /* its options alone */
void cli_synopsis(void);                                       /* of the man page */
void cli_version(void);
/* 0, or GS_EOUTPUT after saying that standard output cannot be written. */
int cli_flush(const char *cmd);

/* Print "gscore CMD: message" on stderr, with a remedy where memory ran out, and return the error's exit status. */
int cli_fail(const char *cmd, const gs_err *e);
/* A usage error: message and the one-line usage on stderr; returns 1. */
int cli_usage(const cli_command *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Threads for a model: those wanted, else (0) what affinity and cgroup leave us; fewer, with a warning, where the
 * address space has no room for them. Before they start. */
int cli_threads(int wanted, const gs_model *m);
#endif
