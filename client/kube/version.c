/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of any length, compared as text: the longer one is greater. */
#include "kube/version.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

bool version_is_orderly(const char *version)
{
    if (version == NULL || version[0] < '1' || version[0] > '9') {
        return false;
    }
    return strspn(version, "0123456789") == strlen(version);
}

bool version_reached(const char *have, const char *want)
{
    if (!version_is_orderly(have) || !version_is_orderly(want)) {
        return text_is(have, want);
    }
    size_t have_len = strlen(have);
    size_t want_len = strlen(want);
    return have_len != want_len ? have_len > want_len : strcmp(have, want) >= 0;
}
