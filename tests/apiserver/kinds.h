/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APISERVER_KINDS_H
#define APISERVER_KINDS_H

#include <stdbool.h>

/* The resources the server knows: what it takes to find them in a path. */
struct api_kind {
    const char *api;    /* "/apis/apps/v1" */
    const char *plural; /* unique in this table */
    const char *kind;
    bool namespaced;
    bool has_status;            /* a status subresource */
    const char *scale_spec;     /* dotted path of the count behind /scale; NULL = none */
    const char *scale_status;   /* of the observed count */
    const char *scale_selector; /* of the selector as text; NULL = from spec.selector */
};

/* NULL if there is none. */
const struct api_kind *api_kind_find(const char *api, const char *plural);
const struct api_kind *api_kind_of_plural(const char *plural);

#endif
