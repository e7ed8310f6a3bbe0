/* The stream on jobs that hold a number, which is squared in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <unistd.h>
#include "base/stream.h"

typedef struct { int value, n_part; size_t bytes; _Atomic int sum; } number;

/* What the stream is to go through, and what was seen of it. An error comes where `fail_at` is reached. */
typedef struct {
    int n, parts, idle;          /* jobs; of each; after these the reader waits for stop */
    size_t bytes;
    enum { NOWHERE, JOB, READ, COMPUTE, WRITE } fail_in;
    int fail_at;
    int n_read, n_written, ticks, wrong;
    _Atomic int jobs, held, most_held, stops;
} run;

static _Atomic int workers, most_workers;
static int no_workers;

static void *job_new(void *self)
{
    run *r = self;
    if (r->fail_in == JOB && r->jobs == r->fail_at)
        return NULL;
    r->jobs++;
    return calloc(1, sizeof(number));
}

static int read_number(void *self, void *job, gs_err *e)
{
    run *r = self;
    number *x = job;
    if (r->fail_in == READ && r->n_read == r->fail_at)
        return gs_fail(e, GS_ETRUNC, "read");
    while (r->idle && r->n_read == r->n && !r->stops)
        usleep(1000);
    if (r->n_read == r->n)
        return 0;
    x->value = r->n_read++;
    x->n_part = x->value % 3 == 2 ? 0 : r->parts;    /* some have nothing to compute */
    x->bytes = r->bytes;
    x->sum = 0;
    int held = ++r->held;
    if (held > r->most_held)
        r->most_held = held;
    return 1;
}

static int parts(const void *job) { return ((const number *)job)->n_part; }
static size_t bytes(const void *job) { return ((const number *)job)->bytes; }

static void *worker_new(void *self)
{
    (void)self;
    int n = ++workers;
    if (n > most_workers)
        most_workers = n;
    return no_workers ? NULL : malloc(1);
}

static void worker_free(void *worker)
{
    workers--;
    free(worker);
}

static int compute(void *self, void *worker, void *job, int part, gs_err *e)
{
    run *r = self;
    number *x = job;
    assert_non_null(worker);
    if (r->fail_in == COMPUTE && x->value == r->fail_at)
        return gs_fail(e, GS_EMODEL, "compute");
    usleep((unsigned)(x->value * 7919 + part) % 300);  /* out of order */
    x->sum += part + 1;
    return 0;
}

static int write_number(void *self, void *job, gs_err *e)
{
    run *r = self;
    number *x = job;
    if (r->fail_in == WRITE && x->value == r->fail_at)
        return gs_fail(e, GS_EOUTPUT, "write");
    r->wrong += x->value != r->n_written++ || x->sum != x->n_part * (x->n_part + 1) / 2;
    r->held--;
    return 0;
}

static void tick(void *self) { ((run *)self)->ticks++; }
static void stop(void *self) { ((run *)self)->stops++; }

static const gs_stream_kind kind = {
    .job_new = job_new, .job_free = free, .read = read_number, .parts = parts, .bytes = bytes, .worker_new = worker_new,
    .worker_free = worker_free, .compute = compute, .write = write_number, .tick = tick, .stop = stop,
};

static void test_order(void **state)
{
    (void)state;
    for (int n = 1; n < 9; n += 3) {
        run r = {.n = 200, .parts = 3};
        gs_err e = {0};
        most_workers = 0;
        assert_int_equal(gs_stream_run(&kind, &r, n, 1000, &e), 0);
        assert_int_equal(r.n_written, 200);
        assert_int_equal(r.wrong, 0);
        assert_true(r.ticks >= 200);
        assert_int_equal(r.stops, 0);
        assert_int_equal(workers, 0);
        assert_true(most_workers <= n);
        assert_true(r.most_held <= n + 2 && r.jobs <= n + 2);
    }
}

static void test_empty(void **state)
{
    (void)state;
    run r = {.n = 0};
    gs_err e = {0};
    assert_int_equal(gs_stream_run(&kind, &r, 300, 1000, &e), 0);
    assert_int_equal(r.n_written, 0);
    assert_int_equal(r.jobs, 1);         /* jobs are made when they are needed */
}

static void test_bytes(void **state)
{
    (void)state;
    run r = {.n = 50, .parts = 2, .bytes = 400};
    gs_err e = {0};
    assert_int_equal(gs_stream_run(&kind, &r, 20, 1000, &e), 0);
    assert_int_equal(r.n_written, 50);
    assert_true(r.most_held <= 4);       /* three reach the limit, one may have been on its way to be written */
    r = (run){.n = 50, .parts = 2, .bytes = 4000};
    assert_int_equal(gs_stream_run(&kind, &r, 20, 1000, &e), 0);
    assert_int_equal(r.n_written, 50);   /* one job is let in, however large */
    assert_true(r.most_held <= 2);
}

static void test_errors(void **state)
{
    (void)state;
    static const gs_code code[] = {[JOB] = GS_ENOMEM, [READ] = GS_ETRUNC, [COMPUTE] = GS_EMODEL, [WRITE] = GS_EOUTPUT};
    for (int where = JOB; where <= WRITE; where++)
        for (int idle = 0; idle < 2; idle++) {
            if (idle && where == READ)
                continue;
            run r = {.n = 30, .parts = 2, .idle = idle && where != JOB, .fail_in = where,
                     .fail_at = where == JOB ? 2 : 10};
            gs_err e = {0};
            assert_int_equal(gs_stream_run(&kind, &r, 3, 1000, &e), -(int)code[where]);
            assert_int_equal(e.code, code[where]);
            assert_int_equal(r.stops, 1);
            assert_int_equal(r.wrong, 0);
            assert_true(r.n_written <= (where == JOB ? 30 : 10));
            assert_int_equal(workers, 0);
        }
}

static void test_no_workers(void **state)
{
    (void)state;
    run r = {.n = 30, .parts = 2, .idle = 1};
    gs_err e = {0};
    no_workers = 1;
    assert_int_equal(gs_stream_run(&kind, &r, 3, 1000, &e), -(int)GS_ENOMEM);
    assert_int_equal(r.stops, 1);
    no_workers = 0;
    workers = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_empty),
                                       cmocka_unit_test(test_bytes), cmocka_unit_test(test_errors),
                                       cmocka_unit_test(test_no_workers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
