#include "score/plan.h"
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"

void gs_plan_clear(gs_plan *p)
{
    p->n_pool = p->n_seq = p->n_pass = p->n_probe = p->tokens = 0;
    p->failed = p->n_batch = 0;
    if (p->seqs.n_slots)
        memset(p->seqs.slot, 0xff, p->seqs.n_slots * sizeof *p->seqs.slot);
    if (p->passes.n_slots)
        memset(p->passes.slot, 0xff, p->passes.n_slots * sizeof *p->passes.slot);
}

static void free_batches(gs_plan *p)
{
    free(p->order);
    free(p->rank);
    free(p->cut);
    free(p->read);
    free(p->first);
    free(p->kept);
    p->order = p->rank = p->cut = NULL;
    p->read = NULL;
    p->first = NULL;
    p->kept = NULL;
}

void gs_plan_free(gs_plan *p)
{
    free(p->pool);
    free(p->seq);
    free(p->pass);
    free(p->probe);
    free(p->seqs.slot);
    free(p->passes.slot);
    free_batches(p);
    memset(p, 0, sizeof *p);
}

size_t gs_plan_bytes(const gs_plan *p)
{
    return p->cap_pool * sizeof *p->pool + p->cap_seq * sizeof *p->seq + p->cap_pass * sizeof *p->pass
           + p->cap_probe * (sizeof *p->probe + 2 * sizeof *p->read) + p->seqs.n_slots * sizeof *p->seqs.slot
           + p->passes.n_slots * sizeof *p->passes.slot;
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

static int same_seq(const gs_plan *p, const gs_seq *a, const gs_seq *b, const int32_t *ids, const uint8_t *aux)
{
    const int32_t *own = p->pool + a->ids;
    return a->hash == b->hash && a->n == b->n && a->aux == b->aux && a->parent == b->parent && a->past == b->past
           && !memcmp(own, ids, (size_t)a->n * sizeof *ids) && (!a->aux || !memcmp(own + a->n, aux, (size_t)a->aux));
}

/* q: all but ids and hash. */
static int add_seq(gs_plan *p, gs_seq q, const int32_t *ids, const uint8_t *aux)
{
    q.hash = hash_bytes(hash_words(0, ids, q.n), aux, q.aux);
    q.hash = hash_words(q.hash, (int32_t[]){q.parent, q.past}, 2);
    if (index_grow(p, &p->seqs, p->n_seq, seq_hash))
        return 0;
    size_t s = q.hash & (p->seqs.n_slots - 1);
    for (; p->seqs.slot[s] >= 0; s = (s + 1) & (p->seqs.n_slots - 1))
        if (same_seq(p, &p->seq[p->seqs.slot[s]], &q, ids, aux))
            return p->seqs.slot[s];
    if (gs_reserve(&p->seq, &p->cap_seq, p->n_seq + 1, sizeof *p->seq)) {
        p->failed = 1;
        return 0;
    }
    q.ids = pool_add_seq(p, ids, q.n, aux, q.aux);
    p->seq[p->n_seq] = q;
    p->seqs.slot[s] = (int)p->n_seq;
    return (int)p->n_seq++;
}

int gs_plan_seq(gs_plan *p, const int32_t *ids, int n, const uint8_t *aux, int n_aux)
{
    return add_seq(p, (gs_seq){.n = n, .aux = n_aux, .parent = -1}, ids, aux);
}

int gs_plan_branch(gs_plan *p, const int32_t *ids, int n, int parent, int past)
{
    return add_seq(p, (gs_seq){.n = n, .parent = parent, .past = past}, ids, NULL);
}

int gs_plan_pass(gs_plan *p, int seq, const int32_t *mask, int n_mask)
{
    if (p->failed)
        return 0;
    int parent = p->seq[seq].parent < 0 ? -1 : gs_plan_pass(p, p->seq[seq].parent, NULL, 0);
    if (index_grow(p, &p->passes, p->n_pass, pass_hash))
        return 0;
    uint64_t h = hash_words((uint64_t)seq * 0x9e3779b97f4a7c15u, mask, n_mask);
    size_t s = h & (p->passes.n_slots - 1);
    for (; p->passes.slot[s] >= 0; s = (s + 1) & (p->passes.n_slots - 1)) {
        const gs_pass *q = &p->pass[p->passes.slot[s]];
        if (q->hash == h && q->seq == seq && q->n_mask == n_mask
            && (!n_mask || !memcmp(p->pool + q->mask, mask, (size_t)n_mask * sizeof *mask)))
            return p->passes.slot[s];
    }
    if (gs_reserve(&p->pass, &p->cap_pass, p->n_pass + 1, sizeof *p->pass)) {
        p->failed = 1;
        return 0;
    }
    p->pass[p->n_pass] = (gs_pass){.seq = seq, .parent = parent, .n_mask = n_mask,
                                     .mask = pool_add(p, mask, n_mask), .hash = h};
    p->passes.slot[s] = (int)p->n_pass;
    p->tokens += (size_t)(p->seq[seq].n - p->seq[seq].past);
    return (int)p->n_pass++;
}

int gs_plan_masks(const gs_plan *p, int pass, int token)
{
    const int32_t *mask = p->pool + p->pass[pass].mask;
    int lo = 0, hi = p->pass[pass].n_mask;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (mask[mid] < token)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->pass[pass].n_mask && mask[lo] == token;
}

void gs_plan_probe(gs_plan *p, const gs_probe *q)
{
    if (p->failed || gs_reserve(&p->probe, &p->cap_probe, p->n_probe + 1, sizeof *p->probe)) {
        p->failed = 1;
        return;
    }
    p->probe[p->n_probe++] = *q;
}

/* ---- into batches ---- */

enum { JOINED = 4 };         /* batches grow so many times for passes that belong together */

static int sides(const gs_probe *q)
{
    return q->kind->compare ? 2 : 1;
}

/* Every parent, in the order of passes, and behind it its branches. */
static void order_passes(gs_plan *p)
{
    int n = (int)p->n_pass, at = 0;
    int *next = p->rank, *last = p->cut;     /* lists of branches, while those are not needed otherwise */
    memset(next, 0xff, (size_t)n * sizeof *next);
    for (int i = 0; i < n; i++) {
        int parent = p->pass[i].parent;
        last[i] = i;
        if (parent >= 0) {
            next[last[parent]] = i;
            last[parent] = i;
        }
    }
    for (int i = 0; i < n; i++)
        for (int j = p->pass[i].parent < 0 ? i : -1; j >= 0; j = next[j])
            p->order[at++] = j;
    for (int i = 0; i < n; i++)
        p->rank[p->order[i]] = i;
}

/* Two passes that belong together. */
static void join(const gs_plan *p, int *joined, int a, int b)
{
    a = p->rank[a];
    b = p->rank[b];
    joined[(a < b ? a : b) + 1]++;
    joined[(a > b ? a : b) + 1]--;
}

/* compared[i], kin[i]: passes of rank below i and from i on are compared with one another; are branches of one another.
 * They come zeroed, for n_pass + 1 passes. */
static void mark_joined(const gs_plan *p, int *compared, int *kin)
{
    for (size_t i = 0; i < p->n_probe; i++)
        if (sides(&p->probe[i]) == 2)
            join(p, compared, p->probe[i].pass[0], p->probe[i].pass[1]);
    for (size_t i = 0; i < p->n_pass; i++)
        if (p->pass[i].parent >= 0)
            join(p, kin, p->pass[i].parent, (int)i);
    for (size_t i = 1; i <= p->n_pass; i++) {
        compared[i] += compared[i - 1];
        kin[i] += kin[i - 1];
    }
}

/* Tokens that a pass has rows for. */
static size_t rows(const gs_plan *p, int pass)
{
    const gs_seq *seq = &p->seq[p->pass[pass].seq];
    return (size_t)(seq->n - seq->past);
}

/* Or the longest pass, if it has more. */
static size_t or_longest(const gs_plan *p, size_t batch_tokens)
{
    for (size_t i = 0; i < p->n_pass; i++)
        batch_tokens = rows(p, (int)i) > batch_tokens ? rows(p, (int)i) : batch_tokens;
    return batch_tokens;
}

static void cut_passes(gs_plan *p, const int *compared, const int *kin, size_t batch_tokens)
{
    size_t tokens = 0, pairs = JOINED * batch_tokens, families = JOINED * or_longest(p, batch_tokens);
    p->n_batch = 0;
    for (size_t i = 0; i < p->n_pass; i++) {
        size_t len = rows(p, p->order[i]), most = kin[i] ? families : compared[i] ? pairs : batch_tokens;
        if (i == 0 || tokens + len > most) {
            p->cut[p->n_batch++] = (int)i;
            tokens = 0;
        }
        tokens += len;
    }
    p->cut[p->n_batch] = (int)p->n_pass;
}

/* Counting sort of the probes' sides by pass; first[i + 1] runs ahead while filling and ends as the end of pass i. */
static void order_probes(gs_plan *p)
{
    for (size_t i = 0; i < p->n_probe; i++)
        for (int s = 0; s < sides(&p->probe[i]); s++)
            p->first[p->probe[i].pass[s] + 2]++;
    for (size_t i = 0; i < p->n_pass; i++)
        p->first[i + 2] += p->first[i + 1];
    for (size_t i = 0; i < p->n_probe; i++)
        for (int s = 0; s < sides(&p->probe[i]); s++)
            p->read[p->first[p->probe[i].pass[s] + 1]++] = (gs_probe_side){(int)i, s};
}

static int batch_of(const gs_plan *p, int pass)
{
    int lo = 0, hi = p->n_batch;
    while (hi - lo > 1) {
        int mid = (lo + hi) / 2;
        if (p->cut[mid] <= p->rank[pass])
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* Places for what is kept of probes whose passes were parted; how many numbers there are. */
static size_t place_kept(gs_plan *p, const gs_model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_probe; i++) {
        gs_probe *q = &p->probe[i];
        q->parted = sides(q) == 2 && batch_of(p, q->pass[0]) != batch_of(p, q->pass[1]);
        for (int s = 0; s < 2 && q->parted; s++) {
            q->kept[s] = n;
            n += q->kind->keep(m, q, q->end[s] - q->beg[s]);
        }
    }
    return n;
}

static int new_batches(gs_plan *p)
{
    free_batches(p);
    p->order = malloc((p->n_pass + 1) * sizeof *p->order);
    p->rank = malloc((p->n_pass + 1) * sizeof *p->rank);
    p->cut = malloc((p->n_pass + 1) * sizeof *p->cut);
    p->read = malloc((2 * p->n_probe + 1) * sizeof *p->read);
    p->first = calloc(p->n_pass + 2, sizeof *p->first);
    return p->order && p->rank && p->cut && p->read && p->first ? 0 : -1;
}

int gs_plan_cut(gs_plan *p, const gs_model *m, size_t batch_tokens, gs_err *e)
{
    size_t n_kept = 0;
    int *joined = calloc(2 * p->n_pass + 4, sizeof *joined), *kin = joined ? joined + p->n_pass + 2 : NULL;
    if (!new_batches(p) && joined && !p->failed) {
        order_passes(p);
        mark_joined(p, joined, kin);
        cut_passes(p, joined, kin, batch_tokens);
        order_probes(p);
        n_kept = place_kept(p, m);
        p->kept = malloc((n_kept + 1) * sizeof *p->kept);
    }
    free(joined);
    return p->kept ? 0 : gs_fail_mem(e, "the plan of a batch of variants", p->n_pool * sizeof *p->pool
                                     + p->n_probe * sizeof *p->probe + n_kept * sizeof *p->kept);
}

size_t gs_plan_tokens(const gs_plan *p, int batch)
{
    size_t n = 0;
    for (int i = p->cut[batch]; i < p->cut[batch + 1]; i++)
        n += rows(p, p->order[i]);
    return n;
}

/* ---- into scores ---- */

static double value(const gs_plan *p, const gs_model *m, const gs_probe *q)
{
    if (!q->parted)
        return q->value;
    size_t n = q->kind->keep(m, q, q->end[0] - q->beg[0]);
    return (double)q->kind->compare(q, p->kept + q->kept[0], p->kept + q->kept[1], n);
}

void gs_plan_sum(const gs_plan *p, const gs_model *m, float *score)
{
    double sum = 0;
    for (size_t i = 0; i < p->n_probe; i++) {
        const gs_probe *q = &p->probe[i];
        sum += (double)q->weight * value(p, m, q);
        if (i + 1 == p->n_probe || q[1].owner != q->owner) {
            score[q->owner] += (float)sum;
            sum = 0;
        }
    }
}
