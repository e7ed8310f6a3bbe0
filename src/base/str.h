/* A growing string: s is always 0-terminated once anything was added; {0} is empty. Out of memory: the string
 * stays as it was and `failed` is set, to be checked once at the end. */
#ifndef GS_STR_H
#define GS_STR_H
#include <stddef.h>

typedef struct { char *s; size_t len, cap; int failed; } gs_str;

void gs_str_add(gs_str *s, const char *text);
void gs_str_addn(gs_str *s, const char *text, size_t n);
void gs_str_printf(gs_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void gs_str_clear(gs_str *s);
void gs_str_free(gs_str *s);

/* A path without its folders, as it is where it ends with a slash: points into it. */
const char *gs_base_name(const char *path);
#endif
