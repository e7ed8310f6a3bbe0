#include "base/err.h"
#include <stdarg.h>
#include <stdio.h>

void gs_err_line(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 127)
            *s = '?';
}

void gs_err_clear(gs_err *e)
{
    if (!e)
        return;
    e->code = GS_OK;
    e->msg[0] = 0;
}

int gs_fail(gs_err *e, gs_code code, const char *fmt, ...)
{
    if (e && e->code == GS_OK) {
        e->code = code;
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(e->msg, sizeof e->msg, fmt, ap);
        va_end(ap);
        gs_err_line(e->msg);
    }
    return -(int)code;
}

int gs_fail_mem(gs_err *e, const char *what, size_t bytes)
{
    if (!bytes)
        return gs_fail(e, GS_ENOMEM, "out of memory for %s", what);
    return gs_fail(e, GS_ENOMEM, "out of memory: %s needs %.1f MB", what, (double)bytes / 1e6);
}
