/* Byte-pair encoding over characters: the adjacent pair of the best rank is merged, the leftmost first, until none is
 * left. Without merges it is one token per character. A character that is no entry may have one for its byte, "<0x41>".
 * Source: BPE of Hugging Face tokenizers (models/bpe/{model,word}.rs): a heap of candidates over a linked list,
 * O(n log n) for one long word, which is what a genome's sequence is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "token/token.h"

/* A merge of two ids, in an open hash table; rank 0 is the best. left = -1: a free slot. */
typedef struct { int32_t left, right, rank, id; } merge;

typedef struct {
    merge *slot;
    size_t n_slots;          /* a power of two */
    int32_t id[256];         /* of each character, -1 unknown */
    int32_t mark;            /* of GS_SPACES_MARK, else -1 */
    int fuse_unk, spaces, words, run, run_least, run_as;
} bpe;

/* ---- the table of merges ---- */

static merge *find_slot(const bpe *b, int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9e3779b97f4a7c15u;
    for (size_t i = (size_t)(h >> 32);; i++) {
        merge *m = &b->slot[i & (b->n_slots - 1)];
        if (m->left < 0 || (m->left == left && m->right == right))
            return m;
    }
}

/* The entry that is the two texts together; -1 if there is none. */
static int joined(const gs_tokenizer *t, int32_t left, int32_t right, gs_err *e)
{
    const char *l = t->vocab[left], *r = t->vocab[right];
    size_t n = strlen(l), all = n + strlen(r);
    char *text = malloc(all + 1);
    if (!text)
        return gs_fail_mem(e, "a merge", all);
    memcpy(text, l, n);
    memcpy(text + n, r, all - n);
    int id = all <= INT32_MAX ? gs_token_id(t, text, (int)all) : -1;
    free(text);
    return id >= 0 ? id : gs_fail(e, GS_EMODEL, "the tokenizer merges %.40s and %.40s to what is not in its vocabulary",
                                  l, r);
}

/* A pair that occurs twice has its last rank, as upstream's map has it. */
static int add_merge(bpe *b, const gs_tokenizer *t, const int32_t *pair, int32_t rank, gs_err *e)
{
    if (pair[0] < 0 || pair[1] < 0 || pair[0] >= t->n_vocab || pair[1] >= t->n_vocab)
        return gs_fail(e, GS_EMODEL, "merge %d of the tokenizer is not of two entries of the vocabulary", rank);
    int id = joined(t, pair[0], pair[1], e);
    if (id < 0)
        return -GS_EMODEL;
    *find_slot(b, pair[0], pair[1]) = (merge){pair[0], pair[1], rank, id};
    return 0;
}

static int init_merges(bpe *b, const gs_tokenizer *t, const gs_bpe_spec *s, gs_err *e)
{
    int ret = 0;
    for (b->n_slots = 64; b->n_slots < 2 * (size_t)s->n_merges; b->n_slots *= 2)
        ;
    b->slot = malloc(b->n_slots * sizeof *b->slot);
    if (!b->slot)
        return gs_fail_mem(e, "the tokenizer's merges", b->n_slots * sizeof *b->slot);
    for (size_t i = 0; i < b->n_slots; i++)
        b->slot[i].left = -1;
    for (int i = 0; i < s->n_merges && !ret; i++)
        ret = add_merge(b, t, s->merges + 2 * i, i, e);
    return ret;
}

/* The letter that GPT-2 spells a byte with, in UTF-8: printable ones as they are, the others from U+0100 on. */
static int spell_byte(int byte, char out[3])
{
    int letter = byte;
    if (byte <= ' ')
        letter = 256 + byte;
    else if (byte >= 127 && byte <= 160)
        letter = 256 + 33 + byte - 127;
    else if (byte == 173)
        letter = 256 + 33 + 34;
    if (letter < 128) {
        out[0] = (char)letter;
        return 1;
    }
    out[0] = (char)(0xc0 | letter >> 6);
    out[1] = (char)(0x80 | (letter & 63));
    return 2;
}

static void init_letters(bpe *b, const gs_tokenizer *t, const gs_bpe_spec *p)
{
    static const char mark[] = "\xe2\x96\x81";
    char spelled[3];
    for (int c = 0; c < 256; c++)
        b->id[c] = p->bytes ? gs_token_id(t, spelled, spell_byte(c, spelled))
                            : gs_token_byte(t, (unsigned char)(p->lowercase ? tolower(c) : c));
    b->mark = p->spaces >= GS_SPACES_MARK ? gs_token_id(t, mark, 3) : -1;
    if (b->mark >= 0)
        b->id[' '] = b->mark;
}

static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    const gs_bpe_spec *p = s->bpe;
    int bad_run = p && p->run && (p->run_least < 1 || p->run_as < 0 || p->run_as >= t->n_vocab);
    if (!p || p->n_merges < 0 || s->k != 1 || bad_run)
        return gs_fail(e, GS_EMODEL, "the tokenizer of kind \"bpe\" lacks merges, or its run of letters makes no "
                       "sense");
    bpe *b = calloc(1, sizeof *b);
    if (!b)
        return gs_fail_mem(e, "a tokenizer", sizeof *b);
    t->data = b;
    t->step = p->n_merges || p->run || p->spaces >= GS_SPACES_MARK ? 0 : 1;
    b->fuse_unk = p->fuse_unk;
    b->spaces = p->spaces;
    b->run = p->run ? (unsigned char)p->run : -1;
    b->run_least = p->run_least;
    b->run_as = p->run_as;
    b->words = p->words;
    init_letters(b, t, p);
    return init_merges(b, t, p, e);
}

static void free_data(gs_tokenizer *t)
{
    bpe *b = t->data;
    if (b)
        free(b->slot);
    free(b);
}

/* ---- the word: symbols in a doubly linked list ---- */

typedef struct { int32_t id, prev, next, beg, end; } symbol; /* id -1: merged into the one before */
typedef struct { int32_t rank, at, id; } candidate;          /* symbol `at` and its next would become id */
typedef struct {
    const gs_tokenizer *t;
    symbol *s;
    candidate *heap;
    int32_t n, n_heap;
} word;

static int before(candidate x, candidate y)
{
    return x.rank != y.rank ? x.rank < y.rank : x.at < y.at;
}

static void push(word *w, candidate c)
{
    int32_t i = w->n_heap++;
    for (; i && before(c, w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = c;
}

static candidate pop(word *w)
{
    candidate best = w->heap[0], last = w->heap[--w->n_heap];
    int32_t i = 0;
    for (int32_t child = 1; child < w->n_heap; child = 2 * i + 1) {
        if (child + 1 < w->n_heap && before(w->heap[child + 1], w->heap[child]))
            child++;
        if (!before(w->heap[child], last))
            break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    w->heap[i] = last;
    return best;
}

/* Symbol i and its next, if they can be merged. */
static void consider(word *w, int32_t i)
{
    if (i < 0 || w->s[i].next < 0)
        return;
    const merge *m = find_slot(w->t->data, w->s[i].id, w->s[w->s[i].next].id);
    if (m->left >= 0)
        push(w, (candidate){m->rank, i, m->id});
}

/* Candidates that were overtaken by other merges are still on the heap: one counts only if the pair that stands
 * there now gives the same entry. */
static int is_current(const word *w, candidate c)
{
    const symbol *s = &w->s[c.at];
    if (s->id < 0 || s->next < 0)
        return 0;
    const merge *m = find_slot(w->t->data, s->id, w->s[s->next].id);
    return m->left >= 0 && m->id == c.id;
}

static void apply(word *w, candidate c)
{
    symbol *s = &w->s[c.at], *gone = &w->s[s->next];
    s->id = c.id;
    s->end = gone->end;
    s->next = gone->next;
    gone->id = -1;
    if (s->next >= 0)
        w->s[s->next].prev = c.at;
    consider(w, s->prev);
    consider(w, c.at);
}

/* ---- text to symbols ---- */

static void append(word *w, int32_t id, int64_t beg, int64_t end, int apart)
{
    int32_t i = w->n++;
    w->s[i] = (symbol){id, i && !apart ? i - 1 : -1, -1, (int32_t)beg, (int32_t)end};
    if (w->s[i].prev >= 0)
        w->s[i - 1].next = i;
}

static int64_t run_length(const char *seq, int64_t len, int letter)
{
    int64_t n = 0;
    while (n < len && (unsigned char)seq[n] == letter)
        n++;
    return n;
}

/* Characters that nothing stands for are dropped where the model has no token for them, as upstream does it. */
static void split(word *w, const char *seq, int64_t beg, int64_t end)
{
    const bpe *b = w->t->data;
    int apart = 0;
    if (b->mark >= 0 && beg < end && (b->spaces == GS_SPACES_MARK || seq[beg] != ' '))
        append(w, b->mark, beg, beg, 0);
    for (int64_t i = beg, n, next = beg; i < end; i += n) {
        if (b->words && i == next) {
            apart = i > beg;
            next += gs_text_word(b->words, seq + i, end - i);
        }
        int64_t run = run_length(seq + i, end - i, b->run);
        unsigned char c = (unsigned char)seq[i];
        int as_run = run && run >= b->run_least;
        n = as_run ? run : 1;
        if (!as_run && b->spaces == GS_SPACES_SKIP && isspace(c)) {
            apart = 1;
            continue;
        }
        int32_t id = as_run ? b->run_as : b->id[c];
        if (id < 0 && b->fuse_unk && w->n && !apart && w->t->unk >= 0 && w->s[w->n - 1].id == w->t->unk)
            w->s[w->n - 1].end = (int32_t)(i + 1);
        else if (id >= 0 || w->t->unk >= 0)
            append(w, id >= 0 ? id : w->t->unk, i, i + n, apart);
        apart = 0;
    }
}

static void strip(const char *seq, int64_t *beg, int64_t *end)
{
    while (*beg < *end && isspace((unsigned char)seq[*beg]))
        ++*beg;
    while (*beg < *end && isspace((unsigned char)seq[*end - 1]))
        --*end;
}

/* Every symbol starts one candidate, and every merge at most two. */
static int word_init(word *w, int64_t len, gs_err *e)
{
    size_t n = (size_t)len + 1;
    w->s = malloc(n * sizeof *w->s);
    w->heap = malloc(3 * n * sizeof *w->heap);
    return w->s && w->heap ? 0 : gs_fail_mem(e, "a sequence's tokens", n * (sizeof *w->s + 3 * sizeof *w->heap));
}

/* A mark alone covers nothing. */
static void push_symbol(gs_tokens *out, const symbol *s)
{
    int covers = s->end > s->beg;
    gs_tokens_push(out, s->id, covers ? s->beg : -1, covers ? s->end : -1);
}

static int encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    word w = {.t = t};
    int64_t beg = 0, end = len;
    int ret = word_init(&w, len, e);
    if (ret)
        goto out;
    if (((const bpe *)t->data)->spaces == GS_SPACES_STRIP)
        strip(seq, &beg, &end);
    split(&w, seq, beg, end);
    for (int32_t i = 0; i < w.n; i++)
        consider(&w, i);
    while (w.n_heap) {
        candidate c = pop(&w);
        if (is_current(&w, c))
            apply(&w, c);
    }
    for (int32_t i = 0; i < w.n; i++)
        if (w.s[i].id >= 0)
            push_symbol(out, &w.s[i]);
out:
    free(w.s);
    free(w.heap);
    return ret;
}

const gs_tokenizer_kind gs_tok_bpe = {.name = "bpe", .init = init, .free = free_data, .encode = encode};
