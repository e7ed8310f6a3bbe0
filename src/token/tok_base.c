/* One token per base: in upper or lower case, or ("base_exact") only as the vocabulary spells it. */
#include <ctype.h>
#include <stdlib.h>
#include "token/token.h"

/* data: int32_t [256], the id of each byte. */
static int init_table(gs_tokenizer *t, int fold, gs_err *e)
{
    if (t->k != 1)
        return gs_fail(e, GS_EMODEL, "the tokenizer has one token for each base, but k = %d", t->k);
    int32_t *ids = malloc(256 * sizeof *ids);
    if (!ids)
        return gs_fail_mem(e, "a tokenizer", 256 * sizeof *ids);
    for (int c = 0; c < 256; c++) {
        const char upper = (char)toupper(c), lower = (char)tolower(c);
        int id = gs_token_byte(t, (unsigned char)c);
        id = id >= 0 || !fold ? id : gs_token_id(t, &upper, 1);
        id = id >= 0 || !fold ? id : gs_token_id(t, &lower, 1);
        ids[c] = id >= 0 ? id : t->unk;
    }
    t->data = ids;
    return 0;
}

static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    (void)s;
    return init_table(t, 1, e);
}

static int init_exact(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    (void)s;
    return init_table(t, 0, e);
}

static void free_data(gs_tokenizer *t)
{
    free(t->data);
}

static int encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    const int32_t *ids = t->data;
    for (int64_t i = 0; i < len; i++) {
        int32_t id = ids[(unsigned char)seq[i]];
        if (id < 0)
            return gs_token_unknown(seq, i, e);
        gs_tokens_push(out, id, i, i + 1);
    }
    return 0;
}

const gs_tokenizer_kind gs_tok_base = {.name = "base", .init = init, .free = free_data, .encode = encode};
const gs_tokenizer_kind gs_tok_base_exact = {
    .name = "base_exact", .init = init_exact, .free = free_data, .encode = encode};
