#include "genome/effect.h"
#include "genome/codon.h"

enum { OLD, NEW };

const char *gs_effect_name(gs_effect e)
{
    static const char *const names[GS_EFFECT_COUNT] = {
        [GS_START_LOST] = "start_lost", [GS_STOP_LOST] = "stop_lost", [GS_FRAMESHIFT] = "frameshift",
        [GS_STOP_GAINED] = "stop_gained", [GS_INFRAME_INSERTION] = "inframe_insertion",
        [GS_INFRAME_DELETION] = "inframe_deletion", [GS_MISSENSE] = "missense",
        [GS_STOP_RETAINED] = "stop_retained", [GS_SYNONYMOUS] = "synonymous",
        [GS_CODING_SEQUENCE] = "coding_sequence",
    };
    return e < GS_EFFECT_COUNT ? names[e] : "?";
}

static int codons(const gs_cds_change *c, int side)
{
    return c->len[side] / 3;
}

/* Amino acid of a codon; behind the last whole one there is none: X. */
static char amino(const gs_cds_change *c, int side, int codon)
{
    return codon < codons(c, side) ? gs_translate(c->code, c->seq[side] + 3 * codon) : 'X';
}

/* Is there this amino acid among the codons from .. to of a side? */
static int has(const gs_cds_change *c, int side, int from, int to, char aa)
{
    for (int i = from; i < to && i < codons(c, side); i++)
        if (amino(c, side, i) == aa)
            return 1;
    return 0;
}

/* First codon behind those that the change touches. */
static int last_touched(const gs_cds_change *c, int side)
{
    return c->end[side] > c->beg ? (c->end[side] + 2) / 3 : c->beg / 3 + (c->beg % 3 > 0);
}

static int loses_start(const gs_cds_change *c)
{
    return c->from_start && c->beg < 3 && amino(c, OLD, 0) == 'M' && amino(c, NEW, 0) != 'M';
}

/* The sequence ends with a stop, which the change touches: is it lost, or is there still one? */
static int touches_stop(const gs_cds_change *c)
{
    int last = codons(c, OLD) - 1;
    return last >= 0 && c->len[OLD] % 3 == 0 && last_touched(c, OLD) > last && amino(c, OLD, last) == '*';
}

static int loses_stop(const gs_cds_change *c)
{
    return touches_stop(c) && !has(c, NEW, c->beg / 3, codons(c, NEW), '*');
}

/* As many bases as before: codon by codon, the gravest. */
static gs_effect effect_of_substitution(const gs_cds_change *c)
{
    gs_effect worst = GS_CODING_SEQUENCE;
    for (int i = c->beg / 3; i < last_touched(c, OLD) && i < codons(c, OLD); i++) {
        char was = amino(c, OLD, i), is = amino(c, NEW, i);
        gs_effect here = was == 'X' || is == 'X' ? GS_CODING_SEQUENCE
                         : was == is            ? was == '*' ? GS_STOP_RETAINED : GS_SYNONYMOUS
                         : was == '*'           ? GS_STOP_LOST
                         : is == '*'            ? GS_STOP_GAINED : GS_MISSENSE;
        worst = here < worst ? here : worst;
    }
    return worst;
}

/* More or fewer whole codons. */
static gs_effect effect_in_frame(const gs_cds_change *c)
{
    int from = c->beg / 3;
    if (!has(c, OLD, from, last_touched(c, OLD), '*') && has(c, NEW, from, last_touched(c, NEW), '*'))
        return GS_STOP_GAINED;
    return c->len[NEW] > c->len[OLD] ? GS_INFRAME_INSERTION : GS_INFRAME_DELETION;
}

gs_effect gs_effect_of(const gs_cds_change *c)
{
    if (loses_start(c))
        return GS_START_LOST;
    if (c->len[OLD] == c->len[NEW])
        return effect_of_substitution(c);
    if (loses_stop(c))
        return GS_STOP_LOST;
    if (c->beg / 3 >= codons(c, OLD))
        return GS_CODING_SEQUENCE;
    return (c->len[NEW] - c->len[OLD]) % 3 ? GS_FRAMESHIFT : effect_in_frame(c);
}

int gs_first_changed_codon(const gs_cds_change *c)
{
    int i = c->beg;
    while (i < c->len[OLD] && i < c->len[NEW] && c->seq[OLD][i] == c->seq[NEW][i])
        i++;
    return (i < c->len[OLD] || i < c->len[NEW] ? i : c->beg) / 3;
}
