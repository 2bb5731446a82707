/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Where the API server is and who we are to it, found the way every Kubernetes client finds it:
 *
 *     --kubeconfig FILE, else $KUBECONFIG (a list, merged), else the pod we run in,
 *     else ~/.kube/config
 *
 * Rules
 *  1. Loading reads files once and blocks: call it at start. Only a token file is read again
 *     later (kube/token.h).
 *  2. In a list of files the first one that defines an entry wins, whole; so does the first
 *     current-context. Missing files of $KUBECONFIG are skipped. A relative path is relative to
 *     the file it stands in.
 *  3. What we cannot do yet (exec, auth-provider, proxy-url) is refused when it would be needed,
 *     with a sentence that names file, field and remedy.
 *  4. Secrets are in here: never print a config. kube_config.source is safe to print.
 */

/* Everything the search depends on, so that a test can set it. NULL or "" = not there. */
struct config_sources {
    const char *kubeconfig;     /* --kubeconfig: one file, must exist */
    const char *context;        /* --context: instead of current-context */
    const char *env_kubeconfig; /* $KUBECONFIG */
    const char *home;           /* $HOME */
    const char *service_host;   /* $KUBERNETES_SERVICE_HOST */
    const char *service_port;   /* $KUBERNETES_SERVICE_PORT */
    const char *pod_namespace;  /* $POD_NAMESPACE */
    const char *account_dir;    /* NULL = /var/run/secrets/kubernetes.io/serviceaccount */
};

struct kube_config {
    struct arena arena;             /* holds all texts below */
    const char *source;             /* "context kind-dev of ~/.kube/config", for messages */
    const char *server;             /* "https://10.96.0.1:443", no slash at the end */
    const char *ns;                 /* the context's namespace; "default" when it names none */
    const char *tls_server_name;    /* "" = the server's */
    const char *ca_pem;             /* "" = the system's */
    bool insecure;                  /* insecure-skip-tls-verify */
    const char *cert_pem, *key_pem; /* "" = none */
    const char *token;              /* "" = none */
    const char *token_file;         /* "" = none; wins over token */
    const char *username, *password;
    const char *as, *as_uid; /* impersonation; "" = none */
    const char *const *as_groups;
    int as_group_count;
    const char *warning; /* something worth a log line (no CA in the pod), or "" */
};

/* The sources this process has: its environment. The texts belong to the environment. */
struct config_sources config_sources_of_process(const char *kubeconfig, const char *context);

/* Fills config. ERR_REFUSED: something is wrong in a file; ERR_ABSENT: nothing was found. */
int kube_config_load(struct kube_config *config, const struct config_sources *sources,
                     struct err *err) MUST_CHECK;
void kube_config_clear(struct kube_config *config);

#endif
