/* StripedHyena 1 and 2 (Evo 1, Evo 2): blocks of a mixer and a gated feed-forward, each behind a norm. A mixer is
 * causal attention or a Hyena operator, out(g * filter(k * v)) with g, k, v = short convolution of in(x), whose filter
 * is
 *
 *   short    a few taps
 *   medium   some hundred taps and the token itself
 *   long     a sum of exponentials and the token itself, computed as a recurrence
 *
 * Sources: Poli 2023 (StripedHyena), togethercomputer/stripedhyena; Ku 2025 (StripedHyena 2), Zymrael/vortex
 * vortex/model/model.py, engine.py, layers.py. */
#include <math.h>
#include <string.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"
#include "nn/hyena.h"

enum { MOST_LAYERS = 1 << 10 };

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers, heads;
    int ffn;                     /* inner width of the feed-forward */
    char mixers[MOST_LAYERS + 1]; /* a letter for each layer: "a"ttention, "s"hort, "m"edium, "l"ong */
    int act_layers;              /* the first so many feed-forwards apply GELU to the gate, the others nothing */
    int qkv_bias, in_bias;       /* of q, k, v; of in */
    int conv_bias;               /* of the short convolution behind in */
    int fused_qkv;               /* q, k and v of a head lie side by side in one matrix */
    int interleaved;             /* g, k and v take turns channel by channel, instead of head by head */
    int conv_taps;               /* of the short convolution before the filter */
    int short_taps, short_groups; /* groups of channels next to each other share a filter */
    int medium_taps, medium_groups;
    int modes;                   /* exponentials of a long filter ... */
    int complex_modes;           /* ... given as complex poles and residues; else as logarithms of real poles */
    double norm_eps;
    double rotary_base;
    int rotary_stored;           /* inverse frequencies are tensors, instead of made of rotary_base */
    double rotary_stretch;       /* positions are divided by this */
} config;

typedef struct {
    gs_norm_w norm1, norm2;
    gs_linear_w gate, up, down;
    gs_act act;                  /* of the gate */
    gs_attention_w attn;
    const float *inv_freq;       /* [d / 2] */
    gs_linear_w in, out;
    gs_conv_w conv;
    const float *taps, *skip;    /* [groups, taps], [D] */
    const float *poles, *residues; /* [D, modes], complex [D, modes, 2] */
    gs_conv_w filter;            /* short, medium; made of taps and skip */
    gs_modal_w modal;            /* long; made of poles and residues */
} layer;

typedef struct {
    config c;
    gs_weight embed; /* [V, D] */
    gs_norm_w final_norm;
    gs_linear_w head;
    layer *layers;
} weights;

/* ---- configuration ---- */

#define INT(f, ...) GS_KEY_INT(config, f, __VA_ARGS__)
#define BOOL(f, d) GS_KEY_BOOL(config, f, .def = d)
#define REAL(f, ...) GS_KEY_REAL(config, f, __VA_ARGS__)
static const gs_json_row rows[] = {
    INT(vocab, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    INT(dim, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(layers, .def = GS_NEEDED, .min = 1, .max = MOST_LAYERS),
    INT(heads, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    INT(ffn, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    GS_KEY_TEXT(config, mixers, .def = GS_NEEDED),
    INT(act_layers, .def = GS_NEEDED, .max = MOST_LAYERS),
    BOOL(qkv_bias, 0),
    BOOL(in_bias, 0),
    BOOL(conv_bias, 0),
    BOOL(fused_qkv, 0),
    BOOL(interleaved, 0),
    INT(conv_taps, .def = 3, .min = 1, .max = 1 << 10),
    INT(short_taps, .def = 1, .min = 1, .max = 1 << 16),
    INT(short_groups, .def = 1, .min = 1, .max = 1 << 15),
    INT(medium_taps, .def = 1, .min = 1, .max = 1 << 16),
    INT(medium_groups, .def = 1, .min = 1, .max = 1 << 15),
    INT(modes, .def = 1, .min = 1, .max = 1 << 10),
    BOOL(complex_modes, 0),
    REAL(norm_eps, .def = 1e-6, .max = 1),
    REAL(rotary_base, .def = 10000, .min = 1, .max = 1e12),
    BOOL(rotary_stored, 0),
    REAL(rotary_stretch, .def = 1, .min = 1e-3, .max = 1e6),
    {.key = NULL}};

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    if (strlen(c->mixers) != (size_t)c->layers || strspn(c->mixers, "asml") != (size_t)c->layers)
        return "\"mixers\" must have one of the letters a, s, m, l for each of the \"layers\"";
    if (c->dim % c->heads || c->dim / c->heads % 2)
        return "\"heads\" must cut \"dim\" into even parts";
    if (c->dim % c->short_groups || c->dim % c->medium_groups)
        return "\"short_groups\" and \"medium_groups\" must divide \"dim\"";
    return (size_t)c->layers > m->bundle.tensors.n ? "there are fewer tensors than \"layers\"" : NULL;
}

/* ---- weights ---- */

enum { ATTENTION = 1, FUSED = 2, APART = 4, STORED = 8, HYENA = 16, IN_BIAS = 32, SHORT = 64, MEDIUM = 128, LONG = 256,
       REAL_MODES = 512, COMPLEX_MODES = 1024, SKIP = 2048, QKV_BIAS = 4096, CONV_BIAS = 8192, NEVER = 16384 };

/* D dim, V vocabulary, F inner width, C 3D, J pairs of a head, K taps of conv, G groups, T taps, M modes. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD"),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D", .bias = NEVER),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .bias = NEVER, .tied = "embed"),
    {.name = NULL}};

static const gs_bind_row layer_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = NEVER),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D", .bias = NEVER),
    GS_LINEAR(layer, gate, .name = "layers.%d.gate", .shape = "FD", .bias = NEVER),
    GS_LINEAR(layer, up, .name = "layers.%d.up", .shape = "FD", .bias = NEVER),
    GS_LINEAR(layer, down, .name = "layers.%d.down", .shape = "DF", .bias = NEVER),
    GS_LINEAR(layer, attn.qkv, .name = "layers.%d.qkv", .shape = "CD", .when = ATTENTION | FUSED, .bias = QKV_BIAS),
    GS_LINEAR(layer, attn.q, .name = "layers.%d.q", .shape = "DD", .when = ATTENTION | APART, .bias = QKV_BIAS),
    GS_LINEAR(layer, attn.k, .name = "layers.%d.k", .shape = "DD", .when = ATTENTION | APART, .bias = QKV_BIAS),
    GS_LINEAR(layer, attn.v, .name = "layers.%d.v", .shape = "DD", .when = ATTENTION | APART, .bias = QKV_BIAS),
    GS_LINEAR(layer, attn.o, .name = "layers.%d.o", .shape = "DD", .when = ATTENTION),
    GS_FLOATS(layer, inv_freq, .name = "layers.%d.inv_freq", .shape = "J", .when = ATTENTION | STORED),
    GS_LINEAR(layer, in, .name = "layers.%d.in", .shape = "CD", .when = HYENA, .bias = IN_BIAS),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "KC", .when = HYENA, .bias = CONV_BIAS),
    GS_LINEAR(layer, out, .name = "layers.%d.out", .shape = "DD", .when = HYENA),
    GS_FLOATS(layer, taps, .name = "layers.%d.taps", .shape = "G1T", .when = SHORT),
    GS_FLOATS(layer, taps, .name = "layers.%d.taps", .shape = "G1T", .when = MEDIUM),
    GS_FLOATS(layer, skip, .name = "layers.%d.skip", .shape = "D", .when = SKIP),
    GS_FLOATS(layer, poles, .name = "layers.%d.poles", .shape = "DM1", .when = LONG | REAL_MODES),
    GS_FLOATS(layer, residues, .name = "layers.%d.residues", .shape = "DM", .when = LONG | REAL_MODES),
    GS_FLOATS(layer, poles, .name = "layers.%d.poles", .shape = "DM12", .when = LONG | COMPLEX_MODES),
    GS_FLOATS(layer, residues, .name = "layers.%d.residues", .shape = "DM12", .when = LONG | COMPLEX_MODES),
    {.name = NULL}};

static unsigned features(const config *c, char mixer)
{
    unsigned f = c->fused_qkv ? FUSED : APART;
    f |= c->qkv_bias ? QKV_BIAS : 0;
    f |= c->in_bias ? IN_BIAS : 0;
    f |= c->conv_bias ? CONV_BIAS : 0;
    f |= c->rotary_stored ? STORED : 0;
    f |= c->complex_modes ? COMPLEX_MODES : REAL_MODES;
    switch (mixer) {
    case 'a': return f | ATTENTION;
    case 's': return f | HYENA | SHORT;
    case 'm': return f | HYENA | MEDIUM | SKIP;
    default: return f | HYENA | LONG | SKIP;
    }
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    gs_binder b = {.norm = {.eps = (float)c->norm_eps, .kind = GS_NORM_RMS_APART},
                   .dims = {['D'] = c->dim, ['V'] = c->vocab, ['F'] = c->ffn, ['C'] = 3 * c->dim,
                            ['J'] = c->dim / c->heads / 2, ['K'] = c->conv_taps, ['M'] = c->modes, ['1'] = 1,
                            ['2'] = 2}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++) {
        b.features = features(c, c->mixers[i]);
        b.dims['G'] = c->mixers[i] == 's' ? c->short_groups : c->medium_groups;
        b.dims['T'] = c->mixers[i] == 's' ? c->short_taps : c->medium_taps;
        gs_bind(&b, &w->layers[i], layer_rows, i);
    }
    return gs_bind_finish(&b, e);
}

/* ---- what is made of the weights ---- */

static void set_attention(layer *l, const config *c)
{
    l->attn.heads = c->heads;
    l->attn.causal = 1;
    l->attn.rotary = (gs_rotary_w){.kind = GS_ROTARY_HALF, .dim = c->dim / c->heads, .base = (float)c->rotary_base,
                                   .inv_freq = l->inv_freq, .stretch = (float)c->rotary_stretch};
}

/* A filter for each channel, its last tap on the token itself. Short ones are stored so; medium ones begin with that
 * tap, to which the skip adds. */
static int set_filter(layer *l, gs_model *m, const config *c, char mixer, gs_err *e)
{
    int D = c->dim, is_short = mixer == 's', K = is_short ? c->short_taps : c->medium_taps;
    int run = D / (is_short ? c->short_groups : c->medium_groups);
    float *to = gs_model_memory(m, (size_t)K * (size_t)D, sizeof *to, e);
    if (!to)
        return -GS_ENOMEM;
    l->filter = (gs_conv_w){.w = {.data = to, .in = D, .out = K}, .in = D, .out = D, .taps = K, .depthwise = 1};
    for (int j = 0; j < K; j++)
        for (int ch = 0; ch < D; ch++)
            *to++ = l->taps[(size_t)(ch / run) * (size_t)K + (size_t)(is_short ? j : K - 1 - j)];
    for (int ch = 0; ch < D && l->skip; ch++)
        to[ch - D] += l->skip[ch];
    return 0;
}

static int set_modal(layer *l, gs_model *m, const config *c, gs_err *e)
{
    int n = c->modes, groups = (c->dim + GS_FFT_LANES - 1) / GS_FFT_LANES;
    gs_fft_point *pole = gs_model_memory(m, 2 * (size_t)n * (size_t)groups, sizeof *pole, e);
    if (!pole)
        return -GS_ENOMEM;
    gs_fft_point *residue = pole + (size_t)n * (size_t)groups;
    for (int ch = 0; ch < c->dim; ch++)
        for (int i = 0; i < n; i++) {
            size_t from = (size_t)ch * (size_t)n + (size_t)i, to = (size_t)(ch / GS_FFT_LANES * n + i);
            int lane = ch % GS_FFT_LANES, C = c->complex_modes;
            pole[to].re[lane] = C ? (double)l->poles[2 * from] : exp((double)l->poles[from]);
            pole[to].im[lane] = C ? (double)l->poles[2 * from + 1] : 0;
            residue[to].re[lane] = (double)l->residues[C ? 2 * from : from];
            residue[to].im[lane] = C ? (double)l->residues[2 * from + 1] : 0;
        }
    l->modal = (gs_modal_w){pole, residue, l->skip, n};
    return 0;
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    const config *c = &w->c;
    w->layers = gs_model_memory(m, (size_t)c->layers, sizeof *w->layers, e);
    int ret = w->layers ? bind(w, m, e) : -GS_ENOMEM;
    for (int i = 0; i < c->layers && !ret; i++) {
        layer *l = &w->layers[i];
        l->act = i < c->act_layers ? GS_ACT_GELU : GS_ACT_NONE;
        if (c->mixers[i] == 'a')
            set_attention(l, c);
        else
            ret = c->mixers[i] == 'l' ? set_modal(l, m, c, e) : set_filter(l, m, c, c->mixers[i], e);
    }
    m->dim = c->dim;
    m->vocab = m->head_rows = c->vocab;
    m->causal = 1;
    return ret;
}

/* ---- forward ---- */

/* x += out(g filter(k v)) */
static void hyena(gs_worker *wk, const config *c, const layer *l, gs_mat x, const gs_spans *s)
{
    int run = c->interleaved ? 1 : c->dim / c->heads;
    gs_mat p = gs_norm_linear(wk, x, &l->norm1, &l->in);
    gs_short_conv(wk, p, &l->conv, s);
    gs_mat u = gs_part(wk, p, 1, 3, run);
    gs_gate_part(wk, u, p, 2, run);
    if (l->modal.n)
        gs_modal(wk, u, &l->modal, s);
    else
        gs_short_conv(wk, u, &l->filter, s);
    gs_gate_part(wk, u, p, 0, run);
    gs_add_linear(wk, x, u, &l->out);
}

static void attention(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s)
{
    const gs_rotary_table *rotary = gs_rotary_table_new(wk, gs_spans_longest(s), &l->attn.rotary);
    gs_add(wk, x, gs_attention(wk, gs_norm(wk, x, &l->norm1), &l->attn, s, rotary));
}

static gs_mat feed_forward(gs_worker *wk, const void *w, gs_mat x)
{
    const layer *l = w;
    gs_mat in = gs_norm(wk, x, &l->norm2), gate = gs_linear(wk, in, &l->gate);
    gs_gate(wk, gate, gs_linear(wk, in, &l->up), l->act);
    return gs_linear(wk, gate, &l->down);
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = gs_embed_tokens(wk, b, &w->embed);
    for (int i = 0; i < w->c.layers; i++) {
        const layer *l = &w->layers[i];
        gs_mark mark = gs_arena_mark(wk->arena);
        if (w->c.mixers[i] == 'a')
            attention(wk, l, x, &s);
        else
            hyena(wk, &w->c, l, x, &s);
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

/* x and the largest of: attention's norm, queries, keys and values, their mix, result, angles and scores; what in makes
 * of x and a gated part; the feed-forward of some rows. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, some = T < GS_SOME_ROWS ? T : GS_SOME_ROWS;
    double attention = strchr(c->mixers, 'a') ? T * (6 * D + D / c->heads + GS_CAUSAL_QUERIES) : 0;
    return T * D + fmax(fmax(attention, 4 * T * D + some * D), some * (3 * D + 2.0 * c->ffn));
}

/* The last feed-forward and the head see the read-outs only. */
static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, t = T, sum = 0;
    for (int i = 0; i < c->layers; i++)
        switch (c->mixers[i]) {
        case 'a': sum += 2 * t; break; /* a token sees half of the others */
        case 's': sum += 2.0 * c->short_taps; break;
        case 'm': sum += 2.0 * c->medium_taps; break;
        default: sum += 12.0 * c->modes;
        }
    double mixers = t * (c->layers * 8 * D * D + D * sum);
    return mixers + 6 * D * c->ffn * ((c->layers - 1) * t + n_read) + 2.0 * n_read * D * m->head_rows;
}

/* Poles close to 1 make long memories; upstream keeps these in 32 bits too. */
static const char *const exact[] = {"layers.%d.poles.weight", "layers.%d.residues.weight", "layers.%d.inv_freq.weight",
                                    NULL};

const gs_arch gs_arch_stripedhyena = {.name = "stripedhyena",
                                      .weights = sizeof(weights),
                                      .config = rows,
                                      .config_fault = config_fault,
                                      .init = init,
                                      .exact = exact,
                                      .forward = forward,
                                      .head = head,
                                      .numbers = numbers,
                                      .flops = flops};
