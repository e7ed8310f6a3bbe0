/* Checkpoints as torch.save writes them: a pickle that describes the tensors, and storages of raw numbers. Two forms:
 * a zip archive (since torch 1.6) and a bare stream (before). Source: torch/serialization.py. */
#ifndef GS_TORCH_H
#define GS_TORCH_H
#include "import/torch/pickle.h"
#include "import/torch/zip.h"

/* Is it one, by its first bytes? */
int gs_torch_is(const char *path);
/* Read a checkpoint and add the tensors of its state dict, which is the whole, or what stands under "state_dict",
 * "model_state_dict", "model" or "module". Contiguous tensors stay where they are in the mapped file; others are
 * copied.
 * Errors: GS_EMODEL, naming file and tensor. */
int gs_torch_read(gs_tensors *s, const char *path, gs_err *e);

/* ---- within ---- */

/* Is it the first of the pieces NAME.part0, NAME.part1, ... that large checkpoints are cut into? */
int gs_torch_is_piece(const char *path);
/* All of them as one: mapped where their sizes are whole pages, else read into memory. The set keeps it. */
int gs_torch_map_pieces(gs_tensors *s, const char *first, gs_region *map, gs_err *e);

enum { GS_TORCH_SPARE = 256 << 20 }; /* bytes that copies may take beyond the file's size */

/* data: NULL until member `member` of the archive is found. */
typedef struct { const char *data; size_t bytes, member; } gs_torch_storage;
typedef struct {
    const char *path;
    gs_zip zip;                /* of the archive's form; its names are the storages' keys */
    gs_pickle pickle;
    gs_strmap index;           /* a storage's key to its place in `storage` */
    gs_torch_storage *storage;
    size_t n, cap;
    size_t budget;             /* bytes that tensors may still be copied to */
} gs_torch;
/* Each reads one form: pickle and storages. */
int gs_torch_zip(gs_torch *t, const gs_region *file, gs_err *e);
int gs_torch_legacy(gs_torch *t, const gs_region *file, gs_err *e);
int gs_torch_add_storage(gs_torch *t, const char *key, size_t key_len, gs_torch_storage s, gs_err *e);
/* Check a storage of an archive, which s has mapped, and find where it lies. */
int gs_torch_load(gs_torch *t, gs_torch_storage *storage, const gs_tensors *s, gs_err *e);
/* Add the tensors of t to s. */
int gs_torch_tensors(gs_torch *t, gs_tensors *s, gs_err *e);
void gs_torch_close(gs_torch *t);
/* What a value of kind GS_PV_STORAGE says: key as text, type, number of elements. 0, or -1 if it makes no sense. */
typedef struct { const gs_pickle_value *key; gs_dtype dtype; int64_t count; const gs_pickle_value *view; } gs_torch_id;
int gs_torch_read_id(const gs_pickle *p, const gs_pickle_value *v, gs_torch_id *id);
#endif
