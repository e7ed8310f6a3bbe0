/* The sentence about a score in the INFO header. */
#include <stdio.h>
#include "score/mode.h"

static const char *strand_words(int strands)
{
    return strands == 1 ? "forward strand" : strands == 2 ? "reverse strand" : "mean of both strands";
}

static void describe_reading(const gs_scorer *s, const gs_mode *mode, char *out, size_t n)
{
    if (mode->describe)
        mode->describe(mode, s, out, n);
    else
        snprintf(out, n, "%s", mode->what);
}

static void describe_indels(const gs_scorer *s, const gs_mode *mode, char *out, size_t n)
{
    const gs_mode *by = gs_mode_for(mode, s, GS_TAKES_INDEL);
    char how[160];
    if (!by) {
        snprintf(out, n, "indels not scored");
    } else if (!by->describe_indels) {
        snprintf(out, n, "indels %s", by == mode ? "in the same way" : "as those");
    } else {
        by->describe_indels(s, how, sizeof how);
        snprintf(out, n, "indels: %s", how);
    }
}

/* Alleles of more than one base, where another mode scores them. */
static void describe_mnvs(const gs_scorer *s, const gs_mode *mode, char *out, size_t n)
{
    const gs_mode *by = gs_mode_for(mode, s, GS_TAKES_MNV);
    char how[200];
    *out = 0;
    if (!by || mode->takes & (GS_TAKES_MNV | GS_TAKES_MNV_IN_TOKEN))
        return;
    describe_reading(s, by, how, sizeof how);
    snprintf(out, n, "MNVs by mode %s: %s; ", by->name, how);
}

static void describe_context(const gs_scorer *s, char *out, size_t n)
{
    if (s->coding)
        snprintf(out, n, "whole coding sequences in frame, those over %d bp as that much of whole codons around the "
                 "variant; coding strand; lowest of all transcripts", s->grid.window);
    else
        snprintf(out, n, "%d bp window%s; %s", s->grid.window,
                 s->around == &gs_context_clipped ? " clipped at contig ends" : "", strand_words(s->strands));
}

void gs_scorer_describe(const gs_scorer *s, int i, char *out, size_t n)
{
    const gs_mode *mode = s->modes[i];
    char indels[180], mnvs[240], reading[200], shown[200];
    describe_indels(s, mode, indels, sizeof indels);
    describe_mnvs(s, mode, mnvs, sizeof mnvs);
    describe_reading(s, mode, reading, sizeof reading);
    describe_context(s, shown, sizeof shown);
    snprintf(out, n, "gscore %s; mode %s: %s; %s; %s%s", mode->score, mode->name, reading, shown, mnvs,
             indels);
}
