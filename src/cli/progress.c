#include "cli/progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(progress *p, int on, gs_vcf *vcf)
{
    *p = (progress){.on = on, .terminal = isatty(2), .start = now(), .last = now(), .vcf = vcf};
}

/* Remaining time from the share of the input that has been read; it runs a little ahead of what is written. */
static void eta(const progress *p, double elapsed, char *out, size_t n)
{
    int64_t done, total;
    gs_vcf_progress(p->vcf, &done, &total);
    out[0] = 0;
    if (total <= 0 || done <= 0 || done > total)
        return;
    double left = elapsed * (double)(total - done) / (double)done;
    snprintf(out, n, ", %.0f %% read, about %d:%02d:%02d left", 100.0 * (double)done / (double)total, (int)(left / 3600),
             (int)(left / 60) % 60, (int)left % 60);
}

void progress_show(void *arg, const gs_tally *t)
{
    progress *p = arg;
    double at = now();
    char left[80];
    if (!p->on || at - p->last < (p->terminal ? 0.5 : 60))
        return;
    p->last = at;
    eta(p, at - p->start, left, sizeof left);
    fprintf(stderr, "%sgscore: %lld records, %lld alleles scored, %.1f/s%s%s", p->terminal ? "\r\033[K" : "",
            (long long)t->records, (long long)t->scored, (double)t->scored / (at - p->start), left, p->terminal ? "" : "\n");
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
            *reasons ? " (" : "", reasons, *reasons ? ")" : "", seconds, seconds > 0 ? (double)t->scored / seconds : 0.0);
    if (t->dropped)
        fprintf(stderr, "gscore: %lld records left out by --check-ref x\n", (long long)t->dropped);
}
