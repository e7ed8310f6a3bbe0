/* The tokenizer of a checkpoint, from whichever files it has. */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "import/import.h"

/* BertTokenizer with a vocabulary of k-mers. do_lower_case is not looked at: it would make every k-mer unknown, and
 * copies of DNABERT's files are known to have it wrong. */
static json_t *from_vocab(const char *dir, int most, int max_tokens, gs_err *e)
{
    json_t *vocab = gs_import_vocab(dir, most, e), *j = NULL;
    int k = vocab ? gs_kmer_length(vocab) : 0;
    if (k > 1)
        j = json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "kind", "kmers", "vocab", vocab, "unk",
                      gs_vocab_special(vocab, "unk"), "mask", gs_vocab_special(vocab, "mask"), "cls",
                      gs_vocab_special(vocab, "cls"), "sep", gs_vocab_special(vocab, "sep"), "pad",
                      gs_vocab_special(vocab, "pad"), "k", k, "max_tokens", max_tokens);
    else if (vocab)
        gs_fail(e, GS_EMODEL, "%s/vocab.txt holds no k-mers over A, C, G, T, and there is no tokenizer.json", dir);
    json_decref(vocab);
    return j;
}

json_t *gs_import_tokenizer(const char *dir, int most, int max_tokens, gs_err *e)
{
    char path[PATH_MAX];
    struct stat st;
    if (!stat(gs_import_path(dir, "tokenizer.json", path), &st))
        return gs_import_tokenizer_json(path, most, max_tokens, e);
    return from_vocab(dir, most, max_tokens, e);
}
