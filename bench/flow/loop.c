/*
 * The event loop of engines/flow/kernels by hand in C, on the very same tables in memory: the
 * yardstick for what numba makes of ours. tables.h is written by loop_in_c.py from the record
 * types of kernels/tables.py. Seldom used parts (units, batches, pools, doors, vehicles) are left
 * out; a network that needs one ends with status 99. Same random numbers, so the same figures.
 */
#include <math.h>
#include <stdint.h>
#include "tables.h"

#define AT(table, world, row) ((struct table *)(world)->at_##table + (row))
enum { REACHED, PAUSED, GROW, IDLE, ZERO_TIME_LOOP, LEFT_OUT = 99 };
enum { DONE, ARRIVAL };
enum { UNITS = 1, BULK = 2, POOLED = 4, CLOSABLE = 8, MARKED = 16, WATCHED = 32, SPLITS = 64,
       PRIORITY = 128, GUARDED = BULK | POOLED | CLOSABLE };

static inline uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline double next_unit(struct world *w, int64_t stream) {
    uint64_t z = AT(stream, w, stream)->state += 0x9E3779B97F4A7C15u;
    return ((int64_t)(mix(z) >> 11) + 1) * 0x1p-53;
}

static double sample(struct world *w, int64_t row, int64_t stream) {
    double u = next_unit(w, stream);
    struct draw *d = AT(draw, w, row);
    if (d->kind == 1) return -d->a * log(u);
    if (d->kind == 2) return d->a + (d->b - d->a) * u;
    return d->a;
}

static void sift_down(struct world *w, int64_t n, double time, int64_t key) {
    struct event *heap = AT(event, w, 0);
    int64_t i = 0, below = 1;
    while (below < n) {
        struct event *child = heap + below;
        if (below + 1 < n) {
            struct event *right = child + 1;
            if (right->time < child->time ||
                (right->time == child->time && right->key < child->key)) {
                child = right;
                below++;
            }
        }
        if (time < child->time || (time == child->time && key < child->key)) break;
        heap[i] = *child;
        i = below;
        below = 2 * i + 1;
    }
    heap[i].time = time;
    heap[i].key = key;
}

static int64_t schedule(struct world *w, double time, int64_t kind, int64_t row) {
    int64_t key = (++w->sequence << 28) | (kind << 24) | row;
    if (w->hole) {
        w->hole = 0;
        sift_down(w, w->n_heap, time, key);
        return key;
    }
    struct event *heap = AT(event, w, 0);
    int64_t i = w->n_heap++;
    while (i > 0 && heap[(i - 1) >> 1].time > time) {
        heap[i] = heap[(i - 1) >> 1];
        i = (i - 1) >> 1;
    }
    heap[i].time = time;
    heap[i].key = key;
    return key;
}

static void record(struct world *w, int64_t row, double value) {
    struct measure *m = AT(measure, w, row);
    m->count++;
    double delta = value - m->mean;
    m->mean += delta / m->count;
    m->m2 += delta * (value - m->mean);
    if (value < m->low) m->low = value;
    if (value > m->high) m->high = value;
    if (value <= m->below_limit) m->n_below++;
    int64_t bucket = 0;
    if (value > 0) {
        int power;
        double fraction = frexp(value, &power);
        bucket = ((int64_t)(power - 1 + 24) << 7) + (int64_t)((2 * fraction - 1) * 128);
        bucket = bucket < 0 ? 0 : bucket > 8191 ? 8191 : bucket;
    }
    AT(bucket, w, row * 8192 + bucket)->n++;
}

static void mark(struct world *w, int64_t i, int64_t point, double now) {
    struct point *p = AT(point, w, point);
    for (int64_t row = p->first; row < p->first + p->n; row++) {
        struct action *a = AT(action, w, row);
        if (a->class_ >= 0 && a->class_ != AT(job, w, i)->class_) continue;
        double *stamp = &AT(stamp, w, i * w->n_measures + a->measure)->time;
        if (!a->ends) *stamp = now;
        else if (!isnan(*stamp)) {
            record(w, a->measure, now - *stamp);
            *stamp = NAN;
        }
    }
}

static inline void accrue(struct station *s, double now) {
    double passed = now - s->last;
    s->last = now;
    s->waiting_area += s->waiting * passed;
    s->busy_area += s->busy * passed;
    s->blocked_area += s->blocked * passed;
    s->down_area += s->down * passed;
    s->inside_area += s->inside * passed;
}

static int64_t make(struct world *w, int64_t class_) {
    int64_t i = w->free_job;
    struct job *j = AT(job, w, i);
    w->free_job = j->next;
    w->n_free--;
    j->class_ = class_;
    j->next = j->key = -1;
    for (int64_t m = 0; m < w->n_measures; m++) AT(stamp, w, i * w->n_measures + m)->time = NAN;
    return i;
}

static void accrue_wip(struct world *w, double now) {
    w->wip_area += w->in_system * (now - w->wip_last);
    w->wip_last = now;
}

static void admit(struct world *w, int64_t i, double now) {
    accrue_wip(w, now);
    w->in_system++;
    struct job *j = AT(job, w, i);
    j->created = now;
    AT(class_, w, j->class_)->created++;
    if (w->marks) mark(w, i, 4 * w->n_stations, now);
}

static void leave_network(struct world *w, int64_t i, double now) {
    struct job *j = AT(job, w, i);
    struct class_ *c = AT(class_, w, j->class_);
    double sojourn = now - j->created, delta = sojourn - c->sojourn_mean;
    c->exited++;
    c->sojourn_mean += delta / c->exited;
    c->sojourn_m2 += delta * (sojourn - c->sojourn_mean);
    if (w->marks) mark(w, i, 4 * w->n_stations + 1, now);
    accrue_wip(w, now);
    w->in_system--;
    j->next = w->free_job;
    w->free_job = i;
    w->n_free++;
}

static struct branch *choose_branch(struct world *w, int64_t first, int64_t n, int64_t stream) {
    struct branch *b = AT(branch, w, first);
    if (n == 1) return b;
    double u = next_unit(w, stream);
    struct branch *last = b + n - 1;
    while (b < last && b->cumulative < u) b++;
    return b;
}

static void enqueue(struct world *w, int64_t i, int64_t s) {
    struct station *st = AT(station, w, s);
    struct job *j = AT(job, w, i);
    int64_t row = st->first_queue;
    if (st->features & PRIORITY) row += AT(step, w, s * w->n_classes + j->class_)->queue;
    struct queue *q = AT(queue, w, row);
    st->waiting++;
    if (q->head < 0) {
        j->next = -1;
        q->head = q->tail = i;
    } else if (st->lifo) {
        j->next = q->head;
        q->head = i;
    } else {
        j->next = -1;
        AT(job, w, q->tail)->next = i;
        q->tail = i;
    }
}

static int64_t dequeue(struct world *w, struct station *st) {
    struct queue *q = AT(queue, w, st->first_queue);
    while (q->head < 0) q++;
    int64_t i = q->head;
    q->head = AT(job, w, i)->next;
    st->waiting--;
    return i;
}

static void wait_outside(struct world *w, int64_t i, int64_t target) {
    struct job *j = AT(job, w, i);
    struct station *st = AT(station, w, target);
    j->target = target;
    j->next = -1;
    if (st->blocked_head < 0) st->blocked_head = i;
    else AT(job, w, st->blocked_tail)->next = i;
    st->blocked_tail = i;
}

static void begin(struct world *w, int64_t i, int64_t s, double now) {
    struct station *st = AT(station, w, s);
    struct job *j = AT(job, w, i);
    st->free--;
    st->busy++;
    st->started++;
    st->wait_sum += now - j->arrived;
    if (st->features & MARKED) mark(w, i, 4 * s + 1, now);
    double duration = sample(w, AT(step, w, s * w->n_classes + j->class_)->service, st->stream);
    j->key = schedule(w, now + duration, DONE, i);
}

static void start_next(struct world *w, int64_t s, double now) {
    struct station *st = AT(station, w, s);
    while (st->free > 0 && st->waiting >= st->batch_min) {
        if (st->closed > 0) return;
        begin(w, dequeue(w, st), s, now);
    }
}

static void enter(struct world *w, int64_t i, int64_t s, double now) {
    struct station *st = AT(station, w, s);
    struct job *j = AT(job, w, i);
    accrue(st, now);
    st->inside++;
    st->arrived++;
    j->station = s;
    j->arrived = now;
    if (st->features & MARKED) mark(w, i, 4 * s, now);
    if (st->free > 0 && st->waiting == 0 && !(st->features & GUARDED)) {
        begin(w, i, s, now);
        return;
    }
    enqueue(w, i, s);
    if (st->features & GUARDED) start_next(w, s, now);
}

static void release(struct world *w, int64_t i, int64_t s, double now) {
    struct station *st = AT(station, w, s);
    st->inside--;
    st->left++;
    st->stay_sum += now - AT(job, w, i)->arrived;
    if (st->features & MARKED) mark(w, i, 4 * s + 3, now);
    st->blocked--;
    st->free++;
}

static void lose(struct world *w, int64_t i, int64_t s, double now) {
    AT(station, w, s)->lost++;
    AT(class_, w, AT(job, w, i)->class_)->lost++;
    accrue_wip(w, now);
    w->in_system--;
    AT(job, w, i)->next = w->free_job;
    w->free_job = i;
    w->n_free++;
}

static void pass_on(struct world *w, int64_t i, int64_t s, double now) {
    struct station *st = AT(station, w, s);
    struct job *j = AT(job, w, i);
    st->finished++;
    if (st->features & MARKED) mark(w, i, 4 * s + 2, now);
    struct step *step = AT(step, w, s * w->n_classes + j->class_);
    struct branch *b = choose_branch(w, step->first_branch, step->n_branches, st->route_stream);
    j->class_ = b->new_class;
    if (b->target < 0) {
        release(w, i, s, now);
        leave_network(w, i, now);
        return;
    }
    struct station *to = AT(station, w, b->target);
    if (to->inside < to->capacity || b->target == s) {
        release(w, i, s, now);
        enter(w, i, b->target, now);
    } else if (to->loses) {
        release(w, i, s, now);
        lose(w, i, b->target, now);
    } else {
        wait_outside(w, i, b->target);
    }
}

static void plan_arrival(struct world *w, int64_t row, double now) {
    struct source *src = AT(source, w, row);
    if (src->remaining == 0) return;
    double wait = sample(w, src->gap, src->gap_stream);
    src->remaining--;
    src->next_time = now + wait;
    src->key = schedule(w, now + wait, ARRIVAL, row);
}

static void wake(struct world *w, int64_t s, double now) {
    AT(wake, w, 0)->station = s;
    int64_t n = 1;
    while (n > 0) {
        s = AT(wake, w, --n)->station;
        struct station *st = AT(station, w, s);
        st->woken = 0;
        while (st->blocked_head >= 0 && st->inside < st->capacity) {
            int64_t i = st->blocked_head;
            st->blocked_head = AT(job, w, i)->next;
            int64_t u = AT(job, w, i)->station;
            if (u < 0) {
                admit(w, i, now);
                enter(w, i, s, now);
                if (--AT(source, w, -1 - u)->blocked == 0) plan_arrival(w, -1 - u, now);
                continue;
            }
            struct station *before = AT(station, w, u);
            accrue(before, now);
            release(w, i, u, now);
            enter(w, i, s, now);
            start_next(w, u, now);
            if (before->blocked_head >= 0 && !before->woken && u != s) {
                before->woken = 1;
                AT(wake, w, n++)->station = u;
            }
        }
    }
}

static void finish(struct world *w, int64_t i, int64_t key, double now) {
    struct job *j = AT(job, w, i);
    int64_t s = j->station;
    struct station *st = AT(station, w, s);
    if (st->features & WATCHED && j->key != key) return;
    accrue(st, now);
    st->busy--;
    st->blocked++;
    pass_on(w, i, s, now);
    start_next(w, s, now);
    if (st->blocked_head >= 0) wake(w, s, now);
}

static void arrive(struct world *w, int64_t row, int64_t key, double now) {
    struct source *src = AT(source, w, row);
    if (src->key != key) return;
    src->key = -1;
    if (!src->waits) plan_arrival(w, row, now);
    int64_t n = src->batch >= 0 ? (int64_t)sample(w, src->batch, src->batch_stream) : 1;
    while (n-- > 0) {
        struct branch *b =
            choose_branch(w, src->first_branch, src->n_branches, src->route_stream);
        struct station *st = AT(station, w, b->target);
        int64_t i = make(w, b->new_class);
        if (st->inside < st->capacity) {
            admit(w, i, now);
            enter(w, i, b->target, now);
        } else if (src->waits) {
            src->blocked++;
            AT(job, w, i)->station = -1 - row;
            wait_outside(w, i, b->target);
        } else {
            admit(w, i, now);
            lose(w, i, b->target, now);
        }
    }
    if (src->waits && src->blocked == 0) plan_arrival(w, row, now);
}

static void start(struct world *w) {
    for (int64_t row = 0; row < w->n_sources; row++) plan_arrival(w, row, 0);
    for (int64_t row = 0; row < w->n_populations; row++) {
        struct population *p = AT(population, w, row);
        for (int64_t n = 0; n < p->count; n++) {
            int64_t i = make(w, p->class_);
            admit(w, i, 0);
            enter(w, i, p->station, 0);
        }
    }
}

int64_t advance(struct world *w, int64_t max_events) {
    for (int64_t s = 0; s < w->n_stations; s++)
        if (AT(station, w, s)->features & ~(MARKED | PRIORITY)) return LEFT_OUT;
    if (w->n_gates || w->n_modes) return LEFT_OUT;
    if (!w->started) {
        w->started = 1;
        start(w);
    }
    double until = w->until, now = w->now;
    int64_t same_time = w->same_time, status = PAUSED, n = 0;
    struct event *first = AT(event, w, 0);
    while (n < max_events) {
        if (w->n_heap == 0 || first->time > until) {
            status = w->n_heap == 0 ? IDLE : REACHED;
            now = until;
            break;
        }
        if (w->n_free < w->reserve || w->n_heap > w->heap_limit) {
            status = GROW;
            break;
        }
        double time = first->time;
        int64_t key = first->key;
        if (time == now) {
            if (++same_time > 100000) {
                status = ZERO_TIME_LOOP;
                break;
            }
        } else {
            same_time = 0;
            now = time;
        }
        n++;
        w->hole = 1;
        int64_t kind = (key >> 24) & 15, row = key & 0xFFFFFF;
        if (kind == DONE) finish(w, row, key, now);
        else arrive(w, row, key, now);
        if (w->hole) {
            w->hole = 0;
            if (--w->n_heap > 0) {
                struct event *last = first + w->n_heap;
                sift_down(w, w->n_heap, last->time, last->key);
            }
        }
    }
    w->now = now;
    w->same_time = same_time;
    w->n_events += n;
    return status;
}
