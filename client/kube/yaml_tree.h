/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_YAML_TREE_H
#define KUBE_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * A small YAML document as a tree, for files that people write. Everything has a ceiling, because
 * libyaml has none: the text's size (1 MiB), nesting (32) and the number of nodes (100,000).
 * Aliases are refused; of a key that is there twice the document is refused.
 */

#define YAML_TEXT_BYTES ((size_t)1 << 20)
#define YAML_DEPTH 32
#define YAML_NODES 100000

enum yaml_kind { YAML_NOTHING, YAML_TEXT, YAML_LIST, YAML_OBJECT };

struct yaml_node {
    enum yaml_kind kind;
    const char *key;         /* as a member of an object; "" otherwise */
    const char *text;        /* of YAML_TEXT, never NULL ("" for the others) */
    bool quoted;             /* it stood in quotes: `"true"` is no bool */
    int line;                /* 1 = the first */
    struct yaml_node *first; /* children, in order */
    struct yaml_node *last;
    struct yaml_node *next;
};

/* ret_root lives in the arena. ERR_REFUSED with the line; an empty text gives YAML_NOTHING. */
int yaml_read(struct str text, struct arena *arena, const struct yaml_node **ret_root,
              struct err *err) MUST_CHECK;

/* A member of an object, or NULL: also for a NULL node, another kind, a null or an empty value. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* Its text, or "". */
const char *yaml_text(const struct yaml_node *node, const char *key);

#endif
