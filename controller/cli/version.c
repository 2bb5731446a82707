/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sluice version: one line, the same everywhere.
 */
#include <stdio.h>

#include "cli/cli.h"

int cli_version(int argc, char **argv)
{
    if (argc > 1) {
        (void)fputs("usage: sluice version\n", stderr);
        return CLI_MISUSED;
    }
    (void)printf("sluice %s\n", SLUICE_VERSION);
    return CLI_DONE;
}
