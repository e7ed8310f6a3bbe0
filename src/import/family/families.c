#include "import/family/family.h"

/* One line each. Of several that know a checkpoint, the first is taken. */
#define FAMILIES(X) \
    X(esm) \
    X(bert) \
    X(mosaic) \
    X(gpn) \
    X(gpn_msa) \
    X(phylogpn) \
    X(hyena) \
    X(llama) \
    X(qwen3) \
    X(mistral) \
    X(mixtral) \
    X(gemma) \
    X(gpt2) \
    X(neox) \
    X(evo1) \
    X(evo2)

#define DECLARE(NAME) extern const gs_family gs_family_##NAME;
#define LIST(NAME) &gs_family_##NAME,
FAMILIES(DECLARE)
const gs_family *const gs_families[] = {FAMILIES(LIST) NULL};
