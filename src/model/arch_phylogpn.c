/* PhyloGPN: a ByteNet of valid convolutions that sees both strands alike.
 *
 *   x = embedding;   x = middle of x + out(gelu(norm(conv(gelu(norm(in(gelu(norm x))))))));   logits = head(gelu(norm x))
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

typedef struct { int vocab, dim, inner, layers, kernel, stack, group, outputs; double norm_eps; } config;
typedef struct { gs_norm_w norm1, norm2, norm3; gs_linear_w in, out; gs_conv_w conv; } layer;
typedef struct {
    config c;
    const float *embed; /* [V, D] */
    gs_norm_w final_norm;
    gs_linear_w head;
    layer *layers;
} weights;

/* ---- configuration ---- */

#define AT(f) offsetof(config, f)
static const char *const norms[] = {"layer", "group", NULL};

static const gs_json_row rows[] = {
    {"vocab", GS_JSON_INT, AT(vocab), NAN, 1, 1 << 20, NULL},
    {"dim", GS_JSON_INT, AT(dim), NAN, 1, 1 << 15, NULL},
    {"inner", GS_JSON_INT, AT(inner), NAN, 1, 1 << 15, NULL},
    {"layers", GS_JSON_INT, AT(layers), NAN, 1, 1 << 12, NULL},
    {"kernel", GS_JSON_INT, AT(kernel), NAN, 1, 255, NULL},
    {"stack", GS_JSON_INT, AT(stack), NAN, 1, 1 << 12, NULL},
    {"norm", GS_JSON_NAME, AT(group), NAN, 0, 0, norms},
    {"norm_eps", GS_JSON_REAL, AT(norm_eps), 1e-5, 0, 1, NULL},
    {"outputs", GS_JSON_INT, AT(outputs), 4, 1, 1 << 20, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

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
#define AT(f) offsetof(weights, f)
static const gs_bind_row model_rows[] = {
    {"embed.weight", AT(embed), "VD", 0},
    {"norm.weight", AT(final_norm.g), "D", 0},
    {"norm.bias", AT(final_norm.b), "D", 0},
    {"head.weight", AT(head.w), "RD", 0},
    {"head.bias", AT(head.b), "R", 0},
    {NULL, 0, NULL, 0}};
#undef AT

#define AT(f) offsetof(layer, f)
static const gs_bind_row layer_rows[] = {
    {"layers.%d.norm1.weight", AT(norm1.g), "D", 0},
    {"layers.%d.norm1.bias", AT(norm1.b), "D", 0},
    {"layers.%d.in.weight", AT(in.w), "ID", 0},
    {"layers.%d.in.bias", AT(in.b), "I", 0},
    {"layers.%d.norm2.weight", AT(norm2.g), "I", 0},
    {"layers.%d.norm2.bias", AT(norm2.b), "I", 0},
    {"layers.%d.conv.weight", AT(conv.w), "IKI", 0},
    {"layers.%d.conv.bias", AT(conv.b), "I", 0},
    {"layers.%d.norm3.weight", AT(norm3.g), "I", 0},
    {"layers.%d.norm3.bias", AT(norm3.b), "I", 0},
    {"layers.%d.out.weight", AT(out.w), "DI", 0},
    {"layers.%d.out.bias", AT(out.b), "D", 0},
    {NULL, 0, NULL, 0}};
#undef AT

static int bind(weights *w, gs_model *m, gs_err *e)
{
    const config *c = &w->c;
    gs_binder b = {.bundle = &m->bundle};
    b.dims['D' - 'A'] = c->dim;
    b.dims['I' - 'A'] = c->inner;
    b.dims['V' - 'A'] = c->vocab;
    b.dims['K' - 'A'] = c->kernel;
    b.dims['R' - 'A'] = c->outputs;
    int ret = gs_bind_begin(&b, e);
    if (ret)
        return ret;
    gs_bind(&b, w, model_rows, 0);
    for (int i = 0; i < c->layers; i++)
        gs_bind(&b, &w->layers[i], layer_rows, i);
    m->memory = b.memory;
    return gs_bind_finish(&b, e);
}

static void shape_layer(layer *l, const config *c, int i)
{
    gs_norm_w *norm[] = {&l->norm1, &l->norm2, &l->norm3};
    for (int j = 0; j < 3; j++)
        norm[j]->eps = (float)c->norm_eps, norm[j]->kind = GS_NORM_LAYER;
    l->in = (gs_linear_w){l->in.w, l->in.b, c->dim, c->inner};
    l->out = (gs_linear_w){l->out.w, l->out.b, c->inner, c->dim};
    l->conv = (gs_conv_w){l->conv.w, l->conv.b, c->inner, c->inner, c->kernel, dilation(c, i), 0};
}

static void shape(weights *w)
{
    for (int i = 0; i < w->c.layers; i++)
        shape_layer(&w->layers[i], &w->c, i);
    w->final_norm.eps = (float)w->c.norm_eps;
    w->final_norm.kind = GS_NORM_LAYER;
    w->head = (gs_linear_w){w->head.w, w->head.b, w->c.dim, w->c.outputs};
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
    m->head_rows = w->c.outputs;
    m->margin = (int)margin(&w->c);
    return 0;
}

/* ---- forward ---- */

/* Norm, then GELU. */
static gs_mat activated(gs_worker *wk, const weights *w, gs_mat x, const gs_norm_w *norm, const gs_spans *s)
{
    gs_mat y = w->c.group ? gs_group_norm(wk, x, norm, s) : gs_norm(wk, x, norm);
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
    gs_mat x = gs_embed_tokens(wk, b, w->embed, w->c.dim);
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
    x = w->c.group ? gs_group_norm(wk, x, &w->final_norm, &s) : gs_norm(wk, x, &w->final_norm);
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

const gs_arch gs_arch_phylogpn = {"phylogpn", sizeof(weights), rows, config_fault, init, forward, head, flops};
