/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/options.h"
#include "cli/place.h"

/* Reads words (argv[0] first, NULL at the end) with two options. */
static int read_words(const char *const *words, const char **file, const char **count, bool *help,
                      struct err *err)
{
    char *argv[8] = {0};
    char copies[8][32];
    int argc = 0;
    const struct option_spec specs[] = {{"--file", 'f', file}, {"--count", 0, count}};
    for (; words[argc] != NULL; argc++) {
        strncpy(copies[argc], words[argc], sizeof copies[argc] - 1);
        copies[argc][sizeof copies[argc] - 1] = '\0';
        argv[argc] = copies[argc];
    }
    *file = *count = NULL;
    int result = options_read(argc, argv, specs, 2, help, err);
    *file = *file == NULL             ? NULL
            : strcmp(*file, "-") == 0 ? "-"
            : strcmp(*file, "a") == 0 ? "a"
                                      : "?";
    *count = *count == NULL ? NULL : strcmp(*count, "3") == 0 ? "3" : "?";
    return result;
}

Test(options, a_value_stands_after_a_blank_an_equals_sign_or_the_letter)
{
    static const char *const lines[][5] = {{"decide", "-f", "a", "--count", "3"},
                                           {"decide", "-fa", "--count=3", NULL, NULL},
                                           {"decide", "--file=a", "--count", "3", NULL}};
    for (size_t i = 0; i < 3; i++) {
        const char *words[6] = {lines[i][0], lines[i][1], lines[i][2], lines[i][3], lines[i][4]};
        const char *file, *count;
        bool help = true;
        struct err err = {0};
        cr_assert_eq(read_words(words, &file, &count, &help, &err), 0, "%s", err.text);
        cr_expect(!help && strcmp(file, "a") == 0 && strcmp(count, "3") == 0);
    }
}

Test(options, stdin_is_a_dash)
{
    const char *const words[] = {"decide", "-f", "-", NULL};
    const char *file, *count;
    bool help;
    struct err err = {0};
    cr_assert_eq(read_words(words, &file, &count, &help, &err), 0);
    cr_expect_str_eq(file, "-");
    cr_expect_str_eq(file_shown(file), "stdin");
}

Test(options, what_is_not_known_or_lacks_its_value_is_refused)
{
    const char *const unknown[] = {"decide", "--fill", "a", NULL};
    const char *const lacking[] = {"decide", "-f", NULL};
    const char *const further[] = {"decide", "-f", "a", "b", NULL};
    const char *file, *count;
    bool help;
    struct err err = {0};
    cr_expect_eq(read_words(unknown, &file, &count, &help, &err), -1);
    cr_expect_str_eq(err.text, "--fill is not known, see sluice decide --help");
    cr_expect_eq(read_words(lacking, &file, &count, &help, &err), -1);
    cr_expect_str_eq(err.text, "--file needs a value, see sluice decide --help");
    cr_expect_eq(read_words(further, &file, &count, &help, &err), -1);
    cr_expect_str_eq(err.text, "b is not known, see sluice decide --help");
}

Test(options, help_wins_over_everything)
{
    const char *const words[] = {"decide", "--nonsense", "-h", NULL};
    const char *file, *count;
    bool help = false;
    struct err err = {0};
    cr_expect_eq(read_words(words, &file, &count, &help, &err), 0);
    cr_expect(help);
}

Test(options, a_file_that_is_not_there_is_named)
{
    struct buf out = {0};
    struct err err = {0};
    cr_expect_eq(file_read("no/such/file.yaml", 10, &out, &err), -1);
    cr_expect(strncmp(err.text, "no/such/file.yaml: cannot be opened: ", 37) == 0, "%s", err.text);
    buf_clear(&out);
}

Test(spelling, the_nearest_word_is_offered_and_a_far_one_is_not)
{
    static const char *const known[] = {"minSize", "maxSize", "nodeCount", "now"};
    cr_expect_str_eq(nearest_word("minsize", known, 4), "minSize");
    cr_expect_str_eq(nearest_word("nodeCuont", known, 4), "nodeCount");
    cr_expect_str_eq(nearest_word("maxsiz", known, 4), "maxSize");
    cr_expect_null(nearest_word("replicas", known, 4));
    cr_expect_null(nearest_word("a-key-that-is-longer-than-any-word-has-a-right-to-be", known, 4));
}
