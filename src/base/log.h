/* Messages of the library: it never prints, it hands them to a sink (the command line's, on stderr).
 * All functions are thread-safe. */
#ifndef GS_LOG_H
#define GS_LOG_H
#include <stdint.h>

typedef enum { GS_LOG_WARN = 1, GS_LOG_INFO = 2, GS_LOG_DEBUG = 3 } gs_log_level;

typedef void gs_log_sink(gs_log_level level, const char *msg, void *arg);

/* Install the sink (NULL: silence) and the highest level that reaches it. Call before threads start. */
void gs_log_set(gs_log_sink *sink, void *arg, gs_log_level level);

/* One message, without a final newline. */
void gs_log(gs_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A warning of a kind (a static string such as "ref_mismatch"): the first ten reach the sink, the rest is counted. */
void gs_warn(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A warning that is worth saying once: later calls with the same kind are dropped without a count. */
void gs_warn_once(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* For each kind that was cut off: "... and N more warnings of kind K". Then forget all counts. */
void gs_warn_flush(void);
#endif
