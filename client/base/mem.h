/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * The only callers of malloc. Memory gone is the end: the process aborts with a line, is started
 * again and lists anew, because the API server is our disk. Every input has a ceiling before it
 * comes here, so running out is never the peer's choice.
 */

/* Zeroed memory of `count` items; never NULL (count or size 0 counts as 1). */
void *mem_new(size_t count, size_t size);

/* As realloc for an array; new items are not zeroed; never NULL. */
void *mem_grow(void *array, size_t count, size_t size);

/* A copy the caller frees; never NULL. */
char *mem_dup(const char *text);

/* Takes NULL. */
void mem_free(void *memory);

#endif
