#include "kernel/kernel.h"

const gs_kernels *gs_kernels_for(gs_isa_t isa)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa == GS_ISA_AVX512)
        return &gs_kernels_avx512;
    if (isa == GS_ISA_AVX2)
        return &gs_kernels_avx2;
#endif
    return isa == GS_ISA_REF ? &gs_kernels_ref : 0;
}

const gs_kernels *gs_kernels_best(void)
{
    const gs_kernels *k = gs_kernels_for(gs_isa());
    return k ? k : &gs_kernels_ref;
}
