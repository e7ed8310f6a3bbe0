#include "cli/progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "cli/signals.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(progress *p, int on)
{
    *p = (progress){.on = on, .terminal = isatty(2), .start = now(), .last = now()};
}

/* Remaining time from the share of the work that is done. */
static void eta(double share, double elapsed, char *out, size_t n)
{
    size_t used = share < 0 ? 0 : (size_t)snprintf(out, n, ", %.0f %% done", 100 * share);
    out[used] = 0;
    if (share <= 0)
        return;
    double left = elapsed * (1 - share) / share;
    snprintf(out + used, n - used, ", about %d:%02d:%02d left", (int)(left / 3600), (int)(left / 60) % 60,
             (int)left % 60);
}

static int is_due(const progress *p, double at)
{
    return cli_asked() || (p->on && at - p->last >= (p->terminal ? 0.5 : 60));
}

void progress_show(void *arg, const gs_run_state *state)
{
    progress *p = arg;
    const gs_tally *t = state->tally;
    double at = now();
    char left[80];
    if (!is_due(p, at))
        return;
    p->last = at;
    eta(state->share, at - p->start, left, sizeof left);
    int rewritten = p->on && p->terminal;
    fprintf(stderr, "%sgscore: %lld records, %lld alleles scored, %.1f/s%s%s", rewritten ? "\r\033[K" : "",
            (long long)t->records, (long long)t->scored, (double)t->scored / (at - p->start), left,
            rewritten ? "" : "\n");
    fflush(stderr);
}

double progress_end(progress *p)
{
    if (p->on && p->terminal)
        fputs("\r\033[K", stderr);
    return now() - p->start;
}

void progress_summary(const gs_tally *t, double seconds)
{
    char reasons[500];
    gs_tally_reasons(t, reasons, (int)sizeof reasons);
    fprintf(stderr, "gscore: %lld records, %lld alleles: %lld scored, %lld not%s%s%s; %.2f s, %.1f variants/s\n",
            (long long)t->records, (long long)t->alleles, (long long)t->scored, (long long)(t->alleles - t->scored),
            *reasons ? " (" : "", reasons, *reasons ? ")" : "", seconds,
            seconds > 0 ? (double)t->scored / seconds : 0.0);
    if (t->dropped)
        fprintf(stderr, "gscore: %lld records left out by --check-ref x\n", (long long)t->dropped);
}
