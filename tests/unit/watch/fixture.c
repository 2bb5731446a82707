/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/mem.h"
#include "kube/pull.h"

const struct kind_fixture KIND_FIXTURES[] = {
    {&KIND_SCALING_GROUP, "group"},
    {&KIND_SCALING_POLICY, "policy"},
    {&KIND_SCALING_ACTIVITY, "activity"},
    {&KIND_DEPLOYMENT, "deployment"},
    {&KIND_REPLICA_SET, "replica_set"},
    {&KIND_POD, "pod_running"},
    {&KIND_POD, "pod_stuck"},
    {&KIND_NODE, "node"},
    {&KIND_SERVICE, "service"},
    {&KIND_SERVICE, "service_with_selector"},
    {&KIND_ENDPOINT_SLICE, "slice"},
    {&KIND_ENDPOINTS, "endpoints"},
    {&KIND_AUTOSCALER, "autoscaler"},
    {&KIND_SCALED_OBJECT, "scaled_object"},
};
const int KIND_FIXTURE_COUNT = (int)ARRAY_LEN(KIND_FIXTURES);

char *fixture_text(const char *name)
{
    char path[512];
    char chunk[4096];
    struct buf text = {0};
    size_t len = 0;
    snprintf(path, sizeof path, SOURCE_DIR "/tests/unit/watch/fixtures/%s.json", name);
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_add(&text, chunk, len);
    }
    (void)fclose(file);
    return buf_take(&text);
}

const void *text_object(const struct kind *kind, const char *text, struct arena *arena,
                        struct err *err)
{
    void *object = NULL;
    return pull_decode(kind->table, str_of(text), NULL, arena, &object, err) == 0 ? object : NULL;
}

const void *fixture_object(const struct kind *kind, const char *name, struct arena *arena)
{
    struct err err = {0};
    char *text = fixture_text(name);
    const void *object = text_object(kind, text, arena, &err);
    cr_assert(object != NULL, "%s: %s", name, err.text);
    mem_free(text);
    return object;
}
