/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a cron expression field by field into sets of bits. All five fields share one reader that
 * is driven by a table of their bounds and names; weekday 7 is folded onto 0 at the very end, so
 * that ranges may run up to it.
 */
#include "calendar/cron.h"

#include <stddef.h>
#include <string.h>

#define FIELDS 5
#define ALL(low, high) ((~UINT64_C(0) >> (63 - (high))) & (~UINT64_C(0) << (low)))
#define SHOWN_MAX 48
#define STEP_MAX 999999

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY };

struct field {
    const char *name;
    int low;
    int high;
    const char *names; /* three letters each, for low upwards; NULL = none */
    const char *hint;  /* closes the sentence "use 1 to 12" */
};

static const struct field fields[FIELDS] = {
    {"minute", 0, 59, NULL, ""},
    {"hour", 0, 23, NULL, ""},
    {"day", 1, 31, NULL, ""},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", " or JAN to DEC"},
    {"weekday", 0, 7, "SUNMONTUEWEDTHUFRISAT", " or SUN to SAT"},
};

static const struct {
    const char *macro;
    const char *meaning;
} macros[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

/* One item of a field while it is read. */
struct item {
    int first;
    int last;
    int step;
    bool is_all; /* bare * or ? */
};

/* What a reader needs to complain well. */
struct reader {
    const struct field *field;
    struct err *err;
};

/* Foreign text made fit for a sentence: cut, and nothing but printable ASCII. */
struct shown {
    char text[SHOWN_MAX + 4];
};

static struct shown show(struct str text)
{
    struct shown shown = {{0}};
    size_t len = text.len < SHOWN_MAX ? text.len : SHOWN_MAX;
    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];
        shown.text[i] = c >= ' ' && c <= '~' && c != '"' ? c : '?';
    }
    if (text.len > SHOWN_MAX) {
        memcpy(shown.text + SHOWN_MAX, "...", 4);
    }
    return shown;
}

static int upper(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static bool is_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

/* The value of a string of digits; anything large is INT32_MAX. */
static int digits_value(struct str text)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.len && value < INT32_MAX; i++) {
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value < INT32_MAX ? (int)value : INT32_MAX;
}

/* The value a name stands for, or -1. */
static int name_value(const struct field *field, struct str text)
{
    if (field->names == NULL || text.len != 3) {
        return -1;
    }
    int value = field->low;
    for (const char *name = field->names; *name != '\0'; name += 3, value++) {
        if (upper(text.ptr[0]) == name[0] && upper(text.ptr[1]) == name[1] &&
            upper(text.ptr[2]) == name[2]) {
            return value;
        }
    }
    return -1;
}

static int value_read(const struct reader *reader, struct str text, int *ret_value)
{
    const struct field *field = reader->field;
    int value = is_digits(text) ? digits_value(text) : name_value(field, text);
    if (value < 0) {
        return err_set(reader->err, ERR_REFUSED, 0, "%s \"%s\" is not a value; use %d to %d%s",
                       field->name, show(text).text, field->low, field->high, field->hint);
    }
    if (value < field->low || value > field->high) {
        return err_set(reader->err, ERR_REFUSED, 0, "%s %s is out of range; use %d to %d",
                       field->name, show(text).text, field->low, field->high);
    }
    *ret_value = value;
    return 0;
}

static int range_read(const struct reader *reader, struct str text, struct item *item)
{
    const struct field *field = reader->field;
    struct str last = text;
    struct str first = str_cut(&last, '-');
    if (value_read(reader, first, &item->first) != 0 ||
        value_read(reader, last, &item->last) != 0) {
        return -1;
    }
    if (field == &fields[WEEKDAY] && item->last == 0 && !is_digits(last)) {
        item->last = 7; /* ends in SUN */
    }
    if (item->first > item->last) {
        return err_set(reader->err, ERR_REFUSED, CRON_RUNS_BACKWARD,
                       "%s range %s runs backwards; write it as two, such as %d-%d,%d-%d",
                       field->name, show(text).text, item->first, field->high, field->low,
                       item->last);
    }
    return 0;
}

static bool has_char(struct str text, char wanted)
{
    return text.len > 0 && memchr(text.ptr, wanted, text.len) != NULL;
}

/* What stands before the step: all, a range or one value, which with a step runs to the end. */
static int base_read(const struct reader *reader, struct str text, bool has_step, struct item *item)
{
    const struct field *field = reader->field;
    if (str_is(text, "*") || str_is(text, "?")) {
        *item = (struct item){.first = field->low, .last = field->high, .is_all = true};
        return 0;
    }
    if (has_char(text, '-')) {
        return range_read(reader, text, item);
    }
    if (value_read(reader, text, &item->first) != 0) {
        return -1;
    }
    item->last = has_step ? field->high : item->first;
    return 0;
}

static int item_read(const struct reader *reader, struct str text, struct item *ret_item)
{
    struct str step = text;
    bool has_step = has_char(text, '/');
    struct str base = str_cut(&step, '/');
    struct item item = {0};
    if (text.len == 0) {
        return err_set(reader->err, ERR_REFUSED, 0,
                       "%s has an empty item; remove the comma or put a value there",
                       reader->field->name);
    }
    if (base_read(reader, base, has_step, &item) != 0) {
        return -1;
    }
    item.step = has_step ? (is_digits(step) ? digits_value(step) : 0) : 1;
    if (item.step < 1 || item.step > STEP_MAX) {
        return err_set(reader->err, ERR_REFUSED, 0,
                       "%s step \"%s\" is not a step; use a whole number from 1 to %d",
                       reader->field->name, show(step).text, STEP_MAX);
    }
    item.is_all = item.is_all && item.step == 1;
    *ret_item = item;
    return 0;
}

/* One field: the bits it names, and whether it leaves everything open. */
static int field_read(const struct reader *reader, struct str text, uint64_t *ret_bits,
                      bool *ret_is_all)
{
    uint64_t bits = 0;
    bool is_all = false;
    bool more = true;
    while (more) {
        struct item item = {0};
        more = has_char(text, ',');
        if (item_read(reader, str_cut(&text, ','), &item) != 0) {
            return -1;
        }
        is_all = is_all || item.is_all;
        for (int v = item.first; v <= item.last; v += item.step) {
            bits |= UINT64_C(1) << v;
        }
    }
    *ret_bits = bits;
    *ret_is_all = is_all;
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts text at white space; returns how many words there are, filling in the first five. */
static int words_split(struct str text, struct str words[FIELDS])
{
    int count = 0;
    size_t at = 0;
    while (at < text.len) {
        while (at < text.len && is_space(text.ptr[at])) {
            at++;
        }
        size_t start = at;
        while (at < text.len && !is_space(text.ptr[at])) {
            at++;
        }
        if (at > start) {
            if (count < FIELDS) {
                words[count] = (struct str){text.ptr + start, at - start};
            }
            count++;
        }
    }
    return count;
}

static int refuse_word_count(int count, struct str first, struct err *err)
{
    if (str_starts(first, "TZ=") || str_starts(first, "CRON_TZ=")) {
        return err_set(err, ERR_REFUSED, 0,
                       "a zone inside the expression is not read; set timeZone instead");
    }
    return err_set(err, ERR_REFUSED, 0,
                   "%d fields where 5 are needed; write minute hour day month weekday%s", count,
                   count == 6 ? ", there is no field for seconds" : ", such as \"0 11 * * *\"");
}

static int refuse_macro(struct str word, struct err *err)
{
    if (str_starts(word, "@every")) {
        return err_set(err, ERR_REFUSED, 0,
                       "@every has no fixed times; write them out, such as \"*/5 * * * *\"");
    }
    return err_set(err, ERR_REFUSED, 0,
                   "%s is not known; use @hourly, @daily, @midnight, @weekly, @monthly, @yearly, "
                   "@annually or five fields",
                   show(word).text);
}

/* Replaces a macro by the fields it stands for. */
static int macro_expand(struct str words[FIELDS], int *count, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
        if (*count == 1 && str_is(words[0], macros[i].macro)) {
            *count = words_split(str_of(macros[i].meaning), words);
            return 0;
        }
    }
    return refuse_macro(words[0], err);
}

static bool has_a_day(const struct cron *cron)
{
    for (int month = 1; month <= 12; month++) {
        if (cron_month_days(cron, 2000, month) != 0) { /* a leap year */
            return true;
        }
    }
    return false;
}

static int expression_read(struct str text, struct cron *ret_cron, struct err *err)
{
    struct str words[FIELDS] = {{0}};
    uint64_t bits[FIELDS] = {0};
    bool is_all[FIELDS] = {0};
    int count = words_split(text, words);
    if (count > 0 && str_starts(words[0], "@") && macro_expand(words, &count, err) != 0) {
        return -1;
    }
    if (count != FIELDS) {
        return refuse_word_count(count, words[0], err);
    }
    for (int i = 0; i < FIELDS; i++) {
        struct reader reader = {&fields[i], err};
        if (field_read(&reader, words[i], &bits[i], &is_all[i]) != 0) {
            return -1;
        }
    }
    *ret_cron = (struct cron){
        .minutes = bits[MINUTE],
        .hours = (uint32_t)bits[HOUR],
        .days = (uint32_t)bits[DAY],
        .months = (uint16_t)bits[MONTH],
        .weekdays = (uint8_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & ALL(0, 6)),
        .either_day = !is_all[DAY] && !is_all[WEEKDAY],
    };
    return 0;
}

int cron_parse(struct str text, struct cron *ret_cron, struct err *err)
{
    struct cron cron = {0};
    struct err cause = {0};
    if (expression_read(text, &cron, &cause) != 0) {
        *err = cause;
        return err_wrap(err, "cron \"%s\"", show(text).text);
    }
    if (!has_a_day(&cron)) {
        return err_set(err, ERR_REFUSED, CRON_NEVER_FIRES,
                       "cron \"%s\" never fires: no month it names has such a day; choose a day "
                       "that exists",
                       show(text).text);
    }
    *ret_cron = cron;
    return 0;
}

static int month_length(int year, int month)
{
    int next_year = month == 12 ? year + 1 : year;
    int next_month = month == 12 ? 1 : month + 1;
    return (int)(days_from_civil(next_year, next_month, 1) - days_from_civil(year, month, 1));
}

static int weekday_of(int year, int month, int day)
{
    int64_t rest = (days_from_civil(year, month, day) + 4) % 7; /* 1970-01-01 was a Thursday */
    return (int)(rest < 0 ? rest + 7 : rest);
}

uint32_t cron_month_days(const struct cron *cron, int year, int month)
{
    if ((cron->months >> month & 1) == 0) {
        return 0;
    }
    /* The set of weekdays, five times over; turned so that bit 0 is the month's first day. */
    uint64_t weekdays = cron->weekdays;
    weekdays |= weekdays << 7 | weekdays << 14 | weekdays << 21 | weekdays << 28 | weekdays << 35;
    uint32_t by_weekday = (uint32_t)(weekdays >> weekday_of(year, month, 1) << 1);
    uint32_t named = cron->either_day ? cron->days | by_weekday : cron->days & by_weekday;
    return named & (uint32_t)ALL(1, month_length(year, month));
}

bool cron_matches(const struct cron *cron, struct civil c)
{
    return (cron->minutes >> c.minute & 1) != 0 && (cron->hours >> c.hour & 1) != 0 &&
           (cron_month_days(cron, c.year, c.month) >> c.day & 1) != 0;
}

bool cron_equals(const struct cron *a, const struct cron *b)
{
    return a->minutes == b->minutes && a->hours == b->hours && a->days == b->days &&
           a->months == b->months && a->weekdays == b->weekdays && a->either_day == b->either_day;
}
