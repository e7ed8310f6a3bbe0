/* Transformer encoders: BERT, ESM and their kin, steered by the configuration alone.
 *
 *   tokens -> embedding, one-hot (with aligned species: GPN-MSA) or convolution stem
 *          -> layers of attention and feed-forward -> final norm -> head
 *
 * Sources: Devlin 2019 (BERT: post-LN, learned positions), Lin 2023 / transformers modeling_esm.py (ESM: pre-LN,
 * rotary, token dropout), Su 2021 / Benegas 2025 (RoFormer, GPN-MSA), Shazeer 2020 (gated feed-forward), Press 2022 (ALiBi). */
#include <math.h>
#include <string.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

enum { POS_NONE, POS_LEARNED, POS_ROTARY, POS_ALIBI };
enum { HEAD_NONE, HEAD_LINEAR, HEAD_MLM };

typedef struct {
    int vocab, dim, layers, heads, ffn;
    int norm, norm_pre, norm_bias;
    int position, positions, position_offset, rotary, rotary_dtype;
    int act, gated, attn_bias, up_bias, down_bias;
    int stem_kernel, stem_pad, one_hot, aux, aux_vocab, token_types, embed_norm, final_norm, token_dropout;
    int head, head_act, head_bias, head_tied, head_vocab;
    double norm_eps, head_norm_eps, rotary_base;
} config;

typedef struct { gs_norm_w norm1, norm2; gs_attention_w attn; gs_linear_w up, down; } layer;

typedef struct {
    config c;
    const float *embed, *types, *positions; /* [V, D], [token types, D], [P, D] */
    gs_stem_w stem;
    gs_norm_w embed_norm, final_norm, head_norm;
    gs_linear_w head_dense, head;
    layer *layers;
    float *slopes; /* [H] with ALiBi */
} weights;

/* ---- configuration ---- */

#define AT(f) offsetof(config, f)
static const char *const norms[] = {"layer", "rms", NULL}, *const places[] = {"post", "pre", NULL};
static const char *const position_names[] = {"none", "learned", "rotary", "alibi", NULL};
static const char *const rotaries[] = {"half", "pairs", NULL}, *const rotary_dtypes[] = {"f32", "f16", "bf16", NULL};
static const char *const heads[] = {"none", "linear", "mlm", NULL};
static const char *const acts[] = {
    [GS_ACT_NONE] = "none", [GS_ACT_GELU] = "gelu", [GS_ACT_GELU_TANH] = "gelu_tanh", [GS_ACT_SILU] = "silu",
    [GS_ACT_RELU] = "relu", [GS_ACT_RELU2] = "relu2", [GS_ACT_COUNT] = NULL};

/* Ranges keep every product of two within an int; the tensors' shapes do the rest. Default -1: see complete(). */
static const gs_json_row rows[] = {
    {"vocab", GS_JSON_INT, AT(vocab), NAN, 1, 1 << 20, NULL},
    {"dim", GS_JSON_INT, AT(dim), NAN, 1, 1 << 15, NULL},
    {"layers", GS_JSON_INT, AT(layers), NAN, 1, 1 << 12, NULL},
    {"heads", GS_JSON_INT, AT(heads), NAN, 1, 1 << 12, NULL},
    {"ffn", GS_JSON_INT, AT(ffn), NAN, 1, 1 << 20, NULL},
    {"norm", GS_JSON_NAME, AT(norm), 0, 0, 0, norms},
    {"norm_place", GS_JSON_NAME, AT(norm_pre), 1, 0, 0, places},
    {"norm_eps", GS_JSON_REAL, AT(norm_eps), 1e-5, 0, 1, NULL},
    {"head_norm_eps", GS_JSON_REAL, AT(head_norm_eps), -1, 0, 1, NULL},
    {"norm_bias", GS_JSON_BOOL, AT(norm_bias), -1, 0, 0, NULL},
    {"position", GS_JSON_NAME, AT(position), NAN, 0, 0, position_names},
    {"positions", GS_JSON_INT, AT(positions), 0, 0, 1 << 27, NULL},
    {"position_offset", GS_JSON_INT, AT(position_offset), 0, 0, 1 << 20, NULL},
    {"rotary", GS_JSON_NAME, AT(rotary), 0, 0, 0, rotaries},
    {"rotary_base", GS_JSON_REAL, AT(rotary_base), 10000, 1, 1e12, NULL},
    {"rotary_dtype", GS_JSON_NAME, AT(rotary_dtype), 0, 0, 0, rotary_dtypes},
    {"act", GS_JSON_NAME, AT(act), NAN, 0, 0, acts},
    {"gated", GS_JSON_BOOL, AT(gated), 0, 0, 0, NULL},
    {"attn_bias", GS_JSON_BOOL, AT(attn_bias), 1, 0, 0, NULL},
    {"ffn_bias", GS_JSON_BOOL, AT(up_bias), 1, 0, 0, NULL},
    {"down_bias", GS_JSON_BOOL, AT(down_bias), -1, 0, 0, NULL},
    {"stem_kernel", GS_JSON_INT, AT(stem_kernel), 0, 0, 1 << 10, NULL},
    {"stem_pad", GS_JSON_INT, AT(stem_pad), -1, -1, 1 << 20, NULL},
    {"one_hot", GS_JSON_BOOL, AT(one_hot), 0, 0, 0, NULL},
    {"aux", GS_JSON_INT, AT(aux), 0, 0, 1 << 15, NULL},
    {"aux_vocab", GS_JSON_INT, AT(aux_vocab), 0, 0, 255, NULL},
    {"token_types", GS_JSON_INT, AT(token_types), 0, 0, 1 << 10, NULL},
    {"embed_norm", GS_JSON_BOOL, AT(embed_norm), 0, 0, 0, NULL},
    {"final_norm", GS_JSON_BOOL, AT(final_norm), 1, 0, 0, NULL},
    {"token_dropout", GS_JSON_BOOL, AT(token_dropout), 0, 0, 0, NULL},
    {"head", GS_JSON_NAME, AT(head), NAN, 0, 0, heads},
    {"head_act", GS_JSON_NAME, AT(head_act), GS_ACT_GELU, 0, 0, acts},
    {"head_bias", GS_JSON_BOOL, AT(head_bias), 1, 0, 0, NULL},
    {"head_tied", GS_JSON_BOOL, AT(head_tied), 0, 0, 0, NULL},
    {"head_vocab", GS_JSON_INT, AT(head_vocab), -1, 1, 1 << 20, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

/* Defaults that depend on other keys. */
static void complete(config *c)
{
    if (c->head_norm_eps < 0)
        c->head_norm_eps = c->norm_eps;
    if (c->norm_bias < 0)
        c->norm_bias = c->norm == 0;
    if (c->down_bias < 0)
        c->down_bias = c->up_bias;
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

enum { EMBED = 1, STEM = 2, POSITIONS = 4, TYPES = 8, EMBED_NORM = 16, NORM_BIAS = 32, ATTN_BIAS = 64, UP_BIAS = 128,
       DOWN_BIAS = 256, FINAL_NORM = 512, MLM = 1024, HEAD_BIAS = 2048, OWN_HEAD = 4096 };

/* D dim, V vocabulary, P positions, Y token types, K taps, F inner width, U rows of up (2F if gated), R head rows. */
#define AT(f) offsetof(weights, f)
static const gs_bind_row model_rows[] = {
    {"embed.weight", AT(embed), "VD", EMBED},
    {"stem.weight", AT(stem.table), "KVD", STEM},
    {"position.weight", AT(positions), "PD", POSITIONS},
    {"type.weight", AT(types), "YD", TYPES},
    {"embed_norm.weight", AT(embed_norm.g), "D", EMBED_NORM},
    {"embed_norm.bias", AT(embed_norm.b), "D", EMBED_NORM | NORM_BIAS},
    {"norm.weight", AT(final_norm.g), "D", FINAL_NORM},
    {"norm.bias", AT(final_norm.b), "D", FINAL_NORM | NORM_BIAS},
    {"head.dense.weight", AT(head_dense.w), "DD", MLM},
    {"head.dense.bias", AT(head_dense.b), "D", MLM},
    {"head.norm.weight", AT(head_norm.g), "D", MLM},
    {"head.norm.bias", AT(head_norm.b), "D", MLM | NORM_BIAS},
    {"head.weight", AT(head.w), "RD", OWN_HEAD},
    {"head.bias", AT(head.b), "R", HEAD_BIAS},
    {NULL, 0, NULL, 0}};
#undef AT

#define AT(f) offsetof(layer, f)
static const gs_bind_row layer_rows[] = {
    {"layers.%d.norm1.weight", AT(norm1.g), "D", 0},
    {"layers.%d.norm1.bias", AT(norm1.b), "D", NORM_BIAS},
    {"layers.%d.norm2.weight", AT(norm2.g), "D", 0},
    {"layers.%d.norm2.bias", AT(norm2.b), "D", NORM_BIAS},
    {"layers.%d.q.weight", AT(attn.q.w), "DD", 0},
    {"layers.%d.q.bias", AT(attn.q.b), "D", ATTN_BIAS},
    {"layers.%d.k.weight", AT(attn.k.w), "DD", 0},
    {"layers.%d.k.bias", AT(attn.k.b), "D", ATTN_BIAS},
    {"layers.%d.v.weight", AT(attn.v.w), "DD", 0},
    {"layers.%d.v.bias", AT(attn.v.b), "D", ATTN_BIAS},
    {"layers.%d.o.weight", AT(attn.o.w), "DD", 0},
    {"layers.%d.o.bias", AT(attn.o.b), "D", ATTN_BIAS},
    {"layers.%d.up.weight", AT(up.w), "UD", 0},
    {"layers.%d.up.bias", AT(up.b), "U", UP_BIAS},
    {"layers.%d.down.weight", AT(down.w), "DF", 0},
    {"layers.%d.down.bias", AT(down.b), "D", DOWN_BIAS},
    {NULL, 0, NULL, 0}};
#undef AT

static unsigned features(const config *c)
{
    unsigned f = c->stem_kernel ? STEM : c->one_hot ? 0 : EMBED;
    f |= c->position == POS_LEARNED ? POSITIONS : 0;
    f |= c->token_types ? TYPES : 0;
    f |= c->embed_norm ? EMBED_NORM : 0;
    f |= c->norm_bias ? NORM_BIAS : 0;
    f |= c->attn_bias ? ATTN_BIAS : 0;
    f |= c->up_bias ? UP_BIAS : 0;
    f |= c->down_bias ? DOWN_BIAS : 0;
    f |= c->final_norm ? FINAL_NORM : 0;
    f |= c->head == HEAD_MLM ? MLM : 0;
    f |= c->head != HEAD_NONE && c->head_bias ? HEAD_BIAS : 0;
    f |= c->head != HEAD_NONE && !c->head_tied ? OWN_HEAD : 0;
    return f;
}

static void set_dims(gs_binder *b, const config *c)
{
    const struct { char letter; int size; } dims[] = {
        {'D', c->dim},         {'V', c->vocab}, {'P', c->positions},                      {'Y', c->token_types},
        {'K', c->stem_kernel}, {'F', c->ffn},   {'U', c->gated ? 2 * c->ffn : c->ffn}, {'R', c->head_vocab}};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        b->dims[dims[i].letter - 'A'] = dims[i].size;
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    gs_binder b = {.bundle = &m->bundle, .features = features(&w->c)};
    set_dims(&b, &w->c);
    int ret = gs_bind_begin(&b, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < w->c.layers; i++)
        gs_bind(&b, &w->layers[i], layer_rows, i);
    m->memory = b.memory;
    return gs_bind_finish(&b, e);
}

static void size_linear(gs_linear_w *l, int in, int out)
{
    l->in = in;
    l->out = out;
}

static void shape_norm(gs_norm_w *n, const config *c, int present)
{
    n->eps = (float)c->norm_eps;
    n->kind = !present ? GS_NORM_NONE : c->norm ? GS_NORM_RMS : GS_NORM_LAYER;
}

static void shape_layer(layer *l, const weights *w)
{
    static const int rotary_bits[] = {0, 11, 8}; /* of rotary_dtypes */
    const config *c = &w->c;
    gs_linear_w *square[] = {&l->attn.q, &l->attn.k, &l->attn.v, &l->attn.o};
    for (int i = 0; i < 4; i++)
        size_linear(square[i], c->dim, c->dim);
    size_linear(&l->up, c->dim, c->gated ? 2 * c->ffn : c->ffn);
    size_linear(&l->down, c->ffn, c->dim);
    shape_norm(&l->norm1, c, 1);
    shape_norm(&l->norm2, c, 1);
    l->attn.heads = c->heads;
    l->attn.rotary = c->position != POS_ROTARY ? GS_ROTARY_NONE : c->rotary ? GS_ROTARY_PAIRS : GS_ROTARY_HALF;
    l->attn.rotary_base = (float)c->rotary_base;
    l->attn.rotary_bits = rotary_bits[c->rotary_dtype];
    l->attn.slopes = w->slopes;
}

static void shape(weights *w)
{
    const config *c = &w->c;
    for (int i = 0; i < c->layers; i++)
        shape_layer(&w->layers[i], w);
    shape_norm(&w->embed_norm, c, c->embed_norm);
    shape_norm(&w->final_norm, c, c->final_norm);
    shape_norm(&w->head_norm, c, 1);
    w->head_norm.eps = (float)c->head_norm_eps;
    size_linear(&w->head_dense, c->dim, c->dim);
    size_linear(&w->head, c->dim, c->head_vocab);
    if (c->head_tied)
        w->head.w = w->embed;
    w->stem = (gs_stem_w){w->stem.table, c->stem_kernel, c->vocab, c->dim, c->stem_pad};
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
    complete(&w->c);
    w->layers = gs_model_memory(m, (size_t)w->c.layers, sizeof *w->layers, e);
    if (!w->layers || (w->c.position == POS_ALIBI && fill_slopes(w, m, e)))
        return -GS_ENOMEM;
    int ret = bind(w, m, e);
    if (ret)
        return ret;
    shape(w);
    m->dim = w->c.dim;
    m->vocab = w->c.vocab;
    m->head_rows = w->c.head == HEAD_NONE ? 0 : w->c.head_vocab;
    m->n_aux = w->c.aux;
    m->aux_vocab = w->c.aux_vocab;
    int most = w->c.positions - w->c.position_offset;
    if (w->c.position == POS_LEARNED && (!m->tok->max_tokens || m->tok->max_tokens > most))
        m->tok->max_tokens = most;
    return 0;
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
    return gs_embed_tokens(wk, b, w->embed, w->c.dim);
}

static gs_mat embed(gs_worker *wk, const weights *w, const gs_batch *b, int32_t mask)
{
    gs_mat x = embed_symbols(wk, w, b);
    if (w->c.token_dropout)
        token_dropout(wk, x, b, mask);
    for (int t = 0; w->types && t < x.rows; t++) /* one sequence at a time: all tokens are of type 0 */
        wk->k->add(gs_mat_row(x, t), w->types, (size_t)x.cols);
    gs_spans s = gs_spans_of(b);
    if (w->positions)
        gs_add_positions(wk, x, &s, w->positions, w->c.position_offset);
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
    if (!w->c.norm_pre)
        memcpy(x.d, gs_norm(wk, x, norm).d, sizeof(float) * (size_t)x.rows * (size_t)x.cols);
}

static void attention_block(gs_worker *wk, const weights *w, const layer *l, gs_mat x, const gs_spans *s)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat in = w->c.norm_pre ? gs_norm(wk, x, &l->norm1) : x;
    join(wk, w, x, gs_attention(wk, in, &l->attn, s), &l->norm1);
    gs_arena_release(wk->arena, mark);
}

static void feed_forward_block(gs_worker *wk, const weights *w, const layer *l, gs_mat x)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat in = w->c.norm_pre ? gs_norm(wk, x, &l->norm2) : x;
    join(wk, w, x, feed_forward(wk, w, l, in), &l->norm2);
    gs_arena_release(wk->arena, mark);
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = embed(wk, w, b, m->tok->mask);
    for (int i = 0; i < w->c.layers; i++) {
        attention_block(wk, w, &w->layers[i], x, &s);
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

const gs_arch gs_arch_transformer = {"transformer", sizeof(weights), rows, config_fault, init, forward, head, flops};
