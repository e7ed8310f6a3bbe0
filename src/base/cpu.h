/* What this machine lets us use: instruction sets and processors. The only floor that reads cpuid, the
 * environment and cgroup files. */
#ifndef GS_CPU_H
#define GS_CPU_H
#include <stdint.h>

/* Instruction sets in rising order; GSCORE_ISA=ref|avx2|avx512 caps what gs_isa() gives. */
typedef enum { GS_ISA_REF, GS_ISA_AVX2, GS_ISA_AVX512, GS_ISA_COUNT } gs_isa_t;

gs_isa_t gs_isa(void);                 /* best one of this CPU, capped by GSCORE_ISA */
const char *gs_isa_name(gs_isa_t isa); /* "ref", "avx2", "avx512" */
int gs_isa_usable(gs_isa_t isa);       /* can the CPU run it (cap not counted)? */

/* OPENBLAS_CORETYPE that suits this CPU and the cap ("SkylakeX", "Haswell", ...); NULL: OpenBLAS knows better. */
const char *gs_blas_core(void);

/* Processors for us: affinity mask and cgroup quota (rounded down, at least 1). */
int gs_cpu_count(void);
/* The CPU quota of our cgroup and its parents, version 1 or 2, in processors; 0 = none. The places are arguments
 * for the test's sake: /proc/self/cgroup and /sys/fs/cgroup. */
double gs_cgroup_cpus(const char *proc, const char *sys);

/* The same of memory: bytes that are left of the limits; 0 = no limit. */
double gs_cgroup_memory(const char *proc, const char *sys);
/* Bytes of memory that we may take: what the machine can give (/proc/meminfo), less where a cgroup says so; 0: not
 * known. */
uint64_t gs_memory_left(void);

/* Bytes of address space that we may have (ulimit -v), 0: any. */
uint64_t gs_address_limit(void);

/* Environment variable or NULL when unset or empty. */
const char *gs_env(const char *name);
/* Set NAME=value for libraries loaded later, unless the user has set it. -1: out of memory. */
int gs_env_default(const char *name, const char *value);
#endif
