/* Source: the Sequence Ontology's GFF3 specification, 1.26. */
#include "genome/gff_line.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CONTIG, SOURCE, TYPE, BEG, END, SCORE, STRAND, PHASE, ATTRIBUTES, COLUMNS };

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) % 16 : -1;
}

/* %XX in place. What is no such escape, and %00, stays. */
static char *decode(char *s)
{
    char *to = s;
    for (const char *from = s; *from; to++) {
        int high = *from == '%' ? hex(from[1]) : -1, low = high < 0 ? -1 : hex(from[2]);
        int escape = low >= 0 && high + low > 0;
        *to = escape ? (char)(high << 4 | low) : *from;
        from += escape ? 3 : 1;
    }
    *to = 0;
    return s;
}

static int split(char *line, char *column[COLUMNS])
{
    int n = 0;
    for (char *s = line; s && n < COLUMNS; n++) {
        column[n] = s;
        if ((s = strchr(s, '\t')))
            *s++ = 0;
    }
    return n;
}

static int parse_place(const char *text, int64_t *place)
{
    char *end;
    errno = 0;
    *place = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : -1;
    return *place >= 1 && !*end && !errno && *place < INT64_MAX / 4 ? 0 : -1;
}

static void take(gs_gff_line *l, const char *key, char *value)
{
    if (!strcmp(key, "ID") && !l->id)
        l->id = decode(value);
    else if (!strcmp(key, "Parent") && !l->parent)
        l->parent = value;
    else if (!strcmp(key, "transl_table"))
        l->code = atoi(value);
}

/* "ID=cds:g1;Parent=transcript:g1" */
static void parse_attributes(char *text, gs_gff_line *l)
{
    char *rest = text;
    for (char *field; (field = strtok_r(rest, ";", &rest));) {
        field += strspn(field, " ");
        char *value = strchr(field, '=');
        if (!value)
            continue;
        *value++ = 0;
        if (*value)
            take(l, field, value);
    }
}

/* Of features other than CDS names alone matter. */
static const char *fault_of(char *const column[COLUMNS], int n, gs_gff_line *l)
{
    if (n < COLUMNS)
        return "expected nine columns with tabs between";
    if (strcmp(column[TYPE], "CDS"))
        return NULL;
    if (parse_place(column[BEG], &l->beg) || parse_place(column[END], &l->end) || l->end < l->beg)
        return "columns 4 and 5 are no interval: expected first and last base, from 1";
    if (!column[STRAND][0] || !strchr("+-.?", column[STRAND][0]) || column[STRAND][1])
        return "column 7 is no strand: expected +, -, . or ?";
    if (!column[PHASE][0] || !strchr("012.", column[PHASE][0]) || column[PHASE][1])
        return "column 8 is no phase: expected 0, 1, 2 or .";
    if (!strchr(column[ATTRIBUTES], '=') && strstr(column[ATTRIBUTES], " \""))
        return "this is GTF; expected GFF3, which gffread in.gtf -o out.gff3 makes of it";
    return NULL;
}

int gs_gff_line_parse(char *line, gs_gff_line *l, const char **fault)
{
    char *column[COLUMNS];
    *l = (gs_gff_line){0};
    if (!line[strspn(line, " \t")] || *line == '#')
        return 0;
    if ((*fault = fault_of(column, split(line, column), l)))
        return -1;
    l->beg--;
    l->contig = decode(column[CONTIG]);
    l->type = column[TYPE];
    l->strand = column[STRAND][0];
    l->phase = column[PHASE][0] >= '0' && column[PHASE][0] <= '2' ? column[PHASE][0] - '0' : -1;
    parse_attributes(column[ATTRIBUTES], l);
    return 1;
}

char *gs_gff_parent(char **rest)
{
    char *name = strtok_r(*rest, ",", rest);
    return name ? decode(name) : NULL;
}

int gs_gff_line_is_fasta(const char *line)
{
    return *line == '>' || !strncmp(line, "##FASTA", 7);
}
