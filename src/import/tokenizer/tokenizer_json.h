/* A tokenizer.json of Hugging Face tokenizers while it is read. */
#ifndef GS_TOKENIZER_JSON_H
#define GS_TOKENIZER_JSON_H
#include "base/strmap.h"
#include "import/tokenizer/tokenizer.h"
#include "import/tokenizer/tokenizer_vocab.h"

typedef struct {
    const char *path;
    json_t *vocab;           /* list by id; holds what index points to */
    json_t *added;           /* ids of tokens whose text is cut out of a sequence before all else */
    gs_strmap index;         /* text -> id */
    int unk, cls, sep;       /* ids, -1 none */
    int lowercase;
    const char *spaces;      /* as in the canonical form (model.h) */
    const char *pieces;      /* "words" of the canonical form */
    int bytes;               /* gs_bpe_spec */
    int cut;                 /* every so many characters are a word; 0: not so */
    int words;               /* letters, digits and _ never stand in one word with other characters */
    int chars;               /* every character is a word */
    char apart[256];         /* characters that are words of their own */
    char run[2];             /* gs_bpe_spec */
    int run_least, run_as;
} gs_tokenizer_json;

/* Vocabulary and index, from the model and the tokens added to it. */
int gs_tokenizer_json_vocab(gs_tokenizer_json *t, const json_t *root, gs_err *e);
/* Id of a text, -1 if the vocabulary lacks it. */
int gs_tokenizer_json_id(const gs_tokenizer_json *t, const char *text);

/* One part of the file each, any of which may be null; what they say goes to t. What they do not know they refuse by
 * name (GS_EMODEL). */
int gs_read_normalizer(gs_tokenizer_json *t, const json_t *step, gs_err *e);
int gs_read_pre_tokenizer(gs_tokenizer_json *t, const json_t *step, gs_err *e);
int gs_read_post_processor(gs_tokenizer_json *t, const json_t *step, gs_err *e);
#endif
