/* tokenizer.json of Hugging Face tokenizers to the canonical tokenizer: byte-pair encoding over characters, and words
 * that are k-mers. */
#include "import/tokenizer/tokenizer_json.h"
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "import/files.h"
#include "model/json.h"

enum { MAX_BYTES = 16 << 20 };

/* ---- merges ---- */

/* "A B" or ["A", "B"] to ids and the text of both together. Returns 0, or -1 if it is none. */
static int read_merge(const gs_tokenizer_json *t, const json_t *merge, int pair[2], gs_str *text)
{
    const char *first = json_string_value(json_is_array(merge) ? json_array_get(merge, 0) : merge);
    const char *second = json_string_value(json_array_get(merge, 1));
    const char *space = first && !second ? strchr(first, ' ') : NULL;
    if (!first || (!second && (!space || strchr(space + 1, ' '))))
        return -1;
    size_t n = second ? strlen(first) : (size_t)(space - first);
    second = second ? second : space + 1;
    pair[0] = gs_strmap_get(&t->index, first, n);
    pair[1] = gs_tokenizer_json_id(t, second);
    text->len = 0;
    gs_str_printf(text, "%.*s%s", (int)n, first, second);
    return text->s && pair[0] >= 0 && pair[1] >= 0 ? 0 : -1;
}

static int is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The pre-tokenizer cuts within this text, so that it never comes to this merge. */
static int is_cut(const gs_tokenizer_json *t, const char *text)
{
    for (const char *c = text; *c; c++)
        if (t->apart[(unsigned char)*c] || (isspace((unsigned char)*c) && !strcmp(t->spaces, "skip"))
            || (t->words && is_word_character(*c) != is_word_character(text[0])))
            return 1;
    return t->chars;
}

/* Merges with nothing are in GROVER's file; they can never apply. */
static int add_merge(const gs_tokenizer_json *t, const json_t *merge, json_t *to, int most, gs_err *e)
{
    int pair[2], ret = 0;
    gs_str text = {0};
    int bad = read_merge(t, merge, pair, &text);
    if (text.failed)
        ret = gs_fail_mem(e, "a merge", 1);
    else if (bad)
        ret = gs_fail(e, GS_EMODEL, "%s: a merge is not a pair of entries of the vocabulary", t->path);
    else if (json_string_length(json_array_get(t->vocab, (size_t)pair[0]))
             && json_string_length(json_array_get(t->vocab, (size_t)pair[1])) && !is_cut(t, text.s)) {
        int id = gs_tokenizer_json_id(t, text.s);
        if (id < 0 || id >= most || pair[0] >= most || pair[1] >= most)
            ret = gs_fail(e, GS_EMODEL, "%s: a merge gives \"%.40s\", which %s", t->path, text.s,
                          id < 0 ? "is not in the vocabulary" : "is beyond the rows of the model's embedding");
        else if (json_array_append_new(to, json_integer(pair[0])) || json_array_append_new(to, json_integer(pair[1])))
            ret = gs_fail_mem(e, "the merges", json_array_size(to));
    }
    gs_str_free(&text);
    return ret;
}

/* What changes the encoding and is not done here. */
static int check_bpe(const gs_tokenizer_json *t, const json_t *model, gs_err *e)
{
    static const char *const texts[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    for (int i = 0; i < 2; i++)
        if (gs_json_text(model, texts[i], "")[0])
            return gs_fail(e, GS_EMODEL, "%s: %s of the model is not supported", t->path, texts[i]);
    if (gs_json_true(model, "ignore_merges", 0) || t->cut)
        return gs_fail(e, GS_EMODEL, "%s: %s is not supported", t->path,
                       t->cut ? "byte-pair encoding of pieces of a few letters" : "ignore_merges of the model");
    if (gs_json_number(model, "dropout", 0) != 0)
        return gs_fail(e, GS_EMODEL, "%s: dropout of the model is not supported", t->path);
    return 0;
}

static json_t *make_bpe(const gs_tokenizer_json *t, const json_t *model, int most, gs_err *e)
{
    size_t i;
    json_t *v, *merges = json_array();
    int ret = merges ? check_bpe(t, model, e) : gs_fail_mem(e, "the merges", 1);
    json_array_foreach(json_object_get(model, "merges"), i, v)
        ret = ret ? ret : add_merge(t, v, merges, most, e);
    if (ret) {
        json_decref(merges);
        return NULL;
    }
    json_t *j = json_pack("{s:s, s:o, s:b, s:b, s:s, s:i}", "kind", "bpe", "merges", merges, "fuse_unk",
                          gs_json_true(model, "fuse_unk", 0), "lowercase", t->lowercase, "spaces", t->spaces, "k", 1);
    int bad = !j;
    if (j && t->run[0])
        bad |= json_object_update_new(j, json_pack("{s:s, s:i, s:i}", "run", t->run, "run_least", t->run_least,
                                                   "run_as", t->run_as));
    if (j && (t->bytes || strcmp(t->pieces, "none")))
        bad |= json_object_update_new(j, json_pack("{s:b, s:s}", "bytes", t->bytes, "words", t->pieces));
    if (!bad)
        return j;
    gs_fail_mem(e, "the merges", 1);
    json_decref(j);
    return NULL;
}

/* ---- words ---- */

/* Words are k-mers, or single characters. */
static json_t *make_words(const gs_tokenizer_json *t, const json_t *model, int most, gs_err *e)
{
    int k = gs_vocab_kmer(t->vocab);
    if (k == 1 || t->chars)
        return make_bpe(t, model, most, e);
    if (k && t->cut == k && !t->lowercase)
        return json_pack("{s:s, s:i}", "kind", "kmer_cut", "k", k);
    if (k && !t->cut && !t->lowercase)
        return json_pack("{s:s, s:i}", "kind", "kmers", "k", k);
    gs_fail(e, GS_EMODEL, "%s: the words of the vocabulary are not k-mers over A, C, G, T, or the text becomes lower "
            "case", t->path);
    return NULL;
}

/* ---- the whole ---- */

static json_t *make_kind(gs_tokenizer_json *t, const json_t *model, int most, gs_err *e)
{
    const char *unk = gs_json_text(model, "unk_token", NULL);
    /* Old files do not name the type of byte-pair models. */
    const char *type = gs_json_text(model, "type", json_object_get(model, "merges") ? "BPE" : "(none)");
    if (unk && (t->unk = gs_tokenizer_json_id(t, unk)) < 0) {
        gs_fail(e, GS_EMODEL, "%s: the token for unknown characters, \"%.40s\", is not in the vocabulary", t->path,
                unk);
        return NULL;
    }
    if (!strcmp(type, "BPE"))
        return make_bpe(t, model, most, e);
    if (!strcmp(type, "WordLevel") || !strcmp(type, "WordPiece"))
        return make_words(t, model, most, e);
    gs_fail(e, GS_EMODEL, "%s: tokenizers of type \"%.60s\" are not supported; supported: BPE, WordLevel", t->path,
            type);
    return NULL;
}

static int read_file(gs_tokenizer_json *t, const json_t *root, gs_err *e)
{
    int ret = t->vocab ? gs_tokenizer_json_vocab(t, root, e) : gs_fail_mem(e, "the vocabulary", 1);
    ret = ret ? ret : gs_read_normalizer(t, json_object_get(root, "normalizer"), e);
    ret = ret ? ret : gs_read_pre_tokenizer(t, json_object_get(root, "pre_tokenizer"), e);
    return ret ? ret : gs_read_post_processor(t, json_object_get(root, "post_processor"), e);
}

static int check_dna(const gs_tokenizer_json *t, gs_err *e)
{
    return gs_vocab_is_dna(t->vocab) ? 0 : gs_fail(e, GS_EMODEL, "%s: the vocabulary is of text or of proteins, not of "
                                                   "DNA: such models are not supported", t->path);
}

/* Take over the vocabulary and name the special tokens. */
static int finish(gs_tokenizer_json *t, json_t *j, int most, gs_err *e)
{
    while ((int)json_array_size(t->vocab) > most)
        json_array_remove(t->vocab, json_array_size(t->vocab) - 1);
    const int used[] = {t->unk, t->cls, t->sep, t->run[0] ? t->run_as : -1};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        if (used[i] >= most)
            return gs_fail(e, GS_EMODEL, "%s: special token %d is beyond the %d rows of the model's embedding", t->path,
                           used[i], most);
    for (size_t i = json_array_size(t->added); i-- > 0;)
        if (json_integer_value(json_array_get(t->added, i)) >= most)
            json_array_remove(t->added, i);
    int bad = json_object_set(j, "vocab", t->vocab);
    bad |= json_array_size(t->added) && json_object_set(j, "added", t->added);
    bad |= json_object_update_new(j, json_pack("{s:i, s:i, s:i, s:i, s:i}", "unk", t->unk, "cls", t->cls, "sep", t->sep,
                                               "mask", gs_vocab_special(t->vocab, "mask"), "pad",
                                               gs_vocab_special(t->vocab, "pad")));
    return bad ? gs_fail_mem(e, "the tokenizer", 1) : 0;
}

/* is_text: a vocabulary of text will do. */
static json_t *read_tokenizer(const char *path, int is_text, int most, gs_err *e)
{
    gs_tokenizer_json t = {.path = path, .unk = -1, .cls = -1, .sep = -1, .spaces = "keep", .pieces = "none",
                           .vocab = json_array(), .added = json_array()};
    json_t *root = gs_import_json(path, MAX_BYTES, e), *j = NULL;
    int ret = !root ? -GS_EMODEL : t.added ? read_file(&t, root, e) : gs_fail_mem(e, "the added tokens", 1);
    ret = ret || is_text ? ret : check_dna(&t, e);
    if (!ret)
        j = make_kind(&t, json_object_get(root, "model"), most, e);
    if (j && finish(&t, j, most, e)) {
        json_decref(j);
        j = NULL;
    }
    gs_strmap_free(&t.index);
    json_decref(t.vocab);
    json_decref(t.added);
    json_decref(root);
    return j;
}

json_t *gs_import_tokenizer_json(const char *path, int most, gs_err *e)
{
    return read_tokenizer(path, 0, most, e);
}

/* ---- text and DNA ---- */

/* The k-mers join the vocabulary at their ids, but those that the embedding has no row for. */
static int add_kmers(json_t *j, const json_t *dna, const char *path, int most, gs_err *e)
{
    const char *text;
    json_t *v, *vocab = json_object_get(j, "vocab");
    int ret = 0;
    json_object_foreach(json_object_get(dna, "dna_token_to_id"), text, v)
        ret = ret || json_integer_value(v) >= most ? ret : gs_vocab_put(vocab, text, v, path, e);
    if (ret)
        return ret;
    int k = (int)gs_json_number(dna, "k", 0), open = gs_vocab_find(vocab, "<dna>");
    if (open < 0 || k < 2)
        return gs_fail(e, GS_EMODEL, "%s: \"dna_token_to_id\" lacks \"<dna>\", or \"k\" = %d makes no sense", path, k);
    json_t *more = json_pack("{s:s, s:i, s:i}", "kind", "hybrid", "k", k, "window_cls", open);
    return json_object_update_new(j, more) ? gs_fail_mem(e, "the tokenizer", 1) : 0;
}

json_t *gs_import_tokenizer_hybrid(const char *dir, const char *path, int most, gs_err *e)
{
    char text[PATH_MAX];
    json_t *dna = gs_import_json(path, MAX_BYTES, e), *j = NULL;
    if (dna && !gs_import_exists(gs_import_path(dir, "tokenizer.json", text)))
        gs_import_lacks(dir, "tokenizer.json, which dna_config.json adds to", e);
    else if (dna)
        j = read_tokenizer(text, 1, most, e);
    if (j && add_kmers(j, dna, path, most, e)) {
        json_decref(j);
        j = NULL;
    }
    json_decref(dna);
    return j;
}
