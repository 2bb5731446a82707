/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CALENDAR_FIXTURE_H
#define TEST_CALENDAR_FIXTURE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"
#include "calendar/firing.h"
#include "calendar/tzload.h"

/*
 * Short words for the tests of this room. Whatever cannot be built fails the test at once; nothing
 * is freed but by fixture_clear, which every test that asks for a zone calls at its end.
 */

/* "2026-03-29T01:00:00Z", or any other offset. */
struct wall at(const char *text);
/* Must parse. */
struct cron cron(const char *text);
/* From the system's tzdata; the test is skipped where there is none. */
const struct zone *zone(const char *name);
void fixture_clear(void);

struct firing_rule cron_rule(const char *cron_text, const char *zone_name);
struct firing_rule at_rule(const char *at_text);

/* The firings with from < due <= until as local times: "2026-03-29T03:00:00+02:00 gap, ...". */
const char *firings(const struct firing_rule *rule, const char *from, const char *until);
/* The same, the first `count` of them. */
const char *next_firings(const struct firing_rule *rule, const char *from, int count);

/* A reproducible sequence of numbers. */
struct dice {
    uint64_t state;
};
uint64_t dice_roll(struct dice *dice);
/* 0 to sides - 1. */
int dice_below(struct dice *dice, int sides);

#endif
