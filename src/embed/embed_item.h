/* An input as the model reads it. */
#ifndef GS_EMBED_ITEM_H
#define GS_EMBED_ITEM_H
#include "embed/embed_source.h"

/* One row of output or, with o->tokens, one per token. */
typedef struct {
    char *name, *contig;         /* contig NULL: a sequence */
    int64_t beg, len;
    gs_tokens tok[2];            /* one per strand that is asked for */
} gs_embed_item;

/* Strands that are computed. */
int gs_embed_strands(const gs_embed_opt *o);
/* Tokens of an input that has no flag, with its names. Sets x->flag where the model cannot embed it: then the item is
 * empty. GS_ENOMEM, GS_EMODEL. */
int gs_embed_item_init(gs_embed_item *it, gs_embed_input *x, const gs_model *m, const gs_embed_opt *o, gs_err *e);
void gs_embed_item_free(gs_embed_item *it);
int gs_embed_item_tokens(const gs_embed_item *it);   /* of all strands */
size_t gs_embed_item_bytes(const gs_embed_item *it); /* memory that it holds */
#endif
