#include <math.h>
#include "import/import.h"
#include "model/json.h"

int gs_import_facts(void *to, const gs_fact_row *rows, const json_t *config, const char *dir, gs_err *e)
{
    for (; rows->key; rows++) {
        double x = json_object_get(config, rows->key) ? gs_json_number(config, rows->key, NAN) : rows->def;
        if (!(x >= rows->min && x <= rows->max) || x != floor(x))
            return gs_fail(e, GS_EMODEL, "%s/config.json: \"%s\" is missing or out of range", dir, rows->key);
        *(int *)(void *)((char *)to + rows->field) = (int)x;
    }
    return 0;
}

const char *gs_import_half(const gs_bundle *b, const char *name)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, name);
    return !t ? "f32" : t->dtype == GS_F16 ? "f16" : t->dtype == GS_BF16 ? "bf16" : "f32";
}

int gs_import_has(const gs_bundle *b, const char *name)
{
    return gs_tensors_find(&b->tensors, name) != NULL;
}
