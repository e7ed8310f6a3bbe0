/* Memory of one worker: bump allocation, mark and release, freed in one go.
 *
 * Layers allocate without checking: when memory runs out the arena jumps to `oom`, which whoever owns the arena
 * sets with setjmp before calling layers (model/batch.c does it, and only there). Not thread-safe: one per worker. */
#ifndef GS_ARENA_H
#define GS_ARENA_H
#include <setjmp.h>
#include <stddef.h>

typedef struct gs_arena gs_arena;
typedef struct { void *block; size_t used; } gs_mark;

gs_arena *gs_arena_new(void);                   /* NULL: out of memory */
void gs_arena_free(gs_arena *a);                /* NULL is fine */
jmp_buf *gs_arena_oom(gs_arena *a);             /* where a failed allocation jumps to (value 1) */
size_t gs_arena_wanted(const gs_arena *a);      /* bytes of the allocation that failed */
size_t gs_arena_peak(const gs_arena *a);        /* highest number of bytes in use so far */

/* n bytes, aligned to 64, contents undefined; n = 0 gives a valid pointer. */
void *gs_alloc(gs_arena *a, size_t n);
#define gs_new(a, type, n) ((type *)gs_alloc((a), sizeof(type) * (size_t)(n)))

_Noreturn void gs_arena_fail(gs_arena *a, size_t wanted); /* jump as if so many bytes were not to be had */

gs_mark gs_arena_mark(gs_arena *a);             /* everything allocated after the mark ... */
void gs_arena_release(gs_arena *a, gs_mark m);  /* ... is given back; the blocks are kept for reuse */
#endif
