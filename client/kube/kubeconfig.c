/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of kubeconfig files, merged by looking into one after the other: of an entry the first
 * file that has it counts, whole, and its relative paths start at that file's folder.
 */
#include <string.h>

#include "kube/config_priv.h"

struct file {
    const char *path;
    const struct yaml_node *root;
};

struct files {
    struct file file[CONFIG_FILES_MAX];
    int count;
    struct arena *arena; /* outlives the search: the config's own */
    struct err *err;
};

/* One entry of clusters, users or contexts, and where it stands. */
struct entry {
    const char *kind; /* "cluster", "user", "context" */
    const char *name;
    const char *path;             /* of its file */
    const struct yaml_node *body; /* NULL = an empty entry */
};

static int read_files(struct files *files, const struct kubeconfig_list *list)
{
    for (int i = 0; i < list->count; i++) {
        struct str bytes;
        struct err err = {0};
        struct file *file = &files->file[files->count];
        file->path = list->path[i];
        if (config_read_file(files->arena, file->path, &bytes, &err) != 0) {
            if (err.kind == ERR_ABSENT && !list->must_exist) {
                continue;
            }
            *files->err = err;
            return err_wrap(files->err, "kubeconfig");
        }
        if (yaml_read(bytes, files->arena, &file->root, files->err) != 0) {
            return err_wrap(files->err, "%s", file->path);
        }
        if (file->root->kind != YAML_OBJECT && file->root->kind != YAML_NOTHING) {
            return err_set(files->err, ERR_REFUSED, 0, "%s: is no kubeconfig", file->path);
        }
        files->count++;
    }
    if (files->count == 0) {
        return err_set(files->err, ERR_ABSENT, 0, "no kubeconfig found: %s does not exist%s",
                       list->count == 0 ? "KUBECONFIG names no file" : list->path[0],
                       list->count > 1 ? ", nor do the others in KUBECONFIG" : "");
    }
    return 0;
}

/* Looks an entry up: `plural` lists {name: ..., KIND: {...}}. */
static int find_entry(const struct files *files, const char *plural, const char *kind,
                      const char *name, struct entry *ret_entry)
{
    for (int i = 0; i < files->count; i++) {
        const struct yaml_node *list = yaml_get(files->file[i].root, plural);
        const struct yaml_node *n = list == NULL ? NULL : list->first;
        for (; n != NULL; n = n->next) {
            if (strcmp(yaml_text(n, "name"), name) == 0) {
                *ret_entry = (struct entry){kind, name, files->file[i].path, yaml_get(n, kind)};
                return 0;
            }
        }
    }
    return err_set(files->err, ERR_REFUSED, 0,
                   "%s: there is no %s \"%s\" in %s: check the name, or add it with kubectl config "
                   "set-%s",
                   files->file[0].path, kind, name, plural,
                   strcmp(kind, "user") == 0 ? "credentials" : kind);
}

/* "FILE: KIND "NAME": FIELD: sentence" */
static int refuse(const struct files *files, const struct entry *entry, const char *field,
                  const char *sentence)
{
    return err_set(files->err, ERR_REFUSED, 0, "%s: %s \"%s\": %s %s", entry->path, entry->kind,
                   entry->name, field, sentence);
}

static int take_bool(const struct files *files, const struct entry *entry, const char *field,
                     bool *ret_value)
{
    const struct yaml_node *node = yaml_get(entry->body, field);
    const char *text = node == NULL ? "false" : node->text;
    bool is_true = strcmp(text, "true") == 0;
    if ((node != NULL && node->quoted) || (!is_true && strcmp(text, "false") != 0)) {
        return refuse(files, entry, field, "must be true or false");
    }
    *ret_value = is_true;
    return 0;
}

/* PEM from FIELD-data (it wins) or the file that FIELD names; "" if there is neither. */
static int take_pem(const struct files *files, const struct entry *entry, const char *field,
                    const char **ret_pem)
{
    const char *data_field = arena_printf(files->arena, "%s-data", field);
    const char *data = yaml_text(entry->body, data_field);
    const char *path = yaml_text(entry->body, field);
    struct str bytes;
    if (data[0] != '\0') {
        *ret_pem = config_base64(files->arena, data);
        field = data_field;
    } else if (path[0] != '\0') {
        path = config_beside(files->arena, entry->path, path);
        if (config_read_file(files->arena, path, &bytes, files->err) != 0) {
            files->err->kind = ERR_REFUSED;
            return err_wrap(files->err, "%s: %s \"%s\": %s", entry->path, entry->kind, entry->name,
                            field);
        }
        *ret_pem = bytes.ptr;
    } else {
        *ret_pem = "";
        return 0;
    }
    if (*ret_pem == NULL) {
        return refuse(files, entry, field, "is not base64");
    }
    if (strstr(*ret_pem, "-----BEGIN ") == NULL) {
        return refuse(files, entry, field, "holds no PEM (-----BEGIN ...)");
    }
    return 0;
}

/* The server without slashes at its end. */
static const char *server_of(struct arena *arena, const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '/') {
        len--;
    }
    return arena_dup_n(arena, text, len);
}

static int take_cluster(const struct files *files, const struct entry *entry,
                        struct kube_config *config)
{
    const char *server = yaml_text(entry->body, "server");
    if (server[0] == '\0') {
        return refuse(files, entry, "server", "is missing: write https://HOST:PORT");
    }
    if (strncmp(server, "https://", 8) != 0 && strncmp(server, "http://", 7) != 0) {
        return refuse(files, entry, "server", "must begin with https:// (or http://)");
    }
    if (yaml_get(entry->body, "proxy-url") != NULL) {
        return refuse(files, entry, "proxy-url",
                      "is not supported yet: make the API server reachable without a proxy");
    }
    config->server = server_of(files->arena, server);
    config->tls_server_name = yaml_text(entry->body, "tls-server-name");
    if (take_bool(files, entry, "insecure-skip-tls-verify", &config->insecure) != 0 ||
        take_pem(files, entry, "certificate-authority", &config->ca_pem) != 0) {
        return -1;
    }
    if (config->insecure && config->ca_pem[0] != '\0') {
        return refuse(files, entry, "insecure-skip-tls-verify",
                      "and certificate-authority exclude each other: remove one");
    }
    return 0;
}

static int take_groups(const struct files *files, const struct entry *entry,
                       struct kube_config *config)
{
    const struct yaml_node *list = yaml_get(entry->body, "as-groups");
    int count = 0;
    if (list == NULL) {
        return 0;
    }
    for (const struct yaml_node *n = list->first; n != NULL; n = n->next) {
        count++;
    }
    const char **groups = ARENA_ARRAY(files->arena, const char *, (size_t)count);
    config->as_groups = groups;
    for (const struct yaml_node *n = list->first; n != NULL; n = n->next) {
        if (n->kind != YAML_TEXT) {
            return refuse(files, entry, "as-groups", "must be a list of names");
        }
        groups[config->as_group_count++] = n->text;
    }
    return 0;
}

/* What would be needed to be this user and is not there yet. */
static int refuse_unsupported(const struct files *files, const struct entry *entry)
{
    if (yaml_get(entry->body, "exec") != NULL) {
        return refuse(files, entry, "exec",
                      "(a credential plugin) is not supported yet: use a token, a tokenFile or a "
                      "client certificate, for example of a service account");
    }
    if (yaml_get(entry->body, "auth-provider") != NULL) {
        return refuse(files, entry, "auth-provider",
                      "was removed from Kubernetes: use a token, a tokenFile or a client "
                      "certificate");
    }
    if (yaml_get(entry->body, "as-user-extra") != NULL) {
        return refuse(files, entry, "as-user-extra", "is not supported: remove it");
    }
    return 0;
}

static int take_user(const struct files *files, const struct entry *entry,
                     struct kube_config *config)
{
    if (refuse_unsupported(files, entry) != 0 ||
        take_pem(files, entry, "client-certificate", &config->cert_pem) != 0 ||
        take_pem(files, entry, "client-key", &config->key_pem) != 0 ||
        take_groups(files, entry, config) != 0) {
        return -1;
    }
    if ((config->cert_pem[0] == '\0') != (config->key_pem[0] == '\0')) {
        return refuse(files, entry, "client-certificate", "and client-key need each other");
    }
    config->token = yaml_text(entry->body, "token");
    config->token_file =
        config_beside(files->arena, entry->path, yaml_text(entry->body, "tokenFile"));
    config->username = yaml_text(entry->body, "username");
    config->password = yaml_text(entry->body, "password");
    config->as = yaml_text(entry->body, "as");
    config->as_uid = yaml_text(entry->body, "as-uid");
    if (config->as[0] == '\0' && (config->as_uid[0] != '\0' || config->as_group_count > 0)) {
        return refuse(files, entry, "as-uid and as-groups", "need as");
    }
    return 0;
}

static const char *current_context(const struct files *files)
{
    for (int i = 0; i < files->count; i++) {
        const char *name = yaml_text(files->file[i].root, "current-context");
        if (name[0] != '\0') {
            return name;
        }
    }
    return "";
}

static int take_context(const struct files *files, const char *name, struct kube_config *config)
{
    struct entry context = {0};
    struct entry cluster = {0};
    struct entry user = {0};
    if (find_entry(files, "contexts", "context", name, &context) != 0) {
        return -1;
    }
    const char *cluster_name = yaml_text(context.body, "cluster");
    const char *user_name = yaml_text(context.body, "user");
    const char *ns = yaml_text(context.body, "namespace");
    config->source = arena_printf(files->arena, "context %s of %s", name, context.path);
    config->ns = ns[0] == '\0' ? "default" : ns;
    if (cluster_name[0] == '\0') {
        return refuse(files, &context, "cluster", "is missing: name one of clusters");
    }
    if (find_entry(files, "clusters", "cluster", cluster_name, &cluster) != 0 ||
        take_cluster(files, &cluster, config) != 0) {
        return -1;
    }
    if (user_name[0] == '\0') {
        return 0;
    }
    return find_entry(files, "users", "user", user_name, &user) != 0 ||
                   take_user(files, &user, config) != 0
               ? -1
               : 0;
}

int kubeconfig_load(struct kube_config *config, const struct kubeconfig_list *list, struct err *err)
{
    struct files files = {.arena = &config->arena, .err = err};
    if (read_files(&files, list) != 0) {
        return -1;
    }
    const char *name = list->context[0] != '\0' ? list->context : current_context(&files);
    if (name[0] == '\0') {
        return err_set(err, ERR_REFUSED, 0,
                       "%s: current-context is not set: choose one with --context NAME or "
                       "kubectl config use-context NAME",
                       files.file[0].path);
    }
    return take_context(&files, name, config);
}
