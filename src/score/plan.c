#include "score/plan.h"
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

void gs_plan_clear(gs_plan *p)
{
    p->n_pool = p->n_seq = p->n_row = p->n_term = p->tokens = 0;
    p->failed = 0;
    if (p->seqs.n_slots)
        memset(p->seqs.slot, 0xff, p->seqs.n_slots * sizeof *p->seqs.slot);
    if (p->rows.n_slots)
        memset(p->rows.slot, 0xff, p->rows.n_slots * sizeof *p->rows.slot);
}

void gs_plan_free(gs_plan *p)
{
    free(p->pool);
    free(p->seq);
    free(p->row);
    free(p->term);
    free(p->seqs.slot);
    free(p->rows.slot);
    free(p->term_of);
    free(p->first);
    memset(p, 0, sizeof *p);
}

/* FNV-1a over 32-bit words, finished so that the low bits are good. */
static uint64_t hash_words(uint64_t h, const int32_t *w, int n)
{
    h ^= 0xcbf29ce484222325u;
    for (int i = 0; i < n; i++)
        h = (h ^ (uint32_t)w[i]) * 0x100000001b3u;
    h ^= h >> 32;
    return h * 0x9e3779b97f4a7c15u >> 1;
}

/* Copy words to the pool; their offset. */
static size_t pool_add(gs_plan *p, const int32_t *w, int n)
{
    if (gs_reserve(&p->pool, &p->cap_pool, p->n_pool + (size_t)n, sizeof *p->pool)) {
        p->failed = 1;
        return 0;
    }
    if (n)
        memcpy(p->pool + p->n_pool, w, (size_t)n * sizeof *w);
    p->n_pool += (size_t)n;
    return p->n_pool - (size_t)n;
}

static uint64_t seq_hash(const gs_plan *p, int i) { return p->seq[i].hash; }
static uint64_t row_hash(const gs_plan *p, int i) { return p->row[i].hash; }

/* Make the table at least twice as large as its n entries. */
static int index_grow(gs_plan *p, gs_index *ix, size_t n, uint64_t (*hash)(const gs_plan *, int))
{
    if (2 * (n + 1) <= ix->n_slots)
        return 0;
    size_t want = ix->n_slots ? 2 * ix->n_slots : 1024;
    int *slot = malloc(want * sizeof *slot);
    if (!slot) {
        p->failed = 1;
        return -1;
    }
    memset(slot, 0xff, want * sizeof *slot);
    for (size_t i = 0; i < n; i++) {
        size_t s = hash(p, (int)i) & (want - 1);
        while (slot[s] >= 0)
            s = (s + 1) & (want - 1);
        slot[s] = (int)i;
    }
    free(ix->slot);
    ix->slot = slot;
    ix->n_slots = want;
    return 0;
}

int gs_plan_seq(gs_plan *p, const int32_t *ids, int n)
{
    uint64_t h = hash_words(0, ids, n);
    if (index_grow(p, &p->seqs, p->n_seq, seq_hash))
        return 0;
    size_t s = h & (p->seqs.n_slots - 1);
    for (; p->seqs.slot[s] >= 0; s = (s + 1) & (p->seqs.n_slots - 1)) {
        const gs_seq *q = &p->seq[p->seqs.slot[s]];
        if (q->hash == h && q->n == n && !memcmp(p->pool + q->ids, ids, (size_t)n * sizeof *ids))
            return p->seqs.slot[s];
    }
    if (gs_reserve(&p->seq, &p->cap_seq, p->n_seq + 1, sizeof *p->seq)) {
        p->failed = 1;
        return 0;
    }
    p->seq[p->n_seq] = (gs_seq){.ids = pool_add(p, ids, n), .n = n, .hash = h};
    p->seqs.slot[s] = (int)p->n_seq;
    return (int)p->n_seq++;
}

int gs_plan_row(gs_plan *p, int seq, const int32_t *mask, int n_mask)
{
    if (p->failed || index_grow(p, &p->rows, p->n_row, row_hash))
        return 0;
    uint64_t h = hash_words((uint64_t)seq * 0x9e3779b97f4a7c15u, mask, n_mask);
    size_t s = h & (p->rows.n_slots - 1);
    for (; p->rows.slot[s] >= 0; s = (s + 1) & (p->rows.n_slots - 1)) {
        const gs_row *q = &p->row[p->rows.slot[s]];
        if (q->hash == h && q->seq == seq && q->n_mask == n_mask
            && (!n_mask || !memcmp(p->pool + q->mask, mask, (size_t)n_mask * sizeof *mask)))
            return p->rows.slot[s];
    }
    if (gs_reserve(&p->row, &p->cap_row, p->n_row + 1, sizeof *p->row)) {
        p->failed = 1;
        return 0;
    }
    p->row[p->n_row] = (gs_row){.seq = seq, .n_mask = n_mask, .mask = pool_add(p, mask, n_mask), .hash = h};
    p->rows.slot[s] = (int)p->n_row;
    p->tokens += (size_t)p->seq[seq].n;
    return (int)p->n_row++;
}

void gs_plan_term(gs_plan *p, const gs_term *t)
{
    if (p->failed || gs_reserve(&p->term, &p->cap_term, p->n_term + 1, sizeof *p->term)) {
        p->failed = 1;
        return;
    }
    p->term[p->n_term++] = *t;
}

int gs_plan_sort(gs_plan *p, gs_err *e)
{
    free(p->term_of);
    free(p->first);
    p->term_of = malloc((p->n_term + 1) * sizeof *p->term_of);
    p->first = calloc(p->n_row + 2, sizeof *p->first);
    if (p->failed || !p->term_of || !p->first)
        return gs_fail_mem(e, "the plan of a batch of variants", p->n_pool * sizeof *p->pool + p->n_term * sizeof *p->term);
    /* counting sort; first[r + 1] runs ahead while filling and ends as the end of row r */
    for (size_t i = 0; i < p->n_term; i++)
        p->first[p->term[i].row + 2]++;
    for (size_t r = 0; r < p->n_row; r++)
        p->first[r + 2] += p->first[r + 1];
    for (size_t i = 0; i < p->n_term; i++)
        p->term_of[p->first[p->term[i].row + 1]++] = (int)i;
    return 0;
}
