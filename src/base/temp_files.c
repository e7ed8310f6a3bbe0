#include "base/temp_files.h"
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Names are kept in place and never freed: a handler may read them while another thread forgets one. */
enum { MOST = 32 };
static struct {
    char path[PATH_MAX];
    atomic_int taken;
} temp[MOST];
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

static int free_slot(void)
{
    for (int i = 0; i < MOST; i++)
        if (!atomic_load(&temp[i].taken))
            return i;
    return -1;
}

int gs_temp_add(const char *path)
{
    size_t n = strlen(path) + 1;
    pthread_mutex_lock(&adding);
    int slot = n <= sizeof temp[0].path ? free_slot() : -1;
    if (slot >= 0) {
        memcpy(temp[slot].path, path, n);
        atomic_store(&temp[slot].taken, 1);
    }
    pthread_mutex_unlock(&adding);
    return slot;
}

void gs_temp_forget(int slot)
{
    if (slot >= 0)
        atomic_store(&temp[slot].taken, 0);
}

void gs_temp_unlink(void)
{
    for (int i = 0; i < MOST; i++)
        if (atomic_load(&temp[i].taken))
            unlink(temp[i].path);
}
