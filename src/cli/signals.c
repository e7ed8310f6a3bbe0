#include "cli/signals.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/temp_files.h"
#include "gscore.h"

static void on_signal(int sig)
{
    gs_temp_unlink();
    signal(sig, SIG_DFL);
    raise(sig);
}

/* Those whose default is not to end a program. */
static int is_harmless(int sig)
{
    switch (sig) {
    case SIGCHLD: case SIGCONT: case SIGURG: case SIGWINCH:
    case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU: return 1;
    default: return 0;
    }
}

void cli_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal}, old;
    signal(SIGPIPE, SIG_DFL);   /* a reader that left ends us quietly (141), also under a parent that ignores it */
    signal(SIGXFSZ, SIG_IGN);   /* the write fails with EFBIG */
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        if (!is_harmless(sig) && !sigaction(sig, NULL, &old) && old.sa_handler == SIG_DFL)
            sigaction(sig, &sa, NULL);
}

static volatile sig_atomic_t running;

static void on_exit_of_library(void)
{
    static const char why[] = "gscore: out of memory in a library\n";
    if (!running)
        return;
    gs_temp_unlink();
    if (write(STDERR_FILENO, why, sizeof why - 1) < 0)
        running = 0;
    _exit(GS_ENOMEM);
}

void cli_begin(void)
{
    running = 1;
    atexit(on_exit_of_library);
}

void cli_end(void)
{
    running = 0;
}

static volatile sig_atomic_t asked;

static void on_question(int sig)
{
    (void)sig;
    asked = 1;
}

void cli_listen(void)
{
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_question, .sa_flags = SA_RESTART}, NULL);
}

int cli_asked(void)
{
    int was = asked;
    asked = 0;
    return was;
}
