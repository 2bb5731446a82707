/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CONFIG_PRIV_H
#define KUBE_CONFIG_PRIV_H

#include "base/buf.h"
#include "kube/config.h"
#include "kube/yaml_tree.h"

/*
 * Inside of the search: config.c decides where to look, kubeconfig.c reads a list of files,
 * config_file.c gets bytes.
 */

#define CONFIG_FILE_BYTES ((size_t)1 << 20)
#define CONFIG_FILES_MAX 32

/* A list of kubeconfig files, the first one first. */
struct kubeconfig_list {
    const char *path[CONFIG_FILES_MAX];
    int count;
    bool must_exist;     /* else missing files are skipped */
    const char *context; /* "" = current-context */
};

/* Fills config from the files. ERR_ABSENT: none of them exists. */
int kubeconfig_load(struct kube_config *config, const struct kubeconfig_list *list,
                    struct err *err) MUST_CHECK;

/* The bytes of a file, NUL-terminated, in the arena. ERR_ABSENT: it is not there. */
int config_read_file(struct arena *arena, const char *path, struct str *ret_bytes,
                     struct err *err) MUST_CHECK;
/* Base64 as kubeconfig holds it (blanks allowed), decoded, NUL-terminated. NULL: it is none. */
const char *config_base64(struct arena *arena, const char *text);
/* `path` as seen from the folder of `file`. */
const char *config_beside(struct arena *arena, const char *file, const char *path);

#endif
