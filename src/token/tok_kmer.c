/* Non-overlapping k-mers, as EsmTokenizer of transformers (models/esm/tokenization_esm.py) cuts them with the
 * vocabularies of the Nucleotide Transformers. */
#include <string.h>
#include "token/token.h"

static int init(gs_tokenizer *t, const gs_tokenizer_spec *s, gs_err *e)
{
    (void)s;
    static const char bases[] = "ACGT";
    for (int i = 0; i < 4; i++)
        if (gs_token_id(t, bases + i, 1) < 0)
            return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary of %d-mers has no token for the base %c", t->k,
                           bases[i]);
    if (gs_token_id(t, "N", 1) < 0 && t->unk < 0)
        return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary has neither N nor a token for unknown bases");
    return 0;
}

/* The longest entry that seq begins with, its length to *n; -1 if there is none. */
static int32_t longest(const gs_tokenizer *t, const char *seq, int64_t len, int *n)
{
    *n = t->k;
    int32_t id = len >= t->k ? gs_token_id(t, seq, t->k) : -1;
    if (id >= 0)
        return id;
    *n = 1;
    return gs_token_id(t, seq, 1);
}

/* A run of bases that nothing matches is one unk: upstream splits at what matches and looks up what lies between. */
static int encode(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    int64_t run = 0; /* where the unmatched bases before i begin */
    for (int64_t i = 0; i <= len;) {
        int n = 1;
        int32_t id = i < len ? longest(t, seq + i, len - i, &n) : -1;
        if (id < 0 && i < len) {
            i++;
            continue;
        }
        if (i > run) {
            if (t->unk < 0)
                return gs_token_unknown(seq, run, e);
            gs_tokens_push(out, t->unk, run, i);
        }
        if (i < len)
            gs_tokens_push(out, id, i, i + n);
        i += n;
        run = i;
    }
    return 0;
}

static int is_acgt(const char *seq, int n)
{
    for (int i = 0; i < n; i++)
        if (!memchr("ACGT", seq[i], 4))
            return 0;
    return 1;
}

/* Bases after the last full k-mer become tokens of one base. */
static int encode_window(const gs_tokenizer *t, const char *seq, int64_t len, gs_tokens *out, gs_err *e)
{
    int32_t any = gs_token_id(t, "N", 1);
    any = any >= 0 ? any : t->unk;
    for (int64_t i = 0; i < len;) {
        int n = len - i >= t->k ? t->k : 1;
        int32_t id = is_acgt(seq + i, n) ? gs_token_id(t, seq + i, n) : any;
        if (id < 0)
            return gs_fail(e, GS_EMODEL, "the tokenizer's vocabulary lacks the %d-mer %.*s", n, n, seq + i);
        gs_tokens_push(out, id, i, i + n);
        i += n;
    }
    return 0;
}

const gs_tokenizer_kind gs_tok_kmer = {
    .name = "kmer", .init = init, .encode = encode, .encode_window = encode_window};
