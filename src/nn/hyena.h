/* Layers of the Hyena family: what runs along a sequence without attention. All are causal, work in place on x [T, D],
 * and know branches, whose earlier tokens they find in the parent's rows. Sources: Poli 2023 (Hyena), Nguyen 2023
 * (HyenaDNA), Poli 2023 (StripedHyena), Ku 2025 (StripedHyena 2). */
#ifndef GS_HYENA_H
#define GS_HYENA_H
#include "kernel/fft.h"
#include "nn/nn.h"

/* Part `part` of `parts` that share x's columns in turns of `run` columns: [T, parts D] -> [T, D]. run = D: one after
 * the other; 1: interleaved. */
gs_mat gs_part(gs_worker *wk, gs_mat x, int part, int parts, int run);
/* y [T, D] *= such a part of x. */
void gs_gate_part(gs_worker *wk, gs_mat y, gs_mat x, int part, int run);

/* Long sequences go through what looks at single tokens some rows after the other, so that it needs little room:
 * linear(norm(x)), x += linear(u), x += branch(x). The bits are those of all at once. */
enum { GS_SOME_ROWS = 4080 }; /* a multiple of what back-ends of products want */
gs_mat gs_norm_linear(gs_worker *wk, gs_mat x, const gs_norm_w *norm, const gs_linear_w *w);
void gs_add_linear(gs_worker *wk, gs_mat x, gs_mat u, const gs_linear_w *w);
void gs_add_branch(gs_worker *wk, gs_mat x, gs_mat (*branch)(gs_worker *wk, const void *w, gs_mat x), const void *w);

/* Depthwise convolution over the tokens up to each: x[t] = b + sum of w[j] x[t - taps + 1 + j]. w->w: [taps, D],
 * 32-bit. */
void gs_short_conv(gs_worker *wk, gs_mat x, const gs_conv_w *w, const gs_spans *s);

/* Filters as sums of n exponentials, which is a recurrence, of each of D channels:
 * state_i[t] = pole_i state_i[t-1] + x[t], x[t] = Re(sum of residue_i state_i[t]) + skip x[t]. In double.
 * pole, residue: [D / GS_FFT_LANES rounded up, n]; skip: [D]. Source: Massaroli 2023, "Laughing Hyena". */
typedef struct { const gs_fft_point *pole, *residue; const float *skip; int n; } gs_modal_w;
void gs_modal(gs_worker *wk, gs_mat x, const gs_modal_w *w, const gs_spans *s);

/* An implicit filter: the first n taps [n, D] of D channels, made from weights alone. taps [L, ...]: the positions it
 * has; beyond them it is zero. */
typedef struct {
    const float *z, *t;      /* features [L, E] and time [L] of each position */
    int L, E, layers;        /* layers: those with a sine */
    const gs_linear_w *hidden, *out; /* [layers], the first from E, the others of `order` channels; out [D, order] */
    const float *freq;       /* [order]: of the sines */
    const float *decay;      /* [D]: each tap is scaled by exp(-t |decay|) + shift */
    float shift;
} gs_implicit_filter_w;
gs_mat gs_implicit_filter(gs_worker *wk, const gs_implicit_filter_w *w, int n);

/* Spectra of filters, kept between forward passes and shared by all workers: made when first needed, as long as they
 * take no more than `most` bytes together. Thread-safe. NULL: out of memory. */
typedef struct gs_spectra gs_spectra;
gs_spectra *gs_spectra_new(size_t most);
void gs_spectra_free(gs_spectra *s); /* NULL is fine */
size_t gs_spectrum_bytes(int D, int N); /* of one filter at one length */

/* Convolution with a filter as long as the sequence: x[t] = sum of taps[s] x[t - s] + skip x[t], by Fourier transforms
 * in double. number: of the filter, among those that share `spectra`; skip: [D]. */
typedef struct { gs_implicit_filter_w filter; int number; gs_spectra *spectra; const float *skip; } gs_long_conv_w;
void gs_long_conv(gs_worker *wk, gs_mat x, const gs_long_conv_w *w, const gs_spans *s);
#endif
