#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"
#include "nn/hyena.h"

/* ---- spectra that are kept ---- */

/* What convolutions of one filter over N tokens need. spectrum: [groups, N], NULL: to be made of taps [N, D] */
typedef struct { gs_fft fft; const gs_fft_point *spectrum; gs_mat taps; } prepared;

typedef struct { int number, ready; prepared p; } entry;
struct gs_spectra {
    pthread_mutex_t lock;
    entry *entry;
    size_t n, cap;
    size_t room;             /* bytes that more of them may take */
};

gs_spectra *gs_spectra_new(size_t most)
{
    gs_spectra *s = calloc(1, sizeof *s);
    if (s)
        pthread_mutex_init(&s->lock, NULL);
    if (s)
        s->room = most;
    return s;
}

void gs_spectra_free(gs_spectra *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        free((void *)s->entry[i].p.spectrum);
    free(s->entry);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static int groups_of(int D)
{
    return (D + GS_FFT_LANES - 1) / GS_FFT_LANES;
}

size_t gs_spectrum_bytes(int D, int N)
{
    return (size_t)groups_of(D) * (size_t)N * sizeof(gs_fft_point) + gs_fft_bytes(N);
}

/* Place of the spectra of that length, -1: there are none. The caller holds the lock. */
static int find(const gs_spectra *s, int number, int N)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->entry[i].number == number && s->entry[i].p.fft.n == N)
            return (int)i;
    return -1;
}

/* Those that are there, to *p. Otherwise, where there is room for them, room of our own in *p, to be filled and then
 * published; its place is returned, else -1. Whoever comes before that makes them for itself: nobody waits. */
static int reserve(const gs_long_conv_w *w, int N, prepared *p)
{
    gs_spectra *s = w->spectra;
    size_t bytes = gs_spectrum_bytes(w->filter.out->w.out, N);
    gs_fft_point *room = NULL;
    pthread_mutex_lock(&s->lock);
    int at = find(s, w->number, N);
    if (at >= 0 && s->entry[at].ready)
        *p = s->entry[at].p;
    else if (at < 0 && bytes <= s->room && !gs_reserve(&s->entry, &s->cap, s->n + 1, sizeof *s->entry))
        room = aligned_alloc(sizeof *room, bytes);
    at = -1;
    if (room) {
        *p = (prepared){.spectrum = room, .fft = {.n = N}};
        s->room -= bytes;
        at = (int)s->n++;
        s->entry[at] = (entry){.number = w->number, .p = *p};
    }
    pthread_mutex_unlock(&s->lock);
    return at;
}

static void publish(gs_spectra *s, int at, const prepared *p)
{
    pthread_mutex_lock(&s->lock);
    s->entry[at].p.fft = p->fft;
    s->entry[at].ready = 1;
    pthread_mutex_unlock(&s->lock);
}

/* ---- convolutions ---- */

/* Columns of a matrix as the transform reads them: n rows from `row` on, of one group. */
static gs_fft_rows columns(gs_mat x, int row, int n, int group)
{
    int first = group * GS_FFT_LANES, left = x.cols - first;
    return (gs_fft_rows){n ? gs_mat_row(x, row) + first : NULL, (size_t)x.cols, n,
                         left < GS_FFT_LANES ? left : GS_FFT_LANES};
}

static void transform(const gs_fft *f, gs_fft_point *z, gs_mat taps, int group)
{
    gs_fft_load(f, z, (gs_fft_rows[2]){columns(taps, 0, taps.rows, group), {0}});
    gs_fft_forward(f, z);
}

typedef struct { gs_fft fft; gs_fft_point *to; gs_mat taps; } making;

static void make_spectrum(gs_worker *wk, void *arg, int group)
{
    (void)wk;
    const making *m = arg;
    transform(&m->fft, m->to + (size_t)group * (size_t)m->fft.n, m->taps, group);
}

static prepared prepare(gs_worker *wk, const gs_long_conv_w *w, int N)
{
    prepared p = {0};
    int at = reserve(w, N, &p), groups = groups_of(w->filter.out->w.out);
    if (p.fft.turn)
        return p;
    gs_fft_point *kept = (gs_fft_point *)p.spectrum;
    void *angles = kept ? (void *)(kept + (size_t)groups * (size_t)N) : gs_alloc(wk->arena, gs_fft_bytes(N));
    p.fft = gs_fft_make(angles, N);
    p.taps = gs_implicit_filter(wk, &w->filter, N);
    if (kept) {
        gs_parallel(wk, groups, make_spectrum, &(making){p.fft, kept, p.taps});
        publish(w->spectra, at, &p);
    }
    return p;
}

/* One sequence, in place. */
typedef struct { gs_mat x; const gs_long_conv_w *w; const gs_spans *s; int i; prepared p; } sequence;

static void convolve(gs_worker *wk, void *arg, int group)
{
    const sequence *q = arg;
    const gs_spans *s = q->s;
    const gs_fft *f = &q->p.fft;
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_fft_point *z = gs_new(wk->arena, gs_fft_point, f->n), *own = NULL;
    int past = gs_spans_past(s, q->i), beg = s->beg[q->i], n = s->len[q->i], first = group * GS_FFT_LANES;
    gs_fft_rows shared = columns(q->x, past ? s->beg[s->parent[q->i]] : 0, past, group);
    if (!q->p.spectrum)
        transform(f, own = gs_new(wk->arena, gs_fft_point, f->n), q->p.taps, group);
    gs_fft_load(f, z, (gs_fft_rows[2]){shared, columns(q->x, beg, n, group)});
    gs_fft_forward(f, z);
    gs_fft_convolve(f, z, own ? own : q->p.spectrum + (size_t)group * (size_t)f->n);
    for (int t = 0; t < n; t++) {
        double sum[GS_FFT_LANES];
        float *row = gs_mat_row(q->x, beg + t) + first;
        gs_fft_read(f, z, past + t, sum);
        for (int c = 0; c < GS_FFT_LANES && first + c < q->x.cols; c++)
            row[c] = (float)(sum[c] + (double)q->w->skip[first + c] * (double)row[c]);
    }
    gs_arena_release(wk->arena, mark);
}

void gs_long_conv(gs_worker *wk, gs_mat x, const gs_long_conv_w *w, const gs_spans *s)
{
    for (int i = s->B - 1; i >= 0; i--) { /* branches before their parents */
        gs_mark mark = gs_arena_mark(wk->arena);
        sequence q = {x, w, s, i, prepare(wk, w, gs_fft_length(gs_spans_past(s, i) + s->len[i]))};
        gs_parallel(wk, groups_of(x.cols), convolve, &q);
        gs_arena_release(wk->arena, mark);
    }
}
