/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DOCUMENT_PRIV_H
#define CLI_DOCUMENT_PRIV_H

#include "cli/document.h"

/*
 * What the two readers of documents (YAML, JSON) share: building the tree under its ceilings.
 */

/* A growing list of entries of a collection that is not finished. */
struct doc_entries {
    struct doc_entry *items;
    int count, cap;
};

/* State of one doc_read. */
struct doc_builder {
    const char *file;
    struct arena *arena;
    int nodes;               /* made so far, against DOC_NODES_MAX */
    struct doc_entries docs; /* the finished documents */
    int error_line;          /* where the last error was */
    bool is_over;            /* a ceiling was met: no other reader would fare better */
    size_t weight;           /* of the finished documents together */
};

/* "FILE:LINE: document: ..." into err; returns -1. */
int doc_fail(struct doc_builder *builder, int line, struct err *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

void doc_entries_add(struct doc_entries *entries, const char *key, int line,
                     const struct doc *value);
void doc_entries_clear(struct doc_entries *entries);

/* A scalar; text is copied. */
int doc_new_scalar(struct doc_builder *builder, enum doc_type type, struct str text, int line,
                   const struct doc **ret_doc, struct err *err) MUST_CHECK;
/* A list or map of the entries, which are copied; checks duplicates and the weight. */
int doc_new_collection(struct doc_builder *builder, enum doc_type type,
                       const struct doc_entries *entries, int line, const struct doc **ret_doc,
                       struct err *err) MUST_CHECK;

/* A whole document is read. */
int doc_finish(struct doc_builder *builder, const struct doc *doc, struct err *err) MUST_CHECK;

/* The readers; each adds to builder->docs. */
int doc_read_json(struct doc_builder *builder, struct str text, struct err *err) MUST_CHECK;
int doc_read_yaml(struct doc_builder *builder, struct str text, struct err *err) MUST_CHECK;

/* A plain YAML scalar as Kubernetes takes it: its type and, for numbers, its JSON spelling. */
enum doc_type yaml_plain_type(struct str text, struct buf *ret_spelling);

#endif
