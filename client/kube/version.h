/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_VERSION_H
#define KUBE_VERSION_H

#include <stdbool.h>

/*
 * resourceVersions are numbers that grow, written in decimal, comparable within one resource type.
 * A server that writes anything else only lets us ask whether two are the same.
 */

/* Digits only, no leading zero: neither "" nor "0". */
bool version_is_orderly(const char *version);

/*
 * Whether `have` is at or beyond `want`. If either is not orderly: whether they are equal. NULL
 * counts as "".
 */
bool version_reached(const char *have, const char *want);

#endif
