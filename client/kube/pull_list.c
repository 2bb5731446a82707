/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list in pieces. The scanner knows only as much JSON as it takes to see where each value of the
 * outermost object and each element of "items" begins and ends; a value whose end has come is
 * decoded where it lies if it came in one piece, else from the buffer that collected it.
 */
#include <string.h>

#include "kube/pull_priv.h"

#define ENVELOPE_BYTES ((size_t)64 << 10) /* metadata, kind */

enum list_state {
    AT_START,
    AT_KEY_OR_END,
    AT_KEY,
    IN_KEY,
    AT_COLON,
    AT_VALUE,
    IN_VALUE,
    AFTER_VALUE,
    AT_ITEM_OR_END,
    AT_ITEM,
    IN_ITEM,
    AFTER_ITEM,
    AT_END,
};

void pull_list_init(struct pull_list *list, const struct pull_table *table,
                    const struct pull_limits *limits, const struct pull_list_handler *handler)
{
    *list = (struct pull_list){
        .table = table,
        .handler = *handler,
        .resource_version = "",
        .next = "",
        .kind = "",
        .state = AT_START,
    };
    if (limits != NULL) {
        list->limits = *limits;
    }
    if (list->limits.item_bytes == 0) {
        list->limits.item_bytes = PULL_DEFAULT_ITEM_BYTES;
    }
    buf_init(&list->held, list->limits.item_bytes);
    arena_init(&list->arena, 4 * ENVELOPE_BYTES);
}

void pull_list_clear(struct pull_list *list)
{
    buf_clear(&list->held);
    arena_clear(&list->arena);
    list->resource_version = list->next = list->kind = "";
    list->state = AT_START;
}

/* ---- a value is complete ---- */

static void report_bad(struct pull_list *list, struct str json, const struct err *err)
{
    struct arena scratch;
    arena_init(&scratch, ENVELOPE_BYTES);
    struct object_id id = pull_id(json, &scratch);
    list->bad_count++;
    list->handler.bad(list->handler.arg, &id, err);
    arena_clear(&scratch);
}

static void finish_item(struct pull_list *list, struct str json)
{
    struct err err = {0};
    void *object = NULL;
    struct arena arena;
    arena_init(&arena, list->arena_ceiling_bytes == 0 ? 4 * list->limits.item_bytes
                                                      : list->arena_ceiling_bytes);
    if (list->too_big) {
        (void)err_set(&err, ERR_GARBLED, 0, "more than %zu bytes", list->limits.item_bytes);
        report_bad(list, json, &err);
    } else if (pull_decode(list->table, json, &list->limits, &arena, &object, &err) != 0) {
        report_bad(list, json, &err);
    } else {
        list->item_count++;
        list->handler.item(list->handler.arg, object, &arena);
    }
    arena_clear(&arena);
}

/* What the list says about itself. A text that is not there or not readable stays "". */
static void finish_envelope(struct pull_list *list, struct str json)
{
    if (strcmp(list->key, "metadata") == 0) {
        const char *version = pull_find_text(json, "resourceVersion", &list->arena);
        const char *next = pull_find_text(json, "continue", &list->arena);
        list->resource_version = version == NULL ? "" : version;
        list->next = next == NULL ? "" : next;
    } else if (strcmp(list->key, "kind") == 0 && json.len >= 2) {
        list->kind = arena_dup_n(&list->arena, json.ptr + 1, json.len - 2);
    }
}

/* ---- values in pieces ---- */

static bool is_wanted(const struct pull_list *list)
{
    return list->state == IN_ITEM || strcmp(list->key, "metadata") == 0 ||
           strcmp(list->key, "kind") == 0;
}

static void hold(struct pull_list *list, const char *bytes, size_t len)
{
    size_t ceiling = list->state == IN_ITEM ? list->limits.item_bytes : ENVELOPE_BYTES;
    if (!is_wanted(list) || list->too_big) {
        return;
    }
    if (len > ceiling || list->held.len > ceiling - len) {
        list->too_big = true; /* what is held is enough to tell whose it is */
        return;
    }
    buf_add(&list->held, bytes, len);
}

static void value_ends(struct pull_list *list, const char *bytes, size_t len)
{
    size_t ceiling = list->state == IN_ITEM ? list->limits.item_bytes : ENVELOPE_BYTES;
    struct str json = {bytes, len};
    if (list->held.len > 0) {
        hold(list, bytes, len);
        json = (struct str){buf_text(&list->held), list->held.len};
    } else if (len > ceiling) {
        list->too_big = true;
    }
    if (list->state == IN_ITEM) {
        finish_item(list, json);
    } else if (!list->too_big) {
        finish_envelope(list, json);
    }
    list->too_big = false;
    buf_reset(&list->held);
}

static bool is_blank(char b)
{
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
}

/*
 * Goes on inside a value from `at`. Returns where it ends (past its last byte), or NULL if the
 * piece ends first. A scalar ends before its delimiter.
 */
static const char *scan_value(struct pull_list *list, const char *at, const char *end)
{
    while (at < end) {
        if (list->after_backslash) {
            list->after_backslash = false;
            at++;
            continue;
        }
        if (list->in_text) {
            at = find_quote(at, end);
            if (at == end) {
                return NULL;
            }
            list->after_backslash = *at == '\\';
            list->in_text = *at != '"';
            at++;
            if (!list->in_text && list->depth == 0) {
                return at;
            }
            continue;
        }
        char b = *at;
        if (b == '"') {
            list->in_text = true;
        } else if (b == '{' || b == '[') {
            list->depth++;
        } else if (b == '}' || b == ']') {
            if (list->depth == 0) {
                return at; /* a scalar, and the end of what holds it */
            }
            if (--list->depth == 0) {
                return at + 1;
            }
        } else if (list->depth == 0 && (b == ',' || is_blank(b))) {
            return at;
        }
        at++;
    }
    return NULL;
}

/* ---- the outermost object ---- */

static int refuse(struct err *err, const char *wanted, char b)
{
    return err_set(err, ERR_GARBLED, 0, "a list that is not JSON: expected %s, found byte 0x%02x",
                   wanted, (unsigned)(unsigned char)b);
}

/* One byte between values. */
static int step_between(struct pull_list *list, char b, struct err *err)
{
    switch ((enum list_state)list->state) {
    case AT_START: list->state = AT_KEY_OR_END; return b == '{' ? 0 : refuse(err, "'{'", b);
    case AT_KEY_OR_END:
    case AT_KEY:
        list->key_len = 0;
        if (b == '}' && list->state == AT_KEY_OR_END) {
            list->state = AT_END;
            return 0;
        }
        list->state = IN_KEY;
        return b == '"' ? 0 : refuse(err, "a key", b);
    case AT_COLON: list->state = AT_VALUE; return b == ':' ? 0 : refuse(err, "':'", b);
    case AFTER_VALUE:
        list->state = b == ',' ? AT_KEY : AT_END;
        return b == ',' || b == '}' ? 0 : refuse(err, "',' or '}'", b);
    case AFTER_ITEM:
        list->state = b == ',' ? AT_ITEM : AFTER_VALUE;
        return b == ',' || b == ']' ? 0 : refuse(err, "',' or ']'", b);
    case IN_KEY:
    case AT_VALUE:
    case IN_VALUE:
    case AT_ITEM_OR_END:
    case AT_ITEM:
    case IN_ITEM:
    case AT_END: break;
    }
    return refuse(err, "the end", b);
}

/* One byte of a key; a key longer than any we want is cut. */
static void step_key(struct pull_list *list, char b)
{
    if (list->after_backslash) {
        list->after_backslash = false;
    } else if (b == '\\') {
        list->after_backslash = true;
    } else if (b == '"') {
        list->state = AT_COLON;
        list->key[list->key_len] = '\0';
        return;
    }
    if (list->key_len < PULL_TOP_KEY - 1) {
        list->key[list->key_len++] = b;
    }
}

/* The first byte of a value or item. True: it is consumed. */
static int begin_value(struct pull_list *list, char b, bool *ret_consumed, struct err *err)
{
    *ret_consumed = false;
    if (list->state == AT_VALUE && b == '[' && strcmp(list->key, "items") == 0) {
        if (list->saw_items) {
            return err_set(err, ERR_GARBLED, 0, "a list that has items twice");
        }
        list->saw_items = true;
        list->state = AT_ITEM_OR_END;
        *ret_consumed = true;
        return 0;
    }
    if (list->state == AT_ITEM_OR_END && b == ']') {
        list->state = AFTER_VALUE;
        *ret_consumed = true;
        return 0;
    }
    if (b == ',' || b == '}' || b == ']' || b == ':') {
        return refuse(err, "a value", b);
    }
    if (b == 'n' && strcmp(list->key, "items") == 0) {
        list->saw_items = true; /* Go writes null for an empty list */
    }
    list->state = list->state == AT_VALUE ? IN_VALUE : IN_ITEM;
    list->depth = 0;
    list->in_text = list->after_backslash = false;
    return 0;
}

static bool is_in_value(const struct pull_list *list)
{
    return list->state == IN_VALUE || list->state == IN_ITEM;
}

int pull_list_feed(struct pull_list *list, const char *bytes, size_t len, struct err *err)
{
    const char *end = bytes + len;
    for (const char *at = bytes; at < end;) {
        bool consumed = true;
        if (is_in_value(list)) {
            const char *stop = scan_value(list, at, end);
            if (stop == NULL) {
                hold(list, at, (size_t)(end - at));
                return 0;
            }
            value_ends(list, at, (size_t)(stop - at));
            list->state = list->state == IN_ITEM ? AFTER_ITEM : AFTER_VALUE;
            at = stop;
            continue;
        }
        if (list->state == IN_KEY) {
            step_key(list, *at++);
            continue;
        }
        if (is_blank(*at)) {
            at++;
            continue;
        }
        bool begins =
            list->state == AT_VALUE || list->state == AT_ITEM || list->state == AT_ITEM_OR_END;
        int rc = begins ? begin_value(list, *at, &consumed, err) : step_between(list, *at, err);
        if (rc != 0) {
            list->state = AT_END;
            return -1;
        }
        at += consumed ? 1 : 0;
    }
    return 0;
}

int pull_list_end(struct pull_list *list, struct err *err)
{
    if (list->state != AT_END) {
        return err_set(err, ERR_GARBLED, 0, "a list that was cut short after %lld items",
                       (long long)list->item_count + (long long)list->bad_count);
    }
    if (!list->saw_items) {
        return err_set(err, ERR_GARBLED, 0, "an answer that is no list (kind %s, no items)",
                       list->kind[0] == '\0' ? "missing" : list->kind);
    }
    return 0;
}
