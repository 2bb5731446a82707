/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "kube/config.h"
#include "kube/token.h"
#include "kube/yaml_tree.h"

static char dir[64];
static struct kube_config config;
static struct config_sources sources;
static struct err err;

static void init(void)
{
    snprintf(dir, sizeof(dir), "/tmp/configXXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    sources = (struct config_sources){.account_dir = dir};
}

static void clear(void)
{
    char command[128];
    kube_config_clear(&config);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(config, .init = init, .fini = clear);
TestSuite(token, .init = init, .fini = clear);

/* Writes a file below dir and returns its path; up to 8 live at a time. */
static const char *put(const char *name, const char *text)
{
    static char paths[8][256];
    static int used;
    char *path = paths[used++ % 8];
    snprintf(path, 256, "%s/%s", dir, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
    return path;
}

static void load(void)
{
    kube_config_clear(&config);
    cr_assert_eq(kube_config_load(&config, &sources, &err), 0, "%s", err.text);
}

static void refuse(enum err_kind kind, const char *part)
{
    kube_config_clear(&config);
    cr_assert_eq(kube_config_load(&config, &sources, &err), -1);
    cr_assert_eq(err.kind, kind, "%s", err.text);
    cr_assert_not_null(strstr(err.text, part), "%s", err.text);
}

/* One file with these lines in its cluster and its user. */
static const char *one(const char *cluster, const char *user)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
             "contexts:\n- name: c\n  context: {cluster: k, user: u, namespace: team}\n"
             "clusters:\n- name: k\n  cluster: {%s}\nusers:\n- name: u\n  user: {%s}\n",
             cluster, user);
    return put("one", text);
}

#define SERVER "server: 'https://h:6443/'"

Test(config, a_file_names_server_user_and_namespace)
{
    sources.kubeconfig = one(SERVER, "token: t");
    load();
    cr_assert_str_eq(config.server, "https://h:6443");
    cr_assert_str_eq(config.token, "t");
    cr_assert_str_eq(config.ns, "team");
    cr_assert_not_null(strstr(config.source, "context c of "));
}

Test(config, the_flag_wins_over_the_variable_over_the_pod_over_home)
{
    static char home[128];
    put("token", "tok\n");
    put("ca.crt", "-----BEGIN CERTIFICATE-----\n");
    snprintf(home, sizeof(home), "%s/home", dir);
    (void)mkdir(home, 0700);
    const char *text = "current-context: x\ncontexts: [{name: x, context: {cluster: x}}]\n"
                       "clusters: [{name: x, cluster: {server: 'https://%s'}}]\n";
    char buffer[512];
    snprintf(buffer, sizeof(buffer), text, "flag");
    sources.kubeconfig = put("flag", buffer);
    snprintf(buffer, sizeof(buffer), text, "env");
    sources.env_kubeconfig = put("env", buffer);
    snprintf(buffer, sizeof(buffer), text, "home");
    put("home/.kube/x", "");
    (void)put("home/.kube/config", buffer);
    sources.home = home;
    sources.service_host = "fd00::1";
    sources.service_port = "443";
    load();
    cr_assert_str_eq(config.server, "https://flag");
    sources.kubeconfig = NULL;
    load();
    cr_assert_str_eq(config.server, "https://env");
    sources.env_kubeconfig = "";
    load();
    cr_assert_str_eq(config.server, "https://[fd00::1]:443");
    sources.service_host = NULL;
    load();
    cr_assert_str_eq(config.server, "https://home");
    sources.home = "/nonexistent";
    refuse(ERR_ABSENT, "give --kubeconfig FILE, set KUBECONFIG");
}

Test(config, the_pod_reads_its_account)
{
    sources.service_host = "10.96.0.1";
    sources.service_port = "443";
    refuse(ERR_ABSENT, "automountServiceAccountToken");
    put("token", "  \n");
    refuse(ERR_REFUSED, "is empty");
    put("token", "tok\n");
    load();
    cr_assert_str_eq(config.server, "https://10.96.0.1:443");
    cr_assert_not_null(strstr(config.token_file, "/token"));
    cr_assert_str_eq(config.ns, "default");
    cr_assert_not_null(strstr(config.warning, "no CA"), "a missing CA is said, not fatal");
    put("ca.crt", "-----BEGIN CERTIFICATE-----\n");
    put("namespace", "ours\n");
    load();
    cr_assert_str_eq(config.ns, "ours");
    cr_assert_str_eq(config.warning, "");
    sources.pod_namespace = "theirs";
    load();
    cr_assert_str_eq(config.ns, "theirs");
}

Test(config, of_several_files_the_first_entry_wins_whole)
{
    char list[1024];
    put("a/pem", "-----BEGIN A-----\n");
    put("b/pem", "-----BEGIN B-----\n");
    const char *a = put("a/config", "contexts: [{name: x, context: {cluster: k, user: u}}]\n"
                                    "users: [{name: u, user: {tokenFile: tok}}]\n");
    const char *b =
        put("b/config",
            "current-context: x\n"
            "contexts: [{name: x, context: {cluster: other, user: other, namespace: n}}]\n"
            "users: [{name: u, user: {token: no, username: no}}]\n"
            "clusters: [{name: k, cluster: {server: 'https://b', certificate-authority: pem}}]\n");
    const char *c =
        put("c/config",
            "current-context: wrong\nclusters: [{name: k, cluster: {server: 'https://c'}}]\n");
    snprintf(list, sizeof(list), ":%s/missing:%s:%s:%s:%s:", dir, a, b, a, c);
    sources.env_kubeconfig = list;
    load();
    cr_assert_str_eq(config.server, "https://b");
    cr_assert_str_eq(config.ca_pem, "-----BEGIN B-----\n", "relative to its own file");
    cr_assert_str_eq(config.token, "", "no field of a later entry is mixed in");
    cr_assert_str_eq(config.username, "");
    cr_assert_str_eq(config.ns, "default");
    char token[256];
    snprintf(token, sizeof(token), "%s/a/tok", dir);
    cr_assert_str_eq(config.token_file, token);
    sources.context = "nope";
    refuse(ERR_REFUSED, "there is no context \"nope\"");
    sources.env_kubeconfig = "/nonexistent/a:/nonexistent/b";
    refuse(ERR_ABSENT, "/nonexistent/a does not exist");
}

Test(config, a_named_file_must_exist)
{
    sources.kubeconfig = "/nonexistent/file";
    refuse(ERR_ABSENT, "kubeconfig: /nonexistent/file: No such file");
}

Test(config, every_field_is_taken)
{
    put("pem", "-----BEGIN X-----\n");
    sources.kubeconfig = one(
        SERVER ", tls-server-name: alias, certificate-authority: pem, "
               "certificate-authority-data: LS0tLS1CRUdJTiBDLS0tLS0K, disable-compression: true",
        "client-certificate: pem, client-key-data: LS0tLS1CRUdJTiBLLS0tLS0K, token: t, "
        "tokenFile: /t, username: n, password: p, as: me, as-uid: '7', as-groups: [a, b]");
    load();
    cr_assert_str_eq(config.tls_server_name, "alias");
    cr_assert_str_eq(config.ca_pem, "-----BEGIN C-----\n", "data wins over the file");
    cr_assert_str_eq(config.cert_pem, "-----BEGIN X-----\n");
    cr_assert_str_eq(config.key_pem, "-----BEGIN K-----\n");
    cr_assert_str_eq(config.token_file, "/t");
    cr_assert_str_eq(config.username, "n");
    cr_assert_str_eq(config.password, "p");
    cr_assert_str_eq(config.as, "me");
    cr_assert_str_eq(config.as_uid, "7");
    cr_assert_eq(config.as_group_count, 2);
    cr_assert_str_eq(config.as_groups[1], "b");
}

Test(config, what_is_wrong_is_said_with_file_field_and_remedy)
{
    static const struct {
        const char *cluster, *user, *part;
    } rows[] = {
        {"a: b", "", "one: cluster \"k\": server is missing: write https://HOST:PORT"},
        {"server: h", "", "server must begin with https://"},
        {SERVER ", proxy-url: 'http://p'", "", "proxy-url is not supported yet"},
        {SERVER ", insecure-skip-tls-verify: yes", "", "must be true or false"},
        {SERVER ", insecure-skip-tls-verify: 'true'", "", "must be true or false"},
        {SERVER ", insecure-skip-tls-verify: true, certificate-authority-data: "
                "LS0tLS1CRUdJTiBDLS0tLS0K",
         "", "exclude each other"},
        {SERVER ", certificate-authority: gone", "", "certificate-authority: /tmp/config"},
        {SERVER ", certificate-authority-data: '%%%'", "",
         "certificate-authority-data is not base64"},
        {SERVER ", certificate-authority-data: aGFsbG8=", "", "holds no PEM"},
        {SERVER, "exec: {command: aws}", "user \"u\": exec (a credential plugin) is not supported"},
        {SERVER, "auth-provider: {name: gcp}", "auth-provider was removed"},
        {SERVER, "as-user-extra: {a: [b]}", "as-user-extra is not supported"},
        {SERVER, "client-key-data: LS0tLS1CRUdJTiBLLS0tLS0K", "need each other"},
        {SERVER, "as-groups: [a]", "need as"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sources.kubeconfig = one(rows[i].cluster, rows[i].user);
        refuse(ERR_REFUSED, rows[i].part);
    }
    sources.kubeconfig = put("none", "clusters: []\n");
    refuse(ERR_REFUSED, "current-context is not set: choose one with --context");
    sources.kubeconfig = put("list", "- a\n");
    refuse(ERR_REFUSED, "is no kubeconfig");
    sources.kubeconfig = put("bad", "a: [b\nc: d\n");
    refuse(ERR_REFUSED, "not YAML");
}

Test(config, plain_http_is_taken_and_said)
{
    sources.kubeconfig = one("server: 'http://127.0.0.1:8080'", "");
    load();
    cr_assert_not_null(strstr(config.warning, "without TLS"));
}

/* ---- YAML's ceilings ---- */

static void assert_yaml_refused(const char *text, const char *part)
{
    struct arena arena = {0};
    const struct yaml_node *root = NULL;
    cr_assert_eq(yaml_read(str_of(text), &arena, &root, &err), -1, "%.40s", text);
    cr_assert_not_null(strstr(err.text, part), "%s", err.text);
    arena_clear(&arena);
}

Test(yaml_tree, ceilings_hold_quickly)
{
    static char text[YAML_TEXT_BYTES + 2];
    memset(text, '[', 100000);
    assert_yaml_refused(text, "nested deeper than 32");
    for (size_t i = 0; i < 300000; i += 2) {
        memcpy(text + i, i == 0 ? "[a" : ",a", 2);
    }
    assert_yaml_refused(text, "more than 100000 entries");
    memset(text, 'x', YAML_TEXT_BYTES + 1);
    assert_yaml_refused(text, "bytes");
}

Test(yaml_tree, aliases_and_double_keys_and_odd_keys_are_refused)
{
    assert_yaml_refused("a: &x [1]\nb: *x\n", "line 2: aliases");
    assert_yaml_refused("a: 1\nb: 2\na: 3\n", "line 3: a is there twice");
    assert_yaml_refused("[a]: 1\n", "a key must be text");
    assert_yaml_refused("a: \"x\\0y\"\n", "NUL");
}

/* ---- tokens ---- */

Test(token, a_file_is_read_again_after_fifty_seconds)
{
    struct token token;
    struct err trouble;
    token_init(&token, put("tok", " one \n"), "fixed");
    cr_assert_str_eq(token_now(&token, (struct mono){0}, &trouble), "one");
    put("tok", "two");
    cr_assert_str_eq(token_now(&token, (struct mono){49999}, NULL), "one");
    cr_assert_str_eq(token_now(&token, (struct mono){50000}, NULL), "two");
    token_clear(&token);
}

Test(token, while_the_file_is_bad_the_last_one_stays)
{
    static const char *const bad[] = {"", " \n", "two words", "a\001b"};
    struct token token;
    struct err trouble;
    token_init(&token, put("tok", "one"), "");
    int64_t now = 0;
    cr_assert_str_eq(token_now(&token, (struct mono){now}, &trouble), "one");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put("tok", bad[i]);
        now += 60000;
        cr_assert_str_eq(token_now(&token, (struct mono){now}, &trouble), "one");
        cr_assert_eq(trouble.kind, ERR_REFUSED);
    }
    cr_assert_eq(remove(token.path), 0);
    cr_assert_str_eq(token_now(&token, (struct mono){now}, &trouble), "one");
    cr_assert_eq(trouble.kind, ERR_SYSTEM);
    put("tok", "back");
    cr_assert_str_eq(token_now(&token, (struct mono){now}, &trouble), "back");
    cr_assert_eq(trouble.kind, ERR_NONE);
    token_clear(&token);
}

Test(token, a_refused_token_is_read_again_unless_it_is_newer_than_the_request)
{
    struct token token;
    token_init(&token, put("tok", "one"), "");
    (void)token_now(&token, (struct mono){1000}, NULL);
    put("tok", "two");
    token_refused(&token, (struct mono){500});
    cr_assert_str_eq(token_now(&token, (struct mono){1001}, NULL), "one");
    token_refused(&token, (struct mono){1001});
    cr_assert_str_eq(token_now(&token, (struct mono){1002}, NULL), "two");
    token_clear(&token);
}

Test(token, a_fixed_one_needs_no_file)
{
    struct token token;
    token_init(&token, "", "fixed");
    token_refused(&token, (struct mono){5});
    cr_assert_str_eq(token_now(&token, (struct mono){99999999}, NULL), "fixed");
    token_clear(&token);
}
