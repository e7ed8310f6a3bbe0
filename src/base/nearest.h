/* What was meant by a misspelt word. */
#ifndef GS_NEAREST_H
#define GS_NEAREST_H
#include <stddef.h>

/* Keeps the nearest of the words it is shown. Start with word and the rest 0. */
typedef struct { const char *word; char best[64]; int distance; } gs_nearest;

/* Show one candidate of n letters. Distance: insertions, deletions, exchanges and swaps of neighbours (optimal string
 * alignment), case left aside. */
void gs_nearest_add(gs_nearest *s, const char *candidate, size_t n);
/* "; did you mean X?" with `before` ("--") in front of X, or "" where no candidate is near: a third of the word's
 * letters wrong, or the beginning alone given, is near. Into out (100 bytes will do); returns out. */
const char *gs_nearest_hint(const gs_nearest *s, const char *before, char *out, size_t n);
#endif
