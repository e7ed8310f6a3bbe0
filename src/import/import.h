/* From what people download to a model: gs_model_open (gscore.h) is implemented here.
 * MODEL is a container file, a checkpoint directory, or a name looked up in GSCORE_MODELS (colon-separated), then
 * share/gscore/models beside the program, then the build tree's models/. */
#ifndef GS_IMPORT_H
#define GS_IMPORT_H
#include "model/model.h"

/* What gs_model_open opens, not yet built: a bundle that the caller frees. On failure it is empty. */
int gs_bundle_open(gs_bundle *b, const char *path, gs_err *e);
/* Make a bundle of a checkpoint directory (config.json + weights + tokenizer files). On failure it is empty. */
int gs_import_dir(gs_bundle *b, const char *dir, gs_err *e);
/* The same of one file of weights (safetensors or torch) whose config.json and tokenizer files lie beside it. */
int gs_import_file(gs_bundle *b, const char *path, gs_err *e);
/* Is a file such weights, and no container? */
int gs_import_is_checkpoint(const char *path);

/* One family of published checkpoints: recognised from config.json and tensor names. */
typedef struct gs_family {
    const char *name;                                             /* "esm" */
    const char *what;                                             /* for --list: "Nucleotide Transformer v1, v2" */
    int (*match)(const json_t *config, const gs_tensors *t);      /* 1 if it is ours */
    int (*import)(gs_bundle *b, const char *dir, const json_t *config, gs_err *e); /* b->tensors holds upstream's */
} gs_family;
extern const gs_family *const gs_families[];                      /* ends with NULL */
extern const gs_family gs_family_esm, gs_family_bert, gs_family_mosaic, gs_family_gpn, gs_family_gpn_msa, gs_family_phylogpn;

/* ---- for the families ---- */

/* Give the tensors canonical names by a table, drop those that it says are unused, keep the others as they are (the
 * binder names them as surplus). The table becomes b->names. */
int gs_import_names(gs_bundle *b, const gs_name_row *rows, gs_err *e);

/* Leave out what training put before every tensor's name, such as "module.". */
int gs_import_unwrap(gs_bundle *b, gs_err *e);

/* Whole numbers of config.json that go to int fields of a struct: key, offsetof, value when absent (-1: it must be
 * there), range. The table ends with a key of NULL. */
typedef struct { const char *key; size_t field; int def, min, max; } gs_fact_row;
int gs_import_facts(void *to, const gs_fact_row *rows, const json_t *config, const char *dir, gs_err *e);

/* Convolution weights as upstream keeps them, [out, in, taps], to ours, [out, taps, in]; depthwise ones from
 * [D, 1, taps] to [taps, D] (never those of layer 0). pattern: our name, with one %d. Others are left as they are. */
int gs_import_conv(gs_bundle *b, const char *pattern, int depthwise, gs_err *e);

/* vocab.txt: one token per line, the line's number is the id. Lines beyond `most` are left out (published files have
 * more lines than the embedding has rows). A list of strings, NULL on failure; the caller decrefs. */
json_t *gs_import_vocab(const char *dir, int most, gs_err *e);
/* Place of a token in such a list, -1 if it is not there. */
int gs_vocab_find(const json_t *vocab, const char *token);
/* Place of a special token, what = "mask": "<mask>" or "[MASK]"; -1 if it is not there. */
int gs_vocab_special(const json_t *vocab, const char *what);
/* Length of the longest entry over A, C, G, T (12 at most), 0: there is none. */
int gs_kmer_length(const json_t *vocab);

/* The tokenizer in canonical form (model.h) from tokenizer.json, or from a vocab.txt of k-mers. Entries beyond `most`,
 * the rows of the embedding, are left out. Anything that is not understood is refused by name. NULL on failure. */
json_t *gs_import_tokenizer(const char *dir, int most, int max_tokens, gs_err *e);
/* The same for one tokenizer.json. */
json_t *gs_import_tokenizer_json(const char *path, int most, int max_tokens, gs_err *e);

/* A JSON file of at most `most` bytes. Duplicate keys are fine: a published config.json has them, and Python takes the
 * last. NULL on failure; the caller decrefs. */
json_t *gs_import_json(const char *path, size_t most, gs_err *e);

/* What the config.json of every transformer says: vocab_size, hidden_size, num_hidden_layers, num_attention_heads,
 * intermediate_size. The first is needed, the others have the defaults that BertConfig and EsmConfig share. */
typedef struct { int vocab, dim, layers, heads, ffn; } gs_sizes;
int gs_import_sizes(gs_sizes *s, const json_t *config, const char *dir, gs_err *e);
/* hidden_act in our spelling; NULL: not supported (GS_EMODEL). */
const char *gs_import_act(const json_t *config, const char *dir, gs_err *e);
/* Does the bundle hold a tensor? */

/* The card: name and source from the directory's name, licence from the front matter of README.md. NULL: no memory. */
json_t *gs_import_card(const char *dir, const char *citation);

/* Does the bundle hold a tensor? */
int gs_import_has(const gs_bundle *b, const char *name);

/* "f16" or "bf16" if it holds the tensor so, else "f32". */
const char *gs_import_half(const gs_bundle *b, const char *name);

/* A whole text file, 0-terminated, at most `most` bytes. NULL on failure; the caller frees. */
char *gs_import_text(const char *path, size_t most, size_t *n, gs_err *e);
/* Is it a file that only stands for another (git-lfs pointer, web page) or of a format that is not read here? Says
 * so in the error; 0 when nothing is wrong with the first bytes. A file that cannot be read is left to the reader. */
int gs_import_sniff(const char *path, gs_err *e);

/* DIR/NAME into out (of PATH_MAX bytes); returns out. Too long: "" */
const char *gs_import_path(const char *dir, const char *name, char *out);
/* Names of what stands in a directory, "a, b, c", for messages; "nothing" when empty. Returns out. */
const char *gs_import_list(const char *dir, char *out, size_t n);
#endif
