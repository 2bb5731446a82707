/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is built whole and leaves in one write, so lines of two threads never mix. What came from
 * outside can neither end the line nor forge a field: anything but plain characters is escaped.
 */
#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"

#define LINE_CEILING_BYTES (64 << 10)

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARN: return "warn";
    case LOG_INFO: return "info";
    case LOG_DEBUG: return "debug";
    }
    return "info";
}

static void add_quoted(struct buf *line, const char *text)
{
    buf_add(line, "\"", 1);
    const char *end = text + strlen(text);
    for (const char *c = text; c < end;) {
        size_t len = str_utf8_len((struct str){c, (size_t)(end - c)});
        if (len == 0) {
            buf_add_text(line, "\\ufffd");
        } else if (*c == '"' || *c == '\\') {
            buf_printf(line, "\\%c", *c);
        } else if (*c == '\n') {
            buf_add_text(line, "\\n");
        } else if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            buf_printf(line, "\\u%04x", (unsigned)*c);
        } else {
            buf_add(line, c, len);
        }
        c += len == 0 ? 1 : len;
    }
    buf_add(line, "\"", 1);
}

static bool is_plain(const char *text)
{
    if (text[0] == '\0') {
        return false;
    }
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 0x7f || *c == '"' || *c == '=' || *c == '\\') {
            return false;
        }
    }
    return true;
}

static void add_value(struct buf *line, bool json, const struct log_field *field)
{
    if (field->text == NULL) {
        buf_printf(line, "%lld", field->number);
    } else if (!json && is_plain(field->text)) {
        buf_add_text(line, field->text);
    } else {
        add_quoted(line, field->text);
    }
}

static void add_field(struct buf *line, bool json, const struct log_field *field)
{
    if (json) {
        buf_add_text(line, line->len == 1 ? "" : ",");
        add_quoted(line, field->key);
        buf_add(line, ":", 1);
    } else {
        buf_printf(line, "%s%s=", line->len == 0 ? "" : " ", field->key);
    }
    add_value(line, json, field);
}

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return; /* nobody is left to tell */
        }
        bytes += done;
        len -= (size_t)done;
    }
}

void log_line(const struct log *log, enum log_level level, struct wall now, const char *message,
              const struct log_field *fields, int field_count)
{
    if (level > log->level) {
        return;
    }
    char time_text[WALL_TEXT_SIZE];
    CLEANUP(buf_clear) struct buf line = {.ceiling_bytes = LINE_CEILING_BYTES};
    struct log_field first[] = {
        LOG_TEXT("time", wall_text(now, time_text)),
        LOG_TEXT("level", level_name(level)),
    };
    struct log_field msg = LOG_TEXT("msg", message);
    buf_add_text(&line, log->json ? "{" : "");
    add_field(&line, log->json, &first[0]);
    add_field(&line, log->json, &first[1]);
    if (log->json) {
        add_field(&line, true, &msg);
    } else {
        buf_add_text(&line, " msg=");
        add_quoted(&line, message);
    }
    for (int i = 0; i < field_count; i++) {
        add_field(&line, log->json, &fields[i]);
    }
    if (line.overflow) {
        buf_reset(&line);
        buf_add_text(&line, log->json ? "{\"level\":\"warn\",\"msg\":\"log line too long\""
                                      : "level=warn msg=\"log line too long\"");
    }
    buf_add_text(&line, log->json ? "}\n" : "\n");
    write_all(log->fd, line.ptr, line.len);
}
