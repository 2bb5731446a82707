/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <criterion/criterion.h>

static struct zones *zones; /* each test is a process of its own */
static struct buf listed;

struct wall at(const char *text)
{
    struct wall t = {0};
    cr_assert(wall_parse(str_of(text), &t), "no time: %s", text);
    return t;
}

struct cron cron(const char *text)
{
    struct cron c = {0};
    struct err err = {0};
    cr_assert(cron_parse(str_of(text), &c, &err) == 0, "%s", err.text);
    return c;
}

const struct zone *zone(const char *name)
{
    const struct zone *found = NULL;
    struct err err = {0};
    zones = zones == NULL ? zones_new(NULL) : zones;
    if (zones_check(zones, &err) != 0) {
        cr_skip_test("%s", err.text);
    }
    cr_assert(zones_find(zones, str_of(name), &found, &err) == 0, "%s", err.text);
    return found;
}

void fixture_clear(void)
{
    zones_free(zones);
    zones = NULL;
    buf_clear(&listed);
}

struct firing_rule cron_rule(const char *cron_text, const char *zone_name)
{
    return (struct firing_rule){
        .kind = FIRING_CRON, .cron = cron(cron_text), .zone = zone(zone_name)};
}

struct firing_rule at_rule(const char *at_text)
{
    return (struct firing_rule){.kind = FIRING_AT, .at = at(at_text)};
}

static const char *list(const struct firing_rule *rule, struct wall from, struct wall until,
                        int count)
{
    struct firing f = {0};
    buf_reset(&listed);
    for (int i = 0; i < count && firing_next(rule, from, until, &f); i++) {
        char local[WALL_TEXT_SIZE];
        const char *note = firing_note_word(f.note);
        buf_printf(&listed, "%s%s%s%s", listed.len == 0 ? "" : ", ",
                   wall_text_offset(f.due, f.offset_s, local), note == NULL ? "" : " ",
                   note == NULL ? "" : note);
        from = f.due;
    }
    return buf_text(&listed);
}

const char *firings(const struct firing_rule *rule, const char *from, const char *until)
{
    return list(rule, at(from), at(until), 1000);
}

const char *next_firings(const struct firing_rule *rule, const char *from, int count)
{
    return list(rule, at(from), (struct wall){FIRING_END_S}, count);
}

uint64_t dice_roll(struct dice *dice)
{
    dice->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = dice->state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int dice_below(struct dice *dice, int sides)
{
    return (int)(dice_roll(dice) % (uint64_t)sides);
}
