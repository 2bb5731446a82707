/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The room keeps its I/O in one file: every other object of its library needs nothing of libc but
 * memory and text. What each object needs is asked of nm.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

#define LIBRARY "controller/libcalendar.a" /* beside this executable, in the build folder */

/* Of libc, what is pure; of the project, what only computes; and what a compiler adds. */
static const char *const allowed[] = {"mem",
                                      "__mem",
                                      "str",
                                      "text_",
                                      "err_",
                                      "arena_",
                                      "buf_",
                                      "wall_",
                                      "civil_",
                                      "days_",
                                      "cron_",
                                      "zone_",
                                      "footer_",
                                      "walk_",
                                      "firing_",
                                      "window_",
                                      "listing_",
                                      "__asan_",
                                      "__ubsan_",
                                      "__sanitizer_",
                                      "__stack_chk_fail",
                                      "_GLOBAL_OFFSET_TABLE_"};

static bool is_allowed(const char *symbol)
{
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
        if (strncmp(symbol, allowed[i], strlen(allowed[i])) == 0) {
            return true;
        }
    }
    return false;
}

static FILE *ask_nm(void)
{
    char path[600];
    char command[1000];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    cr_assert(len > 0);
    path[len] = '\0';
    *strrchr(path, '/') = '\0';
    snprintf(command, sizeof(command), "nm -u -A '%s/" LIBRARY "' 2>/dev/null", path);
    return popen(command, "r");
}

Test(purity, only_tzload_needs_more_than_memory_and_text)
{
    char line[1000];
    int seen = 0;
    FILE *nm = ask_nm();
    cr_assert(nm != NULL);
    while (fgets(line, sizeof(line), nm) != NULL) {
        char symbol[200];
        const char *kind = strstr(line, " U ");
        /* bind.c asks tzload.c for zones; nothing else knows that there are files. */
        bool is_border = strstr(line, ":tzload.c.o:") != NULL || strstr(line, ":bind.c.o:") != NULL;
        if (kind != NULL && sscanf(kind, " U %199s", symbol) == 1 && !is_border) {
            cr_expect(is_allowed(symbol), "%s", line);
            seen++;
        }
    }
    pclose(nm);
    if (seen == 0) {
        cr_skip_test("no nm, or no " LIBRARY " beside this test");
    }
}
