/* The files of weights in a download. */
#ifndef GS_WEIGHTS_H
#define GS_WEIGHTS_H
#include "model/tensors.h"

/* Add the tensors of one file, of whichever format. Errors: GS_EMODEL, GS_ENOMEM. */
int gs_weights_read(gs_tensors *s, const char *path, gs_err *e);
/* Add those of a directory: the hub's names, an index of shards, or the only file of weights, whatever its name; of
 * several the only one whose tensors are `known` (1, 0, or negative: out of memory), which may change them. */
int gs_weights_find(gs_tensors *s, const char *dir, int (*known)(gs_tensors *s), gs_err *e);
/* Is it a file of a format that holds nothing but weights (no safetensors file, which may be a container)? */
int gs_weights_known(const char *path);
#endif
