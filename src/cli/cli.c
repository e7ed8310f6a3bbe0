#include "cli/cli.h"
#include <stdio.h>
#include "base/cpu.h"

int cli_fail(const char *cmd, const gs_err *e)
{
    fprintf(stderr, "gscore %s: %s\n", cmd, e->msg[0] ? e->msg : "internal error without a message, please report");
    return e->code ? (int)e->code : (int)GS_EINTERNAL;
}

int cli_threads(int wanted)
{
    return wanted > 0 ? wanted : gs_cpu_count();
}
