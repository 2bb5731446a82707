/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of flags; the help text stands beside it and a test keeps the two together.
 */
#include "cli/controller_flags.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/document.h"
#include "cli/place.h"
#include "loop/world.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)

static const char HELP[] =
    "Usage: sluice controller [flags]\n"
    "\n"
    "Runs the operator: watches ScalingGroups and ScalingPolicies, keeps the Deployments and the\n"
    "load balancers' endpoints they name as they should be, and says in status what it did and\n"
    "why. Ends on SIGTERM or SIGINT once the writes under way are answered.\n"
    "\n"
    "Where the API server is\n"
    "  --kubeconfig FILE      default: $KUBECONFIG, else the pod's service account, else\n"
    "                         ~/.kube/config\n"
    "  --context NAME         a context of that file; default: its current-context\n"
    "  --namespace NAME       look at one namespace only; default: all of them\n"
    "\n"
    "What it may do\n"
    "  --max-group-size N     no group is ever scaled above N nodes; default 1000\n"
    "  --max-activities N     ScalingActivity objects kept over all groups; default 20000\n"
    "  --config FILE          the same and more as an OperatorConfig (YAML):\n"
    "                           apiVersion: sluice.dev/v1alpha1\n"
    "                           kind: OperatorConfig\n"
    "                           maxGroupSize: 1000\n"
    "                           maxActivities: 20000\n"
    "                         a flag wins over the file\n"
    "\n"
    "What it tells\n"
    "  --health-addr ADDRESS  serve /healthz, /readyz and /metrics there: \":8080\" (default, all\n"
    "                         addresses), \"127.0.0.1:8080\", \"[::1]:8080\", port 0 for any free\n"
    "                         one (the log says which); \"\" serves nothing\n"
    "  --log-format FORMAT    text (default) or json, one event a line on stderr\n"
    "  --log-level LEVEL      error, warn, info (default) or debug\n"
    "  --help                 this text\n"
    "\n"
    "Before the first start\n"
    "  kubectl apply --server-side -f crds/       the custom resources\n"
    "  kubectl apply -f manifests/install/        the rights of the operator, and a Deployment of "
    "it\n"
    "Run one replica: it does not yet agree with others on who acts.\n"
    "\n"
    "Try it\n"
    "  sluice controller --kubeconfig ~/.kube/config --health-addr 127.0.0.1:8080\n"
    "  curl -s 127.0.0.1:8080/readyz; kubectl get sg,sp,sact -A\n"
    "\n"
    "Exit codes: 0 stopped as asked; 1 it cannot run (an address in use); 2 a flag, the\n"
    "configuration or the kubeconfig is wrong. An API server that does not answer, missing custom\n"
    "resources and missing rights are waited for, and named in the log with their remedy.\n";

const char *controller_help(void)
{
    return HELP;
}

/* ---- The table ---- */

enum flag_type { FLAG_WORD, FLAG_COUNT, FLAG_FORMAT, FLAG_LEVEL };

struct flag {
    const char *name;
    enum flag_type type;
    size_t at; /* offset in struct controller_flags */
};

#define FLAG(name_, type_, member_)                                                                \
    {                                                                                              \
        .name = (name_), .type = FLAG_##type_, .at = offsetof(struct controller_flags, member_)    \
    }

static const struct flag FLAGS[] = {
    FLAG("--kubeconfig", WORD, kubeconfig),
    FLAG("--context", WORD, context),
    FLAG("--namespace", WORD, ns),
    FLAG("--config", WORD, config),
    FLAG("--health-addr", WORD, health_addr),
    FLAG("--log-format", FORMAT, json),
    FLAG("--log-level", LEVEL, level),
    FLAG("--max-group-size", COUNT, max_group_size),
    FLAG("--max-activities", COUNT, max_activities),
};

static int refuse_value(const struct flag *flag, const char *value, const char *wanted,
                        struct err *err)
{
    return err_set(err, ERR_REFUSED, 0, "%s %s: must be %s; see sluice controller --help",
                   flag->name, value, wanted);
}

static int take_count(const struct flag *flag, const char *value, int *at, struct err *err)
{
    int64_t number;
    if (!str_to_int64(str_of(value), &number) || number < 1 || number > 1000000) {
        return refuse_value(flag, value, "a whole number from 1 to 1000000", err);
    }
    *at = (int)number;
    return 0;
}

static int take_level(const struct flag *flag, const char *value, enum log_level *at,
                      struct err *err)
{
    static const char *const LEVELS[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++) {
        if (strcmp(value, LEVELS[i]) == 0) {
            *at = (enum log_level)i;
            return 0;
        }
    }
    return refuse_value(flag, value, "error, warn, info or debug", err);
}

static int take(const struct flag *flag, const char *value, struct controller_flags *flags,
                struct err *err)
{
    char *at = (char *)flags + flag->at;
    switch (flag->type) {
    case FLAG_WORD: *(const char **)(void *)at = value; return 0;
    case FLAG_COUNT: return take_count(flag, value, (int *)(void *)at, err);
    case FLAG_LEVEL: return take_level(flag, value, (enum log_level *)(void *)at, err);
    case FLAG_FORMAT:
        if (strcmp(value, "json") != 0 && strcmp(value, "text") != 0) {
            return refuse_value(flag, value, "text or json", err);
        }
        *(bool *)(void *)at = strcmp(value, "json") == 0;
        return 0;
    }
    return 0;
}

static const struct flag *find(const char *argument, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(FLAGS); i++) {
        if (strlen(FLAGS[i].name) == len && strncmp(argument, FLAGS[i].name, len) == 0) {
            return &FLAGS[i];
        }
    }
    return NULL;
}

static int refuse_unknown(const char *argument, struct err *err)
{
    const char *known[ARRAY_LEN(FLAGS)];
    for (size_t i = 0; i < ARRAY_LEN(FLAGS); i++) {
        known[i] = FLAGS[i].name;
    }
    const char *near = nearest_word(argument, known, (int)ARRAY_LEN(FLAGS));
    return err_set(err, ERR_REFUSED, 0, "unknown argument %s%s%s; see sluice controller --help",
                   argument, near != NULL ? ", did you mean " : "", near != NULL ? near : "");
}

static int read_arguments(struct controller_flags *flags, int argc, char **argv, struct err *err)
{
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            flags->help = true;
            return 0;
        }
        const char *equals = strchr(argument, '=');
        size_t len = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
        const struct flag *flag = find(argument, len);
        if (flag == NULL) {
            return refuse_unknown(argument, err);
        }
        if (equals == NULL && i + 1 == argc) {
            return err_set(err, ERR_REFUSED, 0, "%s needs a value; see sluice controller --help",
                           argument);
        }
        if (take(flag, equals != NULL ? equals + 1 : argv[++i], flags, err) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- The file ---- */

struct operator_config {
    const char *api_version, *kind;
    int max_group_size, max_activities;
    const struct doc *member_ranges, *sources, *sinks, *envoy_discovery;
};

static const struct field CONFIG_FIELDS[] = {
    FIELD("apiVersion", TEXT, struct operator_config, api_version, .required = true),
    FIELD("kind", TEXT, struct operator_config, kind, .required = true),
    FIELD("maxGroupSize", INT, struct operator_config, max_group_size, .min = 1, .max = 1000000),
    FIELD("maxActivities", INT, struct operator_config, max_activities, .min = 1, .max = 1000000),
    FIELD("memberRanges", LIST, struct operator_config, member_ranges),
    FIELD("sources", LIST, struct operator_config, sources),
    FIELD("sinks", LIST, struct operator_config, sinks),
    FIELD("envoyDiscovery", MAP, struct operator_config, envoy_discovery),
};

static int read_bytes(const char *path, struct buf *bytes, struct err *err)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return err_set(err, ERR_REFUSED, 0,
                       "--config %s: cannot be opened; does it exist and may "
                       "we read it?",
                       path);
    }
    char piece[4096];
    size_t len;
    buf_init(bytes, CONFIG_BYTES_MAX);
    while ((len = fread(piece, 1, sizeof(piece), file)) > 0) {
        buf_add(bytes, piece, len);
    }
    (void)fclose(file);
    if (bytes->overflow) {
        return err_set(err, ERR_REFUSED, 0, "--config %s: larger than 1 MiB", path);
    }
    return 0;
}

static const char *ignored_keys(const struct operator_config *config, struct arena *arena)
{
    return arena_printf(arena, "%s%s%s%s", config->member_ranges != NULL ? " memberRanges" : "",
                        config->sources != NULL ? " sources" : "",
                        config->sinks != NULL ? " sinks" : "",
                        config->envoy_discovery != NULL ? " envoyDiscovery" : "");
}

static int read_document(const char *path, const struct doc *doc, struct controller_flags *flags,
                         struct arena *arena, struct err *err)
{
    struct place place = {.file = path};
    struct operator_config config = {.max_group_size = flags->max_group_size,
                                     .max_activities = flags->max_activities};
    if (fields_read(&place, doc, CONFIG_FIELDS, (int)ARRAY_LEN(CONFIG_FIELDS), &config, err) != 0) {
        return -1;
    }
    if (strcmp(config.kind, "OperatorConfig") != 0 ||
        strcmp(config.api_version, "sluice.dev/v1alpha1") != 0) {
        return place_fail(&place, doc->line, err,
                          "must be apiVersion sluice.dev/v1alpha1, kind OperatorConfig");
    }
    flags->max_group_size = config.max_group_size;
    flags->max_activities = config.max_activities;
    flags->ignored = ignored_keys(&config, arena);
    return 0;
}

static int read_file(const char *path, struct controller_flags *flags, struct arena *arena,
                     struct err *err)
{
    CLEANUP(buf_clear) struct buf bytes = {0};
    struct doc_stream stream;
    if (read_bytes(path, &bytes, err) != 0) {
        return -1;
    }
    const char *text = arena_dup_n(arena, buf_text(&bytes), bytes.len);
    if (doc_read(path, (struct str){text, bytes.len}, arena, &stream, err) != 0) {
        return -1;
    }
    if (stream.count != 1) {
        return err_set(err, ERR_REFUSED, 0, "%s:1: holds %d documents; write one OperatorConfig",
                       path, stream.count);
    }
    return read_document(path, stream.docs[0], flags, arena, err);
}

/* ---- Both ---- */

int controller_flags_read(struct controller_flags *flags, int argc, char **argv,
                          struct arena *arena, struct err *err)
{
    *flags = (struct controller_flags){
        .kubeconfig = "",
        .context = "",
        .ns = "",
        .config = "",
        .health_addr = ":8080",
        .level = LOG_INFO,
        .max_group_size = WORLD_MAX_GROUP_SIZE,
        .max_activities = WORLD_MAX_ACTIVITIES,
        .ignored = "",
    };
    if (read_arguments(flags, argc, argv, err) != 0) {
        return -1;
    }
    if (flags->help || flags->config[0] == '\0') {
        return 0;
    }
    /* The file first, then the arguments once more over it. */
    return read_file(flags->config, flags, arena, err) != 0
               ? -1
               : read_arguments(flags, argc, argv, err);
}
