/* The tokenizer of a checkpoint, by the name of the file that describes it. */
#include "import/tokenizer/tokenizer.h"
#include <limits.h>
#include <string.h>
#include "import/files.h"
#include "import/tokenizer/tokenizer_vocab.h"

enum { MAX_CONFIG = 4 << 20 };

/* EsmTokenizer ends a sequence with the eos_token of tokenizer_config.json, which is null in the published files. */
static int read_eos(const char *dir, const json_t *vocab, int *id, gs_err *e)
{
    char path[PATH_MAX];
    *id = -1;
    if (!gs_import_exists(gs_import_path(dir, "tokenizer_config.json", path)))
        return 0;
    json_t *config = gs_import_json(path, MAX_CONFIG, e), *eos = json_object_get(config, "eos_token");
    const char *text = json_string_value(json_is_object(eos) ? json_object_get(eos, "content") : eos);
    *id = text ? gs_vocab_find(vocab, text) : -1;
    json_decref(config);
    return config ? 0 : -GS_EMODEL;
}

/* EsmTokenizer ("kmer", one after the other) and BertTokenizer ("kmers", overlapping) with a vocabulary of k-mers.
 * do_lower_case is not looked at: it would make every k-mer unknown, and copies of DNABERT's files have it wrong. */
static json_t *describe(const char *dir, const json_t *vocab, const char *kind, gs_err *e)
{
    int k = gs_vocab_kmer(vocab), sep = gs_vocab_special(vocab, "sep");
    if (k < 2) {
        gs_fail(e, GS_EMODEL, "%s/vocab.txt holds no k-mers over A, C, G, T", dir);
        return NULL;
    }
    if (!strcmp(kind, "kmer") && read_eos(dir, vocab, &sep, e))
        return NULL;
    json_t *j = json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:i, s:i}", "kind", kind, "vocab", vocab, "unk",
                          gs_vocab_special(vocab, "unk"), "mask", gs_vocab_special(vocab, "mask"), "cls",
                          gs_vocab_special(vocab, "cls"), "sep", sep, "pad", gs_vocab_special(vocab, "pad"), "k", k);
    if (!j)
        gs_fail_mem(e, "the tokenizer", json_array_size(vocab));
    return j;
}

static json_t *read_vocab(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    json_t *vocab = gs_vocab_read(path, most, e), *j = vocab ? describe(dir, vocab, kind, e) : NULL;
    json_decref(vocab);
    return j;
}

static json_t *read_json(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    (void)dir;
    (void)kind;
    return gs_import_tokenizer_json(path, most, e);
}

static const struct {
    const char *file;
    json_t *(*read)(const char *dir, const char *path, const char *kind, int most, gs_err *e);
} files[] = {{"tokenizer.json", read_json}, {"vocab.txt", read_vocab}};

json_t *gs_import_tokenizer(const char *dir, const char *file, const char *kind, int most, gs_err *e)
{
    char path[PATH_MAX];
    size_t i = 0;
    while (strcmp(files[i].file, file)) /* families name no others */
        i++;
    return files[i].read(dir, gs_import_path(dir, file, path), kind, most, e);
}
