/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events, one at a time, so that a ceiling stops the reading where it is met. */
#include "kube/yaml_tree.h"

#include <string.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct yaml_node *open[YAML_DEPTH]; /* the collections around us */
    const char *key[YAML_DEPTH];        /* the key whose value is next, or NULL */
    int depth;
    int node_count;
    struct yaml_node *root;
    struct err *err;
};

static bool is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (strcmp(text, "") == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

/* Hangs a node where it belongs: it is the root, an element, or the value of the waiting key. */
static int hang(struct reader *r, struct yaml_node *node)
{
    if (r->depth == 0) {
        r->root = node;
        return 0;
    }
    struct yaml_node *parent = r->open[r->depth - 1];
    if (parent->kind == YAML_OBJECT) {
        node->key = r->key[r->depth - 1];
        r->key[r->depth - 1] = NULL;
        for (const struct yaml_node *n = parent->first; n != NULL; n = n->next) {
            if (strcmp(n->key, node->key) == 0) {
                return err_set(r->err, ERR_REFUSED, 0, "line %d: %s is there twice", node->line,
                               node->key);
            }
        }
    }
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    return 0;
}

static bool awaits_key(const struct reader *r)
{
    return r->depth > 0 && r->open[r->depth - 1]->kind == YAML_OBJECT &&
           r->key[r->depth - 1] == NULL;
}

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
    struct yaml_node *node = ARENA_NEW(r->arena, struct yaml_node);
    node->kind = kind;
    node->key = node->text = "";
    node->line = (int)event->start_mark.line + 1;
    return node;
}

static int take_scalar(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    int line = (int)event->start_mark.line + 1;
    if (strlen(text) != len) {
        return err_set(r->err, ERR_REFUSED, 0, "line %d: text holds a NUL", line);
    }
    if (awaits_key(r)) {
        r->key[r->depth - 1] = arena_dup_n(r->arena, text, len);
        return 0;
    }
    struct yaml_node *node = new_node(r, is_null(event) ? YAML_NOTHING : YAML_TEXT, event);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = arena_dup_n(r->arena, text, len);
    return hang(r, node);
}

static int open_collection(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
    int line = (int)event->start_mark.line + 1;
    struct yaml_node *node = new_node(r, kind, event);
    if (awaits_key(r)) {
        return err_set(r->err, ERR_REFUSED, 0, "line %d: a key must be text", line);
    }
    if (r->depth == YAML_DEPTH) {
        return err_set(r->err, ERR_REFUSED, 0, "line %d: nested deeper than %d", line, YAML_DEPTH);
    }
    if (hang(r, node) != 0) {
        return -1;
    }
    r->key[r->depth] = NULL;
    r->open[r->depth++] = node;
    return 0;
}

static int take_event(struct reader *r, const yaml_event_t *event, bool *ret_done)
{
    int line = (int)event->start_mark.line + 1;
    if (++r->node_count > YAML_NODES) {
        return err_set(r->err, ERR_REFUSED, 0, "line %d: more than %d entries", line, YAML_NODES);
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT: return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT: return open_collection(r, YAML_LIST, event);
    case YAML_MAPPING_START_EVENT: return open_collection(r, YAML_OBJECT, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: r->depth--; return 0;
    case YAML_ALIAS_EVENT:
        return err_set(r->err, ERR_REFUSED, 0, "line %d: aliases (*name) are not read", line);
    case YAML_DOCUMENT_END_EVENT: /* what follows is another document */
    case YAML_STREAM_END_EVENT: *ret_done = true; return 0;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_START_EVENT: break;
    }
    return 0;
}

static int read_events(struct reader *r)
{
    bool done = false;
    while (!done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            return err_set(r->err, ERR_REFUSED, 0, "line %d: not YAML: %s",
                           (int)r->parser.problem_mark.line + 1,
                           r->parser.problem == NULL ? "unreadable" : r->parser.problem);
        }
        int rc = take_event(r, &event, &done);
        yaml_event_delete(&event);
        if (rc != 0) {
            return -1;
        }
    }
    return 0;
}

int yaml_read(struct str text, struct arena *arena, const struct yaml_node **ret_root,
              struct err *err)
{
    static const struct yaml_node nothing = {.key = "", .text = ""};
    struct reader r = {.arena = arena, .err = err};
    if (text.len > YAML_TEXT_BYTES) {
        return err_set(err, ERR_REFUSED, 0, "more than %zu bytes", YAML_TEXT_BYTES);
    }
    if (!yaml_parser_initialize(&r.parser)) {
        return err_set(err, ERR_SYSTEM, 0, "out of memory");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    int rc = read_events(&r);
    yaml_parser_delete(&r.parser);
    if (rc == 0) {
        *ret_root = r.root == NULL ? &nothing : r.root;
    }
    return rc;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    if (node == NULL || node->kind != YAML_OBJECT) {
        return NULL;
    }
    for (const struct yaml_node *n = node->first; n != NULL; n = n->next) {
        if (strcmp(n->key, key) == 0) {
            bool empty = n->kind == YAML_NOTHING || (n->kind == YAML_TEXT && n->text[0] == '\0');
            return empty ? NULL : n;
        }
    }
    return NULL;
}

const char *yaml_text(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *found = yaml_get(node, key);
    return found == NULL || found->kind != YAML_TEXT ? "" : found->text;
}
