/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APISERVER_PATCH_H
#define APISERVER_PATCH_H

#include <jansson.h>
#include <stdbool.h>

/*
 * JSON merge patch (RFC 7396), JSON patch (RFC 6902), and dotted paths. Server-side apply is
 * approximated by a merge in which lists of objects with a `name`, `type` or `uid` key merge by it.
 */

/* What `target` becomes; both arguments stay as they are. A new reference. */
json_t *patch_merge(const json_t *target, const json_t *patch);
json_t *patch_apply(const json_t *target, const json_t *intent);
/* NULL if an operation does not fit, with a sentence in ret_why (static). */
json_t *patch_operations(const json_t *target, const json_t *operations, const char **ret_why);

/* "spec.replicas" of an object, borrowed; NULL if absent. */
json_t *path_get(const json_t *object, const char *dotted);
/* Sets it (takes the reference), making objects on the way. */
void path_set(json_t *object, const char *dotted, json_t *value);

#endif
