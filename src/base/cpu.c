#include "base/cpu.h"
#include "base/log.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const names[GS_ISA_COUNT] = {"ref", "avx2", "avx512"};

const char *gs_isa_name(gs_isa_t isa)
{
    return names[isa];
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* clang 14 has no name for it in __builtin_cpu_supports. */
static int has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
}

static int has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}

int gs_isa_usable(gs_isa_t isa)
{
    return isa == GS_ISA_AVX512 ? has_avx512() : isa == GS_ISA_AVX2 ? has_avx2() : isa == GS_ISA_REF;
}

static const char *lesser_core(int capped)
{
    if (__builtin_cpu_supports("avx") && !capped)
        return "Sandybridge";
    return __builtin_cpu_supports("sse4.2") ? "Nehalem" : "Prescott";
}
#else
int gs_isa_usable(gs_isa_t isa)
{
    return isa == GS_ISA_REF;
}

/* OpenBLAS knows better. */
static const char *lesser_core(int capped)
{
    (void)capped;
    return NULL;
}
#endif

/* The highest instruction set that the user allows. */
static gs_isa_t cap(void)
{
    const char *want = gs_env("GSCORE_ISA");
    if (!want)
        return GS_ISA_COUNT - 1;
    for (int i = 0; i < GS_ISA_COUNT; i++)
        if (!strcmp(want, names[i]))
            return (gs_isa_t)i;
    gs_warn_once("GSCORE_ISA", "GSCORE_ISA=%s is not one of ref, avx2, avx512; ignored", want);
    return GS_ISA_COUNT - 1;
}

gs_isa_t gs_isa(void)
{
    gs_isa_t isa = cap();
    while (!gs_isa_usable(isa))
        isa--;
    return isa;
}

const char *gs_blas_core(void)
{
    gs_isa_t isa = gs_isa();
    if (isa == GS_ISA_AVX512)
        return "SkylakeX";
    if (isa == GS_ISA_AVX2)
        return "Haswell";
    return lesser_core(cap() == GS_ISA_REF);
}

/* Processors of the affinity mask, whose size has to be guessed upwards on machines with more than 1024. */
static int affinity(void)
{
    for (int n = 1024; n <= 1 << 20; n *= 4) {
        cpu_set_t *set = CPU_ALLOC((size_t)n);
        if (!set)
            break;
        size_t size = CPU_ALLOC_SIZE((size_t)n);
        int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return count;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int gs_cpu_count(void)
{
    int n = affinity();
    double quota = gs_cgroup_cpus("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota > 0 && quota < n)
        n = quota < 1 ? 1 : (int)quota;
    return n;
}

uint64_t gs_memory_left(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    char line[100];
    unsigned long long kb = 0;
    while (f && fgets(line, sizeof line, f) && sscanf(line, "MemAvailable: %llu", &kb) != 1)
        ;
    if (f)
        fclose(f);
    double left = (double)kb * 1024, cgroup = gs_cgroup_memory("/proc/self/cgroup", "/sys/fs/cgroup");
    return (uint64_t)(cgroup > 0 && cgroup < left ? cgroup : left);
}

uint64_t gs_address_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY ? 0 : limit.rlim_cur;
}

const char *gs_env(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

int gs_env_default(const char *name, const char *value)
{
    return gs_env(name) ? 0 : setenv(name, value, 1);
}
