/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collecting complaints, and the shapes of names and addresses as the CRDs' regular expressions
 * have them.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "watch/check_priv.h"

/* ---- complaints ---- */

void check_at(struct check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(check->path, sizeof check->path, format, args);
    va_end(args);
}

static void add_item(struct check *check, enum reason reason, const char *sentence,
                     const char *numbers, va_list args)
{
    check->is_invalid |= reason == REASON_INVALID;
    if (check->count == CHECK_ITEMS_MAX) {
        return;
    }
    struct check_item *item = &check->items[check->count++];
    memcpy(item->path, check->path, sizeof item->path);
    item->sentence = sentence;
    item->reason = reason;
    snprintf(item->text, sizeof item->text, "%s", sentence);
    if (numbers != NULL) {
        char shown[160];
        vsnprintf(shown, sizeof shown, numbers, args);
        snprintf(item->text, sizeof item->text, "%s (%s)", sentence, shown);
    }
}

void check_fail(struct check *check, const char *sentence, const char *numbers, ...)
{
    va_list args;
    va_start(args, numbers);
    add_item(check, REASON_INVALID, sentence, numbers, args);
    va_end(args);
}

void check_fail_never(struct check *check, const char *sentence, const char *numbers, ...)
{
    va_list args;
    va_start(args, numbers);
    add_item(check, REASON_NEVER_FIRES, sentence, numbers, args);
    va_end(args);
}

void check_shape(struct check *check, bool fits, const char *sentence, const char *text)
{
    if (!fits) {
        check_fail(check, sentence, "it is \"%.63s\"", text);
    }
}

char *check_text(const struct check *check, enum reason reason, char *out, size_t size)
{
    out[0] = '\0';
    size_t used = 0;
    for (int i = 0; i < check->count && used < size; i++) {
        if (check->items[i].reason == reason) {
            int n = snprintf(out + used, size - used, "%s%s", used == 0 ? "" : "; ",
                             check->items[i].text);
            used += n < 0 ? 0 : (size_t)n;
        }
    }
    return out;
}

/* ---- shapes ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_lower(c) || is_upper(c);
}

static bool is_among(char c, const char *chars)
{
    return c != '\0' && strchr(chars, c) != NULL;
}

/* Letters and digits, and between them `inner` too; `upper`: capitals count as letters. */
static bool is_name(const char *text, size_t len, bool upper, const char *inner)
{
    for (size_t i = 0; i < len; i++) {
        bool plain = is_lower(text[i]) || is_digit(text[i]) || (upper && is_upper(text[i]));
        bool edge = i == 0 || i + 1 == len;
        if (!plain && (edge || !is_among(text[i], inner))) {
            return false;
        }
    }
    return len > 0;
}

bool is_label_value(const char *text)
{
    return is_name(text, strlen(text), true, "-_.");
}

bool is_object_name(const char *text)
{
    return is_name(text, strlen(text), false, "-.");
}

bool is_service_name(const char *text)
{
    return is_name(text, strlen(text), false, "-");
}

bool is_any_name(const char *text)
{
    return is_name(text, strlen(text), true, "-.:_");
}

bool is_label_key(const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash != NULL && !is_name(text, (size_t)(slash - text), false, "-.")) {
        return false;
    }
    const char *name = slash == NULL ? text : slash + 1;
    return strlen(name) <= 63 && is_label_value(name);
}

static const char *skip_digits(const char *text)
{
    while (is_digit(*text)) {
        text++;
    }
    return text;
}

/* v1, v2beta3, v1alpha1 */
static bool is_version(const char *text)
{
    const char *after = skip_digits(text + 1);
    if (text[0] != 'v' || after == text + 1) {
        return false;
    }
    if (*after == '\0') {
        return true;
    }
    size_t word = strncmp(after, "alpha", 5) == 0 ? 5 : strncmp(after, "beta", 4) == 0 ? 4 : 0;
    const char *end = skip_digits(after + word);
    return word > 0 && end > after + word && *end == '\0';
}

bool is_api_version(const char *text)
{
    const char *slash = strchr(text, '/');
    if (text[0] == '\0') {
        return false;
    }
    if (slash == NULL) {
        return is_version(text);
    }
    return is_name(text, (size_t)(slash - text), false, "-.") && slash[1] != '\0' &&
           is_version(slash + 1);
}

bool is_kind_name(const char *text)
{
    if (!is_upper(text[0])) {
        return false;
    }
    while (is_alnum(*text)) {
        text++;
    }
    return *text == '\0';
}

static bool is_printable(char c)
{
    return c >= '!' && c <= '~';
}

bool is_url_path(const char *text)
{
    if (text[0] != '/') {
        return false;
    }
    while (is_printable(*text)) {
        text++;
    }
    return *text == '\0';
}

bool is_path_part(const char *text)
{
    if (text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
        return false;
    }
    while (is_printable(*text) && *text != '%' && *text != '/') {
        text++;
    }
    return *text == '\0';
}

bool is_counter_name(const char *text)
{
    if (text[0] == '\0' || is_digit(text[0])) {
        return false;
    }
    while (is_alnum(*text) || is_among(*text, "_:")) {
        text++;
    }
    return *text == '\0';
}

bool is_parameter_name(const char *text)
{
    return is_counter_name(text) && strchr(text, ':') == NULL;
}

bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

void check_labels(struct check *check, const struct label *labels, int count, const char *sentence)
{
    for (int i = 0; i < count; i++) {
        bool value_fits = labels[i].value[0] == '\0' || is_label_value(labels[i].value);
        if (!is_label_key(labels[i].key) || !value_fits) {
            check_fail(check, sentence, "%.63s: \"%.63s\"", labels[i].key, labels[i].value);
            return;
        }
    }
}

/* ---- addresses ---- */

static bool is_usable_v4(const unsigned char *a)
{
    bool unspecified = a[0] == 0 && a[1] == 0 && a[2] == 0 && a[3] == 0;
    bool broadcast = a[0] == 255 && a[1] == 255 && a[2] == 255 && a[3] == 255;
    bool loopback = a[0] == 127;
    bool multicast = a[0] >= 224 && a[0] <= 239;
    bool link_local = a[0] == 169 && a[1] == 254;
    return !unspecified && !broadcast && !loopback && !multicast && !link_local;
}

static bool is_usable_v6(const unsigned char *a)
{
    static const unsigned char zeros[15] = {0};
    bool unspecified_or_loopback = memcmp(a, zeros, 15) == 0 && a[15] <= 1;
    bool multicast = a[0] == 0xFF;
    bool link_local = a[0] == 0xFE && (a[1] & 0xC0) == 0x80;
    return !unspecified_or_loopback && !multicast && !link_local;
}

enum address_kind address_kind(const char *text, bool *ret_usable)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    unsigned char bytes[16];
    *ret_usable = false;
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *ret_usable = is_usable_v4(bytes);
        return ADDRESS_V4;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1 && memcmp(bytes, mapped, 12) != 0) {
        *ret_usable = is_usable_v6(bytes);
        return ADDRESS_V6;
    }
    return ADDRESS_NONE;
}
