#include "import/torch/torch.h"
#include <string.h>
#include "import/files.h"

enum { HEAD = 9 /* bytes that tell the form */ };

static int is_zip(const unsigned char *head, size_t n)
{
    return n >= 4 && !memcmp(head, "PK\3\4", 4);
}

/* A safetensors file may begin with the same two bytes: it has a brace after its first eight. */
static int is_pickle(const unsigned char *head, size_t n)
{
    return n >= 2 && head[0] == 0x80 && head[1] >= 1 && head[1] <= 5 && !(n > 8 && head[8] == '{');
}

int gs_torch_is(const char *path)
{
    unsigned char head[HEAD];
    size_t n = gs_import_head(path, (char *)head, sizeof head);
    return is_zip(head, n) || is_pickle(head, n);
}

int gs_torch_read(gs_tensors *s, const char *path, gs_err *e)
{
    gs_region file;
    gs_torch t = {.path = path};
    int ret = gs_torch_is_piece(path) ? gs_torch_map_pieces(s, path, &file, e) : gs_tensors_map(s, path, &file, e);
    if (ret)
        return ret;
    t.budget = file.bytes + GS_TORCH_SPARE;
    ret = is_zip(file.addr, file.bytes) ? gs_torch_zip(&t, &file, e) : gs_torch_legacy(&t, &file, e);
    ret = ret ? ret : gs_torch_tensors(&t, s, e);
    gs_torch_close(&t);
    return ret;
}
