/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"
#include "status/json_text.h"

Test(json_text, keeps_what_is_valid_and_replaces_what_is_not)
{
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"plain", "plain"},
        {"\xC3\xA4\xE4\xBD\xA0\xF0\x9F\x98\x80", "\xC3\xA4\xE4\xBD\xA0\xF0\x9F\x98\x80"},
        {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE0\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"cut \xE4\xBD", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"a\tb\x7F\x01", "a\\x09b\\x7f\\x01"},
        {"", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *clean = text_clean(&arena, rows[i].text, 1024);
        cr_expect(strcmp(clean, rows[i].clean) == 0, "row %zu: %s", i, clean);
        json_t *json = json_clean(rows[i].text);
        cr_expect(json_is_string(json));
        json_decref(json);
    }
    arena_clear(&arena);
}

Test(json_text, never_exceeds_the_room_and_cuts_whole_code_points)
{
    struct arena arena = {0};
    for (size_t room = 3; room < 40; room++) {
        const char *clean = text_clean(&arena,
                                       "a\xE4\xBD\xA0"
                                       "b\xF0\x9F\x98\x80\x01"
                                       "cdefghijklm",
                                       room);
        json_t *json = json_string(clean);
        cr_expect(strlen(clean) <= room && json != NULL, "%zu: %s", room, clean);
        json_decref(json);
    }
    cr_expect(strcmp(text_clean(&arena, "exactly", 7), "exactly") == 0);
    cr_expect(strcmp(text_clean(&arena, "exactly!", 7), "exac...") == 0);
    arena_clear(&arena);
}
