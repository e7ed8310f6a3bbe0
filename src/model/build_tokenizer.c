/* The tokenizer of a bundle, from its canonical JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "model/json.h"
#include "model/model.h"

enum { WHAT = 1200, MAX_VOCAB = 1 << 20, MAX_RUN = 1000, SHOWN = 8 /* species in a message */ };

/* The keys but "vocab", "merges" and "added", which are lists. */
typedef struct {
    char kind[32];           /* "base", "kmer", ...: see token.c */
    char run[2];             /* a letter of which run_least or more in a row ... */
    int run_least, run_as;   /* ... become this token */
    int unk, mask, cls, sep, pad; /* ids, -1: none */
    int window_cls;          /* instead of cls before scoring windows; default: cls */
    int k;                   /* bases of a k-mer */
    int max_tokens;          /* of a sequence; 0: any number */
    int fuse_unk;            /* unknown letters in a row are one token */
    int lowercase, spaces;   /* what happens to the text first */
    int words;               /* "none", "gpt2", "qwen": pieces of text that are encoded apart */
    int bytes;               /* the vocabulary spells bytes as GPT-2 does */
} conf;

#define ID(f) GS_KEY_INT(conf, f, .def = -1, .min = -1, .max = MAX_VOCAB)
static const char *const spaces[] = {[GS_SPACES_KEEP] = "keep", [GS_SPACES_STRIP] = "strip", [GS_SPACES_SKIP] = "skip",
                                     [GS_SPACES_MARK] = "mark", [GS_SPACES_MARK_ONCE] = "mark_once", NULL};
static const char *const words[] = {
    [GS_WORDS_NONE] = "none", [GS_WORDS_GPT2] = "gpt2", [GS_WORDS_QWEN] = "qwen", [GS_WORDS_SPACE] = "space", NULL};
static const gs_json_row rows[] = {
    GS_KEY_TEXT(conf, kind, .def = GS_NEEDED),
    GS_KEY_ANY("vocab", .def = GS_NEEDED),
    ID(unk),
    ID(mask),
    ID(cls),
    ID(sep),
    ID(pad),
    ID(window_cls),
    GS_KEY_ANY("added", .def = 0),
    GS_KEY_INT(conf, k, .def = 1, .min = 1, .max = 64),
    GS_KEY_INT(conf, max_tokens, .max = 1e9),
    GS_KEY_ANY("merges", .def = 0),
    GS_KEY_BOOL(conf, fuse_unk, .def = 0),
    GS_KEY_BOOL(conf, lowercase, .def = 0),
    GS_KEY_NAME(conf, spaces, .names = spaces, .def = GS_SPACES_KEEP),
    GS_KEY_NAME(conf, words, .names = words, .def = GS_WORDS_NONE),
    GS_KEY_BOOL(conf, bytes, .def = 0),
    GS_KEY_TEXT(conf, run, .def = 0),
    GS_KEY_INT(conf, run_least, .max = MAX_RUN),
    ID(run_as),
    {.key = NULL}};

/* The vocabulary as an array of strings that belong to the JSON; NULL on failure. */
static const char **vocab_of(const json_t *list, const char *what, gs_err *e)
{
    size_t n = json_array_size(list);
    int fits = n && n <= MAX_VOCAB;
    const char **vocab = fits ? calloc(n, sizeof *vocab) : NULL;
    if (!vocab && fits)
        gs_fail_mem(e, "the vocabulary", n * sizeof *vocab);
    if (!vocab) {
        gs_fail(e, GS_EMODEL, "%s: \"vocab\" must be a list of 1 to %d strings", what, MAX_VOCAB);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        vocab[i] = json_string_value(json_array_get(list, i));
        if (!vocab[i]) {
            gs_fail(e, GS_EMODEL, "%s: entry %zu of \"vocab\" is not a string", what, i);
            free(vocab);
            return NULL;
        }
    }
    return vocab;
}

/* Ids in groups of `group`; malloc'd, NULL on failure. No list: none. */
static int32_t *ids_of(const json_t *object, const char *key, size_t group, const char *what, gs_err *e)
{
    const json_t *list = json_object_get(object, key);
    size_t n = json_array_size(list);
    int32_t *ids = malloc((n + 1) * sizeof *ids);
    if (!ids)
        gs_fail_mem(e, "a tokenizer's lists", n * sizeof *ids);
    if (!ids || n % group || n / group > MAX_VOCAB || (list && !json_is_array(list))) {
        gs_fail(e, GS_EMODEL, "%s: \"%s\" must be a list of %s token ids, %d at most", what, key,
                group > 1 ? "pairs of" : "", MAX_VOCAB);
        free(ids);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *id = json_array_get(list, i);
        json_int_t value = json_integer_value(id);
        ids[i] = json_is_integer(id) && value >= 0 && value < MAX_VOCAB ? (int32_t)value : -1;
    }
    return ids;
}

static gs_tokenizer *make(const json_t *j, const char *what, gs_err *e)
{
    conf c = {0};
    if (gs_json_read(&c, rows, j, what, e))
        return NULL;
    const json_t *list = json_object_get(j, "vocab");
    const char **vocab = vocab_of(list, what, e);
    int32_t *merges = vocab ? ids_of(j, "merges", 2, what, e) : NULL;
    int32_t *added = merges ? ids_of(j, "added", 1, what, e) : NULL;
    gs_bpe_spec bpe = {.n_merges = (int)(json_array_size(json_object_get(j, "merges")) / 2), .merges = merges,
                       .fuse_unk = c.fuse_unk, .lowercase = c.lowercase, .spaces = c.spaces, .words = c.words,
                       .bytes = c.bytes, .run = c.run[0], .run_least = c.run_least, .run_as = c.run_as};
    gs_tokenizer_spec s = {.kind = c.kind, .n = (int)json_array_size(list), .vocab = vocab, .unk = c.unk,
                           .mask = c.mask, .cls = c.cls, .sep = c.sep, .pad = c.pad, .k = c.k,
                           .max_tokens = c.max_tokens, .bpe = &bpe,
                           .window_cls = json_object_get(j, "window_cls") ? &c.window_cls : NULL,
                           .added = {added, (int)json_array_size(json_object_get(j, "added"))}};
    gs_tokenizer *t = added ? gs_tokenizer_new(&s, e) : NULL;
    free(vocab);
    free(merges);
    free(added);
    return t;
}

int gs_tokenizer_build(gs_model *m, gs_err *e)
{
    char what[WHAT];
    snprintf(what, sizeof what, "%.1000s: tokenizer", m->bundle.path);
    m->tok = make(m->bundle.tokenizer, what, e);
    return m->tok ? 0 : -GS_EMODEL;
}

/* Species are words such as homo_sapiens; [unused_1] is none. */
static int is_species(const char *word)
{
    return strchr(word, '_') && !strchr("[<", word[0]);
}

int gs_model_species(gs_model *m, const char *species, gs_err *e)
{
    gs_str known = {0};
    int id = gs_token_id(m->tok, species, (int)strnlen(species, 1000));
    if (id >= 0 && is_species(species)) {
        m->tok->lead = id;
        return 0;
    }
    for (int i = 0, n = 0; i < m->tok->n_vocab && n < SHOWN; i++)
        if (is_species(m->tok->vocab[i]))
            gs_str_printf(&known, "%s%.60s", n++ ? ", " : "", m->tok->vocab[i]);
    int ret = gs_fail(e, GS_EUSAGE, "%s knows no species \"%.60s\"; it knows %.600s", m->bundle.path, species,
                      known.s ? known.s : "none");
    gs_str_free(&known);
    return ret;
}
