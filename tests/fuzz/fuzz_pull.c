/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kube/pull.h"
#include "watch/kinds.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Any bytes at all as an object of the API server: each kind's table in turn. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct kind *const kinds[] = {&KIND_SCALING_GROUP, &KIND_SCALING_POLICY,
                                               &KIND_DEPLOYMENT, &KIND_POD, &KIND_ENDPOINT_SLICE};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        struct err err = {0};
        void *object = NULL;
        (void)(pull_decode(kinds[i]->table, (struct str){(const char *)bytes, len}, NULL, &arena,
                           &object, &err) == 0);
    }
    return 0;
}
