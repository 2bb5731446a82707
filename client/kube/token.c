/* SPDX-License-Identifier: Apache-2.0 */
/* The last token that could be read stays in use until a newer one can be. */
#include "kube/token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

void token_init(struct token *token, const char *path, const char *fixed)
{
    *token = (struct token){.path = path};
    buf_init(&token->text, TOKEN_CEILING_BYTES);
    buf_add_text(&token->text, fixed == NULL ? "" : fixed);
}

void token_clear(struct token *token)
{
    buf_clear(&token->text);
    token->have = false;
}

static int read_file(const char *path, struct buf *out, struct err *err)
{
    char chunk[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(err, ERR_SYSTEM, errno, "token file %s: %s", path, strerror(errno));
    }
    ssize_t got;
    while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
        buf_add(out, chunk, (size_t)got);
    }
    int code = errno;
    close(fd);
    if (got < 0) {
        return err_set(err, ERR_SYSTEM, code, "token file %s: %s", path, strerror(code));
    }
    return 0;
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') {
            return false;
        }
    }
    return text.len > 0;
}

static int reload(struct token *token, struct err *err)
{
    CLEANUP(buf_clear) struct buf bytes = {.ceiling_bytes = TOKEN_CEILING_BYTES};
    if (read_file(token->path, &bytes, err) != 0) {
        return -1;
    }
    struct str text = str_trim((struct str){buf_text(&bytes), bytes.len});
    if (bytes.overflow || !is_printable(text)) {
        return err_set(err, ERR_REFUSED, 0, "token file %s holds no token", token->path);
    }
    buf_reset(&token->text);
    buf_add(&token->text, text.ptr, text.len);
    return 0;
}

const char *token_now(struct token *token, struct mono now, struct err *ret_trouble)
{
    struct err err = {0};
    if (!text_is(token->path, "") && (!token->have || now.ms - token->read.ms >= TOKEN_KEEP_MS)) {
        if (reload(token, &err) == 0) {
            token->have = true;
            token->read = now;
        }
    }
    if (ret_trouble != NULL) {
        *ret_trouble = err;
    }
    return buf_text(&token->text);
}

void token_refused(struct token *token, struct mono began)
{
    if (token->have && token->read.ms <= began.ms) {
        token->have = false; /* the text stays in case the file cannot be read */
    }
}
