/* The interpreter: one small function per kind of opcode, all in a table. */
#include "import/torch/pickle.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

typedef gs_pickle_value value;
typedef struct {
    gs_pickle *p;
    const unsigned char *at, *end;
    int32_t *stack, *memo; /* memo: -1 where nothing was put */
    size_t *mark;          /* heights of the stack */
    size_t n_stack, n_memo, n_mark, cap_stack, cap_memo, cap_mark;
    size_t most;           /* values and items: each takes bytes, and is copied once at most */
    int arg;               /* of the opcode, from the table */
    const unsigned char *begin;
    const char *what;
    gs_err *e;
} machine;

static int bad(machine *m)
{
    return gs_fail(m->e, GS_EMODEL, "%s is damaged: its pickle makes no sense at byte %zu; download it again", m->what,
                   (size_t)(m->at - m->begin));
}

/* ---- bytes, stack, values ---- */

static int take(machine *m, uint64_t n, const unsigned char **bytes)
{
    *bytes = m->at;
    if (n > (uint64_t)(m->end - m->at))
        return gs_fail(m->e, GS_EMODEL, "%s is cut short within its pickle; download it again", m->what);
    m->at += n;
    return 0;
}

/* A little-endian number of n bytes. */
static int take_number(machine *m, int n, uint64_t *x)
{
    const unsigned char *b;
    int ret = take(m, (uint64_t)n, &b);
    *x = 0;
    for (int i = n - 1; i >= 0 && !ret; i--)
        *x = *x << 8 | b[i];
    return ret;
}

static int too_many(machine *m)
{
    return gs_fail(m->e, GS_EMODEL, "%s holds more than %zu values in its pickle", m->what, m->most);
}

static int push(machine *m, int32_t i)
{
    if (m->n_stack >= m->most)
        return too_many(m);
    if (gs_reserve(&m->stack, &m->cap_stack, m->n_stack + 1, sizeof *m->stack))
        return gs_fail_mem(m->e, "a pickle", m->n_stack * sizeof *m->stack);
    m->stack[m->n_stack++] = i;
    return 0;
}

static size_t bottom(const machine *m)
{
    return m->n_mark ? m->mark[m->n_mark - 1] : 0;
}

static int pop(machine *m, int32_t *i)
{
    *i = 0;
    if (m->n_stack <= bottom(m))
        return bad(m);
    *i = m->stack[--m->n_stack];
    return 0;
}

static int push_value(machine *m, value v)
{
    gs_pickle *p = m->p;
    if (p->n_values >= m->most)
        return too_many(m);
    if (gs_reserve(&p->value, &p->cap_values, p->n_values + 1, sizeof v))
        return gs_fail_mem(m->e, "a pickle", p->n_values * sizeof v);
    p->value[p->n_values] = v;
    return push(m, (int32_t)p->n_values++);
}

static int push_empty(machine *m, gs_pv_kind kind)
{
    return push_value(m, (value){.kind = kind, .head = -1, .tail = -1});
}

static int append(machine *m, int32_t to, int32_t item)
{
    gs_pickle *p = m->p;
    value *v = &p->value[to];
    if (p->n_cells >= m->most)
        return too_many(m);
    if (gs_reserve(&p->cell, &p->cap_cells, p->n_cells + 1, sizeof *p->cell))
        return gs_fail_mem(m->e, "a pickle", p->n_cells * sizeof *p->cell);
    int32_t c = (int32_t)p->n_cells++;
    p->cell[c] = (gs_pickle_cell){item, -1};
    if (v->tail < 0)
        v->head = c;
    else
        p->cell[v->tail].next = c;
    v->tail = c;
    v->n++;
    return 0;
}

/* The stack from height `from` on becomes items of `to`. */
static int append_stack(machine *m, int32_t to, size_t from)
{
    for (size_t i = from; i < m->n_stack; i++)
        if (append(m, to, m->stack[i]))
            return -GS_EMODEL;
    m->n_stack = from;
    return 0;
}

static int pop_mark(machine *m, size_t *height)
{
    *height = 0;
    if (!m->n_mark)
        return bad(m);
    *height = m->mark[--m->n_mark];
    return 0;
}

/* ---- opcodes ---- */

static int op_skip(machine *m) /* PROTO, FRAME */
{
    const unsigned char *b;
    return take(m, (uint64_t)m->arg, &b);
}

static int op_mark(machine *m)
{
    if (m->n_mark >= m->most)
        return too_many(m);
    if (gs_reserve(&m->mark, &m->cap_mark, m->n_mark + 1, sizeof *m->mark))
        return gs_fail_mem(m->e, "a pickle", m->n_mark * sizeof *m->mark);
    m->mark[m->n_mark++] = m->n_stack;
    return 0;
}

static int op_pop(machine *m)
{
    int32_t i;
    return pop(m, &i);
}

static int op_pop_mark(machine *m)
{
    return pop_mark(m, &m->n_stack);
}

static int op_dup(machine *m)
{
    return m->n_stack > bottom(m) ? push(m, m->stack[m->n_stack - 1]) : bad(m);
}

static int op_none(machine *m)
{
    return push_value(m, (value){.kind = GS_PV_NONE});
}

static int op_bool(machine *m)
{
    return push_value(m, (value){.kind = GS_PV_BOOL, .of.i = m->arg});
}

static int op_int(machine *m)
{
    uint64_t x;
    int ret = take_number(m, m->arg, &x);
    return ret ? ret : push_value(m, (value){.kind = GS_PV_INT, .of.i = m->arg == 4 ? (int32_t)x : (int64_t)x});
}

/* Two's complement of any length. */
static int op_long(machine *m)
{
    uint64_t n, x = 0;
    const unsigned char *b;
    int ret = take_number(m, m->arg, &n);
    ret = ret ? ret : take(m, n, &b);
    if (ret)
        return ret;
    if (n > 8)
        return n > INT32_MAX ? bad(m) : push_value(m, (value){GS_PV_BYTES, (int32_t)n, -1, -1, {.s = (const char *)b}});
    for (uint64_t i = n; i-- > 0;)
        x = x << 8 | b[i];
    if (n && n < 8 && b[n - 1] & 128)
        x |= UINT64_MAX << 8 * n;
    return push_value(m, (value){.kind = GS_PV_INT, .of.i = (int64_t)x});
}

/* Its value is in no weights' way. */
static int op_real(machine *m)
{
    const unsigned char *b;
    int ret = take(m, 8, &b);
    return ret ? ret : push_value(m, (value){.kind = GS_PV_REAL});
}

static int push_string(machine *m, gs_pv_kind kind)
{
    uint64_t n;
    const unsigned char *b;
    int ret = take_number(m, m->arg, &n);
    ret = ret ? ret : take(m, n, &b);
    if (ret || n > INT32_MAX)
        return ret ? ret : bad(m);
    return push_value(m, (value){kind, (int32_t)n, -1, -1, {.s = (const char *)b}});
}

static int op_text(machine *m)
{
    return push_string(m, GS_PV_TEXT);
}

static int op_bytes(machine *m)
{
    return push_string(m, GS_PV_BYTES);
}

static int op_empty(machine *m)
{
    return push_empty(m, (gs_pv_kind)m->arg);
}

/* LIST, TUPLE, DICT, FROZENSET: all since the mark. */
static int op_gather(machine *m)
{
    size_t from;
    int ret = pop_mark(m, &from);
    if (ret)
        return ret;
    if (m->arg == GS_PV_DICT && (m->n_stack - from) % 2)
        return bad(m);
    ret = push_empty(m, (gs_pv_kind)m->arg);
    if (ret)
        return ret;
    int32_t to = m->stack[--m->n_stack];
    ret = append_stack(m, to, from);
    return ret ? ret : push(m, to);
}

/* TUPLE1, TUPLE2, TUPLE3 */
static int op_tuple(machine *m)
{
    size_t n = (size_t)m->arg;
    if (m->n_stack - bottom(m) < n)
        return bad(m);
    int ret = push_empty(m, GS_PV_TUPLE);
    if (ret)
        return ret;
    int32_t to = m->stack[--m->n_stack];
    ret = append_stack(m, to, m->n_stack - n);
    return ret ? ret : push(m, to);
}

/* Items from height `from` on go into what lies below them. An object's items are nobody's business. */
static int extend(machine *m, size_t from, gs_pv_kind kind)
{
    if (from <= bottom(m) || (kind == GS_PV_DICT && (m->n_stack - from) % 2))
        return bad(m);
    int32_t to = m->stack[from - 1];
    if (m->p->value[to].kind == kind)
        return append_stack(m, to, from);
    m->n_stack = from;
    return m->p->value[to].kind == GS_PV_OBJECT ? 0 : bad(m);
}

static int op_extend(machine *m) /* APPENDS, SETITEMS, ADDITEMS */
{
    size_t from;
    int ret = pop_mark(m, &from);
    return ret ? ret : extend(m, from, (gs_pv_kind)m->arg);
}

static int op_add(machine *m) /* APPEND, SETITEM */
{
    size_t n = m->arg == GS_PV_DICT ? 2 : 1;
    return m->n_stack - bottom(m) <= n ? bad(m) : extend(m, m->n_stack - n, (gs_pv_kind)m->arg);
}

static int remember(machine *m, uint64_t i)
{
    if (m->n_stack <= bottom(m) || i > (uint64_t)(m->at - m->begin)) /* no writer leaves more places free */
        return bad(m);
    if (gs_reserve(&m->memo, &m->cap_memo, (size_t)i + 1, sizeof *m->memo))
        return gs_fail_mem(m->e, "a pickle", (size_t)i * sizeof *m->memo);
    while (m->n_memo <= i)
        m->memo[m->n_memo++] = -1;
    m->memo[i] = m->stack[m->n_stack - 1];
    return 0;
}

static int op_put(machine *m)
{
    uint64_t i;
    int ret = take_number(m, m->arg, &i);
    return ret ? ret : remember(m, i);
}

static int op_memoize(machine *m)
{
    return remember(m, m->n_memo);
}

static int op_get(machine *m)
{
    uint64_t i;
    int ret = take_number(m, m->arg, &i);
    if (ret)
        return ret;
    return i < m->n_memo && m->memo[i] >= 0 ? push(m, m->memo[i]) : bad(m);
}

/* ---- names and calls ---- */

/* A name for a message: no more than fits a line, nothing that a terminal would obey. */
static void print_name(char out[100], const char *s, size_t n)
{
    size_t i = 0;
    for (; i < n && i < 99; i++)
        out[i] = (char)(isgraph((unsigned char)s[i]) && (unsigned char)s[i] < 128 ? s[i] : '?');
    out[i] = 0;
}

static int push_name(machine *m, const char *module, size_t module_len, const char *name, size_t name_len)
{
    char shown_module[100], shown_name[100];
    const gs_pickle_name *row = gs_pickle_allowed(module, module_len, name, name_len);
    if (row)
        return push_value(m, (value){.kind = GS_PV_NAME, .head = -1, .tail = -1, .of.name = row});
    print_name(shown_module, module, module_len);
    print_name(shown_name, name, name_len);
    return gs_fail(m->e, GS_EMODEL, "%s refers to %s.%s, which no weights need: refused", m->what, shown_module,
                   shown_name);
}

static int take_line(machine *m, const char **s, size_t *n)
{
    const unsigned char *b = m->at, *nl = memchr(b, '\n', (size_t)(m->end - b));
    *s = (const char *)b;
    *n = nl ? (size_t)(nl - b) : 0;
    return take(m, nl ? *n + 1 : UINT64_MAX, &b);
}

/* GLOBAL; also INST, of which no allowed use exists. */
static int op_name(machine *m)
{
    const char *module, *name;
    size_t module_len, name_len;
    int ret = take_line(m, &module, &module_len);
    ret = ret ? ret : take_line(m, &name, &name_len);
    ret = ret ? ret : push_name(m, module, module_len, name, name_len);
    return ret || !m->arg ? ret : bad(m);
}

static int op_stack_name(machine *m)
{
    int32_t name, module;
    int ret = pop(m, &name);
    ret = ret ? ret : pop(m, &module);
    if (ret)
        return ret;
    const value *a = &m->p->value[module], *b = &m->p->value[name];
    if (a->kind != GS_PV_TEXT || b->kind != GS_PV_TEXT)
        return bad(m);
    return push_name(m, a->of.s, (size_t)a->n, b->of.s, (size_t)b->n);
}

/* OrderedDict([[key, value], ...]), as Python 2 wrote it. */
static int push_dict(machine *m, const value *args)
{
    const value *pairs = gs_pickle_item(m->p, args, 0);
    int32_t c = pairs && pairs->kind == GS_PV_LIST ? pairs->head : -1;
    int ret = push_empty(m, GS_PV_DICT);
    for (int32_t to = ret ? 0 : m->stack[m->n_stack - 1]; c >= 0 && !ret; c = m->p->cell[c].next) {
        const value *pair = gs_pickle_at(m->p, m->p->cell[c].value);
        if ((pair->kind != GS_PV_LIST && pair->kind != GS_PV_TUPLE) || pair->n != 2)
            return bad(m);
        ret = append(m, to, m->p->cell[pair->head].value);
        ret = ret ? ret : append(m, to, m->p->cell[pair->tail].value);
    }
    return ret;
}

static int push_size(machine *m, const value *args)
{
    const value *size = gs_pickle_item(m->p, args, 0);
    return size && size->kind == GS_PV_TUPLE ? push(m, m->p->cell[args->head].value) : bad(m);
}

/* REDUCE, NEWOBJ: a name and its arguments. NEWOBJ_EX has named arguments too, which are dropped. */
static int op_call(machine *m)
{
    int32_t named, a, f;
    int ret = m->arg ? pop(m, &named) : 0;
    ret = ret ? ret : pop(m, &a);
    ret = ret ? ret : pop(m, &f);
    if (ret)
        return ret;
    value args = m->p->value[a];
    const value *function = &m->p->value[f];
    if (function->kind != GS_PV_NAME || args.kind != GS_PV_TUPLE)
        return bad(m);
    const gs_pickle_name *name = function->of.name;
    switch (name->use) {
    case GS_PN_DICT: return push_dict(m, &args);
    case GS_PN_SIZE: return push_size(m, &args);
    case GS_PN_TENSOR:
    case GS_PN_TENSOR_DTYPE:
    case GS_PN_PARAMETER:
    case GS_PN_TENSOR_TYPE:
        return push_value(m, (value){GS_PV_TENSOR, args.n, args.head, args.tail, {.name = name}});
    default: return push_empty(m, GS_PV_OBJECT);
    }
}

/* BUILD gives the object below a state; no state is of interest. */
static int op_state(machine *m)
{
    return m->n_stack - bottom(m) < 2 ? bad(m) : op_pop(m);
}

static int op_storage(machine *m)
{
    int32_t i;
    int ret = pop(m, &i);
    if (ret)
        return ret;
    value id = m->p->value[i];
    id.kind = GS_PV_STORAGE;
    return m->p->value[i].kind == GS_PV_TUPLE ? push_value(m, id) : bad(m);
}

static const struct { int (*run)(machine *); int arg; } ops[256] = {
    [0x80] = {op_skip, 1}, [0x95] = {op_skip, 8},                                              /* PROTO FRAME */
    ['('] = {op_mark, 0}, ['0'] = {op_pop, 0}, ['1'] = {op_pop_mark, 0}, ['2'] = {op_dup, 0},
    ['N'] = {op_none, 0}, [0x88] = {op_bool, 1}, [0x89] = {op_bool, 0},
    ['J'] = {op_int, 4}, ['K'] = {op_int, 1}, ['M'] = {op_int, 2},
    [0x8a] = {op_long, 1}, [0x8b] = {op_long, 4}, ['G'] = {op_real, 0},
    ['U'] = {op_text, 1}, ['T'] = {op_text, 4}, ['X'] = {op_text, 4}, [0x8c] = {op_text, 1}, [0x8d] = {op_text, 8},
    ['C'] = {op_bytes, 1}, ['B'] = {op_bytes, 4}, [0x8e] = {op_bytes, 8}, [0x96] = {op_bytes, 8},
    [']'] = {op_empty, GS_PV_LIST}, [')'] = {op_empty, GS_PV_TUPLE}, ['}'] = {op_empty, GS_PV_DICT},
    [0x8f] = {op_empty, GS_PV_LIST},                                                           /* EMPTY_SET */
    ['l'] = {op_gather, GS_PV_LIST}, ['t'] = {op_gather, GS_PV_TUPLE}, ['d'] = {op_gather, GS_PV_DICT},
    [0x91] = {op_gather, GS_PV_LIST},                                                          /* FROZENSET */
    [0x85] = {op_tuple, 1}, [0x86] = {op_tuple, 2}, [0x87] = {op_tuple, 3},
    ['e'] = {op_extend, GS_PV_LIST}, [0x90] = {op_extend, GS_PV_LIST}, ['u'] = {op_extend, GS_PV_DICT},
    ['a'] = {op_add, GS_PV_LIST}, ['s'] = {op_add, GS_PV_DICT},
    ['q'] = {op_put, 1}, ['r'] = {op_put, 4}, [0x94] = {op_memoize, 0}, ['h'] = {op_get, 1}, ['j'] = {op_get, 4},
    ['c'] = {op_name, 0}, ['i'] = {op_name, 1}, [0x93] = {op_stack_name, 0},
    ['R'] = {op_call, 0}, [0x81] = {op_call, 0}, [0x92] = {op_call, 1}, ['b'] = {op_state, 0}, ['Q'] = {op_storage, 0}};

static int step(machine *m, int *done)
{
    const unsigned char *code;
    int ret = take(m, 1, &code);
    if (ret)
        return ret;
    if (*code == '.') {
        *done = 1;
        return pop(m, &m->p->root);
    }
    if (!ops[*code].run)
        return gs_fail(m->e, GS_EMODEL, "%s has opcode 0x%02x in its pickle, which torch does not write: refused",
                       m->what, *code);
    m->arg = ops[*code].arg;
    return ops[*code].run(m);
}

int gs_pickle_read(gs_pickle *p, const char *bytes, size_t n, size_t *used, const char *what, gs_err *e)
{
    const unsigned char *b = (const unsigned char *)bytes;
    const unsigned char *end = b + (n < GS_PICKLE_MOST ? n : GS_PICKLE_MOST);
    machine m = {.p = p, .at = b, .begin = b, .end = end, .what = what, .e = e};
    m.most = n < GS_PICKLE_VALUES / 2 ? 2 * n + 2 : GS_PICKLE_VALUES;
    int done = 0, ret = 0;
    *p = (gs_pickle){0};
    while (!done && !ret)
        ret = step(&m, &done);
    *used = (size_t)(m.at - m.begin);
    free(m.stack);
    free(m.memo);
    free(m.mark);
    if (ret)
        gs_pickle_free(p);
    return ret;
}
