/* Transformer encoders: BERT, ESM and their kin, steered by the configuration alone.
 *
 *   tokens -> embedding, one-hot (with aligned species: GPN-MSA) or convolution stem
 *          -> layers of attention and feed-forward -> final norm -> head
 *
 * Sources: Devlin 2019 (BERT: post-LN, learned positions), Lin 2023 / transformers modeling_esm.py (ESM: pre-LN,
 * rotary, token dropout), Su 2021 / Benegas 2025 (RoFormer, GPN-MSA), Shazeer 2020 (gated feed-forward),
 * Press 2022 (ALiBi). */
#include <math.h>
#include <string.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

enum { POS_NONE, POS_LEARNED, POS_ROTARY, POS_ALIBI };
enum { HEAD_NONE, HEAD_LINEAR, HEAD_MLM };

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers, heads;
    int ffn;                 /* inner width of the feed-forward */
    int norm;                /* "layer", "rms" */
    int norm_place;          /* "post": of the sum; "pre": of what goes into the branch */
    int norm_bias;           /* default: with layer norms */
    int position;            /* "none", "learned", "rotary", "alibi" */
    int positions;           /* rows of the learned table ... */
    int position_offset;     /* ... of which the first token takes this one */
    int rotary;              /* pairs (i, i + d/2): "half"; (2i, 2i + 1): "pairs" */
    int rotary_dtype;        /* what upstream stores its angles as: "f32", "f16", "bf16" */
    int act;                 /* of the feed-forward */
    int gated;               /* act(first half of up) * second half */
    int attn_bias, ffn_bias;
    int down_bias;           /* default: ffn_bias */
    int stem_kernel;         /* taps of a convolution over one-hot tokens instead of an embedding; 0: none */
    int stem_pad;            /* token beyond the ends; -1: nothing */
    int one_hot;             /* one-hot input instead of an embedding */
    int aux, aux_vocab;      /* aligned species beside the tokens, and their symbols */
    int token_types;         /* rows of a table of which the first is added to every token; 0: none */
    int embed_norm, final_norm;
    int token_dropout;       /* ESM's */
    int head;                /* "none", "linear", "mlm": dense, activation and norm before it */
    int head_act, head_bias;
    int head_tied;           /* the embedding is the head's matrix */
    int head_vocab;          /* rows of the head; default: vocab */
    double norm_eps;
    double head_norm_eps;    /* default: norm_eps */
    double rotary_base;
} config;

typedef struct { gs_norm_w norm1, norm2; gs_attention_w attn; gs_linear_w up, down; } layer;

typedef struct {
    config c;
    gs_weight embed, types, positions; /* [V, D], [token types, D], [P, D]; without data where there is none */
    gs_stem_w stem;
    gs_norm_w embed_norm, final_norm, head_norm;
    gs_linear_w head_dense, head;
    layer *layers;
    float *slopes; /* [H] with ALiBi */
} weights;

/* ---- configuration ---- */

static const char *const norms[] = {"layer", "rms", NULL}, *const places[] = {"post", "pre", NULL};
static const char *const position_names[] = {"none", "learned", "rotary", "alibi", NULL};
static const char *const rotaries[] = {"half", "pairs", NULL}, *const rotary_dtypes[] = {"f32", "f16", "bf16", NULL};
static const char *const heads[] = {"none", "linear", "mlm", NULL};

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
    INT(ffn, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    NAME(norm, norms, 0),
    NAME(norm_place, places, 1),
    BOOL(norm_bias, -1),
    REAL(norm_eps, .def = 1e-5, .max = 1),
    REAL(head_norm_eps, .def = -1, .max = 1),
    NAME(position, position_names, GS_NEEDED),
    INT(positions, .max = 1 << 27),
    INT(position_offset, .max = 1 << 20),
    NAME(rotary, rotaries, 0),
    NAME(rotary_dtype, rotary_dtypes, 0),
    REAL(rotary_base, .def = 10000, .min = 1, .max = 1e12),
    NAME(act, gs_act_names, GS_NEEDED),
    BOOL(gated, 0),
    BOOL(attn_bias, 1),
    BOOL(ffn_bias, 1),
    BOOL(down_bias, -1),
    INT(stem_kernel, .max = 1 << 10),
    INT(stem_pad, .def = -1, .min = -1, .max = 1 << 20),
    BOOL(one_hot, 0),
    INT(aux, .max = 1 << 15),
    INT(aux_vocab, .max = 255),
    INT(token_types, .max = 1 << 10),
    BOOL(embed_norm, 0),
    BOOL(final_norm, 1),
    BOOL(token_dropout, 0),
    NAME(head, heads, GS_NEEDED),
    NAME(head_act, gs_act_names, GS_ACT_GELU),
    BOOL(head_bias, 1),
    BOOL(head_tied, 0),
    INT(head_vocab, .def = -1, .min = 1, .max = 1 << 20),
    {.key = NULL}};

/* Defaults that depend on other keys. */
static void complete(config *c)
{
    if (c->head_norm_eps < 0)
        c->head_norm_eps = c->norm_eps;
    if (c->norm_bias < 0)
        c->norm_bias = c->norm == 0;
    if (c->down_bias < 0)
        c->down_bias = c->ffn_bias;
    if (c->head_vocab < 0)
        c->head_vocab = c->vocab;
}

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    if (c->dim % c->heads)
        return "\"heads\" does not divide \"dim\"";
    if (c->position == POS_ROTARY && c->dim / c->heads % 2)
        return "rotary positions need heads of even width";
    if (c->position == POS_LEARNED && c->positions <= c->position_offset)
        return "\"positions\" must be larger than \"position_offset\"";
    if (c->head_vocab > c->vocab)
        return "\"head_vocab\" is larger than \"vocab\"";
    if (c->head_tied && c->head_vocab > 0 && c->head_vocab != c->vocab)
        return "a tied head has as many rows as \"vocab\"";
    if (c->stem_pad >= c->vocab)
        return "\"stem_pad\" is not a token of the vocabulary";
    if (c->stem_kernel && (c->stem_kernel % 2 == 0 || (c->head_tied && c->head != HEAD_NONE)))
        return "a stem must have an odd kernel and an untied head";
    if (c->one_hot ? c->vocab + c->aux * c->aux_vocab > c->dim : c->aux > 0)
        return "\"one_hot\" input must fit in \"dim\", and \"aux\" needs it";
    if (c->one_hot && (c->stem_kernel || (c->head_tied && c->head != HEAD_NONE)))
        return "\"one_hot\" input goes with neither a stem nor a tied head";
    if (c->token_dropout && m->tok->mask < 0)
        return "\"token_dropout\" needs a mask token";
    if ((size_t)c->layers > m->bundle.tensors.n)
        return "there are fewer tensors than \"layers\"";
    return NULL;
}

/* ---- weights ---- */

enum { EMBED = 1, STEM = 2, POSITIONS = 4, TYPES = 8, EMBED_NORM = 16, NORM_BIAS = 32, ATTN_BIAS = 64, FFN_BIAS = 128,
       DOWN_BIAS = 256, FINAL_NORM = 512, MLM = 1024, HEAD_BIAS = 2048, OWN_HEAD = 4096, TIED_HEAD = 8192 };

/* D dim, V vocabulary, P positions, Y token types, K taps, F inner width, U rows of up (2F if gated), R head rows. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD", .when = EMBED),
    GS_TABLE(weights, stem.table, .name = "stem", .shape = "KVD", .when = STEM),
    GS_TABLE(weights, positions, .name = "position", .shape = "PD", .when = POSITIONS),
    GS_TABLE(weights, types, .name = "type", .shape = "YD", .when = TYPES),
    GS_NORM(weights, embed_norm, .name = "embed_norm", .shape = "D", .when = EMBED_NORM, .bias = NORM_BIAS),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D", .when = FINAL_NORM, .bias = NORM_BIAS),
    GS_LINEAR(weights, head_dense, .name = "head.dense", .shape = "DD", .when = MLM),
    GS_NORM(weights, head_norm, .name = "head.norm", .shape = "D", .when = MLM, .bias = NORM_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "RD", .when = OWN_HEAD, .bias = HEAD_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .when = TIED_HEAD, .bias = HEAD_BIAS, .tied = "embed"),
    {.name = NULL}};

static const gs_bind_row layer_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = NORM_BIAS),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D", .bias = NORM_BIAS),
    GS_LINEAR(layer, attn.q, .name = "layers.%d.q", .shape = "DD", .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.k, .name = "layers.%d.k", .shape = "DD", .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.v, .name = "layers.%d.v", .shape = "DD", .bias = ATTN_BIAS),
    GS_LINEAR(layer, attn.o, .name = "layers.%d.o", .shape = "DD", .bias = ATTN_BIAS),
    GS_LINEAR(layer, up, .name = "layers.%d.up", .shape = "UD", .bias = FFN_BIAS),
    GS_LINEAR(layer, down, .name = "layers.%d.down", .shape = "DF", .bias = DOWN_BIAS),
    {.name = NULL}};

static unsigned features(const config *c)
{
    unsigned f = c->stem_kernel ? STEM : c->one_hot ? 0 : EMBED;
    f |= c->position == POS_LEARNED ? POSITIONS : 0;
    f |= c->token_types ? TYPES : 0;
    f |= c->embed_norm ? EMBED_NORM : 0;
    f |= c->norm_bias ? NORM_BIAS : 0;
    f |= c->attn_bias ? ATTN_BIAS : 0;
    f |= c->ffn_bias ? FFN_BIAS : 0;
    f |= c->down_bias ? DOWN_BIAS : 0;
    f |= c->final_norm ? FINAL_NORM : 0;
    f |= c->head == HEAD_MLM ? MLM : 0;
    f |= c->head_bias ? HEAD_BIAS : 0;
    return c->head == HEAD_NONE ? f : f | (c->head_tied ? TIED_HEAD : OWN_HEAD);
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    gs_binder b = {
        .features = features(c),
        .norm = {.eps = (float)c->norm_eps, .kind = c->norm ? GS_NORM_RMS : GS_NORM_LAYER},
        .dims = {['D'] = c->dim, ['V'] = c->vocab, ['P'] = c->positions, ['Y'] = c->token_types, ['K'] = c->stem_kernel,
                 ['F'] = c->ffn, ['U'] = c->gated ? 2 * c->ffn : c->ffn, ['R'] = c->head_vocab}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++)
        gs_bind(&b, &w->layers[i], layer_rows, i);
    w->head_norm.eps = (float)c->head_norm_eps;
    w->stem.taps = c->stem_kernel;
    w->stem.pad = c->stem_pad;
    return gs_bind_finish(&b, e);
}

static void set_attention(gs_attention_w *a, const weights *w)
{
    static const int rotary_bits[] = {0, 11, 8}; /* of rotary_dtypes */
    const config *c = &w->c;
    a->heads = c->heads;
    a->rotary = (gs_rotary_w){
        .kind = c->position != POS_ROTARY ? GS_ROTARY_NONE : c->rotary ? GS_ROTARY_PAIRS : GS_ROTARY_HALF,
        .dim = c->dim / c->heads, .base = (float)c->rotary_base, .bits = rotary_bits[c->rotary_dtype]};
    a->slopes = w->slopes;
}

/* ALiBi: 2^(-8/n), its square, ... for n heads that are a power of two; for others those of the next lower power,
 * then every other one of the next higher. Source: Press 2022, get_slopes of its code. */
static int fill_slopes(weights *w, gs_model *m, gs_err *e)
{
    int H = w->c.heads, n = 1;
    w->slopes = gs_model_memory(m, (size_t)H, sizeof *w->slopes, e);
    if (!w->slopes)
        return -GS_ENOMEM;
    while (2 * n <= H)
        n *= 2;
    for (int h = 0; h < H; h++)
        w->slopes[h] = (float)(h < n ? exp2(-8.0 * (h + 1) / n) : exp2(-4.0 * (2 * (h - n) + 1) / n));
    return 0;
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    config *c = &w->c;
    complete(c);
    w->layers = gs_model_memory(m, (size_t)c->layers, sizeof *w->layers, e);
    if (!w->layers || (c->position == POS_ALIBI && fill_slopes(w, m, e)))
        return -GS_ENOMEM;
    int ret = bind(w, m, e);
    for (int i = 0; i < c->layers; i++)
        set_attention(&w->layers[i].attn, w);
    m->dim = c->dim;
    m->vocab = c->vocab;
    m->head_rows = c->head == HEAD_NONE ? 0 : c->head_vocab;
    m->n_aux = c->aux;
    m->aux_vocab = c->aux_vocab;
    int most = c->positions - c->position_offset;
    if (c->position == POS_LEARNED && (!m->tok->max_tokens || m->tok->max_tokens > most))
        m->tok->max_tokens = most;
    return ret;
}

/* ---- forward ---- */

/* ESM's token dropout: rows of mask tokens become zero, and the rest is scaled as if 12 % of the tokens were masked,
 * which they were in training. Source: transformers, modeling_esm.py, EsmEmbeddings.forward. */
static void token_dropout(gs_worker *wk, gs_mat x, const gs_batch *b, int32_t mask)
{
    size_t D = (size_t)x.cols;
    for (int i = 0; i < b->B; i++) {
        const int32_t *ids = b->ids + b->beg[i];
        int masked = 0, T = b->len[i];
        for (int t = 0; t < T; t++)
            masked += ids[t] == mask;
        float scale = (1 - 0.15f * 0.8f) / (1 - (float)masked / (float)T);
        for (int t = 0; t < T; t++)
            wk->k->scale(gs_mat_row(x, b->beg[i] + t), ids[t] == mask ? 0 : scale, D);
    }
}

/* -> [T, D] */
static gs_mat embed_symbols(gs_worker *wk, const weights *w, const gs_batch *b)
{
    if (w->c.stem_kernel)
        return gs_stem(wk, b, &w->stem);
    if (w->c.one_hot)
        return gs_embed_one_hot(wk, b, w->c.vocab, w->c.aux_vocab, w->c.dim);
    return gs_embed_tokens(wk, b, &w->embed);
}

/* One sequence at a time: all tokens are of type 0. */
static void add_type(gs_worker *wk, gs_mat x, const gs_weight *types)
{
    const float *type = gs_weight_rows(types, 0, 1, gs_new(wk->arena, float, x.cols));
    for (int t = 0; t < x.rows; t++)
        wk->k->add(gs_mat_row(x, t), type, (size_t)x.cols);
}

static gs_mat embed(gs_worker *wk, const weights *w, const gs_batch *b, int32_t mask)
{
    gs_mat x = embed_symbols(wk, w, b);
    if (w->c.token_dropout)
        token_dropout(wk, x, b, mask);
    gs_spans s = gs_spans_of(b);
    if (w->c.token_types)
        add_type(wk, x, &w->types);
    if (w->c.position == POS_LEARNED)
        gs_add_positions(wk, x, &s, &w->positions, w->c.position_offset);
    return w->c.embed_norm ? gs_norm(wk, x, &w->embed_norm) : x;
}

/* [T, D] -> [T, D] */
static gs_mat feed_forward(gs_worker *wk, const weights *w, const layer *l, gs_mat x)
{
    gs_mat u = gs_linear(wk, x, &l->up);
    if (w->c.gated)
        u = gs_glu(wk, u, (gs_act)w->c.act);
    else
        gs_activate(wk, u, (gs_act)w->c.act);
    return gs_linear(wk, u, &l->down);
}

/* Post-LN normalises the sum, pre-LN what goes into the branch. In place: x outlives the block's scratch. */
static void join(gs_worker *wk, const weights *w, gs_mat x, gs_mat branch, const gs_norm_w *norm)
{
    gs_add(wk, x, branch);
    if (!w->c.norm_place)
        memcpy(x.d, gs_norm(wk, x, norm).d, sizeof(float) * (size_t)x.rows * (size_t)x.cols);
}

static void attention_block(gs_worker *wk, const weights *w, const layer *l, gs_mat x, const gs_spans *s,
                            const gs_rotary_table *rotary)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat in = w->c.norm_place ? gs_norm(wk, x, &l->norm1) : x;
    join(wk, w, x, gs_attention(wk, in, &l->attn, s, rotary), &l->norm1);
    gs_arena_release(wk->arena, mark);
}

static void feed_forward_block(gs_worker *wk, const weights *w, const layer *l, gs_mat x)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat in = w->c.norm_place ? gs_norm(wk, x, &l->norm2) : x;
    join(wk, w, x, feed_forward(wk, w, l, in), &l->norm2);
    gs_arena_release(wk->arena, mark);
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = embed(wk, w, b, m->tok->mask);
    const gs_rotary_table *rotary = gs_rotary_table_new(wk, gs_spans_longest(&s), &w->layers[0].attn.rotary);
    for (int i = 0; i < w->c.layers; i++) {
        attention_block(wk, w, &w->layers[i], x, &s, rotary);
        if (i == w->c.layers - 1) /* from here on tokens do not meet: go on with the wanted ones */
            x = gs_rows(wk, x, row, n);
        feed_forward_block(wk, w, &w->layers[i], x);
    }
    return w->c.final_norm ? gs_norm(wk, x, &w->final_norm) : x;
}

static gs_mat head(gs_worker *wk, const gs_model *m, gs_mat x)
{
    const weights *w = m->weights;
    if (w->c.head == HEAD_MLM) {
        x = gs_linear(wk, x, &w->head_dense);
        gs_activate(wk, x, (gs_act)w->c.head_act);
        x = gs_norm(wk, x, &w->head_norm);
    }
    return gs_linear(wk, x, &w->head);
}

/* Attention has x, its input, q, k, v, the heads' outputs and its result; the feed-forward its inner width. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, pre = c->norm_place ? D : 0, d = c->position == POS_ROTARY ? D / c->heads : 0;
    double attention = 6 * D + pre + GS_QUERIES, ffn = 2 * D + pre + (c->gated ? 3 : 1) * c->ffn;
    return T * (d + (attention > ffn ? attention : ffn));
}

/* The last layer's feed-forward and the head see the read-outs only. */
static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, F = c->ffn, t = T, n = n_read;
    double attention = 8 * t * D * D + 4 * t * t * D;
    double ffn_token = (c->gated ? 6 : 4) * D * F;
    double head_token = (c->head == HEAD_MLM ? 2 * D * D : 0) + 2 * D * m->head_rows;
    return c->layers * attention + (c->layers - 1) * t * ffn_token + n * (ffn_token + head_token);
}

const gs_arch gs_arch_transformer = {.name = "transformer",
                                     .weights = sizeof(weights),
                                     .config = rows,
                                     .config_fault = config_fault,
                                     .init = init,
                                     .forward = forward,
                                     .head = head,
                                     .numbers = numbers,
                                     .flops = flops};
