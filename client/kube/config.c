/* SPDX-License-Identifier: Apache-2.0 */
/* Where to look, in which order, and the pod we may be running in. */
#include "kube/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kube/config_priv.h"

#define ACCOUNT_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

struct config_sources config_sources_of_process(const char *kubeconfig, const char *context)
{
    return (struct config_sources){
        .kubeconfig = kubeconfig,
        .context = context,
        .env_kubeconfig = getenv("KUBECONFIG"),
        .home = getenv("HOME"),
        .service_host = getenv("KUBERNETES_SERVICE_HOST"),
        .service_port = getenv("KUBERNETES_SERVICE_PORT"),
        .pod_namespace = getenv("POD_NAMESPACE"),
    };
}

static void set_empty(struct kube_config *config)
{
    *config = (struct kube_config){
        .source = "",
        .server = "",
        .ns = "default",
        .tls_server_name = "",
        .ca_pem = "",
        .cert_pem = "",
        .key_pem = "",
        .token = "",
        .token_file = "",
        .username = "",
        .password = "",
        .as = "",
        .as_uid = "",
        .warning = "",
    };
}

void kube_config_clear(struct kube_config *config)
{
    arena_clear(&config->arena);
    set_empty(config);
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- in the pod ---- */

static const char *pod_namespace(struct kube_config *config, const char *dir,
                                 const struct config_sources *sources)
{
    struct err ignored;
    struct str bytes;
    if (is_set(sources->pod_namespace)) {
        return arena_dup(&config->arena, sources->pod_namespace);
    }
    const char *path = arena_printf(&config->arena, "%s/namespace", dir);
    if (config_read_file(&config->arena, path, &bytes, &ignored) != 0) {
        return "default";
    }
    bytes = str_trim(bytes);
    return bytes.len == 0 ? "default" : arena_dup_n(&config->arena, bytes.ptr, bytes.len);
}

static int load_in_cluster(struct kube_config *config, const struct config_sources *sources,
                           struct err *err)
{
    struct arena *arena = &config->arena;
    const char *dir = is_set(sources->account_dir) ? sources->account_dir : ACCOUNT_DIR;
    const char *ca_path = arena_printf(arena, "%s/ca.crt", dir);
    struct err no_ca;
    struct str bytes;
    config->token_file = arena_printf(arena, "%s/token", dir);
    if (config_read_file(arena, config->token_file, &bytes, err) != 0) {
        return err_wrap(err, "in a pod without a service account token "
                             "(automountServiceAccountToken?)");
    }
    if (str_trim(bytes).len == 0) {
        return err_set(err, ERR_REFUSED, 0, "%s is empty", config->token_file);
    }
    bool v6 = strchr(sources->service_host, ':') != NULL;
    config->server = arena_printf(arena, "https://%s%s%s:%s", v6 ? "[" : "", sources->service_host,
                                  v6 ? "]" : "", sources->service_port);
    config->source = "the pod's service account";
    config->ns = pod_namespace(config, dir, sources);
    if (config_read_file(arena, ca_path, &bytes, &no_ca) == 0) {
        config->ca_pem = bytes.ptr;
    } else {
        config->warning =
            arena_printf(arena, "no CA of the cluster (%s): the system's are trusted", no_ca.text);
    }
    return 0;
}

/* ---- the search ---- */

static int load_one(struct kube_config *config, const char *path, bool must_exist,
                    const char *context, struct err *err)
{
    struct kubeconfig_list list = {
        .path = {arena_dup(&config->arena, path)},
        .count = 1,
        .must_exist = must_exist,
        .context = context,
    };
    return kubeconfig_load(config, &list, err);
}

static bool is_listed(const struct kubeconfig_list *list, struct str path)
{
    for (int i = 0; i < list->count; i++) {
        if (str_is(path, list->path[i])) {
            return true;
        }
    }
    return false;
}

static int load_env(struct kube_config *config, const char *paths, const char *context,
                    struct err *err)
{
    struct kubeconfig_list list = {.context = context};
    struct str rest = str_of(paths);
    while (rest.len > 0) {
        struct str path = str_cut(&rest, ':');
        if (path.len == 0 || is_listed(&list, path)) {
            continue;
        }
        if (list.count == CONFIG_FILES_MAX) {
            return err_set(err, ERR_REFUSED, 0, "KUBECONFIG names more than %d files",
                           CONFIG_FILES_MAX);
        }
        list.path[list.count++] = arena_dup_n(&config->arena, path.ptr, path.len);
    }
    return kubeconfig_load(config, &list, err);
}

static int load_home(struct kube_config *config, const struct config_sources *sources,
                     const char *context, struct err *err)
{
    if (!is_set(sources->home)) {
        return err_set(err, ERR_ABSENT, 0, "no home directory");
    }
    const char *path = arena_printf(&config->arena, "%s/.kube/config", sources->home);
    return load_one(config, path, false, context, err);
}

static int search(struct kube_config *config, const struct config_sources *sources, struct err *err)
{
    const char *context = sources->context == NULL ? "" : sources->context;
    struct err pod = {0};
    if (is_set(sources->kubeconfig)) {
        return load_one(config, sources->kubeconfig, true, context, err);
    }
    if (is_set(sources->env_kubeconfig)) {
        return load_env(config, sources->env_kubeconfig, context, err);
    }
    if (is_set(sources->service_host) && is_set(sources->service_port)) {
        if (load_in_cluster(config, sources, &pod) == 0) {
            return 0;
        }
        kube_config_clear(config);
    }
    int rc = load_home(config, sources, context, err);
    if (rc != 0 && pod.kind != ERR_NONE) {
        *err = pod; /* in a pod its trouble is the one to mend */
    } else if (rc != 0 && err->kind == ERR_ABSENT) {
        return err_set(err, ERR_ABSENT, 0,
                       "no API server is known: give --kubeconfig FILE, set KUBECONFIG, or run in "
                       "a pod with a service account (%s)",
                       err->text);
    }
    return rc;
}

int kube_config_load(struct kube_config *config, const struct config_sources *sources,
                     struct err *err)
{
    set_empty(config);
    if (search(config, sources, err) != 0) {
        kube_config_clear(config);
        return -1;
    }
    if (strncmp(config->server, "http://", 7) == 0) {
        config->warning = "the API server is spoken to without TLS, as the kubeconfig says";
    }
    return 0;
}
