/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/decide/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static struct meta meta_of(const char *name)
{
    return (struct meta){.name = name, .ns = "demo", .uid = name, .resource_version = "1"};
}

struct group *world_group(struct arena *arena, int min, int max)
{
    struct group *group = ARENA_NEW(arena, struct group);
    group->meta = meta_of("edge");
    group->display_name = group->template_name = group->pause_reason = "";
    group->target_name = "edge";
    group->min_size = min;
    group->max_size = max;
    group->warmup_s = 60;
    group->launch_timeout_s = 600;
    group->unhealthy_grace_s = 60;
    group->history_limit = 20;
    return group;
}

struct metric *world_cpu(struct arena *arena, const char *name, int target_pct)
{
    struct metric *metric = ARENA_NEW(arena, struct metric);
    metric->name = name;
    metric->type = METRIC_CPU;
    metric->container = metric->source = metric->query_name = metric->query = "";
    metric->metric_name = metric->object_kind = metric->object_name = "";
    metric->object_api_version = "";
    metric->target_form = TARGET_AVERAGE_UTILIZATION;
    metric->target = number_of(target_pct);
    return metric;
}

struct policy *world_policy(struct arena *arena, const char *name)
{
    struct policy *policy = ARENA_NEW(arena, struct policy);
    policy->meta = meta_of(name);
    policy->display_name = policy->description = "";
    policy->evaluation_interval_s = 5;
    policy->metrics = world_cpu(arena, "cpu", 50);
    policy->metric_count = 1;
    policy->scale_out.tolerance_pct = policy->scale_in.tolerance_pct = 10;
    policy->scale_in.stabilization_s = 300;
    return policy;
}

static struct firing_rule *cron_rule(struct arena *arena, const char *cron)
{
    struct firing_rule *rule = ARENA_NEW(arena, struct firing_rule);
    struct err err = {0};
    if (cron_parse(str_of(cron), &rule->cron, &err) != 0) {
        abort();
    }
    return rule;
}

struct schedule world_rule(struct arena *arena, const char *name, const char *cron, int nodes)
{
    return (struct schedule){
        .name = name,
        .cron = cron,
        .time_zone = "UTC",
        .has_nodes = true,
        .nodes = nodes,
        .end_cron = "",
        .starting_deadline_s = 300,
        .firing = cron_rule(arena, cron),
    };
}

struct schedule world_rule_at(struct arena *arena, const char *name, struct wall at, int nodes)
{
    struct firing_rule *rule = ARENA_NEW(arena, struct firing_rule);
    *rule = (struct firing_rule){.kind = FIRING_AT, .at = at};
    return (struct schedule){
        .name = name,
        .cron = "",
        .has_at = true,
        .at = at,
        .time_zone = "UTC",
        .has_nodes = true,
        .nodes = nodes,
        .end_cron = "",
        .starting_deadline_s = 300,
        .firing = rule,
    };
}

struct observed *world_observed(struct arena *arena, int count, int cpu_pct)
{
    struct observed *observed = ARENA_NEW(arena, struct observed);
    struct node *nodes = ARENA_ARRAY(arena, struct node, (size_t)count);
    for (int i = 0; i < count; i++) {
        nodes[i] = (struct node){
            .name = arena_printf(arena, "node-%d", i),
            .zone = "",
            .scheduled = true,
            .ready = true,
            .healthy = true,
            .in_service = true,
            .template_version = "",
            .weight = -1,
        };
    }
    struct reading *reading = ARENA_NEW(arena, struct reading);
    *reading = (struct reading){
        .policy = "",
        .metric = "cpu",
        .shape = READING_EVERY_NODE,
        .value = number_of(cpu_pct),
        .error = "",
        .at = {INT64_C(1) << 38},
    };
    observed->nodes = nodes;
    observed->node_count = count;
    observed->replicas = count;
    observed->readings = reading;
    observed->reading_count = 1;
    observed->writer.manager = "";
    return observed;
}

void world_init(struct world *world, struct arena *arena)
{
    *world = (struct world){.arena = arena, .now = {WORLD_START_S}};
    world->group = world_group(arena, 0, 1000);
    world->policies = ARENA_ARRAY(arena, struct policy *, 8);
    world->policies[0] = world_policy(arena, "p");
    world->policy_count = 1;
    world->observed = world_observed(arena, 5, 50);
}

struct decide_output world_decide(struct world *world)
{
    struct decide_output output;
    /* Samples of the builders are as old as the observation. */
    struct reading *readings =
        ARENA_ARRAY(world->arena, struct reading, (size_t)world->observed->reading_count);
    for (int i = 0; i < world->observed->reading_count; i++) {
        readings[i] = world->observed->readings[i];
        if (readings[i].at.s == INT64_C(1) << 38) {
            readings[i].at = world->now;
        }
    }
    world->observed->readings = readings;
    struct decide_input input = {
        .max_group_size = 1000,
        .group = world->group,
        .policies = (const struct policy *const *)world->policies,
        .policy_count = world->policy_count,
        .observed = world->observed,
        .memory = world->memory,
        .now = world->now,
    };
    decide(&input, world->arena, &output);
    world->memory = output.memory;
    return output;
}

static void print_decision(const struct decision *d, struct buf *text)
{
    buf_printf(text, "%d>%d r%d:%d base %d-%d eff %d-%d %s %s %s | %s\n", d->from, d->to,
               d->has_replicas, d->replicas, d->base.min, d->base.max, d->effective.min,
               d->effective.max, d->winner, reason_word(d->reason), reason_word(d->held),
               d->message);
    for (int i = 0; i < d->term_count; i++) {
        char value[NUMBER_TEXT_SIZE];
        const struct term *term = &d->terms[i];
        buf_printf(text, " %s %s/%s %s %d %d %s %s\n", term_kind_name(term->kind), term->policy,
                   term->name, number_text(term->value, value), term->has_wants, term->wants,
                   reason_word(term->reason), term->detail);
    }
    for (int i = 0; i < d->limited_by_count; i++) {
        buf_printf(text, " limit %s\n", reason_word(d->limited_by[i]));
    }
    for (int i = 0; i < d->victim_count; i++) {
        buf_printf(text, " victim %s\n", d->victims[i]);
    }
}

char *world_print(const struct decide_output *output, struct arena *arena)
{
    CLEANUP(buf_clear) struct buf text = {0};
    print_decision(&output->decision, &text);
    for (int i = 0; i < output->activity_count; i++) {
        const struct activity *a = &output->activities[i];
        buf_printf(&text, " activity %lld %s %d>%d %s %s\n", (long long)a->sequence, a->cause,
                   a->from, a->to, activity_result_name(a->result), a->message);
    }
    buf_printf(&text, " wake %d %lld\n", output->has_wake, (long long)output->wake.s);
    json_t *memory = memory_to_json(output->memory);
    char *json = json_dumps(memory, JSON_COMPACT);
    buf_printf(&text, " %s\n", json);
    free(json);
    json_decref(memory);
    return arena_dup(arena, buf_text(&text));
}

uint64_t dice_next(struct dice *dice)
{
    /* splitmix64 */
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int dice_roll(struct dice *dice, int low, int high)
{
    return low + (int)(dice_next(dice) % (uint64_t)(high - low + 1));
}

bool dice_once_in(struct dice *dice, int n)
{
    return dice_roll(dice, 1, n) == 1;
}
