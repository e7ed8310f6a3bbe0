/* Dilated convolution encoders of the GPN family, one residual block after the other.
 *
 *   gpn      x += LN(gelu(conv x));             x += LN(gelu(linear x))            normalised branches
 *   convnet  x += linear(gelu(conv(LN x)));     x += down(gelu(up(LN x)))
 *   bytenet  x += out(gelu(LN(conv(gelu(LN(in(gelu(LN x))))))))
 *
 * Sources: Benegas 2023 (GPN), songlab-cal/gpn gpn/legacy.py, gpn/model.py, gpn/modules.py; Kalchbrenner 2016 (ByteNet).
 * Zeros stand beyond the ends of a sequence, which is within reach of every token: the window's width matters. */
#include <math.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

enum { GPN, CONVNET, BYTENET };
enum { HEAD_NONE, HEAD_LINEAR, HEAD_MLM };

typedef struct {
    int vocab, dim, inner, layers, block;
    int first_kernel, kernel, dilation_base, dilation_cycle, dilation_every, dilation_max;
    int depthwise, bias, one_hot, final_norm;
    int head, head_bias, dense_bias, head_tied;
    double norm_eps;
} config;

/* Which of them a kind of block has: see the tables. */
typedef struct { gs_norm_w norm1, norm2, norm3; gs_conv_w conv; gs_linear_w lin1, lin2, lin3; } layer;

typedef struct {
    config c;
    const float *embed; /* [V, D]; NULL: one-hot */
    gs_norm_w final_norm, head_norm;
    gs_linear_w head_dense, head;
    layer *layers;
} weights;

/* ---- configuration ---- */

#define AT(f) offsetof(config, f)
static const char *const blocks[] = {"gpn", "convnet", "bytenet", NULL}, *const heads[] = {"none", "linear", "mlm", NULL};

static const gs_json_row rows[] = {
    {"vocab", GS_JSON_INT, AT(vocab), NAN, 1, 1 << 20, NULL},
    {"dim", GS_JSON_INT, AT(dim), NAN, 1, 1 << 15, NULL},
    {"inner", GS_JSON_INT, AT(inner), NAN, 1, 1 << 15, NULL},
    {"layers", GS_JSON_INT, AT(layers), NAN, 1, 1 << 12, NULL},
    {"block", GS_JSON_NAME, AT(block), NAN, 0, 0, blocks},
    {"first_kernel", GS_JSON_INT, AT(first_kernel), 9, 1, 255, NULL},
    {"kernel", GS_JSON_INT, AT(kernel), 9, 1, 255, NULL},
    {"dilation_base", GS_JSON_INT, AT(dilation_base), 2, 1, 1 << 10, NULL},
    {"dilation_cycle", GS_JSON_INT, AT(dilation_cycle), NAN, 1, 1 << 20, NULL},
    {"dilation_double_every", GS_JSON_INT, AT(dilation_every), 1, 1, 1 << 20, NULL},
    {"dilation_max", GS_JSON_INT, AT(dilation_max), NAN, 1, 1 << 20, NULL},
    {"depthwise", GS_JSON_BOOL, AT(depthwise), 0, 0, 0, NULL},
    {"bias", GS_JSON_BOOL, AT(bias), 1, 0, 0, NULL},
    {"one_hot", GS_JSON_BOOL, AT(one_hot), 0, 0, 0, NULL},
    {"norm_eps", GS_JSON_REAL, AT(norm_eps), 1e-5, 0, 1, NULL},
    {"final_norm", GS_JSON_BOOL, AT(final_norm), 1, 0, 0, NULL},
    {"head", GS_JSON_NAME, AT(head), NAN, 0, 0, heads},
    {"head_bias", GS_JSON_BOOL, AT(head_bias), 1, 0, 0, NULL},
    {"head_dense_bias", GS_JSON_BOOL, AT(dense_bias), 1, 0, 0, NULL},
    {"head_tied", GS_JSON_BOOL, AT(head_tied), 0, 0, 0, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    if (c->first_kernel % 2 == 0 || c->kernel % 2 == 0)
        return "kernels must be odd";
    if (c->one_hot && (c->vocab > c->dim || c->head_tied))
        return "\"one_hot\" needs \"dim\" to be at least \"vocab\", and an untied head";
    if (c->block != BYTENET && c->block != CONVNET && c->inner != c->dim)
        return "a block of kind \"gpn\" has \"inner\" equal to \"dim\"";
    if ((size_t)c->layers > m->bundle.tensors.n)
        return "there are fewer tensors than \"layers\"";
    return NULL;
}

/* Doubled every so many layers, from 1 again after each cycle. */
static int dilation(const config *c, int number)
{
    int d = 1;
    for (int i = number % c->dilation_cycle / c->dilation_every; i > 0 && d < c->dilation_max; i--)
        d = c->dilation_base > 1 && d > c->dilation_max / c->dilation_base ? c->dilation_max : d * c->dilation_base;
    return d < c->dilation_max ? d : c->dilation_max;
}

/* ---- weights ---- */

enum { BIAS = 1, FULL = 2, DEPTHWISE = 4, EMBED = 8, FINAL_NORM = 16, MLM = 32, HEAD_BIAS = 64, OWN_HEAD = 128,
       DENSE_BIAS = 256 };

/* D dim, I inner, V vocabulary, K taps of the layer. */
#define AT(f) offsetof(weights, f)
static const gs_bind_row model_rows[] = {
    {"embed.weight", AT(embed), "VD", EMBED},
    {"norm.weight", AT(final_norm.g), "D", FINAL_NORM},
    {"norm.bias", AT(final_norm.b), "D", FINAL_NORM | BIAS},
    {"head.dense.weight", AT(head_dense.w), "DD", MLM},
    {"head.dense.bias", AT(head_dense.b), "D", MLM | DENSE_BIAS},
    {"head.norm.weight", AT(head_norm.g), "D", MLM},
    {"head.norm.bias", AT(head_norm.b), "D", MLM | DENSE_BIAS},
    {"head.weight", AT(head.w), "VD", OWN_HEAD},
    {"head.bias", AT(head.b), "V", HEAD_BIAS},
    {NULL, 0, NULL, 0}};
#undef AT

#define AT(f) offsetof(layer, f)
static const gs_bind_row gpn_rows[] = {
    {"layers.%d.conv.weight", AT(conv.w), "DKD", 0},
    {"layers.%d.conv.bias", AT(conv.b), "D", BIAS},
    {"layers.%d.norm1.weight", AT(norm1.g), "D", 0},
    {"layers.%d.norm1.bias", AT(norm1.b), "D", BIAS},
    {"layers.%d.lin1.weight", AT(lin1.w), "DD", 0},
    {"layers.%d.lin1.bias", AT(lin1.b), "D", BIAS},
    {"layers.%d.norm2.weight", AT(norm2.g), "D", 0},
    {"layers.%d.norm2.bias", AT(norm2.b), "D", BIAS},
    {NULL, 0, NULL, 0}};

static const gs_bind_row convnet_rows[] = {
    {"layers.%d.norm1.weight", AT(norm1.g), "D", 0},
    {"layers.%d.norm1.bias", AT(norm1.b), "D", BIAS},
    {"layers.%d.conv.weight", AT(conv.w), "DKD", FULL},
    {"layers.%d.conv.weight", AT(conv.w), "KD", DEPTHWISE},
    {"layers.%d.conv.bias", AT(conv.b), "D", BIAS},
    {"layers.%d.lin1.weight", AT(lin1.w), "DD", 0},
    {"layers.%d.lin1.bias", AT(lin1.b), "D", BIAS},
    {"layers.%d.norm2.weight", AT(norm2.g), "D", 0},
    {"layers.%d.norm2.bias", AT(norm2.b), "D", BIAS},
    {"layers.%d.lin2.weight", AT(lin2.w), "ID", 0},
    {"layers.%d.lin2.bias", AT(lin2.b), "I", BIAS},
    {"layers.%d.lin3.weight", AT(lin3.w), "DI", 0},
    {"layers.%d.lin3.bias", AT(lin3.b), "D", BIAS},
    {NULL, 0, NULL, 0}};

static const gs_bind_row bytenet_rows[] = {
    {"layers.%d.norm1.weight", AT(norm1.g), "D", 0},
    {"layers.%d.norm1.bias", AT(norm1.b), "D", BIAS},
    {"layers.%d.lin1.weight", AT(lin1.w), "ID", 0},
    {"layers.%d.lin1.bias", AT(lin1.b), "I", BIAS},
    {"layers.%d.norm2.weight", AT(norm2.g), "I", 0},
    {"layers.%d.norm2.bias", AT(norm2.b), "I", BIAS},
    {"layers.%d.conv.weight", AT(conv.w), "IKI", FULL},
    {"layers.%d.conv.weight", AT(conv.w), "KI", DEPTHWISE},
    {"layers.%d.conv.bias", AT(conv.b), "I", BIAS},
    {"layers.%d.norm3.weight", AT(norm3.g), "I", 0},
    {"layers.%d.norm3.bias", AT(norm3.b), "I", BIAS},
    {"layers.%d.lin2.weight", AT(lin2.w), "DI", 0},
    {"layers.%d.lin2.bias", AT(lin2.b), "D", BIAS},
    {NULL, 0, NULL, 0}};
#undef AT

/* The first layer mixes channels in any case. */
static int depthwise(const config *c, int number)
{
    return c->depthwise && number > 0;
}

static unsigned features(const config *c, int number)
{
    unsigned f = depthwise(c, number) ? DEPTHWISE : FULL;
    f |= c->bias ? BIAS : 0;
    f |= c->one_hot ? 0 : EMBED;
    f |= c->final_norm ? FINAL_NORM : 0;
    f |= c->head == HEAD_MLM ? MLM : 0;
    f |= c->dense_bias ? DENSE_BIAS : 0;
    f |= c->head != HEAD_NONE && c->head_bias ? HEAD_BIAS : 0;
    f |= c->head != HEAD_NONE && !c->head_tied ? OWN_HEAD : 0;
    return f;
}

static int taps(const config *c, int number)
{
    return number ? c->kernel : c->first_kernel;
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    static const gs_bind_row *const tables[] = {gpn_rows, convnet_rows, bytenet_rows};
    const config *c = &w->c;
    gs_binder b = {.bundle = &m->bundle, .features = features(c, 0)};
    b.dims['D' - 'A'] = c->dim;
    b.dims['I' - 'A'] = c->inner;
    b.dims['V' - 'A'] = c->vocab;
    int ret = gs_bind_begin(&b, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++) {
        b.dims['K' - 'A'] = taps(c, i);
        b.features = features(c, i);
        gs_bind(&b, &w->layers[i], tables[c->block], i);
    }
    m->memory = b.memory;
    return gs_bind_finish(&b, e);
}

static void size_linear(gs_linear_w *l, int in, int out)
{
    l->in = in;
    l->out = out;
}

static void shape_norm(gs_norm_w *n, const config *c)
{
    n->eps = (float)c->norm_eps;
    n->kind = GS_NORM_LAYER;
}

static void shape_layer(layer *l, const config *c, int i)
{
    int D = c->dim, I = c->inner, width = c->block == BYTENET ? I : D;
    shape_norm(&l->norm1, c);
    shape_norm(&l->norm2, c);
    shape_norm(&l->norm3, c);
    l->conv = (gs_conv_w){l->conv.w, l->conv.b, width, width, taps(c, i), dilation(c, i), depthwise(c, i)};
    size_linear(&l->lin1, D, width);
    size_linear(&l->lin2, c->block == BYTENET ? I : D, c->block == BYTENET ? D : I);
    size_linear(&l->lin3, I, D);
}

static void shape(weights *w)
{
    const config *c = &w->c;
    for (int i = 0; i < c->layers; i++)
        shape_layer(&w->layers[i], c, i);
    shape_norm(&w->final_norm, c);
    shape_norm(&w->head_norm, c);
    size_linear(&w->head_dense, c->dim, c->dim);
    size_linear(&w->head, c->dim, c->vocab);
    if (c->head_tied)
        w->head.w = w->embed;
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    w->layers = gs_model_memory(m, (size_t)w->c.layers, sizeof *w->layers, e);
    int ret = w->layers ? bind(w, m, e) : -GS_ENOMEM;
    if (ret)
        return ret;
    shape(w);
    m->dim = w->c.dim;
    m->vocab = w->c.vocab;
    m->head_rows = w->c.head == HEAD_NONE ? 0 : w->c.vocab;
    return 0;
}

/* ---- forward ---- */

static gs_mat gelu(gs_worker *wk, gs_mat x)
{
    gs_activate(wk, x, GS_ACT_GELU);
    return x;
}

/* The blocks: x [T, D] in place, and what they need besides it. */
static void gpn_block(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s)
{
    gs_add(wk, x, gs_norm(wk, gelu(wk, gs_conv(wk, x, &l->conv, s, s)), &l->norm1));
    gs_add(wk, x, gs_norm(wk, gelu(wk, gs_linear(wk, x, &l->lin1)), &l->norm2));
}

static void convnet_block(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s)
{
    gs_mat y = gelu(wk, gs_conv(wk, gs_norm(wk, x, &l->norm1), &l->conv, s, s));
    gs_add(wk, x, gs_linear(wk, y, &l->lin1));
    y = gelu(wk, gs_linear(wk, gs_norm(wk, x, &l->norm2), &l->lin2));
    gs_add(wk, x, gs_linear(wk, y, &l->lin3));
}

static void bytenet_block(gs_worker *wk, const layer *l, gs_mat x, const gs_spans *s)
{
    gs_mat y = gs_linear(wk, gelu(wk, gs_norm(wk, x, &l->norm1)), &l->lin1);
    y = gs_conv(wk, gelu(wk, gs_norm(wk, y, &l->norm2)), &l->conv, s, s);
    gs_add(wk, x, gs_linear(wk, gelu(wk, gs_norm(wk, y, &l->norm3)), &l->lin2));
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    static void (*const block[])(gs_worker *, const layer *, gs_mat, const gs_spans *) = {gpn_block, convnet_block,
                                                                                          bytenet_block};
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = w->embed ? gs_embed_tokens(wk, b, w->embed, w->c.dim) : gs_embed_one_hot(wk, b, w->c.vocab, 0, w->c.dim);
    for (int i = 0; i < w->c.layers; i++) {
        gs_mark mark = gs_arena_mark(wk->arena);
        block[w->c.block](wk, &w->layers[i], x, &s);
        gs_arena_release(wk->arena, mark);
    }
    x = gs_rows(wk, x, row, n);
    return w->c.final_norm ? gs_norm(wk, x, &w->final_norm) : x;
}

static gs_mat head(gs_worker *wk, const gs_model *m, gs_mat x)
{
    const weights *w = m->weights;
    if (w->c.head == HEAD_MLM)
        x = gs_norm(wk, gelu(wk, gs_linear(wk, x, &w->head_dense)), &w->head_norm);
    return gs_linear(wk, x, &w->head);
}

static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, I = c->inner, width = c->block == BYTENET ? I : D, sum = 0;
    double linear = c->block == GPN ? D * D : c->block == CONVNET ? D * D + 2 * D * I : 2 * D * I;
    for (int i = 0; i < c->layers; i++)
        sum += 2 * (linear + taps(c, i) * width * (depthwise(c, i) ? 1 : width));
    return T * sum + n_read * 2 * ((c->head == HEAD_MLM ? D * D : 0) + D * m->head_rows);
}

const gs_arch gs_arch_convnet = {"convnet", sizeof(weights), rows, config_fault, init, forward, head, flops};
