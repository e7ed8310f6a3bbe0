/* Python's pickle format (protocols 1 to 5, as torch writes it), read by an interpreter that can build plain values
 * only. Nothing in a file is executed: a "call" of an allowed constructor is noted down, any other name is refused.
 *
 * Values are kept in one array and refer to each other by number, so that cycles and shared parts cost nothing and
 * no depth is ever walked. Source: Python's Lib/pickletools.py. */
#ifndef GS_PICKLE_H
#define GS_PICKLE_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/tensors.h"

enum { GS_PICKLE_MOST = 64 << 20, GS_PICKLE_VALUES = 2000000 }; /* bytes of one pickle; values in it */

typedef enum {
    GS_PV_NONE, GS_PV_BOOL, GS_PV_INT, GS_PV_REAL, GS_PV_TEXT, GS_PV_BYTES, /* also integers beyond 64 bits */
    GS_PV_TUPLE, GS_PV_LIST, GS_PV_DICT,  /* n items; of a dict key, value, key, value, ... */
    GS_PV_NAME,                           /* of a class or function */
    GS_PV_TENSOR,                         /* items: the arguments of the function `name` */
    GS_PV_STORAGE,                        /* items: the parts of a persistent id */
    GS_PV_OBJECT                          /* of no interest here */
} gs_pv_kind;

/* What an allowed name is for. */
typedef enum {
    GS_PN_IDLE,           /* objects that weights can do without */
    GS_PN_DICT, GS_PN_SIZE,
    GS_PN_STORAGE,        /* of elements of `dtype` */
    GS_PN_DTYPE,
    GS_PN_TENSOR,         /* (storage, offset, size, stride, ...) */
    GS_PN_TENSOR_DTYPE,   /* (storage, offset, size, stride, requires_grad, hooks, dtype, ...) */
    GS_PN_PARAMETER,      /* (tensor, ...) */
    GS_PN_TENSOR_TYPE     /* (function, type, arguments, ...) */
} gs_pickle_use;
/* module ending with '.': all modules that begin so; name "*": all names there. */
typedef struct { const char *module, *name; gs_pickle_use use; gs_dtype dtype; } gs_pickle_name;
/* The row for a name; NULL if it is not allowed. The text need not be 0-terminated. */
const gs_pickle_name *gs_pickle_allowed(const char *module, size_t module_len, const char *name, size_t name_len);

typedef struct { int32_t value, next; } gs_pickle_cell;
typedef struct {
    gs_pv_kind kind;
    int32_t n;                                       /* items, or bytes of text */
    int32_t head, tail;                              /* cells of the items; -1: none */
    union { int64_t i; const char *s; const gs_pickle_name *name; } of; /* text points into the pickle's bytes */
} gs_pickle_value;

typedef struct {
    gs_pickle_value *value;
    size_t n_values, cap_values;
    gs_pickle_cell *cell;
    size_t n_cells, cap_cells;
    int32_t root;
} gs_pickle;

/* Read the one pickle at the beginning of `bytes`, at most n of them; *used: how many it took. what: the file, for
 * messages. Errors: GS_EMODEL, GS_ENOMEM. The bytes must outlive the values. */
int gs_pickle_read(gs_pickle *p, const char *bytes, size_t n, size_t *used, const char *what, gs_err *e);
void gs_pickle_free(gs_pickle *p);

const gs_pickle_value *gs_pickle_at(const gs_pickle *p, int32_t i);
/* Item i of a list, tuple, tensor or storage, NULL if there is none. Walks the list. */
const gs_pickle_value *gs_pickle_item(const gs_pickle *p, const gs_pickle_value *v, int i);
/* The value of a dict's key, the last one set; NULL if there is none. */
const gs_pickle_value *gs_pickle_key(const gs_pickle *p, const gs_pickle_value *dict, const char *key);
int gs_pickle_is_text(const gs_pickle_value *v, const char *text);
#endif
