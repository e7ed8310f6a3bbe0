#include "score/plan.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

void gs_plan_clear(gs_plan *p)
{
    p->n_pool = p->n_seq = p->n_pass = p->n_term = p->n_pair = p->tokens = p->group = 0;
    p->grouped = 0;
    p->failed = 0;
    if (p->seqs.n_slots)
        memset(p->seqs.slot, 0xff, p->seqs.n_slots * sizeof *p->seqs.slot);
    if (p->passes.n_slots)
        memset(p->passes.slot, 0xff, p->passes.n_slots * sizeof *p->passes.slot);
}

void gs_plan_free(gs_plan *p)
{
    free(p->pool);
    free(p->seq);
    free(p->pass);
    free(p->term);
    free(p->pair);
    free(p->seqs.slot);
    free(p->passes.slot);
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
static uint64_t pass_hash(const gs_plan *p, int i) { return p->pass[i].hash; }

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

/* The bytes as words, the last one filled up with zeros. */
static uint64_t hash_bytes(uint64_t h, const uint8_t *bytes, int n)
{
    for (int i = 0; i < n; i += 4) {
        int32_t w = 0;
        memcpy(&w, bytes + i, (size_t)(n - i < 4 ? n - i : 4));
        h = hash_words(h, &w, 1);
    }
    return h;
}

int gs_plan_seq(gs_plan *p, const int32_t *ids, int n)
{
    return gs_plan_seq_aux(p, ids, n, NULL, 0);
}

/* ids and behind them the bytes of aux, in whole words. */
static size_t pool_add_seq(gs_plan *p, const int32_t *ids, int n, const uint8_t *aux, int n_aux)
{
    size_t at = pool_add(p, ids, n), words = ((size_t)n_aux + 3) / 4;
    if (p->failed || !n_aux)
        return at;
    if (gs_reserve(&p->pool, &p->cap_pool, p->n_pool + words, sizeof *p->pool)) {
        p->failed = 1;
        return 0;
    }
    p->pool[p->n_pool + words - 1] = 0;
    memcpy(p->pool + p->n_pool, aux, (size_t)n_aux);
    p->n_pool += words;
    return at;
}

static int same_seq(const gs_plan *p, const gs_seq *q, const int32_t *ids, const uint8_t *aux)
{
    const int32_t *own = p->pool + q->ids;
    return !memcmp(own, ids, (size_t)q->n * sizeof *ids) && (!q->aux || !memcmp(own + q->n, aux, (size_t)q->aux));
}

int gs_plan_seq_aux(gs_plan *p, const int32_t *ids, int n, const uint8_t *aux, int n_aux)
{
    uint64_t h = hash_bytes(hash_words(0, ids, n), aux, n_aux);
    if (index_grow(p, &p->seqs, p->n_seq, seq_hash))
        return 0;
    size_t s = h & (p->seqs.n_slots - 1);
    for (; p->seqs.slot[s] >= 0; s = (s + 1) & (p->seqs.n_slots - 1)) {
        const gs_seq *q = &p->seq[p->seqs.slot[s]];
        if (q->hash == h && q->n == n && q->aux == n_aux && same_seq(p, q, ids, aux))
            return p->seqs.slot[s];
    }
    if (gs_reserve(&p->seq, &p->cap_seq, p->n_seq + 1, sizeof *p->seq)) {
        p->failed = 1;
        return 0;
    }
    p->seq[p->n_seq] = (gs_seq){.ids = pool_add_seq(p, ids, n, aux, n_aux), .n = n, .aux = n_aux, .hash = h};
    p->seqs.slot[s] = (int)p->n_seq;
    return (int)p->n_seq++;
}

int gs_plan_pass(gs_plan *p, int seq, const int32_t *mask, int n_mask)
{
    if (p->failed || index_grow(p, &p->passes, p->n_pass, pass_hash))
        return 0;
    uint64_t h = hash_words((uint64_t)seq * 0x9e3779b97f4a7c15u, mask, n_mask);
    size_t s = h & (p->passes.n_slots - 1);
    for (; p->passes.slot[s] >= 0; s = (s + 1) & (p->passes.n_slots - 1)) {
        const gs_pass *q = &p->pass[p->passes.slot[s]];
        if ((size_t)p->passes.slot[s] >= p->group && q->hash == h && q->seq == seq && q->n_mask == n_mask
            && (!n_mask || !memcmp(p->pool + q->mask, mask, (size_t)n_mask * sizeof *mask)))
            return p->passes.slot[s];
    }
    if (gs_reserve(&p->pass, &p->cap_pass, p->n_pass + 1, sizeof *p->pass)) {
        p->failed = 1;
        return 0;
    }
    p->pass[p->n_pass] = (gs_pass){.seq = seq, .n_mask = n_mask, .joined = p->grouped && p->n_pass > p->group,
                                   .mask = pool_add(p, mask, n_mask), .hash = h};
    p->passes.slot[s] = (int)p->n_pass;
    p->tokens += (size_t)p->seq[seq].n;
    return (int)p->n_pass++;
}

void gs_plan_term(gs_plan *p, const gs_term *t)
{
    if (p->failed || gs_reserve(&p->term, &p->cap_term, p->n_term + 1, sizeof *p->term)) {
        p->failed = 1;
        return;
    }
    p->term[p->n_term++] = *t;
}

void gs_plan_pair(gs_plan *p, const gs_pair *q)
{
    if (p->failed || gs_reserve(&p->pair, &p->cap_pair, p->n_pair + 1, sizeof *p->pair)) {
        p->failed = 1;
        return;
    }
    p->pair[p->n_pair++] = *q;
}

void gs_plan_group(gs_plan *p)
{
    p->group = p->n_pass;
    p->grouped = 1;
}

int gs_plan_sort(gs_plan *p, gs_err *e)
{
    free(p->term_of);
    free(p->first);
    p->term_of = malloc((p->n_term + 1) * sizeof *p->term_of);
    p->first = calloc(p->n_pass + 2, sizeof *p->first);
    if (p->failed || !p->term_of || !p->first)
        return gs_fail_mem(e, "the plan of a batch of variants", p->n_pool * sizeof *p->pool + p->n_term * sizeof *p->term);
    /* counting sort; first[r + 1] runs ahead while filling and ends as the end of pass r */
    for (size_t i = 0; i < p->n_term; i++)
        p->first[p->term[i].pass + 2]++;
    for (size_t r = 0; r < p->n_pass; r++)
        p->first[r + 2] += p->first[r + 1];
    for (size_t i = 0; i < p->n_term; i++)
        p->term_of[p->first[p->term[i].pass + 1]++] = (int)i;
    return 0;
}

/* log(sum value[0] / sum value[1]) of the marginal whose parts begin at *i, which moves to its last part. */
static double marginal(const gs_plan *p, size_t *i)
{
    double alt = 0, ref = 0;
    int set = p->term[*i].set;
    size_t end = *i;
    for (; end < p->n_term && p->term[end].alt && p->term[end].set == set; end++) {
        alt += p->term[end].value[0];
        ref += p->term[end].value[1];
    }
    *i = end - 1;
    return log(alt) - log(ref);
}

void gs_plan_sum(const gs_plan *p, float *score)
{
    double sum = 0;
    for (size_t i = 0; i < p->n_term; i++) {   /* the terms of a score lie side by side */
        const gs_term *t = &p->term[i];
        sum += (double)t->weight * (t->alt ? marginal(p, &i) : t->value[0]);
        if (i + 1 == p->n_term || p->term[i + 1].owner != t->owner) {
            score[t->owner] += (float)sum;
            sum = 0;
        }
    }
    for (size_t i = 0; i < p->n_pair; i++)
        score[p->pair[i].owner] += p->pair[i].weight * (float)p->pair[i].value;
}
