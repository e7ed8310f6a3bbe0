#include "base/vec.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int gs_reserve(void *array, size_t *cap, size_t n, size_t size)
{
    if (n <= *cap)
        return 0;
    size_t want = *cap ? *cap : 16;
    while (want < n)
        want = want > SIZE_MAX / 2 ? n : 2 * want;
    if (want > SIZE_MAX / size)
        return -1;
    void *old, *p;
    memcpy(&old, array, sizeof old);
    p = realloc(old, want * size);
    if (!p)
        return -1;
    memcpy(array, &p, sizeof p);
    *cap = want;
    return 0;
}
