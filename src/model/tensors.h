/* A set of named tensors: views into a mapped file or memory of its own. */
#ifndef GS_TENSORS_H
#define GS_TENSORS_H
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "base/dtype.h"
#include "base/err.h"
#include "base/strmap.h"

enum { GS_MAX_DIMS = 6 };
/* Row-major and contiguous, not necessarily aligned. data points into a region that the set keeps. */
typedef struct {
    char *name;
    gs_dtype dtype;
    int ndim;
    int64_t shape[GS_MAX_DIMS];
    const void *data;
    size_t bytes;
    int exact;               /* must not be narrowed: see gs_arch.exact */
} gs_tensor;
int gs_tensor_finite(const gs_tensor *t);                            /* no NaN, no infinity */
int64_t gs_tensor_count(const gs_tensor *t);                          /* elements */
const char *gs_tensor_shape(const gs_tensor *t, char *out, size_t n); /* "[256, 64]" for messages; returns out */

typedef struct { void *addr; size_t bytes; int mapped; } gs_region;  /* mmap'd or malloc'd */
typedef struct gs_tensors {
    gs_tensor *t;
    size_t n, cap;
    gs_region *regions;      /* what the tensors point into, released with the set */
    size_t n_regions, cap_regions;
    gs_strmap index;         /* name -> place in t */
} gs_tensors;

void gs_tensors_free(gs_tensors *s);
gs_tensor *gs_tensors_find(const gs_tensors *s, const char *name);
/* Add a tensor (name copied). A name that is there already is an error. */
int gs_tensors_add(gs_tensors *s, const gs_tensor *t, gs_err *e);
/* Take a region over, to be released with the set; on failure it is released at once. */
int gs_tensors_keep(gs_tensors *s, gs_region region, gs_err *e);
/* Map a file of at least 8 bytes for reading; the set keeps it. Errors: GS_EMODEL, GS_ENOMEM. */
int gs_tensors_map(gs_tensors *s, const char *path, gs_region *map, gs_err *e);
/* Let the memory of a mapped tensor go until it is read again, so that a pass over all of them stays small. */
void gs_tensors_forget(const gs_tensors *s, const gs_tensor *t);
/* May a tensor be called so? Printable, neither empty nor too long. */
int gs_tensor_name_ok(const char *name);

/* Map a safetensors file and add its tensors; every header field is bounds-checked (Hugging Face safetensors format:
 * u64 header length, JSON, data). metadata: set to its __metadata__ as a JSON object (caller decrefs) or
 * NULL; pass NULL if not wanted. Errors: GS_EMODEL, naming file and tensor. */
int gs_safetensors_read(gs_tensors *s, const char *path, json_t **metadata, gs_err *e);
#endif
