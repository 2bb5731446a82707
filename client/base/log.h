/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/time.h"

/*
 * One event, one line on stderr: text (`level=info msg="scaled" group=demo/edge from=3 to=5`) or
 * JSON. Only loop/, web/, cli/ and main log; rooms return values. The time comes with the call.
 * Secrets never reach a formatter: nothing here takes headers or credentials.
 */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
    enum log_level level; /* the most talkative level that is printed */
    bool json;
    int fd; /* where lines go; 2 = stderr */
};

/* One key=value of a line; text is quoted and escaped as needed, NULL text prints `number`. */
struct log_field {
    const char *key;
    const char *text; /* NULL = use number */
    long long number;
};

/* Prints one line if `level` is wanted. */
void log_line(const struct log *log, enum log_level level, struct wall now, const char *message,
              const struct log_field *fields, int field_count);

#define LOG_TEXT(k, v) ((struct log_field){.key = (k), .text = (v)})
#define LOG_NUMBER(k, v) ((struct log_field){.key = (k), .number = (long long)(v)})
#define LOG_FIELDS(...)                                                                            \
    (struct log_field[]){__VA_ARGS__},                                                             \
        (int)(sizeof((struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

#endif
