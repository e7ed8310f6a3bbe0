/* Coding sequences with and without an allele, and the context that a model is shown of them. */
#include "fasta_scratch.h"
#include "genome/coding.h"

enum { LEN = 400 };
static char contig[LEN + 1];

static gs_ref *open_ref(const char *name)
{
    char text[LEN + 80];
    gs_err e = {0};
    random_bases(contig, LEN, 11);
    snprintf(text, sizeof text, ">%s\n%s\n", name, contig);
    count_files(".fai", 1);   /* of the contig before */
    gs_ref *r = gs_ref_open(put_text("c.fa", text), NULL, &e);
    if (!r)
        fail_msg("%s", e.msg);
    return r;
}

static int draw(uint32_t *seed, int n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (int)((*seed >> 8) % (uint32_t)n);
}

/* Up to five exons; neighbours may touch, or overlap by a base. */
static gs_transcript random_transcript(uint32_t *seed, gs_piece *piece, int most)
{
    gs_transcript t = {.reverse = draw(seed, 2), .piece = piece, .code = 1};
    int at = draw(seed, most / 4);
    while (t.n_piece < 5) {
        int len = 1 + draw(seed, most / 5);
        if (at + len > most)
            break;
        piece[t.n_piece++] = (gs_piece){at, at + len};
        t.len += len;
        at += len - 1 + draw(seed, most / 10);
    }
    return t;
}

static gs_allele random_allele(uint32_t *seed, char ref[20], char alt[20])
{
    int n = 1 + draw(seed, 9), m = 1 + draw(seed, 9), pos = draw(seed, LEN);
    for (int i = 0; i < n; i++)
        ref[i] = contig[(pos + i) % LEN];
    for (int i = 0; i < m; i++)
        alt[i] = i < n && draw(seed, 2) ? ref[i] : "ACGTacgt"[draw(seed, 8)];
    ref[n] = alt[m] = 0;
    return gs_allele_parse(0, pos, ref, alt);
}

/* The other way: what each base of the contig becomes, and then the exons' bases one by one. at[i]: what stands where
 * base i was; before[i]: what was inserted before it. */
static int expected_cds(const gs_transcript *t, const gs_allele *a, char *out)
{
    char at[LEN][20], before[20] = "";
    int x = (int)a->pos + a->skip, n = 0, touched = 0;
    for (int i = 0; i < LEN; i++)
        snprintf(at[i], sizeof at[i], "%c", contig[i]);
    for (int i = 0; i < a->del; i++) {
        int take = i == a->del - 1 ? a->ins - i : 1;
        snprintf(at[(x + i) % LEN], sizeof at[0], "%.*s", i < a->ins ? take : 0, a->alt + a->skip + i);
    }
    if (!a->del)
        snprintf(before, sizeof before, "%.*s", a->ins, a->alt + a->skip);
    for (int k = 0; k < t->n_piece; k++) {
        int beg = (int)t->piece[k].beg, end = (int)t->piece[k].end;
        int joins = k > 0 && t->piece[k - 1].end >= beg;
        for (int i = beg; i <= end; i++) {
            int here = i % LEN == x % LEN || (i == LEN && x == LEN);
            int inside = (i > beg && i < end) || (i == beg && k > 0 && !joins) || (i == end && k < t->n_piece - 1);
            if (*before && here && inside) {
                n += sprintf(out + n, "%s", before);
                touched = 1;
            }
            if (i < end) {
                n += sprintf(out + n, "%s", at[i % LEN]);
                touched |= a->del && (i - x + LEN) % LEN < a->del;
            }
        }
    }
    for (char *p = out; *p; p++)
        *p &= ~0x20;
    if (t->reverse)
        gs_revcomp(out, n);
    return touched;
}

static void check_splices(gs_ref *r, int most)
{
    uint32_t seed = 5;
    gs_context c = {0};
    gs_err e = {0};
    for (int round = 0; round < 20000; round++) {
        char ref[20], alt[20], expected[2 * LEN + 100] = "";
        gs_piece piece[5];
        gs_transcript t = random_transcript(&seed, piece, most);
        gs_allele a = random_allele(&seed, ref, alt);
        if (a.flag != GS_FLAG_OK || (most == LEN && a.pos + a.ref_len > LEN) || !t.n_piece)
            continue;
        int touched = expected_cds(&t, &a, expected);
        assert_int_equal(gs_coding_touches(&t, &a, r), touched);
        if (!touched)
            continue;
        assert_int_equal(gs_coding_splice(&c, &t, r, &a, &e), 0);
        assert_string_equal(c.seq[GS_ALT], expected);
        /* outside the change both are the same */
        assert_int_equal(c.beg[GS_REF], c.beg[GS_ALT]);
        assert_int_equal(c.len[GS_REF] - c.end[GS_REF], c.len[GS_ALT] - c.end[GS_ALT]);
        assert_memory_equal(c.seq[GS_REF], c.seq[GS_ALT], c.beg[GS_REF]);
        assert_string_equal(c.seq[GS_REF] + c.end[GS_REF], c.seq[GS_ALT] + c.end[GS_ALT]);
    }
    gs_context_free(&c);
}

static void spliced(void **state)
{
    (void)state;
    gs_ref *r = open_ref("chr1");
    check_splices(r, LEN);
    gs_ref_close(r);
}

static void spliced_on_a_circle(void **state)
{
    (void)state;
    gs_ref *r = open_ref("chrM");
    check_splices(r, LEN + 60);
    gs_ref_close(r);
}

/* Longer than a window: whole codons around the change, alt the same stretch with it. */
static void windows(void **state)
{
    (void)state;
    gs_ref *r = open_ref("chr1");
    gs_context c = {0}, whole = {0};
    gs_err e = {0};
    uint32_t seed = 3;
    int n_cut = 0, n_long = 0;
    for (int round = 0; round < 4000; round++) {
        char ref[20], alt[20];
        gs_piece piece = {draw(&seed, 20), 0};
        piece.end = piece.beg + 60 + draw(&seed, 300);
        gs_transcript t = {.piece = &piece, .n_piece = 1, .len = (int)(piece.end - piece.beg), .code = 1,
                           .reverse = draw(&seed, 2)};
        gs_allele a = random_allele(&seed, ref, alt);
        gs_grid g = {.window = 10 + draw(&seed, 60)};
        if (a.flag != GS_FLAG_OK || a.pos + a.ref_len > LEN || !gs_coding_touches(&t, &a, r))
            continue;
        a.transcript = &t;
        assert_int_equal(gs_coding_splice(&whole, &t, r, &a, &e), 0);
        assert_int_equal(gs_context_transcript.make(&c, &g, r, &a, &e), 0);
        n_long += a.flag == GS_FLAG_TOO_LONG;
        if (a.flag == GS_FLAG_TOO_LONG) {
            assert_true(a.del > g.window / 2 || a.ins > g.window / 2 || a.ins + a.del + 6 > g.window);
            continue;
        }
        int from = whole.beg[GS_REF] - c.beg[GS_REF], to = from + c.len[GS_REF];
        n_cut++;
        assert_true(from >= 0 && from % 3 == 0 && to <= t.len && (to == t.len || to % 3 == 0));
        assert_true(c.len[GS_REF] <= g.window && c.len[GS_ALT] <= g.window);
        assert_true(c.len[GS_REF] + a.ins > g.window - 6);   /* no room is wasted */
        assert_memory_equal(c.seq[GS_REF], whole.seq[GS_REF] + from, c.len[GS_REF]);
        assert_memory_equal(c.seq[GS_ALT], whole.seq[GS_ALT] + from, c.len[GS_ALT]);
        int same_end = to + whole.len[GS_ALT] - whole.len[GS_REF] - from - c.len[GS_ALT];
        assert_true(to == t.len ? same_end == 0 : same_end >= 0 && same_end < 3 && c.len[GS_ALT] % 3 == 0);
        assert_int_equal(c.end[GS_REF] - c.beg[GS_REF], whole.end[GS_REF] - whole.beg[GS_REF]);
    }
    assert_true(n_cut > 1000 && n_long > 10);
    gs_context_free(&c);
    gs_context_free(&whole);
    gs_ref_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spliced), cmocka_unit_test(spliced_on_a_circle),
                                       cmocka_unit_test(windows)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
