/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a refusal is decoded with a table of its own; if it is no Status, its text is what a
 * person gets to read, without tags and on one line.
 */
#include "kube/reply.h"

#include <string.h>

#include "base/arena.h"
#include "kube/pull.h"

#define BODY_BYTES ((size_t)64 << 10)
#define QUOTE_BYTES ((size_t)2 << 10)

struct cause {
    const char *reason;
};

struct status {
    const char *kind, *reason, *message;
    int code;
    int retry_after_s;
    const struct cause *causes;
    int cause_count;
};

static const struct pull_field CAUSE[] = {PULL("reason", TEXT, struct cause, reason)};
static const struct pull_table CAUSE_TABLE = PULL_TABLE(struct cause, CAUSE);
static const struct pull_field DETAILS[] = {
    PULL("retryAfterSeconds", INT, struct status, retry_after_s),
    PULL_MANY("causes", ARRAY, struct status, causes, cause_count, .table = &CAUSE_TABLE),
};
static const struct pull_table DETAILS_TABLE = PULL_TABLE(struct status, DETAILS);
static const struct pull_field STATUS[] = {
    PULL("kind", TEXT, struct status, kind),       PULL("reason", TEXT, struct status, reason),
    PULL("message", TEXT, struct status, message), PULL("code", INT, struct status, code),
    PULL_INSIDE("details", DETAILS_TABLE),
};
static const struct pull_table STATUS_TABLE = PULL_TABLE(struct status, STATUS);

/* Copies body to out without tags, with runs of blanks and odd bytes as one blank. */
static void quote(struct str body, char *out, size_t size)
{
    size_t used = 0;
    bool in_tag = false;
    bool blank = true;
    for (size_t i = 0; i < body.len && i < QUOTE_BYTES && used + 1 < size; i++) {
        unsigned char b = (unsigned char)body.ptr[i];
        bool is_blank = in_tag || b == '<' || b == '>' || b <= ' ' || b >= 0x7f;
        in_tag = b == '<' || (in_tag && b != '>');
        if (!is_blank) {
            out[used++] = (char)b;
        } else if (!blank) {
            out[used++] = ' ';
        }
        blank = is_blank;
    }
    out[used] = '\0';
}

static enum reply_reason reason_of(int code, const char *reason, enum err_kind *ret_kind)
{
#define REPLY_BY_TEXT(name, text, status, err_kind)                                                \
    if (strcmp(reason, text) == 0) {                                                               \
        *ret_kind = ERR_##err_kind;                                                                \
        return REPLY_##name;                                                                       \
    }
    REPLY_REASONS(REPLY_BY_TEXT)
#undef REPLY_BY_TEXT
#define REPLY_BY_CODE(name, text, status, err_kind)                                                \
    if ((status) != 0 && code == (status)) {                                                       \
        *ret_kind = ERR_##err_kind;                                                                \
        return REPLY_##name;                                                                       \
    }
    REPLY_REASONS(REPLY_BY_CODE)
#undef REPLY_BY_CODE
    *ret_kind = code >= 500 || code == 408 ? ERR_AGAIN : code >= 300 ? ERR_REFUSED : ERR_GARBLED;
    return REPLY_OTHER;
}

static bool is_version_too_large(const struct status *status)
{
    for (int i = 0; i < status->cause_count; i++) {
        if (strcmp(status->causes[i].reason, "ResourceVersionTooLarge") == 0) {
            return true;
        }
    }
    return strstr(status->message, "Too large resource version") != NULL;
}

enum reply_reason reply_error(int status_code, struct str body, int retry_after_s, struct err *err)
{
    struct arena arena;
    struct err unread;
    void *object = NULL;
    struct status none = {.kind = "", .reason = "", .message = ""};
    struct str head = {body.ptr, body.len < BODY_BYTES ? body.len : BODY_BYTES};
    arena_init(&arena, 4 * BODY_BYTES);
    bool readable = pull_decode(&STATUS_TABLE, head, NULL, &arena, &object, &unread) == 0 &&
                    strcmp(((struct status *)object)->kind, "Status") == 0;
    const struct status *status = readable ? object : &none;
    int code = status_code != 0 ? status_code : status->code;
    enum err_kind kind = ERR_AGAIN;
    enum reply_reason reason = reason_of(code, status->reason, &kind);
    char text[sizeof(err->text)];
    quote(head, text, sizeof(text));
    if (status->message[0] != '\0') {
        (void)err_set(err, kind, code, "%s", status->message);
    } else if (readable && status->reason[0] != '\0') {
        (void)err_set(err, kind, code, "the API server answered %d %s", code, status->reason);
    } else if (text[0] == '\0' || readable) {
        (void)err_set(err, kind, code, "the API server answered %d without a word", code);
    } else {
        (void)err_set(err, kind, code, "the API server answered %d: %s", code, text);
    }
    err->retry_after_s = retry_after_s > 0 ? retry_after_s : status->retry_after_s;
    if (kind == ERR_AGAIN && is_version_too_large(status)) {
        reason = REPLY_VERSION_TOO_LARGE;
    }
    arena_clear(&arena);
    return reason;
}
