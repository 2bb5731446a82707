/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kube/config_priv.h"

int config_read_file(struct arena *arena, const char *path, struct str *ret_bytes, struct err *err)
{
    CLEANUP(buf_clear) struct buf bytes = {.ceiling_bytes = CONFIG_FILE_BYTES};
    char chunk[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? ERR_ABSENT : ERR_REFUSED, errno,
                       "%s: %s", path, strerror(errno));
    }
    ssize_t got = 1;
    while (got > 0 && !bytes.overflow) {
        got = read(fd, chunk, sizeof(chunk));
        buf_add(&bytes, chunk, got > 0 ? (size_t)got : 0);
    }
    int code = errno;
    close(fd);
    if (got < 0) {
        return err_set(err, ERR_REFUSED, code, "%s: %s", path, strerror(code));
    }
    if (bytes.overflow) {
        return err_set(err, ERR_REFUSED, 0, "%s: more than %zu bytes", path, CONFIG_FILE_BYTES);
    }
    *ret_bytes = (struct str){arena_dup_n(arena, buf_text(&bytes), bytes.len), bytes.len};
    return 0;
}

static int digit_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

const char *config_base64(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) / 4 * 3 + 4, 1);
    size_t len = 0;
    unsigned bits = 0;
    int digits = 0;
    int padding = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r' || *c == ' ' || *c == '\t') {
            continue;
        }
        padding += *c == '=' ? 1 : 0;
        if (*c != '=' && (padding > 0 || digit_of(*c) < 0)) {
            return NULL;
        }
        bits = bits << 6 | (*c == '=' ? 0u : (unsigned)digit_of(*c));
        if (++digits % 4 == 0) {
            out[len++] = (char)(bits >> 16 & 0xff);
            out[len++] = (char)(bits >> 8 & 0xff);
            out[len++] = (char)(bits & 0xff);
        }
    }
    if (digits % 4 != 0 || padding > 2) {
        return NULL;
    }
    out[len - (len == 0 ? 0 : (size_t)padding)] = '\0';
    return out;
}

const char *config_beside(struct arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    if (path[0] == '/' || path[0] == '\0' || slash == NULL) {
        return arena_dup(arena, path);
    }
    return arena_printf(arena, "%.*s/%s", (int)(slash - file), file, path);
}
