/* HyenaDNA: blocks of a Hyena operator and a feed-forward, each behind a norm.
 *
 *   x += out(x0 * conv(x1 * v)), x0, x1, v = short convolution of in(LN x);   x += down(gelu(up(LN x)))
 *
 * where conv has a filter as long as the sequence, which a small network makes of positions. Sources: Poli 2023
 * (Hyena), Nguyen 2023 (HyenaDNA), HazyResearch/hyena-dna standalone_hyenadna.py. */
#include <math.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"
#include "nn/hyena.h"

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers;
    int ffn;                   /* inner width of the feed-forward */
    int positions;             /* of the filters: the longest sequence */
    int features;              /* of a position, from which the filters are made ... */
    int filter_dim;            /* ... by layers of so many channels */
    int short_taps;            /* of the short convolution */
    double shift;              /* of the filters' decay: taps are scaled by exp(-t |decay|) + shift */
    double norm_eps;           /* of the blocks' norms */
    double final_norm_eps;
} config;

enum { SINES = 3 /* layers of a filter's network, but for the last one */ };

typedef struct {
    gs_norm_w norm1, norm2;
    gs_linear_w in, out, up, down, filter_hidden[SINES], filter_out;
    gs_conv_w short_conv;
    const float *z, *t, *freq, *decay, *skip; /* [L, E], [L], [filter_dim], [D], [D]: see gs_long_conv_w */
    gs_long_conv_w long_conv;
} layer;

typedef struct {
    config c;
    gs_weight embed; /* [V, D] */
    gs_norm_w final_norm;
    gs_linear_w head;
    layer *layers;
    gs_spectra *spectra;
} weights;

/* Bytes that the filters' spectra may take. */
#define SPECTRA_MOST ((size_t)1 << 30)

#define INT(f, ...) GS_KEY_INT(config, f, .def = GS_NEEDED, .min = 1, __VA_ARGS__)
#define REAL(f, ...) GS_KEY_REAL(config, f, __VA_ARGS__)
static const gs_json_row rows[] = {
    INT(vocab, .max = 1 << 20),
    INT(dim, .max = 1 << 15),
    INT(layers, .max = 1 << 12),
    INT(ffn, .max = 1 << 17),
    INT(positions, .max = 1 << 27),
    INT(features, .max = 1 << 10),
    INT(filter_dim, .max = 1 << 15),
    INT(short_taps, .max = 1 << 10),
    REAL(shift, .def = 0.05, .max = 1),
    REAL(norm_eps, .def = 1e-5, .max = 1),
    REAL(final_norm_eps, .def = 1e-5, .max = 1),
    {.key = NULL}};

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    return (size_t)c->layers > m->bundle.tensors.n ? "there are fewer tensors than \"layers\"" : NULL;
}

/* ---- weights ---- */

/* D dim, V vocabulary, F inner width, C columns of x0, x1 and v, K taps, L positions, E features, O filter_dim. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD"),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D"),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .bias = 1),
    {.name = NULL}};

static const gs_bind_row layer_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D"),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D"),
    GS_LINEAR(layer, in, .name = "layers.%d.in", .shape = "CD"),
    GS_CONV(layer, short_conv, .name = "layers.%d.short", .shape = "KC"),
    GS_LINEAR(layer, out, .name = "layers.%d.out", .shape = "DD"),
    GS_LINEAR(layer, up, .name = "layers.%d.up", .shape = "FD"),
    GS_LINEAR(layer, down, .name = "layers.%d.down", .shape = "DF"),
    GS_FLOATS(layer, z, .name = "layers.%d.filter.z", .shape = "1LE"),
    GS_FLOATS(layer, t, .name = "layers.%d.filter.t", .shape = "1L1"),
    GS_FLOATS(layer, freq, .name = "layers.%d.filter.freq", .shape = "1O"),
    GS_FLOATS(layer, decay, .name = "layers.%d.filter.decay", .shape = "11D"),
    GS_FLOATS(layer, skip, .name = "layers.%d.filter.skip", .shape = "D"),
    GS_LINEAR(layer, filter_hidden[0], .name = "layers.%d.filter.1", .shape = "OE"),
    GS_LINEAR(layer, filter_hidden[1], .name = "layers.%d.filter.2", .shape = "OO"),
    GS_LINEAR(layer, filter_hidden[2], .name = "layers.%d.filter.3", .shape = "OO"),
    GS_LINEAR(layer, filter_out, .name = "layers.%d.filter.out", .shape = "DO", .bias = 1),
    {.name = NULL}};

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    gs_binder b = {.norm = {.eps = (float)c->norm_eps, .kind = GS_NORM_LAYER},
                   .dims = {['D'] = c->dim, ['V'] = c->vocab, ['F'] = c->ffn, ['C'] = 3 * c->dim,
                            ['K'] = c->short_taps, ['L'] = c->positions, ['E'] = c->features, ['O'] = c->filter_dim,
                            ['1'] = 1}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    w->final_norm.eps = (float)c->final_norm_eps;
    for (int i = 0; i < c->layers; i++)
        gs_bind(&b, &w->layers[i], layer_rows, i);
    return gs_bind_finish(&b, e);
}

static void set_filter(const weights *w, int number)
{
    layer *l = &w->layers[number];
    gs_implicit_filter_w f = {.z = l->z, .t = l->t, .L = w->c.positions, .E = w->c.features, .layers = SINES,
                              .hidden = l->filter_hidden, .out = &l->filter_out, .freq = l->freq, .decay = l->decay,
                              .shift = (float)w->c.shift};
    l->long_conv = (gs_long_conv_w){f, number, w->spectra, l->skip};
}

/* Of the spectra that are kept for windows of the recipe's width. */
static size_t spectra_bytes(const gs_model *m, const config *c)
{
    size_t one = gs_spectrum_bytes(c->dim, gs_fft_length(m->recipe.window)), fit = SPECTRA_MOST / one;
    return one * (fit < (size_t)c->layers ? fit : (size_t)c->layers);
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    const config *c = &w->c;
    w->layers = gs_model_memory(m, (size_t)c->layers, sizeof *w->layers, e);
    w->spectra = gs_spectra_new(SPECTRA_MOST);
    if (!w->layers || !w->spectra)
        return gs_fail_mem(e, "the layers", 0);
    int ret = bind(w, m, e);
    for (int i = 0; i < c->layers; i++)
        set_filter(w, i);
    m->dim = c->dim;
    m->vocab = m->head_rows = c->vocab;
    m->causal = 1;
    m->memory += (int64_t)spectra_bytes(m, c);
    if (!m->tok->max_tokens || m->tok->max_tokens > c->positions)
        m->tok->max_tokens = c->positions;
    return ret;
}

static void release(gs_model *m)
{
    gs_spectra_free(((weights *)m->weights)->spectra);
}

/* ---- forward ---- */

/* x += out(x0 conv(x1 v)) */
static void mix(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s)
{
    int D = x.cols;
    gs_mat p = gs_norm_linear(wk, x, &l->norm1, &l->in);
    gs_short_conv(wk, p, &l->short_conv, s);
    gs_mat u = gs_part(wk, p, 2, 3, D);
    gs_gate_part(wk, u, p, 1, D);
    gs_long_conv(wk, u, &l->long_conv, s);
    gs_gate_part(wk, u, p, 0, D);
    gs_add_linear(wk, x, u, &l->out);
}

static gs_mat feed_forward(gs_worker *wk, const void *w, gs_mat x)
{
    const layer *l = w;
    gs_mat u = gs_linear(wk, gs_norm(wk, x, &l->norm2), &l->up);
    gs_activate(wk, u, GS_ACT_GELU_TANH);
    return gs_linear(wk, u, &l->down);
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = gs_embed_tokens(wk, b, &w->embed);
    for (int i = 0; i < w->c.layers; i++) {
        const layer *l = &w->layers[i];
        gs_mark mark = gs_arena_mark(wk->arena);
        mix(wk, l, x, &s);
        gs_arena_release(wk->arena, mark);
        if (i == w->c.layers - 1) /* from here on tokens do not meet: go on with the wanted ones */
            x = gs_rows(wk, x, row, n);
        gs_add_branch(wk, x, feed_forward, l);
    }
    return gs_norm(wk, x, &w->final_norm);
}

static gs_mat head(gs_worker *wk, const gs_model *m, gs_mat x)
{
    return gs_linear(wk, x, &((const weights *)m->weights)->head);
}

/* x, what in makes of it, a gated part and the filter's taps, and the transform of GS_FFT_LANES channels; or the
 * feed-forward of some rows. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, N = gs_fft_length(T), some = T < GS_SOME_ROWS ? T : GS_SOME_ROWS;
    double mixer = 4 * T * D + N * D + N * sizeof(gs_fft_point) / sizeof(float);
    return T * D + fmax(mixer, some * (3 * D + c->ffn));
}

/* Two Fourier transforms of 5 N log2 N for each channel. The last feed-forward and the head see the read-outs only. */
static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, F = c->ffn, t = T, n = n_read, N = gs_fft_length(T);
    double mixer = t * (8 * D * D + 6 * D * c->short_taps) + 10 * D * N * log2(N);
    return c->layers * mixer + 4 * D * F * ((c->layers - 1) * t + n) + 2 * n * D * m->head_rows;
}

/* Positions up to a million, and what is made of them. */
static const char *const exact[] = {"layers.%d.filter.z.weight", "layers.%d.filter.t.weight",
                                    "layers.%d.filter.decay.weight", "layers.%d.filter.freq.weight", NULL};

const gs_arch gs_arch_hyena = {.name = "hyena",
                               .weights = sizeof(weights),
                               .config = rows,
                               .config_fault = config_fault,
                               .init = init,
                               .exact = exact,
                               .release = release,
                               .forward = forward,
                               .head = head,
                               .numbers = numbers,
                               .flops = flops};
