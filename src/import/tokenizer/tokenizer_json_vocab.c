/* The vocabulary of a tokenizer.json, and the lookup of its ids. */
#include <string.h>
#include "import/tokenizer/tokenizer_json.h"
#include "model/json.h"

int gs_tokenizer_json_id(const gs_tokenizer_json *t, const char *text)
{
    return gs_strmap_get(&t->index, text, strlen(text));
}

/* An added token of several bases would be cut out of the text before all else, which is not done here. */
static int read_added(gs_tokenizer_json *t, const json_t *added, gs_err *e)
{
    const char *text = gs_json_text(added, "content", "");
    size_t n = strlen(text);
    if (n > 1 && strspn(text, "ACGTUNRYSWKMBDHVacgtunryswkmbdhv") == n)
        return gs_fail(e, GS_EMODEL, "%s: the added token \"%.40s\" of several bases is not supported", t->path, text);
    int ret = gs_vocab_put(t->vocab, text, json_object_get(added, "id"), t->path, e);
    if (n == 1)
        t->apart[(unsigned char)text[0]] = 1;
    else if (!ret && n && json_array_append(t->added, json_object_get(added, "id")))
        ret = gs_fail_mem(e, "the added tokens", n);
    return ret;
}

/* Gaps in the ids are entries of no text. */
int gs_tokenizer_json_vocab(gs_tokenizer_json *t, const json_t *root, gs_err *e)
{
    const char *text;
    size_t i;
    json_t *v, *vocab = json_object_get(json_object_get(root, "model"), "vocab");
    if (!json_is_object(vocab))
        return gs_fail(e, GS_EMODEL, "%s: the model has no \"vocab\" that maps texts to ids", t->path);
    int ret = 0;
    json_object_foreach(vocab, text, v)
        ret = ret ? ret : gs_vocab_put(t->vocab, text, v, t->path, e);
    json_array_foreach(json_object_get(root, "added_tokens"), i, v)
        ret = ret ? ret : read_added(t, v, e);
    json_array_foreach(t->vocab, i, v)
        if (!ret && gs_strmap_put(&t->index, json_string_value(v), json_string_length(v), (int)i) < 0)
            ret = gs_fail_mem(e, "the vocabulary", i);
    return ret;
}
