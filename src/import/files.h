/* Files of a download, which may not be what their names say. */
#ifndef GS_FILES_H
#define GS_FILES_H
#include <jansson.h>
#include <stddef.h>
#include "base/err.h"

/* DIR/NAME into out (of PATH_MAX bytes); returns out. Too long: "" */
const char *gs_import_path(const char *dir, const char *name, char *out);
/* Is there a file called as `path` but for its endings (.pt, .pt.part0, ...), with this one instead? Its path to out
 * (of PATH_MAX bytes). */
int gs_import_beside(const char *path, const char *ending, char *out);
/* Is there one? Follows links. */
int gs_import_exists(const char *path);
/* A whole text file, 0-terminated, at most `most` bytes. NULL on failure; the caller frees. */
char *gs_import_text(const char *path, size_t most, size_t *n, gs_err *e);
/* A JSON file of at most `most` bytes. Duplicate keys are fine: a published config.json has them, and Python takes the
 * last. NULL on failure; the caller decrefs. */
json_t *gs_import_json(const char *path, size_t most, gs_err *e);
/* The first bytes of a file, at most `most`; returns how many, 0 where it cannot be read. */
size_t gs_import_head(const char *path, char *head, size_t most);
/* Is it a file that only stands for another (git-lfs pointer, web page, link to nothing) or of a format that is not
 * read here? Says so in the error; 0 when nothing is wrong with the first bytes. A file that cannot be read is left to
 * the reader. */
int gs_import_sniff(const char *path, gs_err *e);
/* The error that DIR has no such file: "DIR has no WHAT (it holds ...)", with what to do about it. */
int gs_import_lacks(const char *dir, const char *what, gs_err *e);
/* Names of what stands in a directory, "a, b, c", for messages; "nothing" when empty. Returns out. */
const char *gs_import_list(const char *dir, char *out, size_t n);
#endif
