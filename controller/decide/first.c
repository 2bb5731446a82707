/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 2: "First sight and binding never remove a node." Desired begins as "max(initialSize,
 * desiredSize if present, nodes that exist, members), at least the effective minimum, raised only
 * up to the effective maximum"; what exists beyond the range is held. The end of dryRun is a first
 * sight with memory kept, and "does not use initialSize again".
 */
#include "decide/decide_priv.h"

/* "initialSize defaults to minSize with a launch template (A27), to nothing with targetRef." */
static int initial_size(const struct turn *turn)
{
    const struct group *group = turn->group;
    if (turn->resight) {
        return 0;
    }
    if (group->has_initial_size) {
        return clamp_nodes(group->initial_size);
    }
    return group->template_name[0] != '\0' ? turn->limits.min : 0;
}

static void begin(struct turn *turn)
{
    int wanted = initial_size(turn);
    if (turn->group->has_desired_size) {
        wanted = larger(wanted, clamp_nodes(turn->group->desired_size));
    }
    wanted = larger(larger(wanted, turn->exist), turn->plain.min);
    turn->desired = larger(turn->exist, smaller(wanted, turn->plain.max));
    turn->m->above = turn->desired > turn->cut;
    turn->m->baseline = turn->desired;
    turn->m->waiting = false;
    if (turn->desired != turn->from) {
        won(turn, "none", REASON_FIRST_SIGHT);
        say(turn, "first sight of %d with %d wanted", turn->exist, wanted);
    } else {
        turn->reason = REASON_FIRST_SIGHT;
        say(turn, "first sight of %d", turn->exist);
    }
}

/* What counts from here on as already seen. */
static void look_at_request(struct turn *turn)
{
    const struct group *group = turn->group;
    const char *mark = meta_annotation(&group->meta, GROUP_ANNOTATION_REQUEST);
    turn->m->has_request = group->has_desired_size;
    turn->m->request = group->has_desired_size ? group->desired_size : 0;
    turn->m->request_mark =
        mark != NULL ? hash_text(HASH_START, mark) & (uint64_t)RULE_MARK_MASK : 0;
}

void first_step(struct turn *turn)
{
    if ((turn->first || turn->resight) && turn->hold == REASON_NONE) {
        begin(turn);
        look_at_request(turn);
        for (int i = 0; i < turn->bound_count; i++) {
            turn->bounds[i].remember = turn->bounds[i].in_force;
        }
    }
    for (int i = 0; i < turn->bound_count; i++) {
        struct bound *bound = &turn->bounds[i];
        if (bound->remember) {
            recommend_in(turn, bound, turn->desired);
        }
    }
}
