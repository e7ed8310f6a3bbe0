#include "genome/codon.h"
#include <stddef.h>
#include <string.h>
#include "genome/contig_names.h"

/* Source: NCBI's genetic codes (gc.prt 4.6): codons in the order TTT, TTC, TTA, TTG, TCT, ... GGG. */
static const struct { int number; const char *amino; } codes[] = {
    {1, "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"},   /* standard */
    {2, "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG"},   /* vertebrate mitochondrial */
    {3, "FFLLSSSSYY**CCWWTTTTPPPPHHQQRRRRIIMMTTTTNNKKSSRRVVVVAAAADDEEGGGG"},   /* yeast mitochondrial */
    {4, "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"},   /* mold mitochondrial, Mycoplasma */
    {5, "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG"},   /* invertebrate mitochondrial */
    {11, "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"},  /* bacterial, plastid */
};

static const char *amino_of(int code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].number == code)
            return codes[i].amino;
    return NULL;
}

int gs_code_of_contig(const char *contig)
{
    return gs_contig_mitochondrial(contig) ? 2 : 1;
}

int gs_code_known(int code)
{
    return amino_of(code) != NULL;
}

char gs_translate(int code, const char *codon)
{
    static const char order[] = "TCAG";
    int at = 0;
    for (int i = 0; i < 3; i++) {
        const char *base = codon[i] ? strchr(order, codon[i]) : NULL;
        if (!base)
            return 'X';
        at = 4 * at + (int)(base - order);
    }
    return amino_of(code)[at];
}
