#include "nn_check.h"

enum { T = 500, D = 64, MEMBERS = 3 };

static void count(gs_worker *wk, void *arg, int i)
{
    int *seen = arg, *scratch = gs_new(wk->arena, int, 100);
    scratch[99] = i;
    seen[scratch[99]]++;
}

static void test_every_piece_once(void **state)
{
    (void)state;
    gs_worker *wk = gs_worker_new_team(MEMBERS);
    int seen[1000] = {0}, few[2] = {0};
    assert_int_equal(gs_team_size(wk), MEMBERS);
    for (int round = 1; round <= 20; round++) {
        gs_parallel(wk, 1000, count, seen);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(seen[i], round);
    }
    gs_parallel(wk, 1, count, few);
    gs_parallel(wk, 0, count, few);
    assert_int_equal(few[0] + few[1], 1);
    gs_worker_free(wk);
}

static void mark_rows(gs_worker *wk, void *arg, int beg, int end)
{
    (void)wk;
    assert_true(beg % 48 == 0 && (end % 48 == 0 || end == T));
    for (int i = beg; i < end; i++)
        ((int *)arg)[i]++;
}

static void test_rows(void **state)
{
    gs_worker *team = gs_worker_new_team(MEMBERS);
    int seen[T] = {0};
    gs_parallel_rows(team, T, 48, mark_rows, seen);
    gs_parallel_rows(*state, T, 48, mark_rows, seen);
    for (int i = 0; i < T; i++)
        assert_int_equal(seen[i], 2);
    gs_worker_free(team);
}

/* Layers of a team: the bits of one worker alone. */
static void test_layers(void **state)
{
    gs_worker *alone = *state, *team = gs_worker_new_team(MEMBERS);
    gs_linear_w w = random_linear(alone, D, 300, 1, 1), o = random_linear(alone, D, D, 1, 3);
    gs_norm_w norm = {random_new(alone, D, 5), NULL, 1e-5f, GS_NORM_RMS};
    gs_attention_w a = {.q = o, .k = o, .v = o, .o = o, .heads = 4, .causal = 1};
    gs_spans s = {.B = 2, .rows = T, .beg = (int[]){0, 300}, .len = (int[]){290, 200}};
    gs_mat x = random_mat(alone, T, D, 7), y[2], z[2];
    for (int i = 0; i < 2; i++) {
        gs_worker *wk = i ? team : alone;
        y[i] = gs_linear(wk, gs_norm(wk, x, &norm), &w);
        gs_activate(wk, y[i], GS_ACT_GELU);
        z[i] = gs_attention(wk, x, &a, &s, NULL);
    }
    assert_memory_equal(y[0].d, y[1].d, sizeof(float) * T * 300);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(gs_mat_row(z[0], s.beg[i]), gs_mat_row(z[1], s.beg[i]),
                            sizeof(float) * (size_t)s.len[i] * D);
    gs_worker_free(team);
}

static void too_much(gs_worker *wk, void *arg, int i)
{
    (void)arg;
    gs_new(wk->arena, char, i == 7 ? SIZE_MAX : 10);
}

/* One member's lack of memory is the caller's, who can go on. */
static void test_out_of_memory(void **state)
{
    (void)state;
    gs_worker *volatile wk = gs_worker_new_team(MEMBERS);
    volatile int caught = 0;
    gs_mark mark = gs_arena_mark(wk->arena);
    for (volatile int round = 0; round < 3; round++) {
        if (setjmp(*gs_arena_oom(wk->arena)))
            caught++;
        else
            gs_parallel(wk, 20, too_much, NULL);
        gs_arena_release(wk->arena, mark);
    }
    assert_int_equal(caught, 3);
    assert_true(gs_arena_wanted(wk->arena) == SIZE_MAX);
    gs_worker_free(wk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_piece_once), nn_test(test_rows),
                                       nn_test(test_layers), nn_test(test_out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
