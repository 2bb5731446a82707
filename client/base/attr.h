/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

/*
 * The compiler attributes the project allows itself; everything else is strict C17.
 */

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))

/* Runs fn(&variable) when the variable leaves its scope: `CLEANUP(buf_clear) struct buf b = {0};`
 */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
