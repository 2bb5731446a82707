/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 8, and what it needs to know first: what makes the group stand still (paused, a target that
 * is missing or another's, a contest), and what only keeps the workload's count (dryRun, Launch or
 * Terminate suspended, a rollout).
 */
#include "decide/decide_priv.h"

#define CONTEST_S 600 /* "names manager, value and time for 10 min" */

static bool is_paused(const struct turn *turn)
{
    const struct group *group = turn->group;
    return group->paused && (!group->has_pause_until || turn->now.s < group->pause_until.s);
}

static void drop_old_restores(const struct turn *turn, struct contest_memory *contest)
{
    int kept = 0;
    for (int i = 0; i < contest->restore_count; i++) {
        if (age_of(turn, contest->restores[i]) < CONTEST_S) {
            contest->restores[kept++] = contest->restores[i];
        }
    }
    contest->restore_count = kept;
}

/*
 * "Another writer's value is put back in the next turn"; "a write that would need a fourth restore
 * within 10 min starts the hold".
 */
static void see_writer(struct turn *turn, struct contest_memory *contest, bool restores)
{
    const struct writer *writer = &turn->observed->writer;
    contest->set = true;
    contest->last = turn->now.s > contest->last.s ? turn->now : contest->last;
    contest->manager = arena_dup(turn->arena, writer->manager != NULL ? writer->manager : "");
    contest->value = clamp_nodes(writer->value);
    int wanted = larger(clamp_nodes(turn->m->desired) - turn->members, 0);
    if (!restores || contest->holding || contest->value == wanted) {
        return;
    }
    drop_old_restores(turn, contest);
    if (contest->restore_count == RESTORES_MAX) {
        contest->holding = true;
        return;
    }
    contest->restores[contest->restore_count++] = contest->last;
}

/* "the group holds (ContestedHold) until the other has stopped for 10 min" */
static void contest_step(struct turn *turn, bool restores)
{
    struct contest_memory *contest = &turn->m->contest;
    if (turn->observed->writer.set) {
        see_writer(turn, contest, restores && !turn->first && !turn->group->dry_run);
    } else if (contest->set && age_of(turn, contest->last) >= CONTEST_S) {
        *contest = (struct contest_memory){0};
    }
    struct decide_output *out = turn->out;
    char at[WALL_TEXT_SIZE];
    out->contested = !contest->set      ? REASON_SOLE_WRITER
                     : contest->holding ? REASON_CONTESTED_HOLD
                                        : REASON_FOREIGN_WRITER;
    out->contested_message = "";
    if (contest->set) {
        out->contested_message = arena_printf(
            turn->arena, "%s set the count to %d at %s%s",
            contest->manager[0] != '\0' ? contest->manager : "another writer", contest->value,
            wall_text(contest->last, at),
            contest->holding ? "; it was put back 3 times in 10 minutes, so the group holds until "
                               "nobody else has written for 10 minutes"
                             : "");
    }
}

void hold_find(struct turn *turn)
{
    enum target_error error = turn->observed->target_error;
    if (is_paused(turn)) {
        turn->hold = REASON_PAUSED;
        turn->frozen = true;
    } else if (error == TARGET_NOT_FOUND) {
        turn->hold = REASON_TARGET_NOT_FOUND;
    } else if (error == TARGET_TAKEN) {
        turn->hold = REASON_TARGET_TAKEN;
    }
    contest_step(turn, turn->hold == REASON_NONE);
    if (turn->hold == REASON_NONE && turn->m->contest.holding) {
        turn->hold = REASON_CONTESTED_HOLD;
    }
}

static const char *hold_words(const struct turn *turn)
{
    const char *why = turn->group->pause_reason;
    switch (turn->hold) {
    case REASON_PAUSED:
        return arena_printf(turn->arena, "the group is paused%s%s",
                            why != NULL && why[0] != '\0' ? ": " : "", why != NULL ? why : "");
    case REASON_TARGET_NOT_FOUND: return "the target does not exist";
    case REASON_TARGET_TAKEN: return "another acts on the target";
    default: return turn->out->contested_message;
    }
}

static void stand_still(struct turn *turn)
{
    turn->desired = turn->from;
    turn->winner = NULL;
    turn->held = turn->hold;
    turn->reason = turn->hold == REASON_TARGET_NOT_FOUND ? REASON_HOLD : turn->hold;
    turn->limited_by_count = 0;
    say(turn, "held, because %s", hold_words(turn));
}

/* Desired moves, the workload does not. */
static bool workload_stays(const struct turn *turn, int replicas, enum reason *ret_held)
{
    const struct observed *observed = turn->observed;
    unsigned suspended = turn->group->suspend;
    if ((replicas > turn->pods && (suspended & PROCESS_LAUNCH) != 0) ||
        (replicas < turn->pods && (suspended & PROCESS_TERMINATE) != 0)) {
        *ret_held = REASON_SUSPENDED;
        return true;
    }
    if (replicas < turn->pods && observed->rollout) {
        *ret_held = REASON_ROLLOUT;
        return true;
    }
    return false;
}

void hold_step(struct turn *turn)
{
    struct decision *decision = &turn->out->decision;
    if (turn->hold != REASON_NONE) {
        stand_still(turn);
        return;
    }
    if (turn->group->dry_run) {
        turn->held = REASON_DRY_RUN;
        say(turn, "dryRun: nothing is done");
        return;
    }
    decision->has_replicas = true;
    decision->replicas = larger(turn->desired - turn->members, 0);
    if (workload_stays(turn, decision->replicas, &turn->held)) {
        decision->replicas = turn->pods;
        say(turn, turn->held == REASON_ROLLOUT ? "a rollout is under way: no node goes"
                                               : "Launch or Terminate is suspended");
    }
}
