/* Options as data: one row says how an option is given, what it means, where its value goes, and whether scores depend
 * on it. What parses, explains, completes and records options reads these rows and nothing else. */
#ifndef GS_OPTION_H
#define GS_OPTION_H
#include <stddef.h>
#include "base/err.h"
#include "base/str.h"

typedef enum {
    GS_OPT_SWITCH,           /* int: 1 when given */
    GS_OPT_INT,              /* int: min .. max, or `word`, which means min - 1 */
    GS_OPT_WORD,             /* int: place among the words "a|b|c" of `value`, the first being min */
    GS_OPT_TEXT,             /* const char *: as given, not copied */
    GS_OPT_NAMES,            /* gs_names: may be given several times */
    GS_OPT_OWN               /* take() does it */
} gs_option_kind;

enum { GS_NAMES_MAX = 64 };
typedef struct { const char *name[GS_NAMES_MAX]; int n; } gs_names;

/* One of the words that a value may be, or that a list of values may hold. */
typedef struct { const char *name, *what; } gs_choice;

typedef struct gs_option {
    const char *name;        /* long form without the dashes; NULL ends a table */
    const char *value;       /* what follows: "N", "FILE", "w|e|x"; NULL: nothing */
    const char *help;        /* sentences; the first begins in lower case */
    const char *otherwise;   /* the default in words, where `def` does not say it */
    const char *word;        /* see GS_OPT_INT */
    gs_choice (*choice)(int i);                             /* the i-th word of a list, name NULL behind the last */
    int (*take)(void *field, const char *value, gs_err *e); /* GS_OPT_OWN; value NULL: the default */
    size_t field;            /* offset in the struct that the table is about */
    int def, min, max;       /* of an int; below min (or its word) = not given */
    gs_option_kind kind;
    char letter;             /* 0: long form only */
    char optional;           /* the value may be left out; it is the first word then */
    char recorded;           /* a score, or how it is written, depends on it */
} gs_option;

/* Set all fields to what they are when no option is given. `at`: the struct that the rows are about. */
void gs_option_defaults(const gs_option *rows, void *at);
/* Set the field of one row. value NULL: none was given. GS_EUSAGE names option, wish and likely meaning. */
int gs_option_set(const gs_option *row, void *at, const char *value, gs_err *e);
/* Append the recorded rows that are set, as they would be typed: " --window 192 --strand rev". Files go without their
 * folders. */
void gs_option_record(const gs_option *rows, const void *at, gs_str *out);
/* Append the default, "pll" or "the model's recipe"; nothing where there is none. */
void gs_option_default_text(const gs_option *row, gs_str *out);
/* The i-th word that a value can be, NULL behind the last or where anything goes; *n: its length. */
const char *gs_option_word(const gs_option *row, int i, int *n);
#endif
