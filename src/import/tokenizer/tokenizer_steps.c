/* The steps around the model of a tokenizer.json: what is done to the text before, what is put around the tokens after.
 * Source: normalizers/, pre_tokenizers/ and processors/ of Hugging Face tokenizers. Sequences are ASCII, so that the
 * Unicode forms change nothing. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "import/tokenizer/tokenizer_json.h"
#include "model/json.h"

typedef int reader(gs_tokenizer_json *, const json_t *, gs_err *);
typedef struct { const char *type; reader *read; } step_row;

enum { MAX_RUN = 1000 };

/* Run the reader of step's type; members: where a Sequence keeps its steps. */
static int read_step(gs_tokenizer_json *t, const step_row *rows, const char *what, const char *members,
                     const json_t *step, gs_err *e)
{
    const char *type = gs_json_text(step, "type", "(none)");
    if (!step || json_is_null(step))
        return 0;
    if (!strcmp(type, "Sequence")) {
        const json_t *list = json_object_get(step, members);
        int ret = 0;
        for (size_t i = 0; i < json_array_size(list) && !ret; i++)
            ret = read_step(t, rows, what, members, json_array_get(list, i), e);
        return ret;
    }
    for (; rows->type; rows++)
        if (!strcmp(rows->type, type))
            return rows->read ? rows->read(t, step, e) : 0;
    return gs_fail(e, GS_EMODEL, "%s: the %s \"%.60s\" is not supported", t->path, what, type);
}

/* ---- normalizers ---- */

static int lowercase(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    (void)step;
    (void)e;
    t->lowercase = 1;
    return 0;
}

static int bert_normalizer(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    return gs_json_true(step, "lowercase", 1) ? lowercase(t, step, e) : 0;
}

static int strip(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    if (!gs_json_true(step, "strip_left", 1) || !gs_json_true(step, "strip_right", 1))
        return gs_fail(e, GS_EMODEL, "%s: a normalizer \"Strip\" of one side is not supported", t->path);
    if (!strcmp(t->spaces, "keep"))
        t->spaces = "strip";
    return 0;
}

#define MARK "\xe2\x96\x81" /* sentencepiece's for a space */

/* The mark before the text goes with the mark for every space. */
static int prepend(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    const char *text = gs_json_text(step, "prepend", "");
    if (strcmp(text, MARK))
        return gs_fail(e, GS_EMODEL, "%s: the normalizer \"Prepend\" of \"%.20s\" is not supported", t->path, text);
    t->spaces = "mark";
    return 0;
}

static int is_mark_of_space(const gs_tokenizer_json *t, const json_t *step)
{
    const char *from = gs_json_text(json_object_get(step, "pattern"), "String", "");
    return !strcmp(from, " ") && !strcmp(gs_json_text(step, "content", ""), MARK) && !strcmp(t->spaces, "mark");
}

/* Runs of a letter to one token: GENA-LM makes "-" of N{10,}. */
static int replace(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    const char *regex = gs_json_text(json_object_get(step, "pattern"), "Regex", "");
    const char *to = gs_json_text(step, "content", "");
    char letter = 0;
    int least = 0, read = 0, id = strlen(to) == 1 ? gs_tokenizer_json_id(t, to) : -1;
    int is_run = sscanf(regex, "%c{%d,}%n", &letter, &least, &read) == 2 && read && !regex[read];
    if (is_mark_of_space(t, step))
        return 0;
    int fits = isalpha((unsigned char)letter) && least >= 1 && least <= MAX_RUN && id >= 0;
    if (!is_run || !fits || t->run[0] || t->lowercase)
        return gs_fail(e, GS_EMODEL, "%s: the normalizer \"Replace\" of \"%.60s\" by \"%.20s\" is not supported",
                       t->path, regex[0] ? regex : "a string", to);
    t->run[0] = letter;
    t->run_least = least;
    t->run_as = id;
    return 0;
}

int gs_read_normalizer(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    static const step_row rows[] = {{"Lowercase", lowercase}, {"BertNormalizer", bert_normalizer}, {"Strip", strip},
                                    {"Replace", replace},     {"NFC", NULL},   {"NFD", NULL},      {"NFKC", NULL},
                                    {"NFKD", NULL},           {"Nmt", NULL},   {"StripAccents", NULL},
                                    {"Prepend", prepend},   {NULL, NULL}};
    return read_step(t, rows, "normalizer", "normalizers", step, e);
}

/* ---- pre-tokenizers ---- */

static int skip_spaces(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    (void)step;
    (void)e;
    t->spaces = "skip";
    return 0;
}

static int whitespace(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    t->words = 1;
    return skip_spaces(t, step, e);
}

static int bert_pre_tokenizer(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    for (int c = 0; c < 128; c++)
        t->apart[c] |= ispunct(c) != 0;
    return skip_spaces(t, step, e);
}

/* Text is cut into pieces before that; DNA alone is one. */
static int byte_level(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    if (gs_json_true(step, "add_prefix_space", 1))
        return gs_fail(e, GS_EMODEL, "%s: the pre-tokenizer \"ByteLevel\" that puts a space before the text is not "
                       "supported", t->path);
    t->bytes = 1;
    if (gs_json_true(step, "use_regex", 1))
        t->pieces = "gpt2";
    return 0;
}

/* prepend_scheme "first" differs from "always" behind special tokens in the text alone, which sequences have not. */
static int metaspace(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    int prefix = gs_json_true(step, "add_prefix_space", 1);
    const char *scheme = gs_json_text(step, "prepend_scheme", prefix ? "always" : "never");
    if (strcmp(gs_json_text(step, "replacement", MARK), MARK) || !strcmp(scheme, "never"))
        return gs_fail(e, GS_EMODEL, "%s: the pre-tokenizer \"Metaspace\" of this form is not supported", t->path);
    t->spaces = "mark_once";
    if (gs_json_true(step, "split", 1))
        t->pieces = "space";
    return 0;
}

/* k of ".{k}", 0: it is none. */
static int cut_of(const char *regex)
{
    int k = 0, end = 0;
    return regex && sscanf(regex, ".{%d}%n", &k, &end) == 1 && end && !regex[end] && k > 0 && k <= MAX_RUN ? k : 0;
}

#define QWEN "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" \
             "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

static int split(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    const json_t *pattern = json_object_get(step, "pattern");
    const char *text = gs_json_text(pattern, "String", NULL), *regex = gs_json_text(pattern, "Regex", NULL);
    int isolated = !strcmp(gs_json_text(step, "behavior", ""), "Isolated") && !gs_json_true(step, "invert", 0);
    if (isolated && text && strlen(text) == 1)
        t->apart[(unsigned char)text[0]] = 1;
    else if (isolated && ((regex && (!regex[0] || !strcmp(regex, "."))) || (text && !text[0]) || cut_of(regex) == 1))
        t->chars = 1;
    else if (isolated && cut_of(regex))
        t->cut = cut_of(regex);
    else if (isolated && regex && !strcmp(regex, QWEN))
        t->pieces = "qwen";
    else
        return gs_fail(e, GS_EMODEL, "%s: the pre-tokenizer \"Split\" at \"%.60s\" is not supported", t->path,
                       text ? text : regex ? regex : "");
    return 0;
}

int gs_read_pre_tokenizer(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    static const step_row rows[] = {{"Whitespace", whitespace}, {"WhitespaceSplit", skip_spaces},
                                    {"BertPreTokenizer", bert_pre_tokenizer}, {"Split", split},
                                    {"ByteLevel", byte_level}, {"Metaspace", metaspace}, {NULL, NULL}};
    return read_step(t, rows, "pre-tokenizer", "pretokenizers", step, e);
}

/* ---- post-processors ---- */

static int set_around(gs_tokenizer_json *t, int *to, const json_t *id, gs_err *e)
{
    json_int_t v = json_integer_value(id);
    if (!json_is_integer(id) || v < 0 || v >= (json_int_t)json_array_size(t->vocab) || *to >= 0)
        return gs_fail(e, GS_EMODEL, "%s: the post-processor must put one token of the vocabulary on either side",
                       t->path);
    *to = (int)v;
    return 0;
}

/* [CLS] A [SEP], or a part of it. */
static int template(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    const json_t *single = json_object_get(step, "single"), *special = json_object_get(step, "special_tokens");
    int after = 0, ret = 0;
    for (size_t i = 0; i < json_array_size(single) && !ret; i++) {
        const json_t *part = json_array_get(single, i);
        if (json_object_get(part, "Sequence")) {
            after = 1;
            continue;
        }
        const char *name = gs_json_text(json_object_get(part, "SpecialToken"), "id", "");
        const json_t *ids = json_object_get(json_object_get(special, name), "ids");
        ret = set_around(t, after ? &t->sep : &t->cls, json_array_size(ids) == 1 ? json_array_get(ids, 0) : NULL, e);
    }
    return ret;
}

static int bert_processing(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    int ret = set_around(t, &t->cls, json_array_get(json_object_get(step, "cls"), 1), e);
    return ret ? ret : set_around(t, &t->sep, json_array_get(json_object_get(step, "sep"), 1), e);
}

int gs_read_post_processor(gs_tokenizer_json *t, const json_t *step, gs_err *e)
{
    static const step_row rows[] = {{"TemplateProcessing", template}, {"BertProcessing", bert_processing},
                                    {"RobertaProcessing", bert_processing},
                                    {"ByteLevel", NULL} /* places of tokens only */, {NULL, NULL}};
    return read_step(t, rows, "post-processor", "processors", step, e);
}
