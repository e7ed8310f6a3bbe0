/* The tokenizer of a checkpoint, by the name of the file that describes it. */
#include "import/tokenizer/tokenizer.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "import/files.h"
#include "import/tokenizer/tokenizer_vocab.h"
#include "model/json.h"

enum { MAX_CONFIG = 4 << 20 };

/* tokenizer_config.json; an empty object: there is none. NULL on failure. */
static json_t *read_config(const char *dir, gs_err *e)
{
    char path[PATH_MAX];
    if (gs_import_exists(gs_import_path(dir, "tokenizer_config.json", path)))
        return gs_import_json(path, MAX_CONFIG, e);
    json_t *none = json_object();
    if (!none)
        gs_fail_mem(e, "the tokenizer", 1);
    return none;
}

/* The token that the configuration has for a purpose, such as "eos_token"; -1: none. */
static int configured(const json_t *config, const char *purpose, const json_t *vocab)
{
    const json_t *token = json_object_get(config, purpose);
    const char *text = json_string_value(json_is_object(token) ? json_object_get(token, "content") : token);
    return text ? gs_vocab_find(vocab, text) : -1;
}

/* Kinds by the class that cuts the text, where the family does not know it. */
static const char *kind_of(const json_t *config, const char *kind)
{
    static const struct { const char *class, *kind; } kinds[] = {{"DNAKmerTokenizer", "kmer_run"},
                                                                 {"EsmTokenizer", "kmer"}};
    const char *class = gs_json_text(config, "tokenizer_class", "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(class, kinds[i].class))
            return kinds[i].kind;
    return kind;
}

/* Ids of the tokens that the configuration adds. NULL: out of memory. */
static json_t *added_of(const json_t *config, const json_t *vocab)
{
    const char *id;
    json_t *v, *list = json_array();
    json_object_foreach(json_object_get(config, "added_tokens_decoder"), id, v) {
        int place = gs_vocab_find(vocab, gs_json_text(v, "content", ""));
        if (place >= 0 && json_array_append_new(list, json_integer(place))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* GENERator: the authors put <s> before every window as text; nothing else is ever around one. */
static json_t *describe_runs(const json_t *config, const json_t *vocab, int k)
{
    return json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:o}", "kind", "kmer_run", "vocab", vocab, "unk",
                     gs_vocab_find(vocab, "<oov>"), "window_cls", gs_vocab_find(vocab, "<s>"), "pad",
                     gs_vocab_find(vocab, "<pad>"), "k", k, "added", added_of(config, vocab));
}

/* EsmTokenizer ("kmer", one after the other), which ends a sequence with the eos_token of its configuration, null in
 * the published files, and BertTokenizer ("kmers", overlapping).
 * do_lower_case is not looked at: it would make every k-mer unknown, and copies of DNABERT's files have it wrong. */
static json_t *describe_kmers(const json_t *config, const json_t *vocab, const char *kind, int k)
{
    int eos = !strcmp(kind, "kmer");
    return json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:i, s:i}", "kind", kind, "vocab", vocab, "unk",
                     gs_vocab_special(vocab, "unk"), "mask", gs_vocab_special(vocab, "mask"), "cls",
                     gs_vocab_special(vocab, "cls"), "sep",
                     eos ? configured(config, "eos_token", vocab) : gs_vocab_special(vocab, "sep"), "pad",
                     gs_vocab_special(vocab, "pad"), "k", k);
}

/* A vocabulary of k-mers; numbered: as GENERator spells it. */
static json_t *describe(const char *dir, const json_t *vocab, const char *kind, int numbered, gs_err *e)
{
    int k = gs_vocab_kmer(vocab);
    if (k < 2) {
        gs_fail(e, GS_EMODEL, "%s/vocab.txt holds no k-mers over A, C, G, T", dir);
        return NULL;
    }
    json_t *config = read_config(dir, e);
    kind = numbered ? "kmer_run" : kind_of(config, kind);
    json_t *j = !config ? NULL : !strcmp(kind, "kmer_run") ? describe_runs(config, vocab, k)
                                                           : describe_kmers(config, vocab, kind, k);
    if (config && !j)
        gs_fail_mem(e, "the tokenizer", json_array_size(vocab));
    json_decref(config);
    return j;
}

static json_t *read_vocab(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    int numbered;
    json_t *vocab = gs_vocab_read(path, most, &numbered, e);
    json_t *j = vocab ? describe(dir, vocab, kind, numbered, e) : NULL;
    json_decref(vocab);
    return j;
}

static json_t *read_json(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    (void)dir;
    (void)kind;
    return gs_import_tokenizer_json(path, most, e);
}

/* A tokenizer.json whose words GenSLM makes of the text itself. */
static json_t *read_codons(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    (void)dir;
    (void)kind;
    json_t *j = gs_import_tokenizer_json(path, most, e);
    if (j && json_object_set_new(j, "kind", json_string("codon"))) {
        gs_fail_mem(e, "the tokenizer", 1);
        json_decref(j);
        j = NULL;
    }
    return j;
}

static json_t *read_hybrid(const char *dir, const char *path, const char *kind, int most, gs_err *e)
{
    (void)kind;
    return gs_import_tokenizer_hybrid(dir, path, most, e);
}

static const struct {
    const char *file;
    json_t *(*read)(const char *dir, const char *path, const char *kind, int most, gs_err *e);
} files[] = {{"dna_config.json", read_hybrid},
             {"codon_wordlevel_69vocab.json", read_codons},
             {"codon_wordlevel_71vocab.json", read_codons},
             {"tokenizer.json", read_json},
             {"vocab.txt", read_vocab}};

json_t *gs_import_tokenizer(const char *dir, const char *file, const char *kind, int most, gs_err *e)
{
    char path[PATH_MAX];
    size_t i = 0;
    while (strcmp(files[i].file, file)) /* families name no others */
        i++;
    return files[i].read(dir, gs_import_path(dir, file, path), kind, most, e);
}

json_t *gs_import_tokenizer_bytes(int n, gs_err *e)
{
    char text[16];
    json_t *vocab = json_array();
    int bad = !vocab;
    for (int c = 0; c < n && !bad; c++) {
        snprintf(text, sizeof text, c > ' ' && c < 127 ? "%c" : "<0x%02X>", c);
        bad = json_array_append_new(vocab, json_string(c < 256 ? text : ""));
    }
    json_t *j = bad ? NULL : json_pack("{s:s, s:O, s:i}", "kind", "base_exact", "vocab", vocab, "k", 1);
    json_decref(vocab);
    if (!j)
        gs_fail_mem(e, "the tokenizer", (size_t)n);
    return j;
}
