/* SPDX-License-Identifier: Apache-2.0 */
/* Checked allocation: a size that overflows is a bug, memory that is gone is the end. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

static size_t at_least_one(size_t n)
{
    return n == 0 ? 1 : n;
}

void *mem_new(size_t count, size_t size)
{
    void *memory = calloc(at_least_one(count), at_least_one(size)); /* calloc checks the product */
    BUG_IF(memory == NULL, "out of memory (%zu x %zu bytes)", count, size);
    return memory;
}

void *mem_grow(void *array, size_t count, size_t size)
{
    count = at_least_one(count);
    size = at_least_one(size);
    BUG_IF(count > SIZE_MAX / size, "out of memory (%zu x %zu bytes)", count, size);
    void *memory = realloc(array, count * size);
    BUG_IF(memory == NULL, "out of memory (%zu x %zu bytes)", count, size);
    return memory;
}

char *mem_dup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = mem_new(len, 1);
    memcpy(copy, text, len);
    return copy;
}

void mem_free(void *memory)
{
    free(memory);
}
