/* Tokenizers of published checkpoints in canonical form (model.h), but for "max_tokens", which is the model's. */
#ifndef GS_IMPORT_TOKENIZER_H
#define GS_IMPORT_TOKENIZER_H
#include <jansson.h>
#include "base/err.h"

/* From DIR/FILE: a tokenizer.json, or a vocab.txt of k-mers, whose tokens are of kind "kmer" or "kmers". Entries beyond
 * `most`, the rows of the embedding, are left out. Anything that is not understood is refused by name. NULL on failure
 * (GS_EMODEL, GS_ENOMEM); the caller decrefs. */
json_t *gs_import_tokenizer(const char *dir, const char *file, const char *kind, int most, gs_err *e);
/* The same for one tokenizer.json. */
json_t *gs_import_tokenizer_json(const char *path, int most, gs_err *e);
#endif
