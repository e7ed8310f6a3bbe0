#include "cli/cli.h"
#include <pthread.h>
#include <stdio.h>
#include "base/cpu.h"
#include "base/log.h"
#include "kernel/gemm.h"
#include "model/model.h"

/* What was measured, rounded up: without a model; of a thread with a small one. */
static const size_t PROGRAM_MB = 120, THREAD_MB = 160;

/* Few know of the limit that their scheduler sets, and what a thread takes of it. */
static void remedy_for_memory(void)
{
    uint64_t limit = gs_address_limit();
    if (limit)
        fprintf(stderr, "; the address space is limited to %llu MB (ulimit -v): gscore takes %zu MB, the model's size, "
                "and %zu MB or more for each thread; remedy: a higher limit, or fewer threads (-@ 1)\n",
                (unsigned long long)(limit >> 20), PROGRAM_MB, THREAD_MB);
    else
        fprintf(stderr, "; remedy: fewer threads (-@ 1), or more memory\n");
}

int cli_fail(const char *cmd, const gs_err *e)
{
    fprintf(stderr, "gscore %s: %s", cmd, e->msg[0] ? e->msg : "internal error without a message, please report");
    if (e->code == GS_ENOMEM)
        remedy_for_memory();
    else
        fputc('\n', stderr);
    return e->code ? (int)e->code : (int)GS_EINTERNAL;
}

/* Address space of a thread beside its matrix products: its stack, and what a batch takes. */
static size_t thread_bytes(const gs_model *m)
{
    pthread_attr_t usual;
    size_t stack = 0;
    if (!pthread_attr_init(&usual)) {
        pthread_attr_getstacksize(&usual, &stack);
        pthread_attr_destroy(&usual);
    }
    return stack + gs_forward_bytes(m, GS_BATCH_TOKENS);
}

int cli_threads(int wanted, const gs_model *m)
{
    int asked = wanted > 0 ? wanted : gs_cpu_count(), n = gs_gemm()->reserve(asked, thread_bytes(m));
    if (n < asked)
        gs_warn("threads", "%d of %d threads start: there is no room for the matrix products of more", n, asked);
    return n;
}
