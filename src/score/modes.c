#include "score/mode.h"
#include <stdio.h>
#include <string.h>

const gs_mode *const gs_modes[] = {&gs_mode_mlm, &gs_mode_dense, &gs_mode_pll, &gs_mode_wt, &gs_mode_cosine,
                                   &gs_mode_l2, &gs_mode_l1, &gs_mode_dot, &gs_mode_causal, &gs_mode_next,
                                   &gs_mode_jsd, &gs_mode_maxlogit, NULL};

const gs_mode *gs_mode_find(const char *name, size_t n)
{
    for (int i = 0; gs_modes[i]; i++)
        if (strlen(gs_modes[i]->name) == n && !strncmp(gs_modes[i]->name, name, n))
            return gs_modes[i];
    return NULL;
}

void gs_mode_names(const gs_model *m, char *out, size_t n)
{
    int left = 0;
    for (int i = 0; gs_modes[i]; i++)
        left += !m || !gs_mode_lacks(gs_modes[i], m);
    size_t used = 0;
    *out = 0;
    for (int i = 0; gs_modes[i] && used < n; i++)
        if (!m || !gs_mode_lacks(gs_modes[i], m)) {
            left--;
            used += (size_t)snprintf(out + used, n - used, "%s%s", gs_modes[i]->name,
                                     left > 1 ? ", " : left ? " or " : "");
        }
}

/* ---- what a model has of what modes need ---- */

static int has_head(const gs_model *m) { return m->head_rows > 0; }
static int has_words(const gs_model *m) { return gs_word_ids(m->tok, 0).n > 0; }
static int has_mask(const gs_model *m) { return m->tok->mask >= 0; }
static int has_at_hand(const gs_model *m) { return !m->causal; }
static int has_fixed(const gs_model *m) { return m->tok->step > 0; }
static int has_apart(const gs_model *m) { return !m->tok->step || m->tok->step >= m->tok->k; }
static int has_visible(const gs_model *m) { return m->recipe.visible; }
static int has_alone(const gs_model *m) { return !m->n_aux; }
static int has_causal(const gs_model *m) { return m->causal; }
static int has_bases(const gs_model *m) { return m->tok->k == 1 && m->tok->step == 1 && has_words(m); }
static int has_mask_rate(const gs_model *m) { return m->recipe.mask_rate > 0; }

static const struct { unsigned need; int (*has)(const gs_model *m); const char *lacks; } needs[] = {
    {GS_NEEDS_HEAD, has_head, "the model has no head that predicts tokens, it gives embeddings only"},
    {GS_NEEDS_AT_HAND, has_at_hand, "the model predicts the next token, not the one at hand"},
    {GS_NEEDS_MASK, has_mask, "the model's tokenizer has no mask token"},
    {GS_NEEDS_FIXED, has_fixed, "a variant changes where this model's tokens lie, so that ref and alt have no token "
                                "in common"},
    {GS_NEEDS_APART, has_apart, "this model's tokens overlap, so that a masked one can be read off its neighbours"},
    {GS_NEEDS_VISIBLE, has_visible, "this model was trained on masked tokens only (recipe: visible = false), its "
                                    "predictions for visible tokens mean nothing"},
    {GS_NEEDS_ALONE, has_alone, "the other species of the alignment would show the bases of the alt window's ref"},
    {GS_NEEDS_CAUSAL, has_causal, "the model does not predict the next token"},
    {GS_NEEDS_BASES, has_bases, "this model's tokens are not single bases"},
    {GS_NEEDS_WORDS, has_words, "the model's vocabulary has no words of A, C, G, T"},
    {GS_NEEDS_MASK_RATE, has_mask_rate, "the model does not say at what mask rate it was trained"},
};

const char *gs_mode_lacks(const gs_mode *mode, const gs_model *m)
{
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if ((mode->needs & needs[i].need) && !needs[i].has(m))
            return needs[i].lacks;
    return NULL;
}

const gs_mode *gs_mode_for(const gs_mode *mode, const gs_scorer *s, unsigned kind)
{
    if ((kind & GS_TAKES_INDEL) && !s->indels)
        return NULL;
    while (mode && !(mode->takes & kind))
        mode = mode->otherwise;
    return mode && !gs_mode_lacks(mode, s->m) ? mode : NULL;
}
