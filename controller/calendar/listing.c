/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges the rules: each has a cursor with its next start and its next end, and the earliest of
 * all is the next event. Rules are few, so the earliest is looked for from the front each time.
 */
#include "calendar/listing.h"

#include "base/str.h"

/* A rule's next events; both always lie after what was last returned of it. */
struct listing_cursor {
    struct firing start;
    struct firing end;
    bool has_start;
    bool has_end;
};

#define COLUMNS 7
#define CELL_SIZE 64
#define COLUMN_GAP 3

struct cells {
    const char *text[COLUMNS];
    char due[WALL_TEXT_SIZE];
    char local[WALL_TEXT_SIZE];
    char change[CELL_SIZE];
};

static void cursor_next_start(const struct listing *listing, size_t i, struct wall after)
{
    struct listing_cursor *cursor = &listing->cursors[i];
    cursor->has_start =
        firing_next(&listing->rules[i].when.start, after, listing->until, &cursor->start);
}

static void cursor_next_end(const struct listing *listing, size_t i, struct wall after)
{
    struct listing_cursor *cursor = &listing->cursors[i];
    const struct listing_rule *rule = &listing->rules[i];
    cursor->has_end =
        rule->is_window && window_next_end(&rule->when, after, listing->until, &cursor->end);
}

void listing_init(struct listing *listing, const struct listing_rule *rules, size_t count,
                  struct wall from, struct wall until, struct arena *arena)
{
    *listing = (struct listing){
        .rules = rules,
        .count = count,
        .until = until,
        .cursors = ARENA_ARRAY(arena, struct listing_cursor, count),
    };
    for (size_t i = 0; i < count; i++) {
        cursor_next_start(listing, i, from);
        cursor_next_end(listing, i, from);
    }
}

/* The nearest event of one rule; a start and an end never share an instant. */
static bool cursor_peek(const struct listing *listing, size_t i, struct listing_event *ret_event)
{
    const struct listing_cursor *cursor = &listing->cursors[i];
    const struct listing_rule *rule = &listing->rules[i];
    if (cursor->has_end && (!cursor->has_start || cursor->end.due.s < cursor->start.due.s)) {
        *ret_event = (struct listing_event){rule, LISTING_END, cursor->end};
        return true;
    }
    *ret_event =
        (struct listing_event){rule, rule->is_window ? LISTING_START : LISTING_FIRE, cursor->start};
    return cursor->has_start;
}

static bool event_before(const struct listing_event *a, const struct listing_event *b)
{
    if (a->firing.due.s != b->firing.due.s) {
        return a->firing.due.s < b->firing.due.s;
    }
    return text_compare(a->rule->policy, b->rule->policy) < 0;
}

bool listing_next(struct listing *listing, struct listing_event *ret_event)
{
    struct listing_event first = {0};
    size_t rule = listing->count;
    for (size_t i = 0; i < listing->count; i++) {
        struct listing_event event = {0};
        if (cursor_peek(listing, i, &event) &&
            (rule == listing->count || event_before(&event, &first))) {
            first = event;
            rule = i;
        }
    }
    if (rule == listing->count) {
        return false;
    }
    if (first.kind == LISTING_END) {
        cursor_next_end(listing, rule, first.firing.due);
    } else {
        cursor_next_start(listing, rule, first.firing.due);
    }
    *ret_event = first;
    return true;
}

const char *listing_event_word(enum listing_event_kind kind)
{
    switch (kind) {
    case LISTING_FIRE: return "fire";
    case LISTING_START: return "start";
    case LISTING_END: return "end";
    }
    return "fire";
}

const char *listing_note(const struct listing_event *event)
{
    return event->rule->is_suspended ? "suspended" : firing_note_word(event->firing.note);
}

static void add_json_text(struct buf *out, const char *text)
{
    buf_add_text(out, "\"");
    for (const char *c = text == NULL ? "" : text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            buf_printf(out, "\\%c", *c);
        } else if ((unsigned char)*c < ' ') {
            buf_printf(out, "\\u%04x", (unsigned)*c);
        } else {
            buf_add(out, c, 1);
        }
    }
    buf_add_text(out, "\"");
}

static void add_json_member(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\":", key);
    if (text == NULL) {
        buf_add_text(out, "null");
    } else {
        add_json_text(out, text);
    }
}

void listing_json(const struct listing_event *event, struct buf *out)
{
    const struct listing_rule *rule = event->rule;
    char due[WALL_TEXT_SIZE];
    char local[WALL_TEXT_SIZE];
    buf_add_text(out, "{");
    add_json_member(out, "policy", rule->policy);
    buf_add_text(out, ",");
    add_json_member(out, "rule", rule->name);
    buf_add_text(out, ",");
    add_json_member(out, "event", listing_event_word(event->kind));
    buf_add_text(out, ",");
    add_json_member(out, "due", wall_text(event->firing.due, due));
    buf_add_text(out, ",");
    add_json_member(out, "local",
                    wall_text_offset(event->firing.due, event->firing.offset_s, local));
    buf_printf(out, ",\"%s\":%lld,", rule->is_adjust ? "adjust" : "nodes", (long long)rule->amount);
    add_json_member(out, "note", listing_note(event));
    buf_add_text(out, "}\n");
}

static const char *const heads[COLUMNS] = {"DUE",   "LOCAL", "POLICY", "RULE",
                                           "EVENT", "NODES", "NOTE"};

/* "7", "+2" or "-1": a sign marks a change. Written by hand: the room formats nothing itself. */
static void amount_text(const struct listing_rule *rule, char *out)
{
    char digits[CELL_SIZE];
    int count = 0;
    uint64_t rest = rule->amount < 0 ? 0 - (uint64_t)rule->amount : (uint64_t)rule->amount;
    if (rule->amount < 0 || rule->is_adjust) {
        *out++ = rule->amount < 0 ? '-' : '+';
    }
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    while (count > 0) {
        *out++ = digits[--count];
    }
    *out = '\0';
}

static void cells_fill(const struct listing_event *event, struct cells *cells)
{
    const char *note = listing_note(event);
    amount_text(event->rule, cells->change);
    cells->text[0] = wall_text(event->firing.due, cells->due);
    cells->text[1] = wall_text_offset(event->firing.due, event->firing.offset_s, cells->local);
    cells->text[2] = event->rule->policy;
    cells->text[3] = event->rule->name;
    cells->text[4] = listing_event_word(event->kind);
    cells->text[5] = cells->change;
    cells->text[6] = note == NULL ? "" : note;
}

/* Adds a cell, with what would harm a terminal shown as '?', and fills up to the column's width. */
static void add_cell(struct buf *out, const char *text, size_t width)
{
    size_t len = 0;
    for (; text != NULL && text[len] != '\0'; len++) {
        bool is_control = (unsigned char)text[len] < ' ' || text[len] == 0x7f;
        buf_add(out, is_control ? "?" : &text[len], 1);
    }
    for (; len < width; len++) {
        buf_add(out, " ", 1);
    }
}

static void add_row(struct buf *out, const char *const text[COLUMNS], const size_t widths[COLUMNS])
{
    int last = COLUMNS - 1;
    while (last > 0 && str_of(text[last]).len == 0) {
        last--; /* no spaces at the end of a line */
    }
    for (int i = 0; i <= last; i++) {
        add_cell(out, text[i], i < last ? widths[i] + COLUMN_GAP : 0);
    }
    buf_add_text(out, "\n");
}

void listing_table(const struct listing_event *events, size_t count, struct buf *out)
{
    size_t widths[COLUMNS] = {0};
    for (size_t row = 0; row <= count; row++) {
        struct cells cells = {.due = ""};
        if (row > 0) {
            cells_fill(&events[row - 1], &cells);
        }
        for (int i = 0; i < COLUMNS; i++) {
            size_t len = str_of(row > 0 ? cells.text[i] : heads[i]).len;
            widths[i] = len > widths[i] ? len : widths[i];
        }
    }
    add_row(out, heads, widths);
    for (size_t row = 0; row < count; row++) {
        struct cells cells = {.due = ""};
        cells_fill(&events[row], &cells);
        add_row(out, cells.text, widths);
    }
}
