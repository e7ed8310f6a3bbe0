#include "score/score_option.h"
#include "score/mode.h"

static gs_choice mode_choice(int i)
{
    return gs_modes[i] ? (gs_choice){gs_modes[i]->name, gs_modes[i]->what} : (gs_choice){0};
}

#define AT(FIELD) .field = offsetof(gs_score_opt, FIELD), .recorded = 1
static const char RECIPE[] = "the model's recipe";

const gs_option gs_score_options[] = {
    {.name = "mode", .value = "LIST", .kind = GS_OPT_TEXT, AT(mode), .choice = mode_choice, .otherwise = RECIPE,
     .help = "How the model is read; several modes, joined by commas, get a tag each."},
    {.name = "readout", .value = "token|marginal", .kind = GS_OPT_WORD, AT(readout), .def = -1, .otherwise = RECIPE,
     .help = "For models of k-mers: read tokens (of overlapping ones the one with the base in its middle), or the mass "
             "that all k-mers give each base."},
    {.name = "reduce", .value = "sum|mean", .kind = GS_OPT_WORD, AT(reduce), .def = -1, .otherwise = RECIPE,
     .help = "For models that predict the next token: log-likelihoods of a window are summed, or their mean per token "
             "is taken."},
    {.name = "pool", .value = "token|mean|flat", .kind = GS_OPT_WORD, AT(pool), .def = -1,
     .otherwise = "token for models with BPE tokens, else flat",
     .help = "What distances compare: the variant's tokens, the mean over all tokens of the window, or all tokens laid "
             "end to end."},
    {.name = "species", .value = "NAME", .kind = GS_OPT_TEXT, AT(species), .otherwise = RECIPE,
     .help = "First token of models that know species, such as homo_sapiens."},
    {.name = "msa", .value = "FILE", .kind = GS_OPT_TEXT, AT(msa),
     .help = "Aligned species beside the reference, for models that read them (GPN-MSA): bgzip text with a tabix "
             "index, as scripts/make_msa.py makes it. Windows that it does not cover are flagged unsupported."},
    {.name = "gff", .value = "FILE", .kind = GS_OPT_TEXT, AT(gff),
     .help = "Score variants in the coding sequences of a GFF3 file (plain or bgzip): each as a whole, spliced and in "
             "its own direction, or --window bases of whole codons of a longer one. GS_TX has the score and the effect "
             "in every transcript, GS_LLR the lowest; outside all of them alleles are unsupported."},
    {.name = "strand", .value = "fwd|rev|both", .kind = GS_OPT_WORD, AT(strands), .min = 1, .otherwise = RECIPE,
     .help = "One strand, or the mean of both."},
    {.name = "window", .value = "N", .kind = GS_OPT_INT, AT(window), .min = 2, .max = 10000000, .otherwise = RECIPE,
     .help = "Bases of context, the variant among them."},
    {.name = "indels", .value = "skip|pll", .kind = GS_OPT_WORD, AT(indels), .def = 1,
     .help = "Flag insertions and deletions as unsupported, or score them by pseudo-log-likelihood (distances: in "
             "their own way)."},
    {.name = "indel-flank", .value = "N|all", .kind = GS_OPT_INT, AT(indel_flank), .def = 8, .max = 1000000,
     .word = "all",
     .help = "Bases scored on either side of an insertion or deletion."},
    {.name = "dense", .kind = GS_OPT_SWITCH, AT(dense),
     .help = "Mask sites of one window together: much faster where a file has most positions of a region; the scores "
             "differ a little."},
    {.name = "circular", .value = "NAME", .kind = GS_OPT_NAMES, AT(circular),
     .help = "This contig is a circle, its windows wrap; may be given several times. Mitochondrial names such as chrM "
             "always are."},
    {.name = "precision", .value = "auto|f32", .kind = GS_OPT_WORD, AT(precision), .def = GS_PRECISION_AUTO,
     .help = "Type of the numbers that are computed with; auto is f32."},
    {0}};

gs_score_opt gs_score_defaults(void)
{
    gs_score_opt o = {0};
    gs_option_defaults(gs_score_options, &o);
    return o;
}

gs_score_opt gs_score_effective(const gs_scorer *s, int i, const gs_score_opt *asked)
{
    const gs_tokenizer *t = s->m->tok;
    const gs_mode *other = s->modes[i]->otherwise;
    unsigned settings = s->modes[i]->settings | (other ? other->settings : 0);
    const char *species = s->m->recipe.species;
    gs_score_opt o = *asked;
    o.mode = s->modes[i]->name;
    o.dense = 0;   /* is a mode */
    o.readout = settings & GS_BY_READOUT && (s->m->causal || (t->step && t->step < t->k)) ? (int)s->readout : -1;
    o.reduce = settings & GS_BY_REDUCE ? (int)s->reduce : -1;
    o.pool = settings & GS_BY_POOL ? (int)s->pool : -1;
    o.species = asked->species ? asked->species : species[0] ? species : NULL;
    o.window = s->grid.window;
    o.strands = s->strands;
    o.precision = GS_PRECISION_F32;
    return o;
}
