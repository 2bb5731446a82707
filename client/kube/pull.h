/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_PULL_H
#define KUBE_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

/*
 * JSON straight into small structs. A table says which keys of an object are wanted and where
 * their values go; everything else is stepped over without being kept. One table a kind, written
 * as a static const array:
 *
 *     struct pod { struct object_id id; const char *phase; int64_t generation; };
 *     static const struct pull_field POD_META[] = {
 *         PULL("name", TEXT, struct pod, id.name),     // namespace, uid, resourceVersion too
 *         PULL("generation", INT64, struct pod, generation),
 *     };
 *     static const struct pull_table POD_META_TABLE = PULL_TABLE(struct pod, POD_META);
 *     static const struct pull_field POD_STATUS[] = {PULL("phase", TEXT, struct pod, phase)};
 *     static const struct pull_table POD_STATUS_TABLE = PULL_TABLE(struct pod, POD_STATUS);
 *     static const struct pull_field POD[] = {
 *         PULL_INSIDE("metadata", POD_META_TABLE),    // same struct, one level deeper in JSON
 *         PULL_INSIDE("status", POD_STATUS_TABLE),
 *     };
 *     const struct pull_table POD_TABLE = PULL_TABLE(struct pod, POD);
 *
 * Rules
 *  1. A key that is absent or null leaves the preset: 0, false, "" unless the row says otherwise.
 *     Texts are never NULL, arrays of length 0 are NULL.
 *  2. All memory comes from the arena. Nothing points into the input.
 *  3. Values that do not fit (another type, a number out of range, a bad escape, \u0000, a raw
 *     control character, broken UTF-8, a key that is there twice, deeper than the limit) refuse
 *     the object: ERR_GARBLED with its path ("spec.replicas: expected a whole number, found
 *     text"). Inside what the table does not name only quotes and brackets are looked at.
 *  4. A key may stand in several rows of a table; each reads the value anew.
 *  5. Work is linear in the input (times the nesting of arrays in the table), whatever is sent.
 */

#define PULL_DEFAULT_ITEM_BYTES ((size_t)8 << 20)
#define PULL_DEFAULT_DEPTH 64
#define PULL_DEFAULT_RAW_BYTES ((size_t)1 << 20)
#define PULL_FIELDS_MAX 64 /* rows of one table */

/* row type, C type of the member, what it takes */
#define PULL_TYPES(X)                                                                              \
    X(TEXT, const char *, "a string")                                                              \
    X(INT, int, "a whole number; min and max of the row, if not both 0, bound it")                 \
    X(INT64, int64_t, "the same in 64 bits")                                                       \
    X(BOOL, bool, "true or false")                                                                 \
    X(DECIMAL, const char *, "a number, kept as its text")                                         \
    X(INT_OR_TEXT, const char *, "a number or a string, as text: IntOrString, quantities")         \
    X(TIME, struct wall, "an RFC 3339 string")                                                     \
    X(ENUM, int, "a string of `names`; the index is stored (an enum member is an int)")            \
    X(ENUM_SET, unsigned, "an array of such strings; bit 1 << index of each is set")               \
    X(ENUM_ARRAY, const int *, "an array of such strings, as indexes; count at `count_at`")        \
    X(CONVERT, void, "a string, number or bool handed to `convert`")                               \
    X(PRESENT, bool, "true if the key is there and not null; the value is not read")               \
    X(OBJECT, struct, "an object by `table`, into the embedded struct at `at`")                    \
    X(ARRAY, const struct *, "an array of objects by `table`; count at `count_at`")                \
    X(TEXT_ARRAY, const char *const *, "an array of strings; count at `count_at`")                 \
    X(MAP, const struct pull_pair *, "an object of strings; count at `count_at`, see `names`")     \
    X(COUNT, int, "the number of elements of an array; nothing of them is read")                   \
    X(RAW, struct pull_raw, "any value, kept as JSON text; `max` is its ceiling in bytes")

enum pull_type {
#define PULL_ENUM(name, c_type, what) PULL_##name,
    PULL_TYPES(PULL_ENUM)
#undef PULL_ENUM
};

/* A key and a value of a MAP. Any struct of two `const char *` in this order will do. */
struct pull_pair {
    const char *key;
    const char *value;
};

/* JSON text as received, NUL-terminated; len 0 when absent. */
struct pull_raw {
    const char *text;
    size_t len;
};

/*
 * The four texts every Kubernetes object has. The struct of a kind that goes through a lister or
 * a list begins with exactly these, in this order (its own type may go on after them).
 */
struct object_id {
    const char *name;
    const char *ns;
    const char *uid;
    const char *resource_version;
};

/* Stores a scalar at `at`. is_text: it stood in quotes. Returns 0, or -1 with a sentence. */
typedef int (*pull_convert_fn)(void *at, struct str text, bool is_text, struct arena *arena,
                               struct err *err);

enum pull_verdict { PULL_KEEP, PULL_DROP, PULL_REFUSE };

/*
 * Called when an object is complete, with the struct it was decoded into: the place to pick one
 * condition out of many or to join two arrays. PULL_DROP leaves an array element out (elsewhere
 * it counts as KEEP); PULL_REFUSE, with err set, refuses the whole item.
 */
typedef enum pull_verdict (*pull_finish_fn)(void *object, struct arena *arena, struct err *err);

struct pull_table;

/* One row. Use PULL, PULL_INSIDE or designated initializers; all but name and type may be 0. */
struct pull_field {
    const char *name; /* the key */
    enum pull_type type;
    size_t at;         /* offset of the member in the table's struct */
    size_t width;      /* sizeof the member, for pull_table_check */
    size_t count_at;   /* offset of an int: how many elements `at` points to */
    size_t present_at; /* 0, or the offset of a bool that becomes true when the key is there */
    const struct pull_table *table;
    const char *const *names; /* ENUM*: the names, NULL at the end.
                                 MAP: NULL = keep all keys; else keep those listed, where one that
                                 ends in '/' stands for all that begin so; NULL at the end */
    pull_convert_fn convert;
    const char *preset_text; /* TEXT, DECIMAL, INT_OR_TEXT; NULL = "" */
    int64_t preset;          /* INT, INT64, BOOL, ENUM, ENUM_SET */
    int64_t min, max;        /* INT, INT64; RAW: max = ceiling in bytes, 0 = 1 MiB */
};

struct pull_table {
    const struct pull_field *fields;
    int field_count;
    size_t size;                 /* of the struct this table fills */
    pull_finish_fn finish;       /* or NULL */
    void (*start)(void *object); /* or NULL: sets presets that no row can express */
};

#define PULL(name_, type_, struct_, member_, ...)                                                  \
    {                                                                                              \
        .name = (name_), .type = PULL_##type_, .at = offsetof(struct_, member_),                   \
        .width = sizeof(((struct_ *)0)->member_), __VA_ARGS__                                      \
    }
/* An array, map or enum array: the member that points and the int that counts. */
#define PULL_MANY(name_, type_, struct_, member_, count_member_, ...)                              \
    PULL(name_, type_, struct_, member_, .count_at = offsetof(struct_, count_member_), __VA_ARGS__)
/* A nested JSON object whose values go into the same struct. */
#define PULL_INSIDE(name_, table_)                                                                 \
    {                                                                                              \
        .name = (name_), .type = PULL_OBJECT, .table = &(table_)                                   \
    }

#define PULL_TABLE(struct_, fields_) PULL_TABLE_HOOKS(struct_, fields_, NULL, NULL)
#define PULL_TABLE_FINISH(struct_, fields_, finish_)                                               \
    PULL_TABLE_HOOKS(struct_, fields_, NULL, finish_)
#define PULL_TABLE_HOOKS(struct_, fields_, start_, finish_)                                        \
    {                                                                                              \
        .fields = (fields_), .field_count = (int)(sizeof(fields_) / sizeof((fields_)[0])),         \
        .size = sizeof(struct_), .finish = (finish_), .start = (start_)                            \
    }

/* Ends the program if a row's member has the wrong size, or a table is too long: for tests. */
void pull_table_check(const struct pull_table *table);

/* ---- one whole document ---- */

struct pull_limits {
    size_t item_bytes;   /* 0 = 8 MiB */
    int depth;           /* 0 = 64 */
    bool refuse_unknown; /* keys that no row names are errors: for files that people write */
};

/* One JSON object into a fresh struct in the arena; limits may be NULL. ERR_GARBLED: clear it. */
int pull_decode(const struct pull_table *table, struct str json, const struct pull_limits *limits,
                struct arena *arena, void **ret_object, struct err *err) MUST_CHECK;

/*
 * Finds the value of a key of the outermost object: ret_value borrows from json. False if it is
 * not there or json is no object. Looks at nothing else.
 */
bool pull_find(struct str json, const char *key, struct str *ret_value);
/* The same for a string value, unescaped into the arena; NULL if there is none. */
const char *pull_find_text(struct str json, const char *key, struct arena *arena);

/* metadata.name, namespace, uid and resourceVersion of anything, as far as readable. */
struct object_id pull_id(struct str json, struct arena *arena);

/* ---- a list, while it arrives ---- */

/*
 * {"kind":"PodList","metadata":{"resourceVersion":"7","continue":""},"items":[{...},{...}]}
 * in pieces of any size; each item is decoded as soon as its last byte is there, and only that
 * item is buffered. An item that cannot be decoded is handed to `bad` and the list goes on.
 */
struct pull_list_handler {
    /* The callee takes the arena of the object: copies *arena and zeroes it; a rest is cleared. */
    void (*item)(void *arg, void *object, struct arena *arena);
    /* id: as far as it was readable; texts live during the call. */
    void (*bad)(void *arg, const struct object_id *id, const struct err *err);
    void *arg;
};

enum { PULL_TOP_KEY = 64 };

struct pull_list {
    const struct pull_table *table;
    struct pull_limits limits;
    struct pull_list_handler handler;
    size_t arena_ceiling_bytes; /* of each item's arena; 0 = 4 times item_bytes */
    /* what the list said about itself, complete after pull_list_end */
    struct arena arena;
    const char *resource_version; /* never NULL */
    const char *next;             /* metadata.continue; "" = this was the last page */
    const char *kind;             /* "PodList"; "Status" for an error */
    int64_t item_count, bad_count;
    struct buf held; /* private from here on: the value under way, if it began earlier */
    int state;       /* enum list_state of pull_list.c */
    int depth;       /* open brackets inside the value under way */
    bool in_text, after_backslash, saw_items;
    bool too_big;           /* the value does not fit into held */
    char key[PULL_TOP_KEY]; /* of the value under way, NUL-terminated, cut */
    size_t key_len;
};

void pull_list_init(struct pull_list *list, const struct pull_table *table,
                    const struct pull_limits *limits, const struct pull_list_handler *handler);
void pull_list_clear(struct pull_list *list);
/* -1 (ERR_GARBLED): this is no list, nothing further is accepted. */
int pull_list_feed(struct pull_list *list, const char *bytes, size_t len,
                   struct err *err) MUST_CHECK;
/* After the last byte. -1: it was cut short. */
int pull_list_end(struct pull_list *list, struct err *err) MUST_CHECK;

/* ---- a watch event ---- */

enum event_type { EVENT_ADDED, EVENT_MODIFIED, EVENT_DELETED, EVENT_BOOKMARK, EVENT_ERROR };

struct pull_event {
    enum event_type type;
    struct str object; /* JSON text, borrowed from the frame */
};

/* Reads {"type":"ADDED","object":{...}}; decode the object with pull_decode. -1: ERR_GARBLED. */
int pull_event(struct str frame, struct pull_event *ret_event, struct err *err) MUST_CHECK;

#endif
