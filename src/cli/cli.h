/* The command line: one file per subcommand; parses, prints, exits. */
#ifndef GS_CLI_H
#define GS_CLI_H
#include "gscore.h"

int cmd_score(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_embed(int argc, char **argv);
int cmd_selftest(int argc, char **argv);

/* Print "gscore CMD: message" on stderr and return the exit status of the error. */
int cli_fail(const char *cmd, const gs_err *e);
/* A usage error: message and the one-line usage on stderr; returns 1. */
int cli_usage(const char *cmd, const char *usage, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Whole number lo .. hi, or a usage error naming the option (0 = fine). */
int cli_int(const char *cmd, const char *option, const char *text, long long range[2], long long *value);
/* Messages of the library go to stderr: verbosity 0 none, 1 warnings, 2 info, 3 debug (as gs_log_level). */
void cli_log_start(int verbosity);
/* Threads: --threads, else GSCORE_THREADS, else what affinity and cgroup leave us. */
int cli_threads(int wanted);
#endif
