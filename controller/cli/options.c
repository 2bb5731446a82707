/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines and files of the verbs.
 */
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES 65536

static const struct option_spec *find_option(const struct option_spec *specs, int count,
                                             const char *word, const char **ret_value)
{
    *ret_value = NULL;
    for (int i = 0; i < count; i++) {
        size_t len = strlen(specs[i].name);
        if (strncmp(word, specs[i].name, len) == 0 && (word[len] == '\0' || word[len] == '=')) {
            *ret_value = word[len] == '=' ? word + len + 1 : NULL;
            return &specs[i];
        }
        if (specs[i].letter != 0 && word[0] == '-' && word[1] == specs[i].letter) {
            *ret_value = word[2] == '\0' ? NULL : word + 2;
            return &specs[i];
        }
    }
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

int options_read(int argc, char **argv, const struct option_spec *specs, int count, bool *ret_help,
                 struct err *err)
{
    *ret_help = false;
    for (int i = 1; i < argc; i++) {
        *ret_help |= is_help(argv[i]);
    }
    for (int i = 1; i < argc && !*ret_help; i++) {
        const char *value = NULL;
        const struct option_spec *spec = find_option(specs, count, argv[i], &value);
        if (spec == NULL) {
            return err_set(err, ERR_REFUSED, 0, "%.60s is not known, see sluice %s --help", argv[i],
                           argv[0]);
        }
        if (value == NULL && i + 1 == argc) {
            return err_set(err, ERR_REFUSED, 0, "%s needs a value, see sluice %s --help",
                           spec->name, argv[0]);
        }
        *spec->value = value != NULL ? value : argv[++i];
    }
    return 0;
}

static int read_stream(FILE *stream, const char *shown, size_t ceiling, struct buf *out,
                       struct err *err)
{
    char chunk[CHUNK_BYTES];
    size_t len = 0;
    while ((len = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        if (out->len + len > ceiling) {
            return err_set(err, ERR_REFUSED, 0, "%s:1: document: larger than %zu MiB, split it",
                           shown, ceiling >> 20);
        }
        buf_add(out, chunk, len);
    }
    if (ferror(stream) != 0) {
        return err_set(err, ERR_SYSTEM, errno, "%s: cannot be read: %s", shown, strerror(errno));
    }
    return 0;
}

const char *file_shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

int file_read(const char *path, size_t ceiling, struct buf *out, struct err *err)
{
    if (strcmp(path, "-") == 0) {
        return read_stream(stdin, file_shown(path), ceiling, out, err);
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return err_set(err, ERR_SYSTEM, errno, "%s: cannot be opened: %s", path, strerror(errno));
    }
    int result = read_stream(stream, path, ceiling, out, err);
    (void)fclose(stream);
    return result;
}

int stdout_write(const struct buf *out)
{
    size_t written = fwrite(buf_text(out), 1, out->len, stdout);
    return written == out->len && fflush(stdout) == 0 ? 0 : -1;
}
