/* Tokenizers of published checkpoints in canonical form (model.h), but for "max_tokens", which is the model's. */
#ifndef GS_IMPORT_TOKENIZER_H
#define GS_IMPORT_TOKENIZER_H
#include <jansson.h>
#include "base/err.h"

/* From DIR/FILE: one of the files that tokenizer.c lists. kind: of a vocab.txt of k-mers whose tokenizer_config.json
 * does not tell. Entries beyond `most`, the rows of the embedding, are left out. Anything that is not understood is
 * refused by name, and so are vocabularies of text. NULL on failure (GS_EMODEL, GS_ENOMEM); the caller decrefs. */
json_t *gs_import_tokenizer(const char *dir, const char *file, const char *kind, int most, gs_err *e);
/* The same for one tokenizer.json. */
json_t *gs_import_tokenizer_json(const char *path, int most, gs_err *e);
/* The same for Carbon: DIR/tokenizer.json, of text, and the k-mers of dna_config.json at `path`. */
json_t *gs_import_tokenizer_hybrid(const char *dir, const char *path, int most, gs_err *e);
/* Bytes are their own ids, of n. */
json_t *gs_import_tokenizer_bytes(int n, gs_err *e);
#endif
