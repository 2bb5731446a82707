/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * The command line of a verb: options with a value (`-f FILE`, `--from T`, `--from=T`), and files.
 */

struct option_spec {
    const char *name;   /* "--file" */
    char letter;        /* 'f', or 0 */
    const char **value; /* where its value goes; given twice, the last one stands */
};

/*
 * Reads argv[1...]. *ret_help: -h or --help was there, and nothing else was looked at. Fails with
 * ERR_REFUSED and a sentence for anything unknown or without its value, and for further words.
 */
int options_read(int argc, char **argv, const struct option_spec *specs, int count, bool *ret_help,
                 struct err *err) MUST_CHECK;

/* Reads a file ("-" = stdin) up to `ceiling` bytes. Fails with ERR_SYSTEM or ERR_REFUSED. */
int file_read(const char *path, size_t ceiling, struct buf *out, struct err *err) MUST_CHECK;

/* What complaints call the file: "stdin" for "-". */
const char *file_shown(const char *path);

/* Writes all of it to stdout; -1 if that fails (a closed pipe, a full disk). */
int stdout_write(const struct buf *out) MUST_CHECK;

#endif
