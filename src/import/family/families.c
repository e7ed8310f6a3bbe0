#include "import/family/family.h"

const gs_family *const gs_families[] = {&gs_family_esm, &gs_family_bert, &gs_family_mosaic, &gs_family_gpn,
                                        &gs_family_gpn_msa, &gs_family_phylogpn, NULL};
