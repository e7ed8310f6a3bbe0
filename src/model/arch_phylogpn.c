/* PhyloGPN: a ByteNet of valid convolutions that sees both strands alike.
 *
 *   x = embedding
 *   x = middle of x + out(gelu(norm(conv(gelu(norm(in(gelu(norm x))))))))
 *   logits = head(gelu(norm x))
 *
 * Every convolution takes dilation * (taps / 2) tokens from either end, so that the result is `margin` tokens shorter
 * at both ends than the sequence: read-outs there are refused (m->margin), hidden states there are zero. Norms are
 * layer norms over the channels, or (form before April 2026) one group over channels and tokens: then scores depend
 * on the length of the window. The weights are symmetrised by the importer.
 * Source: Albors 2025 (PhyloGPN), songlab-cal/phylogpn src/phylogpn.py; songlab-cal/gpn gpn/phylogpn.py. */
#include <math.h>
#include <string.h>
#include "model/bind.h"
#include "model/json.h"
#include "model/model.h"

/* The keys of the configuration. */
typedef struct {
    int vocab, dim, layers;
    int inner;               /* channels between the linear layers of a block */
    int kernel;              /* taps */
    int stack;               /* layers until dilations begin with 1 again */
    int norm;                /* "layer", "group" */
    int outputs;             /* rows of the head */
    double norm_eps;
} config;
typedef struct { gs_norm_w norm1, norm2, norm3; gs_linear_w in, out; gs_conv_w conv; } layer;
typedef struct {
    config c;
    gs_weight embed; /* [V, D] */
    gs_norm_w final_norm;
    gs_linear_w head;
    layer *layers;
} weights;

/* ---- configuration ---- */

enum { NORM_LAYER, NORM_GROUP };
static const char *const norms[] = {"layer", "group", NULL};

#define INT(f, ...) GS_KEY_INT(config, f, __VA_ARGS__)
static const gs_json_row rows[] = {
    INT(vocab, .def = GS_NEEDED, .min = 1, .max = 1 << 20),
    INT(dim, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(inner, .def = GS_NEEDED, .min = 1, .max = 1 << 15),
    INT(layers, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    INT(kernel, .def = GS_NEEDED, .min = 1, .max = 255),
    INT(stack, .def = GS_NEEDED, .min = 1, .max = 1 << 12),
    GS_KEY_NAME(config, norm, .names = norms, .def = GS_NEEDED),
    GS_KEY_REAL(config, norm_eps, .def = 1e-5, .max = 1),
    INT(outputs, .def = 4, .min = 1, .max = 1 << 20),
    {.key = NULL}};

enum { MAX_MARGIN = 1 << 24 };

/* 1, kernel, kernel^2, ... within a stack; capped where it is longer than any sequence. */
static int dilation(const config *c, int number)
{
    int64_t d = 1;
    for (int i = number % c->stack; i > 0 && d < MAX_MARGIN; i--)
        d *= c->kernel;
    return d < MAX_MARGIN ? (int)d : MAX_MARGIN;
}

/* Tokens at either end that have no output. */
static int64_t margin(const config *c)
{
    int64_t sum = 0;
    for (int i = 0; i < c->layers; i++)
        sum += (int64_t)dilation(c, i) * (c->kernel / 2);
    return sum;
}

static const char *config_fault(const gs_model *m)
{
    const config *c = m->weights;
    if (c->kernel % 2 == 0 || margin(c) > MAX_MARGIN || c->outputs > c->vocab)
        return "\"kernel\", \"stack\" or \"outputs\" is out of range";
    if ((size_t)c->layers > m->bundle.tensors.n)
        return "there are fewer tensors than \"layers\"";
    return NULL;
}

/* ---- weights ---- */

/* D dim, I inner, V vocabulary, K taps, R outputs. */
static const gs_bind_row model_rows[] = {
    GS_TABLE(weights, embed, .name = "embed", .shape = "VD"),
    GS_NORM(weights, final_norm, .name = "norm", .shape = "D"),
    GS_LINEAR(weights, head, .name = "head", .shape = "RD"),
    {.name = NULL}};

static const gs_bind_row layer_rows[] = {
    GS_NORM(layer, norm1, .name = "layers.%d.norm1", .shape = "D"),
    GS_LINEAR(layer, in, .name = "layers.%d.in", .shape = "ID"),
    GS_NORM(layer, norm2, .name = "layers.%d.norm2", .shape = "I"),
    GS_CONV(layer, conv, .name = "layers.%d.conv", .shape = "IKI"),
    GS_NORM(layer, norm3, .name = "layers.%d.norm3", .shape = "I"),
    GS_LINEAR(layer, out, .name = "layers.%d.out", .shape = "DI"),
    {.name = NULL}};

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    gs_binder b = {
        .norm = {.eps = (float)c->norm_eps, .kind = GS_NORM_LAYER},
        .dims = {['D'] = c->dim, ['I'] = c->inner, ['V'] = c->vocab, ['K'] = c->kernel, ['R'] = c->outputs}};
    int ret = gs_bind_begin(&b, m, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++) {
        gs_bind(&b, &w->layers[i], layer_rows, i);
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
    m->head_rows = w->c.outputs;
    m->margin = (int)margin(&w->c);
    return w->layers ? bind(w, m, e) : -GS_ENOMEM;
}

/* ---- forward ---- */

/* Norm, then GELU. */
static gs_mat activated(gs_worker *wk, const weights *w, gs_mat x, const gs_norm_w *norm, const gs_spans *s)
{
    gs_mat y = w->c.norm == NORM_GROUP ? gs_group_norm(wk, x, norm, s) : gs_norm(wk, x, norm);
    gs_activate(wk, y, GS_ACT_GELU);
    return y;
}

/* x [from.rows, D] += its branch -> [to.rows, D] in y */
static void block(gs_worker *wk, const weights *w, const layer *l, const gs_spans *from, const gs_spans *to,
                  gs_mat x[2])
{
    gs_mat y = gs_linear(wk, activated(wk, w, x[0], &l->norm1, from), &l->in);
    y = gs_conv(wk, activated(wk, w, y, &l->norm2, from), &l->conv, from, to);
    y = gs_linear(wk, activated(wk, w, y, &l->norm3, to), &l->out);
    gs_add(wk, x[1], y);
}

/* Where each row of the batch lies in the result, -1 in the margins. */
static int *result_rows(gs_worker *wk, const gs_batch *b, const gs_spans *s, int margin_tokens)
{
    int *at = gs_new(wk->arena, int, b->rows);
    memset(at, 0xff, sizeof *at * (size_t)b->rows);
    for (int i = 0; i < s->B; i++)
        for (int t = 0; t < s->len[i]; t++)
            at[b->beg[i] + margin_tokens + t] = s->beg[i] + t;
    return at;
}

/* Rows of x for n rows of the batch (row = NULL: the first n), [n, D]; zero in the margins. */
static gs_mat by_token(gs_worker *wk, gs_mat x, const int *at, const int *row, int n)
{
    gs_mat y = gs_mat_new(wk, n, x.cols);
    size_t bytes = sizeof(float) * (size_t)x.cols;
    for (int i = 0; i < n; i++) {
        int from = at[row ? row[i] : i];
        if (from < 0)
            memset(gs_mat_row(y, i), 0, bytes);
        else
            memcpy(gs_mat_row(y, i), gs_mat_row(x, from), bytes);
    }
    return y;
}

static gs_mat forward(gs_worker *wk, const gs_model *m, const gs_batch *b, const int *row, int n)
{
    const weights *w = m->weights;
    gs_spans s = gs_spans_of(b);
    gs_mat x = gs_embed_tokens(wk, b, &w->embed);
    for (int i = 0; i < w->c.layers; i++) {
        const layer *l = &w->layers[i];
        gs_spans to = gs_spans_crop(wk, &s, l->conv.dilation * (l->conv.taps / 2));
        gs_mat y = gs_crop(wk, x, &s, &to);
        gs_mark mark = gs_arena_mark(wk->arena);
        block(wk, w, l, &s, &to, (gs_mat[]){x, y});
        gs_arena_release(wk->arena, mark);
        x = y;
        s = to;
    }
    x = w->c.norm == NORM_GROUP ? gs_group_norm(wk, x, &w->final_norm, &s) : gs_norm(wk, x, &w->final_norm);
    return by_token(wk, x, result_rows(wk, b, &s, m->margin), row, n);
}

static gs_mat head(gs_worker *wk, const gs_model *m, gs_mat x)
{
    const weights *w = m->weights;
    gs_mat y = gs_mat_new(wk, x.rows, x.cols);
    memcpy(y.d, x.d, sizeof(float) * (size_t)x.rows * (size_t)x.cols);
    gs_activate(wk, y, GS_ACT_GELU);
    return gs_linear(wk, y, &w->head);
}

/* What every layer gives, and what a block takes beside it. */
static double numbers(const gs_model *m, int T)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, I = c->inner, sum = 0, t = T;
    for (int i = 0; i < c->layers; i++, t -= dilation(c, i) * (c->kernel - 1))
        sum += t * D;
    return sum + t * (2 * D + 2 * I);
}

static double flops(const gs_model *m, int T, int n_read)
{
    const config *c = &((const weights *)m->weights)->c;
    double D = c->dim, I = c->inner, t = T, sum = 0;
    for (int i = 0; i < c->layers; i++) {
        double after = t - dilation(c, i) * (c->kernel - 1);
        sum += 2 * (t * D * I + after * (c->kernel * I * I + I * D));
        t = after;
    }
    return sum + 2 * n_read * D * c->outputs;
}

const gs_arch gs_arch_phylogpn = {.name = "phylogpn",
                                  .weights = sizeof(weights),
                                  .config = rows,
                                  .config_fault = config_fault,
                                  .init = init,
                                  .forward = forward,
                                  .head = head,
                                  .numbers = numbers,
                                  .flops = flops};
