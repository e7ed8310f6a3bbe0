#include "base/strmap.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a; source: Fowler, Noll, Vo. */
static size_t hash(const char *key, size_t len)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds the key, or the free one where it belongs. n_slots is a power of two. */
static gs_strmap_slot *find(const gs_strmap *m, const char *key, size_t len)
{
    for (size_t i = hash(key, len);; i++) {
        gs_strmap_slot *s = &m->slot[i & (m->n_slots - 1)];
        if (!s->key || (s->len == len && !memcmp(s->key, key, len)))
            return s;
    }
}

static int grow(gs_strmap *m)
{
    gs_strmap bigger = {.n_slots = m->n_slots ? 2 * m->n_slots : 64, .n = m->n};
    bigger.slot = calloc(bigger.n_slots, sizeof *bigger.slot);
    if (!bigger.slot)
        return -1;
    for (size_t i = 0; i < m->n_slots; i++)
        if (m->slot[i].key)
            *find(&bigger, m->slot[i].key, m->slot[i].len) = m->slot[i];
    free(m->slot);
    *m = bigger;
    return 0;
}

int gs_strmap_put(gs_strmap *m, const char *key, size_t len, int value)
{
    if (2 * m->n >= m->n_slots && grow(m))
        return -1;
    gs_strmap_slot *s = find(m, key, len);
    if (s->key)
        return 1;
    *s = (gs_strmap_slot){key, len, value};
    m->n++;
    return 0;
}

int gs_strmap_get(const gs_strmap *m, const char *key, size_t len)
{
    return m->n_slots && find(m, key, len)->key ? find(m, key, len)->value : -1;
}

void gs_strmap_free(gs_strmap *m)
{
    free(m->slot);
    *m = (gs_strmap){0};
}
