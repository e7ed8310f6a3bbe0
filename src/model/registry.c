#include "model/model.h"

const gs_arch *const gs_archs[] = {&gs_arch_transformer, &gs_arch_convnet, &gs_arch_phylogpn, &gs_arch_decoder,
                                 &gs_arch_hyena, &gs_arch_stripedhyena, NULL};
