/* What BERT's descendants share: their tensor names begin with "bert." or not, the head's matrix is the embedding. */
#ifndef GS_BERT_COMMON_H
#define GS_BERT_COMMON_H
#include "import/family/family.h"

/* Rows of a config map. */
#define GS_BERT_MAP \
    GS_MAP_TRANSFORMER(NAN), GS_MAP_NAME("hidden_act", "head_act", gs_activation_words), \
    GS_MAP_INT("type_vocab_size", "token_types", 2, 0, 1 << 10), GS_MAP_BOOL("tie_word_embeddings", "head_tied", 1)

/* Rows of a name map: all but the layers. P: "bert." or "". Upstream ties the head's matrix to the embedding, whatever
 * the file holds, and its bias has two names; either name of either may be missing. */
#define GS_BERT_NAMES(P) \
    GS_NAME(P "embeddings.word_embeddings.weight", "embed.weight"), \
    GS_NAME(P "embeddings.token_type_embeddings.weight", "type.weight"), \
    GS_WEIGHT_BIAS(P "embeddings.LayerNorm", "embed_norm"), \
    GS_DROP(P "embeddings.position_ids"), \
    GS_DROP(P "embeddings.token_type_ids"), \
    GS_DROP(P "pooler.dense.weight"), \
    GS_DROP(P "pooler.dense.bias"), \
    GS_WEIGHT_BIAS("cls.predictions.transform.dense", "head.dense"), \
    GS_WEIGHT_BIAS("cls.predictions.transform.LayerNorm", "head.norm"), \
    {.theirs = "cls.predictions.decoder.weight", .ours = "embed.weight", .how = GS_T_SPARE, .when = "head_tied"}, \
    {.theirs = "cls.predictions.decoder.weight", .how = GS_T_DROP, .when = "head_tied"}, \
    GS_NAME("cls.predictions.decoder.weight", "head.weight"), \
    GS_NAME("cls.predictions.bias", "head.bias"), \
    {.theirs = "cls.predictions.decoder.bias", .ours = "head.bias", .how = GS_T_SPARE}, \
    GS_DROP("cls.seq_relationship.weight"), /* next sentence, of pre-training only */ \
    GS_DROP("cls.seq_relationship.bias")

/* The default recipe. A head and tokens at fixed places give likelihoods; otherwise embeddings are compared. */
int gs_bert_recipe(gs_bundle *b, gs_err *e);
/* The species that the recipe would name, "" where the vocabulary has none. */
const char *gs_bert_species(const json_t *tokenizer);
#endif
