/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_CHECK_PRIV_H
#define WATCH_CHECK_PRIV_H

#include "base/attr.h"
#include "watch/check.h"

/*
 * What the checks share: collecting complaints, and the shapes of names.
 */

/* Where the next complaint belongs. */
void check_at(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);
/* A complaint there; numbers NULL = none. */
void check_fail(struct check *check, const char *sentence, const char *numbers, ...)
    PRINTF_LIKE(3, 4);
/* The same about one rule only, which never fires: the object is not invalid for it. */
void check_fail_never(struct check *check, const char *sentence, const char *numbers, ...)
    PRINTF_LIKE(3, 4);

/* Fails there unless fits; shows the text. */
void check_shape(struct check *check, bool fits, const char *sentence, const char *text);

/* Fails once, there, if a key or value is not a label's. */
void check_labels(struct check *check, const struct label *labels, int count, const char *sentence);

/* ---- shapes: the regular expressions of the CRDs ---- */

bool is_label_value(const char *text);    /* [A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])? */
bool is_object_name(const char *text);    /* [a-z0-9]([-a-z0-9.]*[a-z0-9])? */
bool is_service_name(const char *text);   /* [a-z0-9]([-a-z0-9]*[a-z0-9])? */
bool is_any_name(const char *text);       /* [A-Za-z0-9]([-A-Za-z0-9.:_]*[A-Za-z0-9])? */
bool is_label_key(const char *text);      /* (PREFIX/)?NAME, NAME at most 63 */
bool is_api_version(const char *text);    /* (GROUP/)?v1, v1beta2, ... */
bool is_kind_name(const char *text);      /* [A-Z][A-Za-z0-9]* */
bool is_url_path(const char *text);       /* /[!-~]* */
bool is_path_part(const char *text);      /* [!-$&-.0-~]+ but not . and .. */
bool is_counter_name(const char *text);   /* [A-Za-z_:][A-Za-z0-9_:]* */
bool is_parameter_name(const char *text); /* [A-Za-z_][A-Za-z0-9_]* */
bool has_control(const char *text);       /* [\x00-\x1f\x7f] */

enum address_kind { ADDRESS_NONE, ADDRESS_V4, ADDRESS_V6 };

/* What a text is as an IP address; *ret_usable: global unicast, as Go's net/netip has it. */
enum address_kind address_kind(const char *text, bool *ret_usable);

#endif
