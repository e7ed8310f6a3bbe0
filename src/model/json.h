/* JSON from files that may be anything: bounded memory, clear errors; and tables that turn an object into a struct. */
#ifndef GS_JSON_H
#define GS_JSON_H
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include "base/err.h"

/* Parse one object. what: the file (and part of it) for messages. unique: duplicate keys are an error (without it
 * the last one wins, as in Python). NULL on failure (GS_EMODEL); the caller decrefs. */
json_t *gs_json_parse(const char *text, size_t n, const char *what, int unique, gs_err *e);

/* How many allocations of jansson have failed in this thread. Its functions do not tell that from other failures, and
 * objects lack then what they should hold. */
unsigned long gs_json_failures(void);

/* A key of an object and where its value goes: int, double, int, int (index into names), char [max]; ANY is allowed
 * but not read. def is the value when the key is absent; NAN: it must be there. min .. max hold for numbers. */
typedef enum { GS_JSON_INT, GS_JSON_REAL, GS_JSON_BOOL, GS_JSON_NAME, GS_JSON_TEXT, GS_JSON_ANY } gs_json_type;
typedef struct gs_json_row {
    const char *key;          /* NULL ends a table */
    gs_json_type type;
    size_t field;             /* offsetof */
    double def, min, max;
    const char *const *names; /* ends with NULL */
} gs_json_row;

/* Rows for fields that are called as their keys: GS_KEY_INT(struct, field, .def = ..., .min = ..., .max = ...). A
 * field of another type does not compile. */
#define GS_JSON_ROW(T, S, f, k, ...) \
    {.key = #f, .type = GS_JSON_##k, .field = _Generic(((S *)0)->f, T: offsetof(S, f)), __VA_ARGS__}
#define GS_KEY_INT(S, f, ...) GS_JSON_ROW(int, S, f, INT, __VA_ARGS__)
#define GS_KEY_REAL(S, f, ...) GS_JSON_ROW(double, S, f, REAL, __VA_ARGS__)
#define GS_KEY_BOOL(S, f, ...) GS_JSON_ROW(int, S, f, BOOL, __VA_ARGS__)
#define GS_KEY_NAME(S, f, ...)                                                                            \
    {.key = #f, .type = GS_JSON_NAME,                                                                     \
     .field = _Generic(((S *)0)->f, int: offsetof(S, f), unsigned: offsetof(S, f)), __VA_ARGS__} /* or an enum */
#define GS_KEY_ANY(k, ...) {.key = k, .type = GS_JSON_ANY, __VA_ARGS__}
#define GS_KEY_TEXT(S, f, ...) GS_JSON_ROW(char *, S, f, TEXT, .max = sizeof((S *)0)->f, __VA_ARGS__)
#define GS_NEEDED NAN         /* as def */

/* Fill the struct `to` by the table (ends with a key of NULL). A key that is not in the table is an error: it would
 * change the meaning of the rest. what: for messages, such as "mito.bin: config". */
int gs_json_read(void *to, const gs_json_row *rows, const json_t *object, const char *what, gs_err *e);

/* Lookups in files of others: the value, or `def` when it is absent, null or of another type. */
const char *gs_json_text(const json_t *object, const char *key, const char *def);
double gs_json_number(const json_t *object, const char *key, double def);
int gs_json_true(const json_t *object, const char *key, int def);
#endif
