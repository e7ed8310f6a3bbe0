/* What families of causal decoders share: transformers writes the configuration and the tensors of Llama and its
 * descendants alike. */
#ifndef GS_DECODER_COMMON_H
#define GS_DECODER_COMMON_H
#include "import/family/family.h"

/* Rows of a config map. transformers 5 writes rope_parameters for rope_theta and rope_scaling. */
#define GS_DECODER_ROPE \
    GS_MAP_REAL("rope_parameters.rope_theta|rope_theta", "rotary_base", 10000, 1, 1e12), \
    GS_MAP_NAME("rope_parameters.rope_type|rope_scaling.rope_type|rope_scaling.type", "rotary_scaling", \
                gs_rope_words), \
    GS_MAP_REAL("rope_parameters.factor|rope_scaling.factor", "rotary_factor", 1, 1e-3, 1e6), \
    GS_MAP_REAL("rope_parameters.low_freq_factor|rope_scaling.low_freq_factor", "rotary_low", 1, 1e-3, 1e6), \
    GS_MAP_REAL("rope_parameters.high_freq_factor|rope_scaling.high_freq_factor", "rotary_high", 4, 1e-3, 1e6), \
    GS_MAP_INT("rope_parameters.original_max_position_embeddings|rope_scaling.original_max_position_embeddings", \
               "rotary_original", 8192, 1, 1 << 27)
extern const gs_word gs_rope_words[];

/* POSITIONS, TIED: the class's defaults of max_position_embeddings and tie_word_embeddings. A head's width and the
 * biases show in the tensors. */
#define GS_DECODER_MAP(POSITIONS, TIED) \
    GS_MAP_INT("vocab_size", "vocab", 32000, 1, 1 << 20), GS_MAP_INT("hidden_size", "dim", NAN, 1, 1 << 15), \
    GS_MAP_INT("num_hidden_layers", "layers", NAN, 1, 1 << 12), \
    GS_MAP_INT("num_attention_heads", "heads", NAN, 1, 1 << 12), \
    GS_MAP_OPTIONAL("num_key_value_heads", "kv_heads", NAN, 1, 1 << 12), \
    GS_MAP_INT("intermediate_size", "ffn", NAN, 1, 1 << 20), \
    GS_MAP_REAL("rms_norm_eps", "norm_eps", 1e-6, 0, 1), \
    GS_MAP_BOOL("tie_word_embeddings", "head_tied", TIED), \
    GS_MAP_INT("max_position_embeddings", "tokenizer.max_tokens", POSITIONS, 1, 1 << 27), GS_DECODER_ROPE
/* hidden_act of transformers; without one it is silu. */
extern const gs_word gs_decoder_act_words[];

/* Rows of a name map: all but the feed-forward. */
#define GS_DECODER_LAYER "model.layers.%d."
#define GS_DECODER_NAMES \
    GS_NAME("model.embed_tokens.weight", "embed.weight"), \
    GS_NAME("model.norm.weight", "norm.weight"), \
    GS_NAME(GS_DECODER_LAYER "input_layernorm.weight", "layers.%d.norm1.weight"), \
    GS_NAME(GS_DECODER_LAYER "post_attention_layernorm.weight", "layers.%d.norm2.weight"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "self_attn.q_proj", "layers.%d.q"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "self_attn.k_proj", "layers.%d.k"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "self_attn.v_proj", "layers.%d.v"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "self_attn.o_proj", "layers.%d.o"), \
    GS_NAME(GS_DECODER_LAYER "self_attn.q_norm.weight", "layers.%d.q_norm.weight"), \
    GS_NAME(GS_DECODER_LAYER "self_attn.k_norm.weight", "layers.%d.k_norm.weight"), \
    GS_DROP(GS_DECODER_LAYER "self_attn.rotary_emb.inv_freq"), /* of old files; the formula gives it */ \
    GS_DROP("model.rotary_emb.inv_freq"), \
    GS_DECODER_HEAD("lm_head.weight")
/* Upstream ties the head's matrix to the embedding, whatever the file holds; either may be missing then. */
#define GS_DECODER_HEAD(THEIRS) \
    {.theirs = THEIRS, .ours = "embed.weight", .how = GS_T_SPARE, .when = "head_tied"}, \
    {.theirs = THEIRS, .how = GS_T_DROP, .when = "head_tied"}, \
    GS_NAME(THEIRS, "head.weight")
#define GS_DECODER_DENSE \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "mlp.gate_proj", "layers.%d.gate"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "mlp.up_proj", "layers.%d.up"), \
    GS_WEIGHT_BIAS(GS_DECODER_LAYER "mlp.down_proj", "layers.%d.down")

/* Sets what shows in the tensors: widths of heads, biases, the head. Then the recipe, which the tokens decide: six-mers
 * predict the next one; others give the likelihood of a window, as wide as the family's recipe says and the model
 * takes. */
int gs_decoder_finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e);
#endif
