/* What a run may tell the next one: a word about a file, in $XDG_CACHE_HOME/gscore, else ~/.cache/gscore. It may be
 * lost at any time and saves work only, so that nothing here is an error: where the folder cannot be made or written,
 * nothing is remembered. Several runs may remember and forget at once. */
#ifndef GS_CACHE_H
#define GS_CACHE_H
#include <stddef.h>

/* The word about `path` to out (n bytes, its 0 counted), if it was remembered under the same stamp: 1, else 0. */
int gs_cache_get(const char *path, const char *stamp, char *out, size_t n);
/* Remember it, in place of what was said of the path before. stamp and word: without line breaks. */
void gs_cache_put(const char *path, const char *stamp, const char *word);
#endif
