/* What BERT's descendants share: their tensor names begin with "bert." or not, the head's matrix is the embedding. */
#ifndef GS_BERT_COMMON_H
#define GS_BERT_COMMON_H
#include "import/import.h"

/* The head, the same in all of them; rows of a name table. */
#define GS_BERT_HEAD \
    {"cls.predictions.transform.dense.weight", "head.dense.weight", 0, 1}, \
    {"cls.predictions.transform.dense.bias", "head.dense.bias", 0, 1}, \
    {"cls.predictions.transform.LayerNorm.weight", "head.norm.weight", 0, 1}, \
    {"cls.predictions.transform.LayerNorm.bias", "head.norm.bias", 0, 1}, \
    {"cls.predictions.decoder.weight", "head.weight", 0, 1}, \
    {"cls.predictions.bias", "head.bias", 0, 1}, \
    {"cls.seq_relationship.weight", NULL, 0, 1}, /* next sentence, of pre-training only */ \
    {"cls.seq_relationship.bias", NULL, 0, 1}

/* The rows around the layers that are the same in all of them. P: "bert." or "". */
#define GS_BERT_FRAME(P) \
    {P "embeddings.word_embeddings.weight", "embed.weight", 0, 1}, \
    {P "embeddings.token_type_embeddings.weight", "type.weight", 0, 1}, \
    {P "embeddings.LayerNorm.weight", "embed_norm.weight", 0, 1}, \
    {P "embeddings.LayerNorm.bias", "embed_norm.bias", 0, 1}, \
    {P "embeddings.position_ids", NULL, 0, 1}, \
    {P "embeddings.token_type_ids", NULL, 0, 1}, \
    {P "pooler.dense.weight", NULL, 0, 1}, \
    {P "pooler.dense.bias", NULL, 0, 1}

typedef struct {
    gs_sizes size;
    int types, tied, headed;
    double eps;
    const char *act;
} gs_bert;

/* "bert." or "", whichever stands before the name of a tensor of the set; NULL: neither. */
const char *gs_bert_prefix(const gs_tensors *t, const char *name);
/* Sizes and head. Tensors of the head that are stored twice are dropped. */
int gs_bert_read(gs_bert *f, gs_bundle *b, const char *dir, const json_t *config, gs_err *e);
/* The architecture's keys that all of them have. NULL: out of memory. */
json_t *gs_bert_config(const gs_bert *f);

/* The default recipe. tokens: the model's limit, 0 none; tok: canonical. A head and tokens at fixed places give
 * likelihoods; otherwise embeddings are compared. */
json_t *gs_bert_recipe(const gs_bert *f, const json_t *tok, int tokens);
/* The species that the recipe would name, "" where the vocabulary has none. */
const char *gs_bert_species(const json_t *tok);
#endif
