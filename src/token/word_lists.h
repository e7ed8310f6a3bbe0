/* The lists behind gs_kmer_ids and gs_word_ids. */
#ifndef GS_WORD_LISTS_H
#define GS_WORD_LISTS_H
#include "token/token.h"

/* Make t->words, last of all when a tokenizer is made. GS_ENOMEM; what was made is freed with the tokenizer. */
int gs_word_lists_new(gs_tokenizer *t, gs_err *e);
void gs_word_lists_free(gs_tokenizer *t);
#endif
