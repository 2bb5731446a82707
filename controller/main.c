/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sluice: one binary, one verb a file of cli/. A verb is a row of the table below.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "cli/cli.h"
#include "cli/controller.h"

struct verb {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit code */
    const char *help;                  /* one line */
};

static const struct verb VERBS[] = {
    {"controller", controller_main, "run the operator"},
    {"decide", cli_decide, "say what would be decided for a file of groups and observations"},
    {"calendar", cli_calendar, "list when the schedules of a file of policies fire"},
    {"version", cli_version, "print the version"},
};

static void print_usage(FILE *out)
{
    (void)fputs("Usage: sluice VERB [flags]\n\nKeeps gateway fleets on Kubernetes the right "
                "size.\n\n",
                out);
    for (size_t i = 0; i < ARRAY_LEN(VERBS); i++) {
        (void)fprintf(out, "  %-12s %s\n", VERBS[i].name, VERBS[i].help);
    }
    (void)fputs("\nsluice VERB --help explains a verb.\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    const char *verb = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    for (size_t i = 0; i < ARRAY_LEN(VERBS); i++) {
        if (strcmp(verb, VERBS[i].name) == 0) {
            return VERBS[i].run(argc - 1, argv + 1);
        }
    }
    bool is_help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                   strcmp(argv[1], "help") == 0;
    if (!is_help) {
        (void)fprintf(stderr, "sluice: unknown verb %s\n\n", argv[1]);
    }
    print_usage(is_help ? stdout : stderr);
    return is_help ? 0 : 2;
}
