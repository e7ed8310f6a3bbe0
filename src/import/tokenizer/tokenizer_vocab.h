/* Vocabularies: JSON lists of strings, by id. */
#ifndef GS_TOKENIZER_VOCAB_H
#define GS_TOKENIZER_VOCAB_H
#include <jansson.h>
#include "base/err.h"

/* A text file of one token per line, the line's number is the id; or of lines "token id" (*numbered). Ids beyond `most`
 * are left out (published files have more lines than the embedding has rows). NULL on failure; the caller decrefs. */
json_t *gs_vocab_read(const char *path, int most, int *numbered, gs_err *e);
/* Put a text at its id; entries of no text fill the gap before it. path: for messages. */
int gs_vocab_put(json_t *vocab, const char *text, const json_t *id, const char *path, gs_err *e);
/* Place of a token, -1 if it is not there. */
int gs_vocab_find(const json_t *vocab, const char *token);
/* Place of a special token, what = "mask": "<mask>" or "[MASK]"; -1 if it is not there. */
int gs_vocab_special(const json_t *vocab, const char *what);
/* Is it of DNA? Words of three letters and more are bases alone, one in twenty at least, for there may be specials and
 * some text; without words, letters are not those of proteins. */
int gs_vocab_is_dna(const json_t *vocab);
/* Length of the longest entry over A, C, G, T (12 at most), 0: there is none. */
int gs_vocab_kmer(const json_t *vocab);
#endif
