/* From what people download to a model: gs_model_open (gscore.h) is implemented here.
 * MODEL is a container file, a checkpoint directory or one of its files of weights, or a name looked up in
 * GSCORE_MODELS (colon-separated), then share/gscore/models beside and in the program's directory.
 *
 * Rooms that do not know each other: torch/ reads files of weights, tokenizer/ files of vocabularies, family/ says what
 * both mean. checkpoint.c brings them together. */
#ifndef GS_IMPORT_H
#define GS_IMPORT_H
#include "model/model.h"

/* What gs_model_open opens, not yet built: a bundle that the caller frees. On failure it is empty. */
int gs_bundle_open(gs_bundle *b, const char *path, gs_err *e);
/* gs_model_open; force: also of a model that is refused by default (gs_bundle_refused). */
gs_model *gs_model_open_any(const char *path, int force, gs_err *e);
/* Make a bundle of a checkpoint directory (weights, tokenizer files, mostly a config.json). On failure it is empty. */
int gs_import_dir(gs_bundle *b, const char *dir, gs_err *e);
/* The same of one file of weights (safetensors or torch) that has the other files beside it. */
int gs_import_file(gs_bundle *b, const char *path, gs_err *e);
/* Is a file such weights, and no container? */
int gs_import_is_checkpoint(const char *path);
#endif
