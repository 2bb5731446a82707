/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONTROLLER_FLAGS_H
#define CLI_CONTROLLER_FLAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"

/*
 * The flags of `sluice controller`, and the configuration file that --config names. A flag wins
 * over the file. `--flag value` and `--flag=value` are the same.
 */

struct controller_flags {
    const char *kubeconfig;  /* "" = the usual places */
    const char *context;     /* "" = the current one */
    const char *ns;          /* "" = all namespaces */
    const char *config;      /* "" = none */
    const char *health_addr; /* "" = serve nothing */
    bool json;
    enum log_level level;
    int max_group_size;
    int max_activities;
    bool help;
    const char *ignored; /* keys of the file that this version does not use, or "" */
};

/* Fills flags with defaults, the file and the arguments. ERR_REFUSED: a sentence for a person. */
int controller_flags_read(struct controller_flags *flags, int argc, char **argv,
                          struct arena *arena, struct err *err) MUST_CHECK;

/* What --help prints. */
const char *controller_help(void);

#endif
