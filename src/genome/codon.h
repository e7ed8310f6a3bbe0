/* Genetic codes. */
#ifndef GS_CODON_H
#define GS_CODON_H

/* NCBI's number of the code of a contig's genes: 2 (vertebrate mitochondrial) by its name, else 1 (standard). */
int gs_code_of_contig(const char *contig);
/* Is this number one of those that are known here? */
int gs_code_known(int code);
/* Amino acid of the three upper-case bases by a known code, * for stop, X where one is not ACGT. */
char gs_translate(int code, const char *codon);
#endif
