#include "cli/temp_files.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 4 };
static char temp[MOST][PATH_MAX];
static volatile sig_atomic_t n_temp;

static void on_signal(int sig)
{
    for (int i = 0; i < n_temp; i++)
        unlink(temp[i]);
    signal(sig, SIG_DFL);
    raise(sig);
}

void cli_temp_add(const char *path)
{
    static const int sigs[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU};
    struct sigaction sa = {.sa_handler = on_signal}, old;
    if (!path || n_temp == MOST)
        return;
    snprintf(temp[n_temp], sizeof temp[0], "%s", path);
    n_temp++;
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
        if (!sigaction(sigs[i], NULL, &old) && old.sa_handler != SIG_IGN) /* ignored under nohup: that stays */
            sigaction(sigs[i], &sa, NULL);
}

void cli_temp_clear(void)
{
    n_temp = 0;
}
