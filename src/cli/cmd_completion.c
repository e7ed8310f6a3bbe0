/* gscore completion: what a shell needs to complete a command line, made of the commands' tables. */
#include <stddef.h>
#include <string.h>
#include "cli/cli.h"

typedef struct { cli_common common; const char *shell; } completion_args;

/* f for every option of a command. */
static void each_row(const cli_command *c, void (*f)(const cli_command *c, const gs_option *row))
{
    const cli_group *g;
    for (int i = 0; (g = cli_group_at(c, i)); i++)
        for (const gs_option *row = g->rows; row->name; row++)
            f(c, row);
}

/* The words that a value can be; nothing where anything goes. */
static int print_words(const gs_option *row)
{
    const char *w;
    int i = 0;
    for (int n; (w = gs_option_word(row, i, &n)); i++)
        printf("%s%.*s", i ? " " : "", n, w);
    return i;
}

static int has_words(const gs_option *row)
{
    int n;
    return gs_option_word(row, 0, &n) != NULL;
}

static int takes_file(const gs_option *row)
{
    return row->value && (!strcmp(row->value, "FILE") || !strcmp(row->value, "PREFIX"));
}

/* ---- bash ---- */

static void bash_names(const cli_command *c, const gs_option *row)
{
    (void)c;
    if (row->letter)
        printf(" -%c", row->letter);
    printf(" --%s", row->name);
}

/* What follows an option: one of some words, a file, or nothing to be guessed. */
static void bash_value(const cli_command *c, const gs_option *row)
{
    if (!row->value || row->optional)
        return;
    printf("    %s:--%s", c->name, row->name);
    if (row->letter)
        printf("|%s:-%c", c->name, row->letter);
    printf(") ");
    if (has_words(row)) {
        printf("COMPREPLY=($(compgen -W '");
        print_words(row);
        printf("' -- \"$cur\"))");
    } else if (takes_file(row))
        printf("COMPREPLY=($(compgen -f -- \"$cur\"))");
    printf(has_words(row) || takes_file(row) ? "; return ;;\n" : "return ;;\n");
}

static void bash(void)
{
    printf("# bash completion of gscore; made by gscore completion bash\n"
           "_gscore() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]} options\n"
           "    local commands='");
    for (int i = 0; cli_commands[i]; i++)
        printf("%s%s", i ? " " : "", cli_commands[i]->name);
    printf("'\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$cur\")); "
           "return; fi\n"
           "    case $cmd:$prev in\n");
    for (int i = 0; cli_commands[i]; i++)
        each_row(cli_commands[i], bash_value);
    printf("    help:*) COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\")); return ;;\n"
           "    completion:*) COMPREPLY=($(compgen -W 'bash zsh' -- \"$cur\")); return ;;\n"
           "    esac\n"
           "    case $cmd in\n");
    for (int i = 0; cli_commands[i]; i++) {
        printf("    %s) options='", cli_commands[i]->name);
        each_row(cli_commands[i], bash_names);
        printf("' ;;\n");
    }
    printf("    esac\n"
           "    case $cur in\n"
           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
           "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
           "    esac\n"
           "}\n"
           "complete -o filenames -F _gscore gscore\n");
}

/* ---- zsh ---- */

/* Within '...' and a specification of _arguments. */
static void zsh_text(const char *s)
{
    for (; *s; s++)
        if (*s == '\'')
            printf("'\\''");
        else
            printf(strchr("[]:\\", *s) ? "\\%c" : "%c", *s);
}

static void zsh_value(const gs_option *row)
{
    printf(":");
    zsh_text(row->value);
    printf(":");
    if (has_words(row)) {
        printf("(");
        print_words(row);
        printf(")");
    } else if (takes_file(row))
        printf("_files");
}

static void zsh_row(const cli_command *c, const gs_option *row)
{
    (void)c;
    const char *many = row->kind == GS_OPT_NAMES ? "*" : "";
    for (int form = row->letter ? 0 : 1; form < 2; form++) {
        printf(" \\\n        '%s%s", many, form ? "--" : "-");
        printf(form ? "%s" : "%.1s", form ? row->name : &row->letter);
        printf("%s[", !row->value ? "" : row->optional ? "=-" : form ? "=" : "+");
        zsh_text(row->help);
        printf("]");
        if (row->optional)
            printf(":");
        if (row->value)
            zsh_value(row);
        printf("'");
    }
}

static void zsh(void)
{
    printf("#compdef gscore\n# zsh completion of gscore; made by gscore completion zsh\n"
           "_gscore() {\n"
           "    local -a commands=(");
    for (int i = 0; cli_commands[i]; i++) {
        printf("\n        '%s:", cli_commands[i]->name);
        zsh_text(cli_commands[i]->what);
        printf("'");
    }
    printf(")\n"
           "    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
           "    local cmd=$words[2]\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $cmd in\n"
           "    help) _describe command commands ;;\n"
           "    completion) _values shell bash zsh ;;\n");
    for (int i = 0; cli_commands[i]; i++) {
        if (cli_commands[i] == &cmd_help || cli_commands[i] == &cmd_completion)
            continue;
        printf("    %s) _arguments -s", cli_commands[i]->name);
        each_row(cli_commands[i], zsh_row);
        printf(" \\\n        '*:file:_files' ;;\n");
    }
    printf("    esac\n}\n_gscore \"$@\"\n");
}

static int run(const void *args)
{
    const char *shell = ((const completion_args *)args)->shell;
    if (!strcmp(shell, "bash"))
        bash();
    else if (!strcmp(shell, "zsh"))
        zsh();
    else
        return cli_usage(&cmd_completion, "no completion for '%s': bash or zsh", shell);
    return cli_flush("completion");
}

static const cli_operand operands[] = {{"SHELL", offsetof(completion_args, shell), 0, 0}, {0}};

const cli_command cmd_completion = {
    .name = "completion", .usage = "bash|zsh", .what = "completion of command lines, for bash or zsh",
    .about = "Prints what the shell reads; cmake --install puts it where bash and zsh look for it.\n"
             "By hand: source <(gscore completion bash)\n",
    .operands = operands, .size = sizeof(completion_args), .run = run};
