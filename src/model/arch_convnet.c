/* Dilated convolution encoders of the GPN family, one residual block after the other.
 *
 *   gpn      x += LN(gelu(conv x));             x += LN(gelu(linear x))            normalised branches
 *   convnet  x += linear(gelu(conv(LN x)));     x += down(gelu(up(LN x)))
 *   bytenet  x += out(gelu(LN(conv(gelu(LN(in(gelu(LN x))))))))
 *
 * Sources: Benegas 2023 (GPN), songlab-cal/gpn gpn/legacy.py, gpn/model.py, gpn/modules.py;
 * Kalchbrenner 2016 (ByteNet).
 * Zeros stand beyond the ends of a sequence, which is within reach of every token: the window's width matters. */
#include <math.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

enum { GPN, CONVNET, BYTENET };
enum { HEAD_NONE, HEAD_LINEAR, HEAD_MLM };

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers;
    int inner;                 /* channels between the linear layers of a block */
    int block;                 /* "gpn", "convnet", "bytenet" */
    int first_kernel, kernel;  /* taps of the first layer's convolution, and of the others' */
    int dilation_base;         /* the factor by which dilations grow from 1 ... */
    int dilation_double_every; /* ... once in so many layers ... */
    int dilation_cycle;        /* ... until they begin again after so many ... */
    int dilation_max;          /* ... and to this at most */
    int depthwise;             /* channels are convolved apart, but in the first layer */
    int bias, one_hot, final_norm;
    int head;                  /* "none", "linear", "mlm": dense, GELU and norm before it */
    int head_bias, head_dense_bias;
    int head_tied;             /* the embedding is the head's matrix */
    double norm_eps;
} config;

/* Which of them a kind of block has: see the tables. */
typedef struct { gs_norm_w norm1, norm2, norm3; gs_conv_w conv; gs_linear_w lin1, lin2, lin3; } layer;

typedef struct {
    config c;
    gs_weight embed; /* [V, D] unless one-hot */
    gs_norm_w final_norm, head_norm;
    gs_linear_w head_dense, head;
    layer *layers;
} weights;

/* ---- configuration ---- */

static const char *const blocks[] = {"gpn", "convnet", "bytenet", NULL};
static const char *const heads[] = {"none", "linear", "mlm", NULL};

#define INT(f, ...) GS_KEY_INT(config, f, __VA_ARGS__)
#define BOOL(f, d) GS_KEY_BOOL(config, f, .def = d)
#define NAME(f, n, d) GS_KEY_NAME(config, f, .names = n, .def = d)
static const gs_json_row rows[] = {
    INT(vocab, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    INT(dim, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(inner, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(layers, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    NAME(block, blocks, GS_NEEDED),
    INT(first_kernel, .def = 9, .min = 1, .max = 255),
    INT(kernel, .def = 9, .min = 1, .max = 255),
    INT(dilation_base, .def = 2, .min = 1, .max = 1 << 10),
    INT(dilation_cycle, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    INT(dilation_double_every, .def = 1, .min = 1, .max = 1 << 20),
    INT(dilation_max, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    BOOL(depthwise, 0),
    BOOL(bias, 1),
    BOOL(one_hot, 0),
    GS_KEY_REAL(config, norm_eps, .def = 1e-5, .max = 1),
    BOOL(final_norm, 1),
    NAME(head, heads, GS_NEEDED),
    BOOL(head_bias, 1),
    BOOL(head_dense_bias, 1),
    BOOL(head_tied, 0),
    {.key = NULL}};

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
    for (int i = number % c->dilation_cycle / c->dilation_double_every; i > 0 && d < c->dilation_max; i--)
        d = c->dilation_base > 1 && d > c->dilation_max / c->dilation_base ? c->dilation_max : d * c->dilation_base;
    return d < c->dilation_max ? d : c->dilation_max;
}

/* ---- weights ---- */

enum { BIAS = 1, FULL = 2, DEPTHWISE = 4, EMBED = 8, FINAL_NORM = 16, MLM = 32, HEAD_BIAS = 64, OWN_HEAD = 128,
       DENSE_BIAS = 256, TIED_HEAD = 512 };

/* D dim, I inner, V vocabulary, K taps of the layer. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD", .when = EMBED),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D", .when = FINAL_NORM, .bias = BIAS),
    GS_LINEAR(weights, head_dense, .name = "head.dense", .shape = "DD", .when = MLM, .bias = DENSE_BIAS),
    GS_NORM(weights, head_norm, .name = "head.norm", .shape = "D", .when = MLM, .bias = DENSE_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .when = OWN_HEAD, .bias = HEAD_BIAS),
    GS_LINEAR(weights, head, .name = "head", .shape = "VD", .when = TIED_HEAD, .bias = HEAD_BIAS, .tied = "embed"),
    {.name = NULL}};

static const gs_bind_row gpn_rows[] = {
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "DKD", .bias = BIAS),
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = BIAS),
    GS_LINEAR(layer, lin1, .name = "layers.%d.lin1", .shape = "DD", .bias = BIAS),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D", .bias = BIAS),
    {.name = NULL}};

static const gs_bind_row convnet_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = BIAS),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "DKD", .when = FULL, .bias = BIAS),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "KD", .when = DEPTHWISE, .bias = BIAS),
    GS_LINEAR(layer, lin1, .name = "layers.%d.lin1", .shape = "DD", .bias = BIAS),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "D", .bias = BIAS),
    GS_LINEAR(layer, lin2, .name = "layers.%d.lin2", .shape = "ID", .bias = BIAS),
    GS_LINEAR(layer, lin3, .name = "layers.%d.lin3", .shape = "DI", .bias = BIAS),
    {.name = NULL}};

static const gs_bind_row bytenet_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D", .bias = BIAS),
    GS_LINEAR(layer, lin1, .name = "layers.%d.lin1", .shape = "ID", .bias = BIAS),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "I", .bias = BIAS),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "IKI", .when = FULL, .bias = BIAS),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "KI", .when = DEPTHWISE, .bias = BIAS),
    GS_NORM(layer, norm3, .name = "layers.%d.norm3", .shape = "I", .bias = BIAS),
    GS_LINEAR(layer, lin2, .name = "layers.%d.lin2", .shape = "DI", .bias = BIAS),
    {.name = NULL}};

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
    f |= c->head_dense_bias ? DENSE_BIAS : 0;
    f |= c->head_bias ? HEAD_BIAS : 0;
    return c->head == HEAD_NONE ? f : f | (c->head_tied ? TIED_HEAD : OWN_HEAD);
}

static int taps(const config *c, int number)
{
    return number ? c->kernel : c->first_kernel;
}

static int bind(weights *w, gs_model *m, gs_err *e)
{
    static const gs_bind_row *const tables[] = {gpn_rows, convnet_rows, bytenet_rows};
    const config *c = &w->c;
    gs_binder b = {.features = features(c, 0),
                   .norm = {.eps = (float)c->norm_eps, .kind = GS_NORM_LAYER},
                   .dims = {['D'] = c->dim, ['I'] = c->inner, ['V'] = c->vocab}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++) {
        b.dims['K'] = taps(c, i);
        b.features = features(c, i);
        gs_bind(&b, &w->layers[i], tables[c->block], i);
        w->layers[i].conv.dilation = dilation(c, i);
    }
    return gs_bind_finish(&b, e);
}

static int init(gs_model *m, gs_err *e)
{
    weights *w = m->weights;
    w->layers = gs_model_memory(m, (size_t)w->c.layers, sizeof *w->layers, e);
    m->dim = w->c.dim;
    m->vocab = w->c.vocab;
    m->head_rows = w->c.head == HEAD_NONE ? 0 : w->c.vocab;
    return w->layers ? bind(w, m, e) : -GS_ENOMEM;
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
    gs_mat x = w->c.one_hot ? gs_embed_one_hot(wk, b, w->c.vocab, 0, w->c.dim) : gs_embed_tokens(wk, b, &w->embed);
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

/* x and what a block takes beside it, which is less while it has the neighbourhoods of a full convolution. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, I = c->inner, width = c->block == BYTENET ? I : D;
    double block = c->block == GPN ? 4 * D : c->block == CONVNET ? 5 * D + I : 2 * D + 4 * I;
    int most = GS_CONV_BLOCKS * gs_gemm()->rows, K = c->first_kernel > c->kernel ? c->first_kernel : c->kernel;
    return fmax(T * (D + block), 3.0 * T * D + (c->depthwise ? 0 : (T < most ? T : most) * width * K));
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

const gs_arch gs_arch_convnet = {.name = "convnet",
                                 .weights = sizeof(weights),
                                 .config = rows,
                                 .config_fault = config_fault,
                                 .init = init,
                                 .forward = forward,
                                 .head = head,
                                 .numbers = numbers,
                                 .flops = flops};
