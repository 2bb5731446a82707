/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 5: "A request is a change of desiredSize to a present value (removal is none), or a change
 * of annotation sluice.dev/request (any new text), which re-arms the same number. Desired := the
 * value clamped to the effective range, once." Met while the group stands still it waits: memory
 * keeps what was last looked at.
 */
#include "decide/decide_priv.h"

static void carry_out(struct turn *turn)
{
    struct memory *m = turn->m;
    windows_look(turn);
    int asked = clamp_nodes(turn->group->desired_size);
    int value = clamp_to(asked, turn->effective);
    struct term *term = term_add(turn, TERM_MANUAL, "", "");
    term->has_wants = true;
    term->wants = asked;
    if (value != turn->group->desired_size) {
        limited(turn, value < asked ? REASON_RANGE_MAX : REASON_RANGE_MIN);
        say(turn, "the request of %d was clamped to %d by the range %d-%d",
            turn->group->desired_size, value, turn->effective.min, turn->effective.max);
    } else {
        say(turn, "a request of %d", value);
    }
    /* The baseline is "clamped to the effective range without windows". */
    m->baseline = clamp_to(asked, turn->plain);
    m->above = false;
    m->requested = true;
    m->requested_value = turn->group->desired_size;
    m->requested_at = turn->now;
    if (value != turn->desired) {
        turn->desired = value;
        won(turn, "manual", REASON_MANUAL_REQUEST);
    }
    recommend_in_all(turn, value);
}

void request_step(struct turn *turn)
{
    const struct group *group = turn->group;
    struct memory *m = turn->m;
    if (turn->hold != REASON_NONE) {
        return;
    }
    const char *text = meta_annotation(&group->meta, GROUP_ANNOTATION_REQUEST);
    uint64_t mark = text != NULL ? hash_text(HASH_START, text) & (uint64_t)RULE_MARK_MASK : 0;
    bool changed = !m->has_request || m->request != group->desired_size;
    bool armed = mark != 0 && mark != m->request_mark;
    if (group->has_desired_size && (changed || armed)) {
        carry_out(turn);
    }
    m->has_request = group->has_desired_size;
    m->request = group->has_desired_size ? group->desired_size : 0;
    m->request_mark = mark;
}
