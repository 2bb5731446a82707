/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "model/number.h"

static const char *read_back(const char *text)
{
    static char out[NUMBER_TEXT_SIZE];
    return number_text(number_parse(str_of(text)), out);
}

Test(number, quantities_are_read_exactly)
{
    static const char *const ROWS[][2] = {
        {"0.25", "0.25"},
        {"2k", "2000"},
        {"1.2k", "1200"},
        {"1e3", "1000"},
        {"1E-2", "0.01"},
        {"500m", "0.5"},
        {"1Ki", "1024"},
        {"1E", "1000000000000000000"},
        {"0.5Ei", "576460752303423488"},
        {".5", "0.5"},
        {"5.", "5"},
        {"55.000000001", "55.000000001"},
        {"-0", "0"},
        {"+3", "3"},
        {"123456789n", "0.123456789"},
        {"0.0000000019", "0.000000001"},
        {"-12.5", "-12.5"},
        {"1e-99", "0"},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        cr_assert_str_eq(read_back(ROWS[i][0]), ROWS[i][1], "%s", ROWS[i][0]);
    }
}

Test(number, what_broken_sources_send_keeps_its_name)
{
    static const struct {
        const char *text;
        enum number_state state;
    } ROWS[] = {
        {"NaN", NUMBER_NAN},          {"nan", NUMBER_NAN},         {"Inf", NUMBER_INFINITE},
        {"-Inf", NUMBER_INFINITE},    {"+inf", NUMBER_INFINITE},   {"-1", NUMBER_NEGATIVE},
        {"1e19", NUMBER_TOO_LARGE},   {"1e99", NUMBER_TOO_LARGE},  {"", NUMBER_UNREADABLE},
        {"1.2.3", NUMBER_UNREADABLE}, {"abc", NUMBER_UNREADABLE},  {"1e", NUMBER_UNREADABLE},
        {"1 ", NUMBER_UNREADABLE},    {"0x10", NUMBER_UNREADABLE}, {"1kk", NUMBER_UNREADABLE},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        cr_assert_eq(number_parse(str_of(ROWS[i].text)).state, ROWS[i].state, "%s", ROWS[i].text);
    }
}

Test(number, a_short_text_is_for_people)
{
    static const char *const ROWS[][2] = {
        {"63", "63"}, {"52.5", "52.5"}, {"1234", "1.2k"}, {"0.25", "0.25"}, {"33.333333", "33.3"},
    };
    char out[NUMBER_TEXT_SIZE];
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        cr_assert_str_eq(number_short(number_parse(str_of(ROWS[i][0])), out), ROWS[i][1]);
    }
}
