#include "score/log_mass.h"
#include <math.h>

void gs_log_sum_add(gs_log_sum *s, double x)
{
    if (x > s->most) {
        s->sum = s->sum * exp(s->most - x) + 1;
        s->most = x;
    } else if (x != -INFINITY) {
        s->sum += exp(x - s->most);
    }
}

double gs_log_sum_total(gs_log_sum s)
{
    return s.most + log(s.sum);
}

double gs_log_mass(gs_id_list list, const float *logits, int head_rows)
{
    gs_log_sum sum = GS_LOG_SUM_EMPTY;
    for (int i = 0; i < list.n && list.ids[i] < head_rows; i++)
        gs_log_sum_add(&sum, (double)logits[list.ids[i]]);
    return gs_log_sum_total(sum);
}
