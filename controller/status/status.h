/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STATUS_STATUS_H
#define STATUS_STATUS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/outcome.h"
#include "model/verdict.h"

/*
 * Decision and outcome -> what a person reads: the status of a group and of a policy, conditions,
 * activities, Events. Pure but for jansson's memory: nothing here sends a request.
 *
 * How it works: a *standing* is what a group's status said when it was last read or written. A new
 * status is built from the standing and the turn, and is written only when something that counts
 * has changed (behaviour.md section 6, "When status is written"): a quiet world writes nothing.
 *
 * Rules
 *  1. status_read makes a standing from the status of a listed group; NULL or broken text gives an
 *     empty one with memory NULL and a sentence in `complaint`.
 *  2. status_build returns a complete status (a new reference, the caller decrefs) and tells
 *     whether it must be written now.
 *  3. status_written reads what was written into the standing, with its time; the reference stays
 *     the caller's.
 *  4. Texts given in are copied.
 *  5. A write is due when status_wait_s says 0: at once, a second after the last one when only
 *     nodes moved, a minute after the last one when only live values moved.
 */

struct standing; /* owned by the loop, one per group; freed by standing_free */

struct standing *standing_new(void);
void standing_free(struct standing *standing); /* takes NULL */

/* Reads `status` (raw JSON text, NULL or "" = none). Never fails: see rule 1. */
void status_read(struct standing *standing, const char *json_text);
/*
 * What the next decision is given: the memory last remembered, else last read or written, or NULL.
 * Lives until the next of these.
 */
const struct memory *standing_memory(const struct standing *standing);
/*
 * The decision of a turn stands. Its memory moves with the clock also when it owes no status write
 * (memory_is_same), and the next decision is to be given the newest. A status that has to be
 * written comes first: status_written remembers by itself.
 */
void standing_remember(struct standing *standing, const struct memory *memory);
/* Why status.memory was refused, "" = it was not. */
const char *standing_complaint(const struct standing *standing);

struct status_input {
    const struct group *group;
    const struct policy *const *policies; /* bound, sorted by name; as given to decide */
    int policy_count;
    const struct observed *observed;
    const struct decide_output *decided; /* NULL only beside a spec_error: nothing was decided */
    const struct outcome *outcome;       /* NULL on the command line: derived from observed */
    const char *spec_error;              /* the controller's own checks failed: the sentence; "" */
    const struct upcoming *upcoming;     /* next firings, soonest first */
    int upcoming_count;                  /* at most 5 are shown */
    struct wall now;
};

struct upcoming {
    const char *policy;
    const char *rule;
    struct wall time;
    bool has_nodes; /* else adjust */
    int nodes, adjust;
};

enum status_urgency {
    STATUS_SAME,  /* nothing to write */
    STATUS_LATER, /* only live values moved: write if the last write is 60 s old */
    STATUS_SOON,  /* only nodes moved: write if the last write is 1 s old */
    STATUS_NOW,   /* a condition, the memory, a range or the decision changed */
};

json_t *status_build(const struct standing *standing, const struct status_input *input,
                     enum status_urgency *ret_urgency);
/* Seconds until a status of this urgency may be written: 0 = now, -1 = not at all. */
int64_t status_wait_s(const struct standing *standing, enum status_urgency urgency,
                      struct wall now);
void status_written(struct standing *standing, const json_t *status, struct wall now);

/*
 * ScalingActivity objects. `activity_object` is the complete body of the one POST;
 * `activity_end_patch` the merge patch of the one PATCH that ends it.
 */
json_t *activity_object(const struct group *group, const struct activity *activity,
                        const struct decision *decision);
json_t *activity_end_patch(const struct activity *activity, struct wall end, int progress);

/*
 * The oldest activity under way according to the standing (result InProgress), for the loop to
 * follow until activity_has_ended; false = none. Its texts live as long as the standing is neither
 * read nor written again.
 */
bool standing_open_activity(const struct standing *standing, struct activity *ret_activity);

/* What an activity has come to. */
struct activity_end {
    enum activity_result result; /* IN_PROGRESS while it runs */
    int progress;                /* 0-100 */
    const char *message;         /* a sentence, in the arena */
};

/*
 * Whether an activity under way is over (behaviour.md section 7): desired reached; a later change
 * of desired in `input` took its place; or older than launchTimeoutSeconds.
 */
bool activity_has_ended(const struct activity *activity, const struct status_input *input,
                        struct arena *arena, struct activity_end *ret_end);

/* Marks it ended in the standing's ring; the next status_build shows it. */
void standing_end_activity(struct standing *standing, int64_t sequence, enum activity_result result,
                           const char *message, struct wall end);

/* A policy's status; a view, rebuilt and never read back but for transition times. */
struct policy_group_view {
    const char *group;
    bool bound;               /* the group exists and the binding acts */
    bool ready;               /* the group's Ready condition is True */
    struct binding_view view; /* meaningful when bound */
    struct upcoming next;     /* next.rule NULL = none */
};

struct policy_status_input {
    const struct policy *policy;
    const char *spec_error; /* "" = valid */
    const struct policy_group_view
        *groups; /* sorted by name; referenced groups that do not exist have bound = false */
    int group_count;
    struct upcoming next; /* over all groups; next.rule NULL = none */
    bool never_fires, expired;
    struct wall now;
};

/* previous = raw JSON text of the status as last read or written, NULL = none. */
json_t *policy_status_build(const char *previous, const struct policy_status_input *input,
                            bool *ret_changed);

/* One Kubernetes Event (events.k8s.io/v1) to be sent beside the status. */
struct notice_event {
    const char *type;   /* "Normal" or "Warning" */
    const char *reason; /* from model/reasons.h or an activity's */
    const char *action; /* "ScaleOut", "ScaleIn", "Bind", ... */
    const char *note;   /* at most 1024 bytes, cut at a code point */
};

/* The events of a turn: at most `max`, edge-triggered against the standing. Returns how many. */
int status_events(const struct standing *standing, const struct status_input *input,
                  struct arena *arena, struct notice_event *events, int max);

#endif
