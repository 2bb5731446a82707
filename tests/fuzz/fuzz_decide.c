/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#include "cli/decide_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Any text at all given to `sluice decide`: YAML and JSON readers, checks, cron, the decision. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct zones *zones;
    struct err err = {0};
    if (zones == NULL) {
        zones = zones_new("");
    }
    CLEANUP(buf_clear) struct buf out = {0};
    CLEANUP(buf_clear) struct buf notes = {0};
    (void)(decide_run("fuzz", (struct str){(const char *)bytes, len}, zones, &out, &notes, &err) ==
           0);
    return 0;
}
