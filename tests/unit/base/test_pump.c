#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "base/pump.h"

enum { MANY = 1 << 20 };

static void *write_many(void *fd)
{
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    for (int n = 0; n < MANY; n += 1000)
        if (write(*(int *)fd, piece, sizeof piece) < 0)
            break;
    close(*(int *)fd);
    return NULL;
}

static void test_all_comes_through(void **state)
{
    (void)state;
    int pipe_[2], to, n = 0;
    char data[4096];
    pthread_t thread;
    assert_int_equal(pipe(pipe_), 0);
    assert_true(gs_pump_needed(pipe_[0]));
    gs_pump *p = gs_pump_start(pipe_[0], &to, NULL);
    assert_non_null(p);
    pthread_create(&thread, NULL, write_many, &pipe_[1]);
    for (ssize_t k; (k = read(to, data, sizeof data)) > 0; n += (int)k)
        assert_int_equal(data[k - 1], 'x');
    assert_int_equal(n, (MANY + 999) / 1000 * 1000);
    assert_int_equal(gs_pump_error(p), 0);
    pthread_join(thread, NULL);
    gs_pump_free(p);
    close(to);
}

static void *stop_later(void *pump)
{
    usleep(50000);
    gs_pump_stop(pump);
    return NULL;
}

/* Nothing comes, and the writer stays. */
static void test_stop_ends_a_read(void **state)
{
    (void)state;
    int pipe_[2], to;
    char c;
    pthread_t thread;
    assert_int_equal(pipe(pipe_), 0);
    gs_pump *p = gs_pump_start(pipe_[0], &to, NULL);
    assert_int_equal(write(pipe_[1], "a", 1), 1);
    assert_int_equal(read(to, &c, 1), 1);
    pthread_create(&thread, NULL, stop_later, p);
    assert_int_equal(read(to, &c, 1), 0);
    pthread_join(thread, NULL);
    gs_pump_stop(p);
    gs_pump_free(p);
    close(to);
    close(pipe_[1]);
}

/* The reader has left off while the pump waits for it: nothing more goes in. */
static void test_free_while_full(void **state)
{
    (void)state;
    int pipe_[2], to;
    char piece[1000] = {0};
    assert_int_equal(pipe(pipe_), 0);
    gs_pump *p = gs_pump_start(pipe_[0], &to, NULL);
    struct pollfd room = {.fd = pipe_[1], .events = POLLOUT};
    while (poll(&room, 1, 200) == 1)
        assert_int_equal(write(pipe_[1], piece, sizeof piece), sizeof piece);
    gs_pump_free(p);
    close(to);
    close(pipe_[1]);
}

/* An error is no end. */
static void test_error(void **state)
{
    (void)state;
    int pipe_[2], to;
    char c;
    assert_int_equal(pipe(pipe_), 0);
    gs_pump *p = gs_pump_start(pipe_[1], &to, NULL);   /* the end for writing */
    close(pipe_[0]);
    assert_int_equal(read(to, &c, 1), 0);
    assert_int_not_equal(gs_pump_error(p), 0);
    gs_pump_free(p);
    close(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_comes_through), cmocka_unit_test(test_stop_ends_a_read),
        cmocka_unit_test(test_free_while_full), cmocka_unit_test(test_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
