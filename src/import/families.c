#include "import/import.h"

const gs_family *const gs_families[] = {&gs_family_esm, NULL};
