/* SPDX-License-Identifier: Apache-2.0 */
/* The words of model/reasons.h, both ways, from its one table. */
#include "model/reasons.h"

#include "base/attr.h"

static const char *const WORDS[] = {"",
#define REASON_WORD(upper, word) word,
                                    REASONS(REASON_WORD)
#undef REASON_WORD
};

const char *reason_word(enum reason reason)
{
    size_t at = (size_t)reason;
    return at < ARRAY_LEN(WORDS) ? WORDS[at] : "";
}

bool reason_from_word(struct str word, enum reason *ret_reason)
{
    for (size_t i = 1; i < ARRAY_LEN(WORDS); i++) {
        if (str_is(word, WORDS[i])) {
            *ret_reason = (enum reason)i;
            return true;
        }
    }
    return false;
}
