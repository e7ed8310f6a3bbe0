#include "base/arena.h"
#include <stdint.h>
#include <stdlib.h>

/* Under AddressSanitizer every allocation is followed by a poisoned gap, and released memory is poisoned. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 64 };
#else
enum { GAP = 0 };
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 64, FIRST_BLOCK = 1 << 20 };

/* Blocks form a chain; those after `cur` are empty and wait for reuse. */
typedef struct block {
    struct block *next;
    char *data;
    size_t size, used;
    size_t before; /* bytes in use in the blocks before this one */
} block;

struct gs_arena {
    block *first, *cur; /* cur is NULL while nothing is in use */
    size_t total;       /* bytes of all blocks */
    size_t peak, wanted;
    jmp_buf oom;
};

gs_arena *gs_arena_new(void)
{
    return calloc(1, sizeof(gs_arena));
}

static void block_free(block *b)
{
    ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
    free(b->data);
    free(b);
}

void gs_arena_free(gs_arena *a)
{
    if (!a)
        return;
    for (block *b = a->first, *next; b; b = next) {
        next = b->next;
        block_free(b);
    }
    free(a);
}

jmp_buf *gs_arena_oom(gs_arena *a) { return &a->oom; }
size_t gs_arena_wanted(const gs_arena *a) { return a->wanted; }
size_t gs_arena_peak(const gs_arena *a) { return a->peak; }

static block *block_new(size_t size)
{
    block *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->size = size;
    b->data = aligned_alloc(ALIGN, size);
    if (!b->data) {
        free(b);
        return NULL;
    }
    ASAN_POISON_MEMORY_REGION(b->data, b->size);
    return b;
}

void gs_arena_fail(gs_arena *a, size_t wanted)
{
    a->wanted = wanted;
    longjmp(a->oom, 1);
}

/* Make `cur` a block with n free bytes: the next of the chain if it is large enough, or else a new one, as large
 * as all others together so that there are never many. */
static void advance(gs_arena *a, size_t n)
{
    block **link = a->cur ? &a->cur->next : &a->first;
    if (!*link || (*link)->size < n) {
        size_t size = a->total < FIRST_BLOCK ? FIRST_BLOCK : a->total;
        block *b = size > n ? block_new(size) : NULL;
        if (!b)
            b = block_new(n);
        if (!b)
            gs_arena_fail(a, n);
        b->next = *link;
        *link = b;
        a->total += b->size;
    }
    (*link)->before = a->cur ? a->cur->before + a->cur->used : 0;
    (*link)->used = 0;
    a->cur = *link;
}

void *gs_alloc(gs_arena *a, size_t n)
{
    if (n > SIZE_MAX / 2) /* a size that overflowed */
        gs_arena_fail(a, n);
    size_t need = ((n ? n : 1) + ALIGN - 1) / ALIGN * ALIGN + GAP;
    if (!a->cur || a->cur->size - a->cur->used < need)
        advance(a, need);
    block *b = a->cur;
    char *p = b->data + b->used;
    b->used += need;
    if (a->peak < b->before + b->used)
        a->peak = b->before + b->used;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return p;
}

gs_mark gs_arena_mark(gs_arena *a)
{
    return (gs_mark){a->cur, a->cur ? a->cur->used : 0};
}

void gs_arena_release(gs_arena *a, gs_mark m)
{
    block *to = m.block;
    for (block *b = to ? to->next : a->first; b; b = b->next) {
        ASAN_POISON_MEMORY_REGION(b->data, b->size);
        b->used = 0;
    }
    if (to) {
        ASAN_POISON_MEMORY_REGION(to->data + m.used, to->size - m.used);
        to->used = m.used;
    }
    a->cur = to;
}
