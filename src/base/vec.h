/* Growing arrays. */
#ifndef GS_VEC_H
#define GS_VEC_H
#include <stddef.h>

/* Make room for n elements of `size` bytes in *array (a pointer to the array's pointer), doubling *cap as needed.
 * 0, or -1 when out of memory (array and cap unchanged). */
int gs_reserve(void *array, size_t *cap, size_t n, size_t size);
#endif
