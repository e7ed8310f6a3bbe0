/* Strings to numbers: an index over strings that someone else keeps alive and in place. {0} is empty. */
#ifndef GS_STRMAP_H
#define GS_STRMAP_H
#include <stddef.h>

typedef struct { const char *key; size_t len; int value; } gs_strmap_slot;
typedef struct { gs_strmap_slot *slot; size_t n_slots, n; } gs_strmap;

/* 0 added, 1 the key is there already (left as it was), -1 out of memory. value >= 0. */
int gs_strmap_put(gs_strmap *m, const char *key, size_t len, int value);
int gs_strmap_get(const gs_strmap *m, const char *key, size_t len); /* -1: not there */
void gs_strmap_free(gs_strmap *m);
#endif
