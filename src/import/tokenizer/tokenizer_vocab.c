#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "import/files.h"
#include "import/tokenizer/tokenizer_vocab.h"

enum { MAX_BYTES = 16 << 20, MAX_IDS = 1 << 20, MAX_K = 12, MAX_TOKEN = 100 };

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

static json_t *read_lines(const char *path, int most, gs_err *e)
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

/* Is the line "token id"? */
static int read_numbered(const char *line, char token[MAX_TOKEN], int *id)
{
    int end = 0;
    return line && sscanf(line, "%99s %d%n", token, id, &end) == 2 && !line[end];
}

static int put_line(json_t *to, const char *line, const char *path, int most, gs_err *e)
{
    char token[MAX_TOKEN];
    int id;
    if (!read_numbered(line, token, &id))
        return gs_fail(e, GS_EMODEL, "%s: \"%.40s\" is no token and its id, as the first line is", path, line);
    json_t *number = json_integer(id);
    int ret = id >= most ? 0 : gs_vocab_put(to, token, number, path, e);
    json_decref(number);
    return ret;
}

static json_t *by_number(const json_t *lines, const char *path, int most, gs_err *e)
{
    size_t i;
    json_t *v, *to = json_array();
    int ret = to ? 0 : gs_fail_mem(e, "the vocabulary", 1);
    json_array_foreach(lines, i, v)
        ret = ret ? ret : put_line(to, json_string_value(v), path, most, e);
    if (!ret)
        return to;
    json_decref(to);
    return NULL;
}

json_t *gs_vocab_read(const char *path, int most, int *numbered, gs_err *e)
{
    char token[MAX_TOKEN];
    int id;
    json_t *lines = read_lines(path, most, e);
    *numbered = read_numbered(json_string_value(json_array_get(lines, 0)), token, &id);
    if (!*numbered)
        return lines;
    json_t *vocab = by_number(lines, path, most, e);
    json_decref(lines);
    return vocab;
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

/* What sentencepiece and GPT-2 put for the space before a word. */
static const char *without_mark(const char *word)
{
    static const char *const marks[] = {"\xe2\x96\x81", "\xc4\xa0"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (!strncmp(word, marks[i], strlen(marks[i])))
            return word + strlen(marks[i]);
    return word;
}

int gs_vocab_is_dna(const json_t *vocab)
{
    static const char protein[] = "EFILPQ";
    size_t i, words = 0, dna = 0, letters = 0;
    json_t *v;
    json_array_foreach(vocab, i, v) {
        const char *word = without_mark(json_string_value(v));
        size_t n = strlen(word);
        letters += n == 1 && strchr(protein, word[0]);
        words += n >= 3 && !strchr("<[", word[0]);
        dna += n >= 3 && (strspn(word, "ACGTUN") == n || strspn(word, "acgtun") == n);
    }
    return words ? 20 * dna >= words : letters < strlen(protein);
}
