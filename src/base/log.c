#include "base/log.h"
#include "base/err.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 10, KINDS = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gs_log_sink *the_sink;
static void *the_arg;
static gs_log_level the_level;
static struct { const char *kind; uint64_t n; int once; } kinds[KINDS];

void gs_log_set(gs_log_sink *sink, void *arg, gs_log_level level)
{
    pthread_mutex_lock(&lock);
    the_sink = sink;
    the_arg = arg;
    the_level = level;
    pthread_mutex_unlock(&lock);
}

static void vlog(gs_log_level level, const char *fmt, va_list ap)
{
    if (!the_sink || level > the_level)
        return;
    char msg[2000];
    vsnprintf(msg, sizeof msg, fmt, ap);
    gs_err_line(msg);
    the_sink(level, msg, the_arg);
}

void gs_log(gs_log_level level, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    pthread_mutex_lock(&lock);
    vlog(level, fmt, ap);
    pthread_mutex_unlock(&lock);
    va_end(ap);
}

/* How often this kind was warned about before; all kinds beyond the table share its last row. */
static uint64_t count(const char *kind, int once)
{
    int i = 0;
    while (i < KINDS - 1 && kinds[i].kind && strcmp(kinds[i].kind, kind))
        i++;
    kinds[i].kind = kind;
    kinds[i].once = once;
    return kinds[i].n++;
}

void gs_warn(const char *kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    pthread_mutex_lock(&lock);
    if (count(kind, 0) < SHOWN)
        vlog(GS_LOG_WARN, fmt, ap);
    pthread_mutex_unlock(&lock);
    va_end(ap);
}

void gs_warn_once(const char *kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    pthread_mutex_lock(&lock);
    if (count(kind, 1) == 0)
        vlog(GS_LOG_WARN, fmt, ap);
    pthread_mutex_unlock(&lock);
    va_end(ap);
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vlog(GS_LOG_WARN, fmt, ap);
    va_end(ap);
}

void gs_warn_flush(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < KINDS && kinds[i].kind; i++)
        if (!kinds[i].once && kinds[i].n > SHOWN)
            say("... and %llu more warnings of kind %s", (unsigned long long)(kinds[i].n - SHOWN), kinds[i].kind);
    memset(kinds, 0, sizeof kinds);
    pthread_mutex_unlock(&lock);
}
