/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sluice decide: what would be decided, as data. The work is in decide_run.c.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/decide_run.h"
#include "cli/document.h"
#include "cli/options.h"

static const char HELP[] =
    "usage: sluice decide -f FILE\n"
    "\n"
    "Reads ScalingGroups, ScalingPolicies and Observations (YAML or JSON, in order; FILE - is\n"
    "stdin) and prints one line of JSON for each Observation: what the operator would decide, "
    "why,\n"
    "and the status it would write. `kubectl get sg,sp -o yaml` can be fed as it is.\n"
    "\n"
    "  -f, --file FILE   the documents\n"
    "\n"
    "Exit code 2: the input cannot be read; stderr says FILE:LINE: field: what is wrong.\n";

static int complain(const struct err *err, int code)
{
    (void)fprintf(stderr, "%s\n", err->text);
    return code;
}

static int run(const char *path, struct zones *zones)
{
    CLEANUP(buf_clear) struct buf text;
    CLEANUP(buf_clear) struct buf out;
    CLEANUP(buf_clear) struct buf notes = {0};
    struct err err = {0};
    buf_init(&text, (size_t)DOC_BYTES_MAX * 2);
    buf_init(&out, (size_t)1 << 30);
    if (file_read(path, DOC_BYTES_MAX, &text, &err) != 0) {
        return complain(&err, CLI_MISUSED);
    }
    struct str bytes = {buf_text(&text), text.len};
    int result = decide_run(file_shown(path), bytes, zones, &out, &notes, &err);
    (void)fputs(buf_text(&notes), stderr);
    if (result != 0) {
        return complain(&err, CLI_MISUSED);
    }
    if (stdout_write(&out) != 0) {
        (void)fputs("sluice decide: stdout cannot be written\n", stderr);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

int cli_decide(int argc, char **argv)
{
    const char *path = NULL;
    const struct option_spec specs[] = {{"--file", 'f', &path}};
    bool help = false;
    struct err err = {0};
    if (options_read(argc, argv, specs, (int)ARRAY_LEN(specs), &help, &err) != 0) {
        return complain(&err, CLI_MISUSED);
    }
    if (help || path == NULL) {
        (void)fputs(HELP, help ? stdout : stderr);
        return help ? CLI_DONE : CLI_MISUSED;
    }
    struct zones *zones = zones_new(NULL);
    int code = run(path, zones);
    zones_free(zones);
    return code;
}
