/* Causal transformers: Llama, Qwen3, Mistral, Mixtral, Gemma, GPT-2, GPT-NeoX, steered by the configuration alone.
 *
 *   tokens -> embedding -> layers of causal attention and feed-forward -> final norm -> head
 *
 * Sources: Touvron 2023 (Llama), Ainslie 2023 (grouped queries), Jiang 2023, 2024 (Mistral, Mixtral), Yang 2025
 * (Qwen3), Mesnard 2024 (Gemma), Radford 2019 (GPT-2), Black 2022 (GPT-NeoX: parallel residual); transformers'
 * modeling files. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

enum { POS_NONE, POS_LEARNED, POS_ROTARY };
enum { SCALING_NONE, SCALING_LINEAR, SCALING_LLAMA3 };

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers, heads;
    int kv_heads;            /* heads of keys and values; default: heads */
    int head_dim;            /* default: dim / heads */
    int ffn;                 /* inner width of the feed-forward, of an expert where there are some */
    int norm;                /* "layer", "rms" */
    int norm_bias;           /* default: with layer norms */
    int norm_plus_one;       /* the norms' weights are stored less 1 */
    int position;            /* "none", "learned", "rotary" */
    int positions;           /* rows of the learned table */
    int rotary_dim;          /* columns of a head that turn; default: all */
    int rotary_scaling;      /* "none"; "linear": positions are divided by rotary_factor; "llama3" */
    int rotary_original;     /* of llama3: tokens of the first training */
    int window;              /* tokens that a token sees, itself among them; 0: all before it */
    int qk_norm;             /* each head's queries and keys are normalised before they turn */
    int fused_qkv;           /* q, k and v of a head lie side by side in one matrix */
    int score_by_layer;      /* attention scores of layer i, from 0, are divided by i + 1 */
    int attn_bias, out_bias; /* of q, k and v; of o */
    int up_bias, down_bias;  /* of the feed-forward */
    int act;
    int gated;               /* act(gate x) * up x instead of act(up x) */
    int experts;             /* feed-forwards of a layer; 0: one, without a router */
    int experts_used;        /* of which every token goes through so many */
    int parallel;            /* attention and feed-forward read the same x */
    int final_norm;
    int head_tied;           /* the embedding is the head's matrix */
    int head_bias;
    int head_vocab;          /* rows of the head; default: vocab */
    double norm_eps;
    double embed_scale;      /* embeddings are multiplied by this */
    double rotary_base;
    double rotary_factor, rotary_low, rotary_high;
} config;

typedef struct {
    gs_norm_w norm1, norm2;
    gs_attention_w attn;
    gs_linear_w up, down, gate;
    gs_experts_w experts;    /* instead of up, down, gate */
} layer;

typedef struct {
    config c;
    gs_weight embed, positions; /* [V, D], [P, D]; without data where there is none */
    gs_norm_w final_norm;
    gs_linear_w head;
    layer *layers;
    float *inv_freq;            /* [rotary_dim / 2] */
} weights;

/* ---- configuration ---- */

static const char *const norms[] = {"layer", "rms", NULL};
static const char *const position_names[] = {"none", "learned", "rotary", NULL};
static const char *const scalings[] = {"none", "linear", "llama3", NULL};

/* Ranges keep every product of two within an int; the tensors' shapes do the rest. Default -1: see complete(). */
#define INT(f, ...) GS_KEY_INT(config, f, __VA_ARGS__)
#define BOOL(f, d) GS_KEY_BOOL(config, f, .def = d)
#define NAME(f, n, d) GS_KEY_NAME(config, f, .names = n, .def = d)
#define REAL(f, ...) GS_KEY_REAL(config, f, __VA_ARGS__)
static const gs_json_row rows[] = {
    INT(vocab, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    INT(dim, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(layers, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    INT(heads, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    INT(kv_heads, .def = -1, .min = 1, .max = 1 << 12),
    INT(head_dim, .def = -1, .min = 1, .max = 1 << 12),
    INT(ffn, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    NAME(norm, norms, 1),
    BOOL(norm_bias, -1),
    BOOL(norm_plus_one, 0),
    REAL(norm_eps, .def = 1e-5, .max = 1),
    REAL(embed_scale, .def = 1, .min = 1e-6, .max = 1e6),
    NAME(position, position_names, GS_NEEDED),
    INT(positions, .max = 1 << 27),
    REAL(rotary_base, .def = 10000, .min = 1, .max = 1e12),
    INT(rotary_dim, .def = -1, .min = 2, .max = 1 << 12),
    NAME(rotary_scaling, scalings, 0),
    REAL(rotary_factor, .def = 1, .min = 1e-3, .max = 1e6),
    REAL(rotary_low, .def = 1, .min = 1e-3, .max = 1e6),
    REAL(rotary_high, .def = 4, .min = 1e-3, .max = 1e6),
    INT(rotary_original, .def = 8192, .min = 1, .max = 1 << 27),
    INT(window, .max = 1 << 27),
    BOOL(qk_norm, 0),
    BOOL(fused_qkv, 0),
    BOOL(score_by_layer, 0),
    BOOL(attn_bias, 0),
    BOOL(out_bias, 0),
    BOOL(up_bias, 0),
    BOOL(down_bias, 0),
    NAME(act, gs_act_names, GS_NEEDED),
    BOOL(gated, 0),
    INT(experts, .max = 1 << 10),
    INT(experts_used, .max = 1 << 10),
    BOOL(parallel, 0),
    BOOL(final_norm, 1),
    BOOL(head_tied, 0),
    BOOL(head_bias, 0),
    INT(head_vocab, .def = -1, .min = 1, .max = 1 << 20),
    {.key = NULL}};

/* Defaults that depend on other keys. */
static void complete(config *c)
{
    if (c->kv_heads < 0)
        c->kv_heads = c->heads;
    if (c->head_dim < 0)
        c->head_dim = c->dim / c->heads;
    if (c->rotary_dim < 0)
        c->rotary_dim = c->head_dim;
    if (c->norm_bias < 0)
        c->norm_bias = c->norm == 0;
    if (c->head_vocab < 0)
        c->head_vocab = c->vocab;
}

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    int head_dim = c->head_dim > 0 ? c->head_dim : c->dim / c->heads;
    if (c->head_dim < 0 && c->dim % c->heads)
        return "\"heads\" does not divide \"dim\": \"head_dim\" is needed";
    if (c->kv_heads > 0 && c->heads % c->kv_heads)
        return "\"kv_heads\" does not divide \"heads\"";
    if (c->fused_qkv && c->kv_heads > 0 && c->kv_heads != c->heads)
        return "\"fused_qkv\" needs as many \"kv_heads\" as \"heads\"";
    if (c->position == POS_ROTARY && (c->rotary_dim > head_dim || (c->rotary_dim > 0 ? c->rotary_dim : head_dim) % 2))
        return "rotary positions need an even number of a head's columns";
    if (c->rotary_scaling == SCALING_LLAMA3 && c->rotary_high <= c->rotary_low)
        return "\"rotary_high\" must be larger than \"rotary_low\"";
    if (c->position == POS_LEARNED && !c->positions)
        return "learned positions need \"positions\"";
    if (c->head_vocab > c->vocab)
        return "\"head_vocab\" is larger than \"vocab\"";
    if (c->head_tied && c->head_vocab > 0 && c->head_vocab != c->vocab)
        return "a tied head has as many rows as \"vocab\"";
    if (c->experts ? !c->experts_used || c->experts_used > c->experts || !c->gated : c->experts_used)
        return "\"experts_used\" must be 1 to \"experts\", which are gated";
    if ((size_t)c->layers > m->bundle.tensors.n || (size_t)c->experts > m->bundle.tensors.n)
        return "there are fewer tensors than \"layers\" or \"experts\"";
    return NULL;
}

/* ---- weights ---- */

enum { POSITIONS = 1, NORM_BIAS = 2, APART = 4, FUSED = 8, ATTN_BIAS = 16, OUT_BIAS = 32, QK_NORM = 64, DENSE = 128,
       GATED = 256, EXPERTS = 512, UP_BIAS = 1024, DOWN_BIAS = 2048, FINAL_NORM = 4096, TIED_HEAD = 8192,
       OWN_HEAD = 16384, HEAD_BIAS = 32768, NEVER = 65536 };

/* D dim, V vocabulary, P positions, A columns of all heads, K of those of keys, B of a head's q, k and v together for
 * all heads, d of one head, F inner width, E experts, R head rows. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD"),
    GS_TABLE(weights, positions, .name = "position", .shape = "PD", .when = POSITIONS),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D", .when = FINAL_NORM, .bias = NORM_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "RD", .when = OWN_HEAD, .bias = HEAD_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .when = TIED_HEAD, .bias = HEAD_BIAS, .tied = "embed"),
    {.name = NULL}};

static const gs_bind_row layer_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = NORM_BIAS),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D", .bias = NORM_BIAS),
    GS_LINEAR(layer, attn.q, .name = "layers.%d.q", .shape = "AD", .when = APART, .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.k, .name = "layers.%d.k", .shape = "KD", .when = APART, .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.v, .name = "layers.%d.v", .shape = "KD", .when = APART, .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.qkv, .name = "layers.%d.qkv", .shape = "BD", .when = FUSED, .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.o, .name = "layers.%d.o", .shape = "DA", .bias = OUT_BIAS),
    GS_NORM(layer, attn.q_norm, .name = "layers.%d.q_norm", .shape = "d", .when = QK_NORM, .bias = NEVER),
    GS_NORM(layer, attn.k_norm, .name = "layers.%d.k_norm", .shape = "d", .when = QK_NORM, .bias = NEVER),
    GS_LINEAR(layer, gate, .name = "layers.%d.gate", .shape = "FD", .when = DENSE | GATED, .bias = UP_BIAS),
    GS_LINEAR(layer, up, .name = "layers.%d.up", .shape = "FD", .when = DENSE, .bias = UP_BIAS),
    GS_LINEAR(layer, down, .name = "layers.%d.down", .shape = "DF", .when = DENSE, .bias = DOWN_BIAS),
    GS_LINEAR(layer, experts.router, .name = "layers.%d.router", .shape = "ED", .when = EXPERTS, .bias = NEVER),
    {.name = NULL}};

static unsigned features(const config *c)
{
    unsigned f = c->position == POS_LEARNED ? POSITIONS : 0;
    f |= c->norm_bias ? NORM_BIAS : 0;
    f |= c->fused_qkv ? FUSED : APART;
    f |= c->attn_bias ? ATTN_BIAS : 0;
    f |= c->out_bias ? OUT_BIAS : 0;
    f |= c->qk_norm ? QK_NORM : 0;
    f |= c->experts ? EXPERTS : DENSE;
    f |= c->gated ? GATED : 0;
    f |= c->up_bias ? UP_BIAS : 0;
    f |= c->down_bias ? DOWN_BIAS : 0;
    f |= c->final_norm ? FINAL_NORM : 0;
    f |= c->head_tied ? TIED_HEAD : OWN_HEAD;
    return f | (c->head_bias ? HEAD_BIAS : 0);
}

/* The experts of layer i: their names have two numbers in them. */
static void bind_experts(gs_binder *b, const gs_experts_w *w, int i)
{
    char gate[60], up[60], down[60];
    for (int e = 0; e < w->n; e++) {
        snprintf(gate, sizeof gate, "layers.%%d.experts.%d.gate", e);
        snprintf(up, sizeof up, "layers.%%d.experts.%d.up", e);
        snprintf(down, sizeof down, "layers.%%d.experts.%d.down", e);
        const gs_bind_row expert_rows[] = {
            GS_LINEAR(gs_expert_w, gate, .name = gate, .shape = "FD", .bias = NEVER),
            GS_LINEAR(gs_expert_w, up, .name = up, .shape = "FD", .bias = NEVER),
            GS_LINEAR(gs_expert_w, down, .name = down, .shape = "DF", .bias = NEVER),
            {.name = NULL}};
        gs_bind(b, (gs_expert_w *)(uintptr_t)&w->expert[e], expert_rows, i);
    }
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    int A = c->heads * c->head_dim;
    gs_binder b = {
        .features = features(c),
        .norm = {.eps = (float)c->norm_eps, .kind = c->norm ? GS_NORM_RMS : GS_NORM_LAYER},
        .dims = {['D'] = c->dim, ['V'] = c->vocab, ['P'] = c->positions, ['A'] = A, ['K'] = c->kv_heads * c->head_dim,
                 ['B'] = 3 * A, ['d'] = c->head_dim, ['F'] = c->ffn, ['E'] = c->experts, ['R'] = c->head_vocab}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++) {
        gs_bind(&b, &w->layers[i], layer_rows, i);
        bind_experts(&b, &w->layers[i].experts, i);
    }
    return gs_bind_finish(&b, e);
}

/* 1 / base^(2i / dim), llama3's slow ones slower: those of a wavelength beyond original / low by `factor`, those below
 * original / high not at all, in between from one to the other. Source: transformers, modeling_rope_utils.py. */
static float inv_freq(const config *c, int i)
{
    float f = 1 / powf((float)c->rotary_base, (float)(2 * i) / (float)c->rotary_dim);
    double wavelength = 2 * acos(-1) / (double)f, turns = c->rotary_original / wavelength;
    if (c->rotary_scaling == SCALING_NONE || (c->rotary_scaling == SCALING_LLAMA3 && turns > c->rotary_high))
        return f;
    if (c->rotary_scaling == SCALING_LINEAR || turns < c->rotary_low)
        return (float)((double)f / c->rotary_factor);
    double smooth = (turns - c->rotary_low) / (c->rotary_high - c->rotary_low);
    return (float)((1 - smooth) * (double)f / c->rotary_factor + smooth * (double)f);
}

static int add_ones(gs_norm_w *w, int n, gs_model *m, gs_err *e)
{
    if (!w->g)
        return 0;
    float *g = gs_model_memory(m, (size_t)n, sizeof *g, e);
    for (int i = 0; g && i < n; i++)
        g[i] = w->g[i] + 1;
    w->g = g;
    return g ? 0 : -GS_ENOMEM;
}

/* Norms that are stored less 1. */
static int complete_norms(weights *w, gs_model *m, gs_err *e)
{
    int D = w->c.dim, d = w->c.head_dim, ret = add_ones(&w->final_norm, D, m, e);
    for (int i = 0; i < w->c.layers && !ret; i++) {
        layer *l = &w->layers[i];
        ret = add_ones(&l->norm1, D, m, e) || add_ones(&l->norm2, D, m, e) || add_ones(&l->attn.q_norm, d, m, e)
              || add_ones(&l->attn.k_norm, d, m, e) ? -GS_ENOMEM : 0;
    }
    return ret;
}

static int make_layers(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    int rotary = c->position == POS_ROTARY;
    w->layers = gs_model_memory(m, (size_t)c->layers, sizeof *w->layers, e);
    w->inv_freq = gs_model_memory(m, (size_t)c->rotary_dim, sizeof *w->inv_freq, e);
    gs_expert_w *expert = gs_model_memory(m, (size_t)c->layers * (size_t)c->experts + 1, sizeof *expert, e);
    if (!w->layers || !w->inv_freq || !expert)
        return -GS_ENOMEM;
    for (int i = 0; 2 * i < c->rotary_dim; i++)
        w->inv_freq[i] = inv_freq(c, i);
    for (int i = 0; i < c->layers; i++) {
        w->layers[i].attn = (gs_attention_w){
            .heads = c->heads, .kv_heads = c->kv_heads, .causal = 1, .window = c->window,
            .scale = (float)(1 / sqrt(c->head_dim) / (c->score_by_layer ? i + 1 : 1)),
            .rotary = {.kind = rotary ? GS_ROTARY_HALF : GS_ROTARY_NONE, .dim = c->rotary_dim, .base = 1,
                       .inv_freq = w->inv_freq}};
        w->layers[i].experts = (gs_experts_w){.expert = expert + (size_t)i * (size_t)c->experts, .n = c->experts,
                                              .used = c->experts_used, .act = (gs_act)c->act};
    }
    return 0;
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    config *c = &w->c;
    complete(c);
    int ret = make_layers(w, m, e);
    ret = ret ? ret : bind(w, m, e);
    ret = ret || !c->norm_plus_one ? ret : complete_norms(w, m, e);
    m->dim = c->dim;
    m->vocab = c->vocab;
    m->head_rows = c->head_vocab;
    m->causal = 1;
    if (c->position == POS_LEARNED && (!m->tok->max_tokens || m->tok->max_tokens > c->positions))
        m->tok->max_tokens = c->positions;
    return ret;
}

/* ---- forward ---- */

enum { BLOCK = 20 /* blocks of products' rows whose inner widths are in memory at a time */ };

/* [T, D] -> [T, D] */
static gs_mat dense(gs_worker *wk, const weights *w, const layer *l, gs_mat x)
{
    gs_mat u = gs_linear(wk, x, w->c.gated ? &l->gate : &l->up);
    if (w->c.gated)
        gs_gate(wk, u, gs_linear(wk, x, &l->up), (gs_act)w->c.act);
    else
        gs_activate(wk, u, (gs_act)w->c.act);
    return gs_linear(wk, u, &l->down);
}

/* y += feed-forward(norm(x)), y and x may be the same */
static void add_feed_forward(gs_worker *wk, const weights *w, const layer *l, gs_mat y, gs_mat x, const gs_spans *s)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    int block = w->c.experts ? x.rows : BLOCK * wk->gemm->rows;
    for (int beg = 0; beg < x.rows; beg += block) {
        gs_mark each = gs_arena_mark(wk->arena);
        int n = x.rows - beg < block ? x.rows - beg : block;
        gs_mat in = gs_norm(wk, (gs_mat){gs_mat_row(x, beg), n, x.cols}, &l->norm2);
        gs_mat out = w->c.experts ? gs_experts(wk, in, &l->experts, s) : dense(wk, w, l, in);
        gs_add(wk, (gs_mat){gs_mat_row(y, beg), n, y.cols}, out);
        gs_arena_release(wk->arena, each);
    }
    gs_arena_release(wk->arena, mark);
}

static gs_mat attend(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s, const gs_rotary_table *rotary)
{
    return gs_attention(wk, gs_norm(wk, x, &l->norm1), &l->attn, s, rotary);
}

/* x += y, the attention, and x += feed-forward; parallel: both of the same x. */
static void finish_layer(gs_worker *wk, const weights *w, const layer *l, gs_mat x, gs_mat y, const gs_spans *s)
{
    if (w->c.parallel)
        add_feed_forward(wk, w, l, y, x, s);
    gs_add(wk, x, y);
    if (!w->c.parallel)
        add_feed_forward(wk, w, l, x, x, s);
}

/* In place: x outlives the layer's scratch. */
static void run_layer(gs_worker *wk, const weights *w, const layer *l, gs_mat x, const gs_spans *s,
                      const gs_rotary_table *rotary)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    finish_layer(wk, w, l, x, attend(wk, l, x, s, rotary), s);
    gs_arena_release(wk->arena, mark);
}

/* Behind its attention tokens do not meet: it goes on with the wanted ones, but for experts, who are chosen sequence by
 * sequence. */
static gs_mat run_last(gs_worker *wk, const weights *w, gs_mat x, const gs_spans *s, const gs_rotary_table *rotary,
                       const int *row, int n)
{
    const layer *l = &w->layers[w->c.layers - 1];
    gs_mat y = attend(wk, l, x, s, rotary);
    if (!w->c.experts) {
        x = gs_rows(wk, x, row, n);
        y = gs_rows(wk, y, row, n);
    }
    finish_layer(wk, w, l, x, y, s);
    return w->c.experts ? gs_rows(wk, x, row, n) : x;
}

static gs_mat embed(gs_worker *wk, const weights *w, const gs_batch *b, const gs_spans *s)
{
    gs_mat x = gs_embed_tokens(wk, b, &w->embed);
    if (w->c.embed_scale < 1 || w->c.embed_scale > 1)
        wk->k->scale(x.d, (float)w->c.embed_scale, (size_t)x.rows * (size_t)x.cols);
    if (w->c.position == POS_LEARNED)
        gs_add_positions(wk, x, s, &w->positions, 0);
    return x;
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = embed(wk, w, b, &s);
    const gs_rotary_table *rotary = gs_rotary_table_new(wk, gs_spans_longest(&s), &w->layers[0].attn.rotary);
    for (int i = 0; i < w->c.layers - 1; i++)
        run_layer(wk, w, &w->layers[i], x, &s, rotary);
    x = run_last(wk, w, x, &s, rotary, row, n);
    return w->c.final_norm ? gs_norm(wk, x, &w->final_norm) : x;
}

static gs_mat head(gs_worker *wk, const gs_model *m, gs_mat x)
{
    return gs_linear(wk, x, &((const weights *)m->weights)->head);
}

/* Attention as in arch_transformer.c, of fewer queries; the feed-forward's inner widths a block of rows at a time. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, A = (double)c->heads * c->head_dim, K = (double)c->kv_heads * c->head_dim;
    double attention = T * (3 * D + 2 * A + 2 * K + GS_CAUSAL_QUERIES);
    int most = BLOCK * gs_gemm()->rows, block = c->experts || T < most ? T : most;
    double ffn = (c->parallel ? 2 : 1) * T * D + block * (2 * D + (c->gated ? 2.0 : 1.0) * c->ffn);
    return T * (c->position == POS_ROTARY ? c->rotary_dim : 0) + (attention > ffn ? attention : ffn);
}

static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, A = (double)c->heads * c->head_dim, K = (double)c->kv_heads * c->head_dim, t = T;
    double seen = c->window && c->window < T ? c->window : t / 2;
    double attention = t * (4 * D * A + 4 * D * K + 4 * A * seen);
    double ffn = t * (c->gated ? 6 : 4) * D * c->ffn * (c->experts ? c->experts_used : 1);
    return c->layers * (attention + ffn) + 2.0 * n_read * D * m->head_rows;
}

const gs_arch gs_arch_decoder = {.name = "decoder",
                                 .weights = sizeof(weights),
                                 .config = rows,
                                 .config_fault = config_fault,
                                 .init = init,
                                 .forward = forward,
                                 .head = head,
                                 .numbers = numbers,
                                 .flops = flops};
