/* Long causal convolutions in double, GS_FFT_LANES channels side by side. All functions are thread-safe; tables are
 * read-only once made.
 *
 * A real sequence of up to N numbers is turned by exp(i pi t / 2N), t = 0 .. N - 1, before its Fourier transform. The
 * cyclic convolution of two such sequences, turned back, has the first N numbers of their linear convolution in its
 * real part and the others in its imaginary part: nothing is padded. Source: Crandall & Fagin 1994, "Discrete weighted
 * transforms and large-integer arithmetic", right-angle convolution. Spectra lie in the order in which decimation in
 * frequency leaves them. */
#ifndef GS_FFT_H
#define GS_FFT_H
#include <stddef.h>

enum { GS_FFT_LANES = 8 };
/* One point of GS_FFT_LANES channels. */
typedef struct { double re[GS_FFT_LANES], im[GS_FFT_LANES]; } gs_fft_point;

typedef struct { double cos, sin; } gs_fft_angle;

/* Tables for one length. */
typedef struct {
    int n;                      /* N: 4, 5 or 6 times a power of two */
    const gs_fft_angle *turn;   /* pi t / 2N, [N] */
    const gs_fft_angle *rotate; /* of each pass over n points in r pieces, one pass after the other: 2 pi j p / n,
                                 * [j < n / r][0 < p < r] */
} gs_fft;

/* Into how many pieces a pass cuts n points, n > 1: four as long as that goes, then 2, 3 or 5. */
int gs_fft_radix(size_t n);

/* The smallest N that is at least `least`, up to 2^30. */
int gs_fft_length(int least);
/* Tables for N numbers, in memory of gs_fft_bytes(N), aligned to doubles, which must outlive them. */
size_t gs_fft_bytes(int n);
gs_fft gs_fft_make(void *memory, int n);

/* Some columns of rows of floats: x + t * step + channel; up to GS_FFT_LANES of them. */
typedef struct { const float *x; size_t step; int rows, channels; } gs_fft_rows;
/* z [N] = the turned numbers of rows[0], then those of rows[1], then zeros; together N rows at most, of as many
 * channels; lanes without one hold zeros. */
void gs_fft_load(const gs_fft *f, gs_fft_point *z, const gs_fft_rows rows[2]);
/* z [N]: turned numbers to their spectrum, in place. */
void gs_fft_forward(const gs_fft *f, gs_fft_point *z);
/* z [N]: a spectrum times another, back to turned numbers, in place. */
void gs_fft_convolve(const gs_fft *f, gs_fft_point *z, const gs_fft_point *spectrum);
/* The real part of number t of z, turned back, of all lanes: out [GS_FFT_LANES]. */
void gs_fft_read(const gs_fft *f, const gs_fft_point *z, int t, double *out);
#endif
