/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DOCUMENT_H
#define CLI_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Files that people write: a stream of YAML documents or JSON values as trees that remember the
 * line of everything, so that a complaint can say FILE:LINE.
 *
 * Plain scalars mean what kubectl takes them for (YAML 1.1 as Kubernetes reads it: `yes` and `on`
 * are booleans, 0x1F and 017 are numbers, a bare date is text). Duplicate keys are refused, as
 * `kubectl apply` in its strict mode does.
 *
 * Rules
 *  1. Everything lives in the arena and is immutable. Aliases share the tree they name.
 *  2. Hostile input is refused by the ceilings below, counted after aliases are expanded.
 *  3. A NaN or infinity, bare or as `.nan`, is a DOC_NUMBER with the text NaN, Inf or -Inf.
 */

#define DOC_BYTES_MAX (8 * 1024 * 1024)
#define DOC_DEPTH_MAX 64
#define DOC_WEIGHT_MAX (32 * 1024 * 1024) /* bytes and nodes of the stream, aliases expanded */
#define DOC_NODES_MAX 1000000             /* nodes of the whole stream */
#define DOC_MERGE_KEYS_MAX 1000           /* keys that `<<` may bring into one mapping */

enum doc_type { DOC_NULL, DOC_BOOL, DOC_NUMBER, DOC_TEXT, DOC_LIST, DOC_MAP };

struct doc;

struct doc_entry {
    const char *key; /* "" in a list */
    int line;
    const struct doc *value;
};

struct doc {
    enum doc_type type;
    int line;         /* from 1 */
    const char *text; /* scalars: the text, the JSON spelling of the number, "true", "false" */
    size_t len;       /* of text, which may hold a NUL */
    const struct doc_entry *entries; /* lists and maps */
    int count;
    size_t weight; /* private */
};

struct doc_stream {
    const struct doc **docs; /* empty documents are left out */
    int count;
};

/*
 * Reads a whole stream: YAML documents, JSON values one after another, or a mixture of both parted
 * by `---`. Fails with ERR_REFUSED and "FILE:LINE: document: what is wrong, what to do".
 */
int doc_read(const char *file, struct str text, struct arena *arena, struct doc_stream *ret_stream,
             struct err *err) MUST_CHECK;

/* The value of a key, or NULL; NULL too if doc is NULL or no map. */
const struct doc *doc_get(const struct doc *doc, const char *key);
/* The text of a key's scalar, or "". */
const char *doc_text(const struct doc *doc, const char *key);

/* Adds the tree as JSON text without a newline. What is not a number becomes a string. */
void doc_write_json(const struct doc *doc, struct buf *out);

/*
 * The line of "spec.schedules[2].cron" in the tree: of the deepest part of the path there is, for
 * a complaint may be about something that is missing.
 */
int doc_line(const struct doc *doc, const char *path);

#endif
