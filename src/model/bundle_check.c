/* Do the tensors of a bundle fit its configuration? Asked of a stand-in whose weights are all one stretch of zeros, so
 * that nothing is read or converted. */
#include <string.h>
#include <sys/mman.h>
#include "model/model.h"

static size_t largest(const gs_tensors *s)
{
    size_t most = 1;
    for (size_t i = 0; i < s->n; i++) {
        size_t n = (size_t)gs_tensor_count(&s->t[i]) * sizeof(float);
        most = n > most ? n : most;
        most = s->t[i].bytes > most ? s->t[i].bytes : most;
    }
    return most;
}

static int is_float(const gs_tensor *t)
{
    return t->dtype == GS_F32 || t->dtype == GS_F16 || t->dtype == GS_BF16;
}

/* The same names and shapes, f32 where they would become it. */
static int stand_in(gs_tensors *to, const gs_tensors *from, gs_err *e)
{
    gs_region zeros = {.bytes = largest(from), .mapped = 1};
    zeros.addr = mmap(NULL, zeros.bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros.addr == MAP_FAILED)
        return gs_fail_mem(e, "checking a model", zeros.bytes);
    int ret = gs_tensors_keep(to, zeros, e);
    for (size_t i = 0; i < from->n && !ret; i++) {
        gs_tensor t = from->t[i];
        t.data = zeros.addr;
        if (is_float(&t)) {
            t.bytes = (size_t)gs_tensor_count(&t) * sizeof(float);
            t.dtype = GS_F32;
        }
        ret = gs_tensors_add(to, &t, e);
    }
    return ret;
}

int gs_bundle_check(const gs_bundle *b, gs_err *e)
{
    gs_bundle copy = {.architecture = strdup(b->architecture), .config = json_incref(b->config), .names = b->names,
                      .tokenizer = json_incref(b->tokenizer), .recipe = json_incref(b->recipe),
                      .card = json_incref(b->card), .path = strdup(b->path)};
    int ret = copy.architecture && copy.path ? stand_in(&copy.tensors, &b->tensors, e) : gs_fail_mem(e, "a model", 0);
    if (ret) {
        gs_bundle_free(&copy);
        return ret;
    }
    gs_model *m = gs_model_build(&copy, e);
    gs_model_close(m);
    return m ? 0 : -(int)e->code;
}
