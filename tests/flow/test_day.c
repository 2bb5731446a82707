/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "flow/sim.h"

/*
 * Whole days in virtual time, the whole operator in the process. What is asserted here is seen on
 * the real control plane in tests/e2e; here a day takes milliseconds.
 */

#define GROUP(name)                                                                                \
    "{\"apiVersion\":\"sluice.dev/"                                                                \
    "v1alpha1\",\"kind\":\"ScalingGroup\",\"metadata\":{\"name\":\"" name                          \
    "\",\"namespace\":\"demo\"},\"spec\":{\"minSize\":1,\"maxSize\":10,\"warmupSeconds\":0,"       \
    "\"targetRef\":{\"name\":\"" name "\"}}}"
#define POLICY(name, group, rest)                                                                  \
    "{\"apiVersion\":\"sluice.dev/"                                                                \
    "v1alpha1\",\"kind\":\"ScalingPolicy\",\"metadata\":{\"name\":\"" name                         \
    "\",\"namespace\":\"demo\"},\"spec\":{\"groupRefs\":[{\"name\":\"" group "\"}]," rest "}}"
#define CPU_50                                                                                     \
    "\"metrics\":[{\"name\":\"cpu\",\"type\":\"CPU\",\"target\":{\"averageUtilization\":50}}]"

#define LUNCH                                                                                      \
    "\"schedules\":[{\"name\":\"lunch\",\"cron\":\"0 11 * * *\",\"adjust\":2,"                     \
    "\"durationSeconds\":7200}]"

static void add(struct sim *sim, const char *name, int replicas, const char *group,
                const char *policy)
{
    workload_make_deployment(sim->core, "demo", name, replicas);
    sim_transport_poke(&sim->transport);
    sim_apply(sim, "scalinggroups", group);
    sim_apply(sim, "scalingpolicies", policy);
}

Test(day, the_table_of_s1_comes_out_at_noon_in_shanghai)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T02:50:00Z", 1);
    sim.cpu_milli_total = 250; /* five nodes at 50 % of 100m */
    add(&sim, "edge-5", 5, GROUP("edge-5"),
        POLICY("p5", "edge-5",
               CPU_50 ",\"schedules\":[{\"name\":\"noon\",\"cron\":\"0 11 * * "
                      "*\",\"timeZone\":\"Asia/Shanghai\",\"nodes\":5}]"));
    add(&sim, "edge-7", 5, GROUP("edge-7"),
        POLICY("p7", "edge-7",
               CPU_50 ",\"schedules\":[{\"name\":\"noon\",\"cron\":\"0 11 * * "
                      "*\",\"timeZone\":\"Asia/Shanghai\",\"nodes\":7}]"));
    add(&sim, "edge-3", 5, GROUP("edge-3"),
        POLICY("p3", "edge-3",
               CPU_50 ",\"schedules\":[{\"name\":\"noon\",\"cron\":\"0 11 * * "
                      "*\",\"timeZone\":\"Asia/Shanghai\",\"nodes\":3}]"));
    sim_run_until(&sim, "2026-03-02T02:59:59Z");
    cr_assert_eq(sim_replicas(&sim, "edge-7"), 5);
    sim_run(&sim, 15);

    cr_assert_eq(sim_replicas(&sim, "edge-5"), 5);
    cr_assert_eq(sim_replicas(&sim, "edge-7"), 7);
    cr_assert_eq(sim_replicas(&sim, "edge-3"), 5);
    cr_assert_eq(sim_status(&sim, "edge-5", "effectiveRange.min"), 1);
    cr_assert_eq(sim_status(&sim, "edge-7", "effectiveRange.min"), 7);
    cr_assert_eq(sim_status(&sim, "edge-3", "effectiveRange.min"), 1);
    cr_assert_eq(sim_status(&sim, "edge-7", "effectiveRange.max"), 10);
    cr_assert_eq(sim_activities(&sim, "edge-7", 5, 7), 1);
    cr_assert_eq(sim.spec_writes, 0);
    sim_clear(&sim);
}

Test(day, s0s_lunch_adds_two_for_two_hours_each_day)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T00:00:00Z", 2);
    add(&sim, "edge", 3, GROUP("edge"), POLICY("lunch", "edge", LUNCH));
    for (int day = 2; day <= 4; day++) {
        char at[64];
        snprintf(at, sizeof at, "2026-03-%02dT10:59:59Z", day);
        sim_run_until(&sim, at);
        cr_assert_eq(sim_replicas(&sim, "edge"), 3, "before lunch of day %d", day);
        sim_run(&sim, 3);
        cr_assert_eq(sim_replicas(&sim, "edge"), 5, "at lunch of day %d", day);
        snprintf(at, sizeof at, "2026-03-%02dT12:59:58Z", day);
        sim_run_until(&sim, at);
        cr_assert_eq(sim_replicas(&sim, "edge"), 5, "until the end of lunch of day %d", day);
        sim_run(&sim, 5);
        cr_assert_eq(sim_replicas(&sim, "edge"), 3, "after lunch of day %d", day);
    }
    cr_assert_eq(sim_activities(&sim, "edge", 3, 5), 3);
    cr_assert_eq(sim_activities(&sim, "edge", 5, 3), 3);
    cr_assert_eq(sim.scale_writes, 7, "six changes and the adoption, not %d",
                 (int)sim.scale_writes);
    sim_clear(&sim);
}

Test(day, a_restart_at_any_hour_changes_nothing)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T00:00:00Z", 3);
    sim.cpu_milli_total = 150;
    add(&sim, "edge", 3, GROUP("edge"),
        POLICY("both", "edge",
               "\"evaluationIntervalSeconds\":30," CPU_50
               ",\"schedules\":[{\"name\":\"up\",\"cron\":\"0 8 * * "
               "*\",\"nodes\":6},{\"name\":\"down\",\"cron\":\"0 20 * * *\",\"nodes\":2}]"));
    for (int hour = 0; hour < 24; hour++) {
        sim_run(&sim, 1801);
        sim_restart(&sim);
        sim_run(&sim, 1799 - 2);
        int wanted = hour < 7 ? 3 : hour < 19 ? 6 : 3;
        if (hour != 7 && hour != 19) {
            cr_assert_eq(sim_replicas(&sim, "edge"), wanted, "hour %d: %d", hour,
                         sim_replicas(&sim, "edge"));
        }
    }
    cr_assert_eq(sim_activities(&sim, "edge", 3, 6), 1);
    cr_assert_eq(sim_activities(&sim, "edge", 6, 3), 1);
    cr_assert_eq(sim_activities(&sim, "edge", -1, -1), 2);
    sim_clear(&sim);
}

Test(day, a_quiet_day_causes_no_writes)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T00:00:00Z", 4);
    sim.cpu_milli_total = 150;
    add(&sim, "edge", 3, GROUP("edge"),
        POLICY("cpu", "edge", "\"evaluationIntervalSeconds\":30," CPU_50));
    sim_run(&sim, 600);
    int64_t before = sim.operator_writes;
    sim_run(&sim, 24 * 3600);
    cr_assert_eq(sim.operator_writes, before, "%d writes", (int)(sim.operator_writes - before));
    sim_clear(&sim);
}

Test(day, the_same_seed_replays_the_same_day)
{
    int64_t requests[2], fired[2], version[2];
    for (int run = 0; run < 2; run++) {
        struct sim sim;
        sim_init(&sim, "2026-03-02T00:00:00Z", 5);
        sim.cpu_milli_total = 420;
        add(&sim, "edge", 3, GROUP("edge"),
            POLICY("both", "edge",
                   CPU_50
                   ",\"schedules\":[{\"name\":\"up\",\"cron\":\"*/20 * * * *\",\"nodes\":6}]"));
        sim_run(&sim, 3600);
        requests[run] = sim.transport.requests;
        fired[run] = sim.clock.fired;
        version[run] = core_version(sim.core);
        sim_clear(&sim);
    }
    cr_assert_eq(requests[0], requests[1]);
    cr_assert_eq(fired[0], fired[1]);
    cr_assert_eq(version[0], version[1]);
}

#define EVERY_5_MINUTES "\"evaluationIntervalSeconds\":300,"
#define NOON(target)                                                                               \
    EVERY_5_MINUTES CPU_50 ",\"schedules\":[{\"name\":\"noon\",\"cron\":\"0 11 * * *\","           \
                           "\"timeZone\":\"Asia/Shanghai\",\"nodes\":" target "}]"

Test(day, s1_and_s0_side_by_side_from_midnight_to_midnight)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T00:00:00Z", 6);
    sim.cpu_milli_total = 250;
    add(&sim, "edge-5", 5, GROUP("edge-5"), POLICY("p5", "edge-5", NOON("5")));
    add(&sim, "edge-7", 5, GROUP("edge-7"), POLICY("p7", "edge-7", NOON("7")));
    add(&sim, "edge-3", 5, GROUP("edge-3"), POLICY("p3", "edge-3", NOON("3")));
    add(&sim, "lunch", 3, GROUP("lunch"), POLICY("lunch", "lunch", LUNCH));
    sim_run_until(&sim, "2026-03-02T12:00:00Z");
    cr_assert_eq(sim_replicas(&sim, "edge-5"), 5);
    cr_assert_eq(sim_replicas(&sim, "edge-7"), 7);
    cr_assert_eq(sim_replicas(&sim, "edge-3"), 5);
    cr_assert_eq(sim_replicas(&sim, "lunch"), 5);
    sim_run_until(&sim, "2026-03-03T00:00:00Z");
    cr_assert_eq(sim_replicas(&sim, "edge-7"), 7, "a point rule holds until the next one");
    cr_assert_eq(sim_replicas(&sim, "lunch"), 3);
    cr_assert_eq(sim_activities(&sim, "edge-7", 5, 7), 1);
    cr_assert_eq(sim_activities(&sim, "lunch", -1, -1), 2);
    cr_assert_eq(sim.spec_writes, 0);
    sim_clear(&sim);
}

Test(day, a_server_gone_over_the_start_of_lunch_is_survived)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T10:00:00Z", 7);
    add(&sim, "edge", 3, GROUP("edge"), POLICY("lunch", "edge", LUNCH));
    sim_run_until(&sim, "2026-03-02T10:50:00Z");
    sim.transport.down = true;
    sim_transport_cut(&sim.transport);
    sim_run_until(&sim, "2026-03-02T11:20:00Z");
    cr_assert_eq(sim_replicas(&sim, "edge"), 3, "nothing can be written while it is gone");
    sim.transport.down = false;
    sim_run(&sim, 120);
    cr_assert_eq(sim_replicas(&sim, "edge"), 5);
    sim_run_until(&sim, "2026-03-02T13:01:00Z");
    cr_assert_eq(sim_replicas(&sim, "edge"), 3);
    cr_assert_eq(sim_activities(&sim, "edge", 3, 5), 1);
    cr_assert_eq(sim_activities(&sim, "edge", 5, 3), 1);
    sim_clear(&sim);
}

Test(day, a_wall_clock_set_back_judges_no_instant_twice)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T07:30:00Z", 8);
    add(&sim, "edge", 3, GROUP("edge"),
        POLICY("up", "edge",
               "\"schedules\":[{\"name\":\"up\",\"cron\":\"0 8 * * *\",\"adjust\":2}]"));
    sim_run_until(&sim, "2026-03-02T08:10:00Z");
    cr_assert_eq(sim_replicas(&sim, "edge"), 5);
    struct wall earlier;
    cr_assert(wall_parse(STR("2026-03-02T07:50:00Z"), &earlier));
    sim_clock_set_wall(&sim.clock, earlier);
    sim_run(&sim, 3600);
    cr_assert_eq(sim_replicas(&sim, "edge"), 5);
    cr_assert_eq(sim_activities(&sim, "edge", -1, -1), 1);
    sim_clear(&sim);
}

Test(day, a_wall_clock_set_forward_past_a_firing_is_noticed_within_seconds)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T07:30:00Z", 10);
    add(&sim, "edge", 3, GROUP("edge"),
        POLICY("up", "edge",
               "\"schedules\":[{\"name\":\"up\",\"cron\":\"0 8 * * *\",\"adjust\":2}]"));
    sim_run(&sim, 60);
    struct wall later;
    cr_assert(wall_parse(STR("2026-03-02T08:00:30Z"), &later));
    sim_clock_set_wall(&sim.clock, later);
    sim_run(&sim, 15);
    cr_assert_eq(sim_replicas(&sim, "edge"), 5);
    cr_assert_eq(sim_activities(&sim, "edge", 3, 5), 1);
    sim_clear(&sim);
}

Test(day, a_deleted_policy_gives_its_range_back_and_moves_nothing)
{
    struct sim sim;
    sim_init(&sim, "2026-03-02T00:00:00Z", 9);
    add(&sim, "edge", 2, GROUP("edge"), POLICY("floor", "edge", "\"nodeRange\":{\"min\":4}"));
    sim_run(&sim, 60);
    cr_assert_eq(sim_replicas(&sim, "edge"), 4);
    sim_delete(&sim, "scalingpolicies", "floor");
    sim_run(&sim, 3600);
    cr_assert_eq(sim_status(&sim, "edge", "effectiveRange.min"), 1);
    cr_assert_eq(sim_replicas(&sim, "edge"), 4);
    sim_clear(&sim);
}
