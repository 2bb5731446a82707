/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One history decided in one call and in many prints the same bytes: random groups, policies,
 * edits, deletions, clocks and metrics, and before each observation of the second run the status
 * that the one before printed is put back.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "cli/decide_run.h"

#define HISTORIES 40
#define POLICIES 3
#define NOW_S 1772420000

struct history {
    uint64_t seed;
    struct wall now;
    int nodes;
    char *group;              /* as it stands, without a status */
    char *policies[POLICIES]; /* NULL = not there */
    struct buf whole;         /* every document so far */
    struct buf printed;       /* what the calls, one for each observation, printed */
    char *status;             /* of the last one; NULL = none yet */
};

static int below(struct history *h, int n)
{
    h->seed ^= h->seed << 13;
    h->seed ^= h->seed >> 7;
    h->seed ^= h->seed << 17;
    return (int)(h->seed % (uint64_t)n);
}

static bool chance(struct history *h, int percent)
{
    return below(h, 100) < percent;
}

static char *take(struct buf *text)
{
    char *taken = mem_dup(buf_text(text));
    buf_clear(text);
    return taken;
}

static char *make_group(struct history *h)
{
    struct buf t = {0};
    int min = below(h, 4);
    buf_printf(
        &t,
        "{\"apiVersion\":\"sluice.dev/v1alpha1\",\"kind\":\"ScalingGroup\",\"metadata\":"
        "{\"name\":\"edge\",\"namespace\":\"demo\",\"generation\":%d},\"spec\":{\"targetRef\":"
        "{\"name\":\"edge\"},\"minSize\":%d,\"maxSize\":%d",
        1 + below(h, 5), min, min + below(h, 20) + 1);
    if (chance(h, 30)) {
        buf_printf(&t, ",\"initialSize\":%d", below(h, 12));
    }
    if (chance(h, 40)) {
        buf_printf(&t, ",\"desiredSize\":%d", below(h, 20));
    }
    if (chance(h, 20)) {
        buf_add_text(&t, ",\"members\":[{\"name\":\"vm\",\"address\":\"10.0.0.1\"}]");
    }
    if (chance(h, 10)) {
        buf_add_text(&t, ",\"suspend\":[\"MetricScaling\"]");
    }
    buf_add_text(&t, chance(h, 10) ? ",\"paused\":{\"reason\":\"why\"}" : "");
    buf_add_text(&t, chance(h, 10) ? ",\"dryRun\":true" : "");
    buf_add_text(&t, "}");
    return take(&t);
}

static void add_rule(struct history *h, int i, struct buf *t)
{
    struct civil c = civil_at((struct wall){h->now.s + 60 * (below(h, 20) - 3)}, 0);
    buf_printf(t, "%s{\"name\":\"r%d\",", i == 0 ? "" : ",", i);
    if (chance(h, 60)) {
        buf_printf(t, "\"cron\":\"%d %d * * *\",", c.minute, c.hour);
    } else {
        buf_printf(t, "\"cron\":\"*/%d * * * *\",", 1 + below(h, 7));
    }
    if (chance(h, 40)) {
        buf_printf(t, "\"durationSeconds\":%d,\"rampSeconds\":%d,\"adjust\":%d}",
                   60 + below(h, 300), below(h, 2) * 60, below(h, 5));
    } else if (chance(h, 70)) {
        buf_printf(t, "\"nodes\":%d}", below(h, 12));
    } else {
        buf_printf(t, "\"adjust\":%d}", below(h, 9) - 4);
    }
}

static char *make_policy(struct history *h, int i)
{
    struct buf t = {0};
    buf_printf(
        &t,
        "{\"apiVersion\":\"sluice.dev/v1alpha1\",\"kind\":\"ScalingPolicy\",\"metadata\":"
        "{\"name\":\"p%d\",\"namespace\":\"demo\"},\"spec\":{\"groupRefs\":[{\"name\":\"edge\"}"
        "],\"behavior\":{\"scaleIn\":{\"stabilizationWindowSeconds\":%d,\"cooldownSeconds\":%d"
        "}}",
        i, below(h, 4) * 30, below(h, 2) * 60);
    if (chance(h, 75)) {
        buf_add_text(&t, ",\"metrics\":[{\"name\":\"cpu\",\"type\":\"CPU\",\"target\":{"
                         "\"averageUtilization\":50}},{\"name\":\"rps\",\"type\":\"External\","
                         "\"external\":{\"metric\":{\"name\":\"m\"}},\"target\":{\"averageValue\":"
                         "\"100\"}}]");
    }
    buf_add_text(&t, ",\"schedules\":[");
    for (int k = 0, count = below(h, 4); k < count; k++) {
        add_rule(h, k, &t);
    }
    buf_add_text(&t, "]");
    buf_add_text(&t, chance(h, 30) ? ",\"nodeRange\":{\"min\":2,\"max\":14}" : "");
    buf_add_text(&t,
                 chance(h, 20) ? ",\"panic\":{\"windowSeconds\":30,\"thresholdPercent\":150}" : "");
    buf_add_text(&t, chance(h, 20) ? ",\"fallback\":{\"afterFailures\":2,\"nodes\":6}" : "");
    buf_add_text(&t, chance(h, 10) ? ",\"suspend\":true" : "");
    buf_add_text(&t, "}}\n");
    return take(&t);
}

static char *make_observation(struct history *h)
{
    struct buf t = {0};
    char now[WALL_TEXT_SIZE];
    buf_printf(&t, "{\"kind\":\"Observation\",\"now\":\"%s\",\"nodeCount\":%d,\"metrics\":[",
               wall_text(h->now, now), h->nodes);
    if (chance(h, 85)) {
        buf_printf(&t, "{\"name\":\"cpu\",\"everyNode\":%d.%d}", below(h, 120), below(h, 10));
    } else {
        buf_add_text(&t, "{\"name\":\"cpu\",\"error\":\"boom\"}");
    }
    buf_printf(&t, ",{\"name\":\"rps\",\"value\":%s%d}]", chance(h, 5) ? "-" : "", below(h, 1500));
    if (chance(h, 6)) {
        buf_printf(&t, ",\"writer\":{\"manager\":\"kubectl\",\"value\":%d}", below(h, 9));
    }
    buf_add_text(&t, chance(h, 5) ? ",\"targetError\":\"NotFound\"" : "");
    buf_add_text(&t, chance(h, 5) ? ",\"rollout\":true" : "");
    buf_add_text(&t, "}\n");
    return take(&t);
}

/* Runs text; the output goes to out. */
static void play(const char *text, struct zones *zones, struct buf *out)
{
    struct buf notes = {0};
    struct err err = {0};
    buf_init(out, (size_t)256 << 20);
    cr_assert_eq(decide_run("f", str_of(text), zones, out, &notes, &err), 0, "%s\n%s", err.text,
                 text);
    buf_clear(&notes);
}

/* The status of a line: what stands between "status": and ,"policyStatus":. */
static char *status_of(const char *line)
{
    const char *start =
        strstr(line, ",\"status\":{\"observedGeneration\"") + strlen(",\"status\":");
    const char *end = strstr(start, ",\"policyStatus\":");
    cr_assert(end != NULL);
    struct buf text = {0};
    buf_add(&text, start, (size_t)(end - start));
    return take(&text);
}

static void observe(struct history *h, struct zones *zones)
{
    struct buf text = {0};
    struct buf out;
    char *observation = make_observation(h);
    buf_add_text(&h->whole, observation);
    buf_add_text(&text, h->group);
    if (h->status != NULL) {
        buf_printf(&text, ",\"status\":%s", h->status);
    }
    buf_add_text(&text, "}\n");
    for (int i = 0; i < POLICIES; i++) {
        buf_add_text(&text, h->policies[i] == NULL ? "" : h->policies[i]);
    }
    buf_add_text(&text, observation);
    play(buf_text(&text), zones, &out);
    buf_add(&h->printed, buf_text(&out), out.len);
    mem_free(h->status);
    h->status = status_of(buf_text(&out));
    mem_free(observation);
    buf_clear(&text);
    buf_clear(&out);
}

static void edit(struct history *h)
{
    int which = below(h, POLICIES);
    if (chance(h, 10)) {
        mem_free(h->group);
        h->group = make_group(h);
        buf_printf(&h->whole, "%s}\n", h->group);
    }
    if (chance(h, 15)) {
        mem_free(h->policies[which]);
        h->policies[which] = make_policy(h, which);
        buf_add_text(&h->whole, h->policies[which]);
    } else if (chance(h, 5) && h->policies[which] != NULL) {
        mem_free(h->policies[which]);
        h->policies[which] = NULL;
        buf_printf(
            &h->whole,
            "{\"kind\":\"Delete\",\"target\":{\"kind\":\"ScalingPolicy\",\"name\":\"p%d\"}}\n",
            which);
    }
}

static void live(struct history *h, struct zones *zones)
{
    static const int steps[] = {5, 5, 5, 15, 60, 60, 301, 1000, -30};
    h->group = make_group(h);
    buf_printf(&h->whole, "%s}\n", h->group);
    for (int i = 0; i < POLICIES; i++) {
        if (chance(h, 50)) {
            h->policies[i] = make_policy(h, i);
            buf_add_text(&h->whole, h->policies[i]);
        }
    }
    for (int i = 2 + below(h, 12); i > 0; i--) {
        edit(h);
        h->now.s += steps[below(h, (int)(sizeof steps / sizeof steps[0]))];
        h->nodes = h->nodes + below(h, 4) - 1 < 0 ? 0 : h->nodes + below(h, 3);
        observe(h, zones);
    }
}

Test(history, decided_in_one_call_and_in_many_prints_the_same_bytes)
{
    struct zones *zones = zones_new(NULL);
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct history h = {.seed = seed * 0x9E3779B97F4A7C15U, .now = {NOW_S}};
        struct buf out;
        h.nodes = below(&h, 8);
        live(&h, zones);
        play(buf_text(&h.whole), zones, &out);
        cr_expect(strcmp(buf_text(&out), buf_text(&h.printed)) == 0, "seed %llu\n%s",
                  (unsigned long long)seed, buf_text(&h.whole));
        buf_clear(&out);
        buf_clear(&h.whole);
        buf_clear(&h.printed);
        mem_free(h.status);
        mem_free(h.group);
        for (int i = 0; i < POLICIES; i++) {
            mem_free(h.policies[i]);
        }
    }
    zones_free(zones);
}
