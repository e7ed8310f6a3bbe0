/* A stranger's program: scores one variant and embeds the window, with the public header alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gscore.h>

int main(int argc, char **argv)
{
    gs_err err = {0};
    gs_model *m = gs_model_open(argc > 1 ? argv[1] : "mito", &err);
    char ref[65], alt[65];
    memset(ref, 'A', 64);
    memcpy(ref + 30, "CGTTGC", 6);
    ref[64] = 0;
    memcpy(alt, ref, sizeof ref);
    alt[32] = 'C';
    float score, *embedding = m ? calloc((size_t)gs_model_dim(m), sizeof *embedding) : NULL;
    int bad = !embedding || gs_score_pair(m, ref, alt, 64, &score, &err) || gs_embed(m, ref, 64, embedding, &err);
    if (bad)
        fprintf(stderr, "%d %s\n", err.code, err.msg);
    else
        printf("gscore %s, window %d, %s %.4f\n", gs_version(), gs_model_window(m), gs_model_score(m), score);
    free(embedding);
    gs_model_close(m);
    return bad;
}
