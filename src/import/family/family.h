/* A family of published checkpoints is data: how it is recognised, which keys of its config.json are ours, what its
 * tensors are called, where its tokens come from. family.c applies that; functions are for exceptions only.
 * A new family is one file that exports a gs_family, and one line in families.c. */
#ifndef GS_FAMILY_H
#define GS_FAMILY_H
#include "model/json.h"
#include "model/model.h"

/* JSON as it is, to a string literal. */
#define GS_JSON_TEXT_OF(...) #__VA_ARGS__

/* Their word for ours; lists end with NULL. */
typedef struct { const char *theirs, *ours; } gs_word;

/* One key of config.json. Tables end with theirs = NULL. */
typedef struct {
    const char *theirs;       /* "rope_scaling.factor" is a key of an object; of "a|b" the first that is there counts */
    const char *ours;         /* of the architecture's config; "tokenizer.x": of the tokenizer; NULL: only checked */
    gs_json_type type;        /* INT, REAL, BOOL, NAME; ANY: what is not done here, it must be absent, null or false */
    double def, min, max;     /* def: where the key is absent, NAN: it must be there; min .. max: of numbers */
    const gs_word *words;     /* of NAME; the first is the default */
    int optional;             /* of numbers: null, or no key and no def, leaves ours out */
} gs_config_map;

#define GS_MAP_INT(THEIRS, OURS, DEF, MIN, MAX) \
    {.theirs = THEIRS, .ours = OURS, .type = GS_JSON_INT, .def = DEF, .min = MIN, .max = MAX}
#define GS_MAP_REAL(THEIRS, OURS, DEF, MIN, MAX) \
    {.theirs = THEIRS, .ours = OURS, .type = GS_JSON_REAL, .def = DEF, .min = MIN, .max = MAX}
#define GS_MAP_OPTIONAL(THEIRS, OURS, DEF, MIN, MAX) \
    {.theirs = THEIRS, .ours = OURS, .type = GS_JSON_INT, .def = DEF, .min = MIN, .max = MAX, .optional = 1}
#define GS_MAP_BOOL(THEIRS, OURS, DEF) {.theirs = THEIRS, .ours = OURS, .type = GS_JSON_BOOL, .def = DEF}
#define GS_MAP_NAME(THEIRS, OURS, WORDS) {.theirs = THEIRS, .ours = OURS, .type = GS_JSON_NAME, .words = WORDS}
#define GS_MAP_REFUSE(THEIRS) {.theirs = THEIRS, .type = GS_JSON_ANY}

/* What the config.json of every transformer says, with the defaults that BertConfig and EsmConfig share. */
#define GS_MAP_TRANSFORMER(VOCAB) \
    GS_MAP_INT("vocab_size", "vocab", VOCAB, 1, 1 << 20), GS_MAP_INT("hidden_size", "dim", 768, 1, 1 << 20), \
    GS_MAP_INT("num_hidden_layers", "layers", 12, 1, 1 << 20), \
    GS_MAP_INT("num_attention_heads", "heads", 12, 1, 1 << 20), \
    GS_MAP_INT("intermediate_size", "ffn", 3072, 1, 1 << 20), \
    GS_MAP_REAL("layer_norm_eps", "norm_eps", 1e-12, 0, 1)
/* hidden_act of transformers. */
extern const gs_word gs_activation_words[];

/* Rows of a name map (model/names.h). */
#define GS_NAME(THEIRS, OURS) {.theirs = THEIRS, .ours = OURS}
#define GS_WEIGHT_BIAS(THEIRS, OURS) GS_NAME(THEIRS ".weight", OURS ".weight"), GS_NAME(THEIRS ".bias", OURS ".bias")
#define GS_DROP(THEIRS) {.theirs = THEIRS, .how = GS_T_DROP}

/* What differs between checkpoints of one family. Lists end with tensor = NULL. */
typedef struct {
    const char *tensor;           /* one that the forms before it do not have */
    const char *config;           /* JSON: keys of the architecture's config that its files do not say; NULL: none */
    const gs_config_map *map;
    const gs_name_map *names;
} gs_form;

/* A checkpoint while it is read. */
typedef struct {
    const char *dir;
    const char *file;             /* the one of its files of weights that was named; NULL: none was */
    json_t *config;               /* config.json, or what stands for it; NULL: there is none */
    char config_file[256];        /* its name */
    gs_tensors tensors;           /* as upstream calls and keeps them */
    const gs_form *form;
} gs_checkpoint;

typedef struct gs_family {
    const char *name;             /* "esm" */
    const char *what;             /* in lists of what is supported: "Nucleotide Transformer v1, v2" */
    const char *known_as[6];      /* model_type or class in config.json, without "ForMaskedLM", "Model", ...; no case */
    const gs_form *forms;
    const char *architecture;
    const char *config;           /* JSON: as gs_form's, of all forms */
    const char *tokenizer;        /* JSON: all of it, or what its files do not say; NULL: nothing */
    const char *tokenizer_files[4]; /* the first that is there is read, where `tokenizer` has no "vocab";
                                     * none: bytes are tokens */
    const char *recipe, *citation; /* JSON; text */
    /* Sets c->config where config.json, which may be there, does not say what a model is. NULL: it must be there. */
    int (*facts)(gs_checkpoint *c, gs_err *e);
    /* What tables cannot say, after all of them are applied. c->tensors are still upstream's. NULL: nothing. */
    int (*finish)(gs_bundle *b, const gs_checkpoint *c, gs_err *e);
} gs_family;
extern const gs_family *const gs_families[]; /* ends with NULL */

/* Are the tensors, by their names, those of one of the families? */
int gs_family_fits(const gs_family *const *families, const gs_tensors *t);
/* 0 if config.json calls itself by a name of one of the families, or by none. GS_EMODEL: only by others; the message
 * names them and what is supported. */
int gs_family_known(const gs_family *const *families, const gs_checkpoint *c, gs_err *e);
/* Whose checkpoint is it? By the tensors, and by what config.json calls itself where several fit or none. NULL:
 * nobody's (GS_EMODEL, as above). */
const gs_family *gs_family_find(const gs_family *const *families, const gs_checkpoint *c, gs_err *e);
/* Apply the tables: b's configuration, recipe, tensors, and of the tokenizer what the family says itself. The tensors'
 * data is b's afterwards. Errors: GS_EMODEL, GS_ENOMEM. */
int gs_family_apply(gs_bundle *b, const gs_family *f, gs_checkpoint *c, gs_err *e);

/* ---- within, and for finish() ---- */

/* Fill b by the table from c->config. */
int gs_family_config(gs_bundle *b, const gs_config_map *map, const gs_checkpoint *c, gs_err *e);
/* Give b the tensors by our names; those of no row keep theirs (the binder names them as surplus). The data's memory
 * goes over to b, `theirs` still points to it. The table becomes b->names. */
int gs_family_names(gs_bundle *b, gs_tensors *theirs, const gs_name_map *names, gs_err *e);
/* Make of upstream's tensor *t what the row says, by b's configuration; b keeps new memory. */
int gs_transform_tensor(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e);
/* Leave out what training put before every tensor's name, such as "module.". */
int gs_names_unwrap(gs_tensors *s, gs_err *e);

/* Set members of an object by json_pack's format, "{s:i, ...}". Errors: GS_ENOMEM. */
int gs_family_set(json_t *object, gs_err *e, const char *format, ...);
/* A whole number of our config. */
int gs_family_int(const json_t *config, const char *key);
/* "mlm" if b has a head (its bias, or the dense layer), else "none". */
const char *gs_family_head(const gs_bundle *b);
int gs_family_has(const gs_bundle *b, const char *tensor);
/* "f16" or "bf16" if the set holds the tensor so, else "f32". */
const char *gs_family_half(const gs_tensors *s, const char *tensor);
#endif
