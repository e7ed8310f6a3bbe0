#include "base/pump.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct gs_pump {
    int from, to, wake;      /* to: the pump's end of a pair of sockets; wake: an eventfd that stops it */
    pthread_t thread;
    atomic_int error;
};

int gs_pump_needed(int fd)
{
    struct stat st;
    return !fstat(fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode));
}

static int send_all(int fd, const char *data, ssize_t n)
{
    for (ssize_t k; n > 0; data += k, n -= k)
        if ((k = send(fd, data, (size_t)n, MSG_NOSIGNAL)) < 0)
            return -1;
    return 0;
}

/* Bytes of the next piece; 0 at the end or when stopped, negative on error. */
static ssize_t receive(const gs_pump *p, char *data, size_t n)
{
    struct pollfd fd[] = {{p->from, POLLIN, 0}, {p->wake, POLLIN, 0}};
    ssize_t got = -1;
    do {
        if (poll(fd, 2, -1) > 0)
            got = fd[1].revents ? 0 : read(p->from, data, n);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    return got;
}

static void *pump(void *arg)
{
    gs_pump *p = arg;
    char data[1 << 16];
    ssize_t n;
    while ((n = receive(p, data, sizeof data)) > 0 && !send_all(p->to, data, n))
        ;
    if (n < 0)
        p->error = errno;
    shutdown(p->to, SHUT_RDWR);
    return NULL;
}

/* It takes no signals: their handlers are to find the main thread where it stands, not half-way in what it creates. */
static int start_thread(gs_pump *p)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int bad = pthread_create(&p->thread, NULL, pump, p);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return bad;
}

static int start(gs_pump *p, int *to)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return -1;
    p->to = pair[0];
    p->wake = eventfd(0, EFD_CLOEXEC);
    if (p->wake >= 0 && !start_thread(p)) {
        *to = pair[1];
        return 0;
    }
    if (p->wake >= 0)
        close(p->wake);
    close(pair[0]);
    close(pair[1]);
    return -1;
}

gs_pump *gs_pump_start(int from, int *to, gs_err *e)
{
    gs_pump *p = calloc(1, sizeof *p);
    if (p)
        p->from = from;
    if (p && !start(p, to))
        return p;
    free(p);
    close(from);
    gs_fail_mem(e, "a thread that reads the input", 0);
    return NULL;
}

void gs_pump_stop(gs_pump *p)
{
    if (!p)
        return;
    eventfd_write(p->wake, 1);
    shutdown(p->to, SHUT_RDWR);   /* also where it waits for its reader */
}

int gs_pump_error(const gs_pump *p)
{
    return p ? p->error : 0;
}

void gs_pump_free(gs_pump *p)
{
    if (!p)
        return;
    gs_pump_stop(p);
    pthread_join(p->thread, NULL);
    close(p->from);
    close(p->to);
    close(p->wake);
    free(p);
}
