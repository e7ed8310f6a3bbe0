#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "import/files.h"
#include "import/tokenizer/tokenizer_vocab.h"

enum { MAX_BYTES = 16 << 20, MAX_IDS = 1 << 20, MAX_K = 12 };

static int append_lines(json_t *list, const char *text, int most)
{
    for (const char *p = text; *p && (int)json_array_size(list) < most;) {
        size_t n = strcspn(p, "\n"), shown = n && p[n - 1] == '\r' ? n - 1 : n;
        if (json_array_append_new(list, json_stringn(p, shown)))
            return -1;
        p += n + (p[n] == '\n');
    }
    return 0;
}

json_t *gs_vocab_read(const char *path, int most, gs_err *e)
{
    size_t n;
    if (gs_import_sniff(path, e))
        return NULL;
    char *text = gs_import_text(path, MAX_BYTES, &n, e);
    json_t *list = text ? json_array() : NULL;
    if (list && append_lines(list, text, most)) {
        gs_fail(e, GS_EMODEL, "%s is not UTF-8 text", path);
        json_decref(list);
        list = NULL;
    }
    free(text);
    return list;
}

int gs_vocab_put(json_t *vocab, const char *text, const json_t *id, const char *path, gs_err *e)
{
    json_int_t v = json_integer_value(id);
    if (!json_is_integer(id) || v < 0 || v >= MAX_IDS)
        return gs_fail(e, GS_EMODEL, "%s: the id of \"%.40s\" is not a number from 0 to %d", path, text, MAX_IDS - 1);
    while ((json_int_t)json_array_size(vocab) <= v)
        if (json_array_append_new(vocab, json_string("")))
            return gs_fail_mem(e, "the vocabulary", (size_t)v);
    const char *there = json_string_value(json_array_get(vocab, (size_t)v));
    if (there[0] && strcmp(there, text))
        return gs_fail(e, GS_EMODEL, "%s: \"%.40s\" and \"%.40s\" have the same id %lld", path, there, text,
                       (long long)v);
    return json_array_set_new(vocab, (size_t)v, json_string(text)) ? gs_fail_mem(e, "the vocabulary", (size_t)v) : 0;
}

int gs_vocab_find(const json_t *vocab, const char *token)
{
    size_t i;
    json_t *v;
    json_array_foreach(vocab, i, v)
        if (!strcmp(json_string_value(v), token))
            return (int)i;
    return -1;
}

int gs_vocab_special(const json_t *vocab, const char *what)
{
    char name[32];
    snprintf(name, sizeof name, "<%s>", what);
    int id = gs_vocab_find(vocab, name);
    if (id >= 0)
        return id;
    snprintf(name, sizeof name, "[%s]", what);
    for (char *c = name; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return gs_vocab_find(vocab, name);
}

int gs_vocab_kmer(const json_t *vocab)
{
    size_t i, k = 0;
    json_t *v;
    json_array_foreach(vocab, i, v) {
        size_t n = json_string_length(v);
        if (n > k && n <= MAX_K && strspn(json_string_value(v), "ACGT") == n)
            k = n;
    }
    return (int)k;
}
