/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way a status is written: a JSON patch that replaces it whole and carries the version it
 * was made on. The API server answers 409 when the object has another one by now, and no old key
 * stays behind, as it would after a merge.
 */
#include <stdlib.h>
#include <string.h>

#include "loop/world_priv.h"

struct call *status_write(struct world *world, const struct status_target *target, json_t *status,
                          call_fn fn, void *arg)
{
    json_t *patch = json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:O}]", /**/
                              "op", "replace", "path", "/metadata/resourceVersion", "value",
                              target->version, "op", "add", "path", "/status", "value", status);
    char *text = json_dumps(patch, JSON_COMPACT);
    struct request request = {
        .verb = VERB_JSON_PATCH,
        .resource = {.api = "/apis/sluice.dev/v1alpha1",
                     .plural = target->plural,
                     .ns = target->ns,
                     .name = target->name,
                     .subresource = "status",
                     .namespaced = true},
        .field_manager = "sluice",
        .lane = TRANSPORT_LANE_STATUS,
        .body = text,
        .body_len = strlen(text),
    };
    struct call *call = request_send(&world->client, &request, fn, arg);
    json_decref(patch);
    free(text);
    return call;
}
