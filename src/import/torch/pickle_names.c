/* The names that a checkpoint may refer to; every other one is refused. */
#include <string.h>
#include "import/torch/pickle.h"

#define STORAGE(module, name, dtype) {module, name "Storage", GS_PN_STORAGE, dtype}
#define STORAGES(module)                                                                                               \
    STORAGE(module, "Float", GS_F32), STORAGE(module, "Half", GS_F16), STORAGE(module, "BFloat16", GS_BF16),           \
        STORAGE(module, "Double", GS_F64), STORAGE(module, "Long", GS_I64), STORAGE(module, "Int", GS_I32),            \
        STORAGE(module, "Short", GS_I16), STORAGE(module, "Char", GS_I8), STORAGE(module, "Byte", GS_U8),              \
        STORAGE(module, "Bool", GS_BOOL)
#define DTYPE(name, dtype) {"torch", name, GS_PN_DTYPE, dtype}
#define IDLE(module, name) {module, name, GS_PN_IDLE, 0}

static const gs_pickle_name names[] = {
    {"collections", "OrderedDict", GS_PN_DICT, 0},
    {"collections", "defaultdict", GS_PN_DICT, 0},
    {"torch._utils", "_rebuild_tensor", GS_PN_TENSOR, 0},
    {"torch._utils", "_rebuild_tensor_v2", GS_PN_TENSOR, 0},
    {"torch._utils", "_rebuild_tensor_v3", GS_PN_TENSOR_DTYPE, 0},
    {"torch._utils", "_rebuild_parameter", GS_PN_PARAMETER, 0},
    {"torch._utils", "_rebuild_parameter_with_state", GS_PN_PARAMETER, 0},
    {"torch.nn.parameter", "Parameter", GS_PN_PARAMETER, 0},
    {"torch._tensor", "_rebuild_from_type_v2", GS_PN_TENSOR_TYPE, 0},
    {"torch", "Tensor", GS_PN_IDLE, 0},
    {"torch", "Size", GS_PN_SIZE, 0},
    STORAGES("torch"),
    STORAGES("torch.cuda"), /* before torch 0.4 */
    {"torch.storage", "UntypedStorage", GS_PN_STORAGE, GS_U8},
    {"torch", "UntypedStorage", GS_PN_STORAGE, GS_U8},
    DTYPE("float32", GS_F32), DTYPE("float16", GS_F16), DTYPE("bfloat16", GS_BF16), DTYPE("float64", GS_F64),
    DTYPE("int64", GS_I64), DTYPE("int32", GS_I32), DTYPE("int16", GS_I16), DTYPE("int8", GS_I8), DTYPE("uint8", GS_U8),
    DTYPE("bool", GS_BOOL),
    /* What training leaves beside the weights: Lightning's settings, numbers of numpy, extra states. */
    IDLE("torch", "device"),
    IDLE("argparse", "Namespace"),
    IDLE("pathlib", "PosixPath"), IDLE("pathlib", "PurePosixPath"), IDLE("pathlib", "WindowsPath"),
    IDLE("collections", "Counter"),
    IDLE("datetime", "datetime"), IDLE("datetime", "timedelta"),
    IDLE("_codecs", "encode"),
    IDLE("_io", "BytesIO"),
    IDLE("typing", "Any"),
    IDLE("numpy", "dtype"), IDLE("numpy", "ndarray"),
    IDLE("numpy.core.multiarray", "scalar"), IDLE("numpy.core.multiarray", "_reconstruct"),
    IDLE("numpy._core.multiarray", "scalar"), IDLE("numpy._core.multiarray", "_reconstruct"),
    IDLE("pytorch_lightning.utilities.parsing", "AttributeDict"),
    IDLE("lightning_fabric.utilities.data", "AttributeDict"),
    IDLE("lightning.fabric.utilities.data", "AttributeDict"),
    IDLE("pytorch_lightning.callbacks.", "*"), IDLE("lightning.pytorch.callbacks.", "*"),
    IDLE("omegaconf.", "*"),
#define PLAIN(name) IDLE("builtins", name), IDLE("__builtin__", name)
    PLAIN("set"), PLAIN("frozenset"), PLAIN("list"), PLAIN("dict"), PLAIN("tuple"), PLAIN("int"), PLAIN("float"),
    PLAIN("bool"), PLAIN("str"), PLAIN("bytes"), PLAIN("bytearray"), PLAIN("complex"), PLAIN("slice"), PLAIN("range")};

static int module_fits(const char *row, const char *module, size_t len)
{
    size_t n = strlen(row);
    return (len == n || (len > n && row[n - 1] == '.')) && !memcmp(row, module, n);
}

const gs_pickle_name *gs_pickle_allowed(const char *module, size_t module_len, const char *name, size_t name_len)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *n = names[i].name;
        int same = !strcmp(n, "*") || (strlen(n) == name_len && !memcmp(n, name, name_len));
        if (same && module_fits(names[i].module, module, module_len))
            return &names[i];
    }
    return NULL;
}
