/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STATUS_JSON_TEXT_H
#define STATUS_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"

/*
 * Fields of a JSON object, made from texts that anybody may have written. Every text is made safe
 * on its way in: broken UTF-8 becomes U+FFFD, control characters are shown as `\x1b`, and what is
 * longer than TEXT_SHOWN_BYTES is cut at a code point and ends in "...".
 */

#define TEXT_SHOWN_BYTES 1024

/* `text` made safe as above and at most `max_bytes` long; in the arena. NULL counts as "". */
const char *text_clean(struct arena *arena, const char *text, size_t max_bytes);

/* A new JSON string made safe; never NULL. */
json_t *json_clean(const char *text);

void put_text(json_t *object, const char *key, const char *text);
void put_int(json_t *object, const char *key, int64_t value);
void put_bool(json_t *object, const char *key, bool value);
void put_time(json_t *object, const char *key, struct wall time);
void put_range(json_t *object, const char *key, int min, int max);

/* Reading back; a field that is absent or of another type gives "", `fallback` or false. */
const char *get_text(const json_t *object, const char *key);
int64_t get_int(const json_t *object, const char *key, int64_t fallback);
bool get_time(const json_t *object, const char *key, struct wall *ret_time);

#endif
