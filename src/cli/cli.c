#include "cli/cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/cpu.h"
#include "base/log.h"

int cli_fail(const char *cmd, const gs_err *e)
{
    fprintf(stderr, "gscore %s: %s\n", cmd, e->msg[0] ? e->msg : "internal error without a message, please report");
    return e->code ? (int)e->code : (int)GS_EINTERNAL;
}

int cli_usage(const char *cmd, const char *usage, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "gscore %s: ", cmd);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nusage: %s\n", usage);
    return GS_EUSAGE;
}

int cli_int(const char *cmd, const char *option, const char *text, long long range[2], long long *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (*text && !*end && !errno && *value >= range[0] && *value <= range[1])
        return 0;
    fprintf(stderr, "gscore %s: %s wants a whole number from %lld to %lld, not '%s'\n", cmd, option, range[0], range[1], text);
    return GS_EUSAGE;
}

static void print(gs_log_level level, const char *msg, void *arg)
{
    (void)arg;
    fprintf(stderr, "%s%s%s\n", isatty(2) ? "\r\033[K" : "", level == GS_LOG_WARN ? "gscore: warning: " : "gscore: ", msg);
}

void cli_log_start(int verbosity)
{
    gs_log_set(verbosity > 0 ? print : NULL, NULL, (gs_log_level)verbosity);
}

int cli_threads(int wanted)
{
    const char *env = gs_env("GSCORE_THREADS");
    if (wanted <= 0 && env)
        wanted = atoi(env);
    return wanted > 0 ? wanted : gs_cpu_count();
}
