#include "import/family/bert_common.h"
#include <string.h>

enum { BPE_WINDOW = 513 /* BEND's: 256 bases on either side */, SPECIES_WINDOW = 2000 /* songlab's */ };

/* Words such as homo_sapiens: that one, or the first. */
const char *gs_bert_species(const json_t *tokenizer)
{
    size_t i;
    json_t *v;
    const char *found = "";
    if (strcmp(gs_json_text(tokenizer, "kind", ""), "kmers"))
        return found;
    json_array_foreach(json_object_get(tokenizer, "vocab"), i, v) {
        const char *s = json_string_value(v);
        if (!strcmp(s, "homo_sapiens"))
            return s;
        if (!found[0] && s[0] >= 'a' && s[0] <= 'z' && strchr(s, '_'))
            found = s;
    }
    return found;
}

/* k-mers fill the model: those of a window are window - k + 1. tokens: the model's limit, 0 none. */
static int kmer_window(const json_t *tokenizer, int tokens, int has_species)
{
    int k = (int)gs_json_number(tokenizer, "k", 1), around = has_species;
    around += gs_json_number(tokenizer, "cls", -1) >= 0;
    around += gs_json_number(tokenizer, "sep", -1) >= 0;
    int most = tokens - around + k - 1;
    return has_species && (!tokens || most > SPECIES_WINDOW) ? SPECIES_WINDOW : most > 1 ? most : 1;
}

int gs_bert_recipe(gs_bundle *b, gs_err *e)
{
    const char *species = gs_bert_species(b->tokenizer);
    int tokens = gs_family_int(b->tokenizer, "max_tokens");
    int merges = json_array_size(json_object_get(b->tokenizer, "merges")) > 0;
    if (!strcmp(gs_family_head(b), "none") || merges || (!tokens && !species[0]))
        return gs_family_set(b->recipe, e, "{s:s, s:i, s:s, s:b}", "mode", "cosine", "window", BPE_WINDOW, "strands",
                             "fwd", "visible", 0);
    int ret = gs_family_set(b->recipe, e, "{s:s, s:i, s:s, s:b}", "mode", "mlm", "window",
                            kmer_window(b->tokenizer, tokens, species[0] != 0), "strands", "both", "visible", 0);
    if (!ret && gs_json_number(b->tokenizer, "k", 1) > 1)
        ret = gs_family_set(b->recipe, e, "{s:s}", "readout", "marginal");
    return ret || !species[0] ? ret : gs_family_set(b->recipe, e, "{s:s}", "species", species);
}
