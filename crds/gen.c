/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the custom resource definitions and writes crd_gen.h: a constant for each default and
 * bound of a spec field, a constant for each rule's sentence, and the same as two tables. So a
 * number or a sentence that the API server checks stands in one place, and the program that
 * checks it again cannot disagree.
 *
 * It runs at build time on files of this tree, so it stops at the first thing it does not
 * understand instead of guessing: a rule without an id, two constants of one name, an unknown type.
 * README.md beside it tells how constants are named.
 *
 * usage: crd_gen_tool OUT.h CRD.yaml...
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#define TEXT_MAX 4096
#define NAME_MAX 256
#define NAMES_MAX 2048
#define DEPTH_MAX 32
#define CRDS_MAX 16

struct text {
    char chars[TEXT_MAX];
};

/* One file under way: its document, the kind it defines, and where the output goes. */
struct crd {
    const char *file;
    yaml_document_t doc;
    const char *kind;
    char prefix[NAME_MAX]; /* CRD_SG */
    FILE *out;
};

/* One node of the schema and how it is reached. */
struct place {
    yaml_node_t *schema;
    char path[NAME_MAX]; /* spec.loadBalancers[].weight */
    char name[NAME_MAX]; /* CRD_SG_SPEC_LOAD_BALANCERS_WEIGHT */
    bool required;
    int depth;
};

typedef void visit(const struct crd *crd, const struct place *place);

/* Every constant written so far, to refuse a second one of the same name. */
static char names[NAMES_MAX][NAME_MAX];
static size_t name_count;

static const char *out_name;

__attribute__((noreturn, format(printf, 1, 2))) static void stop(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("crd_gen_tool: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    if (out_name != NULL) {
        remove(out_name);
    }
    exit(1);
}

__attribute__((format(printf, 3, 4))) static void put(char *out, size_t size, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(out, size, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= size) {
        stop("a name or text is longer than %zu characters: %.60s", size - 1, out);
    }
}

/* YAML */

static const char *scalar(const yaml_node_t *node)
{
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
                                                          : NULL;
}

static yaml_node_t *get(const struct crd *crd, yaml_node_t *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAPPING_NODE) {
        return NULL;
    }
    yaml_document_t *doc = (yaml_document_t *)&crd->doc;
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
         pair++) {
        const char *name = scalar(yaml_document_get_node(doc, pair->key));
        if (name != NULL && strcmp(name, key) == 0) {
            return yaml_document_get_node(doc, pair->value);
        }
    }
    return NULL;
}

static size_t length(const yaml_node_t *list)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE) {
        return 0;
    }
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static yaml_node_t *item(const struct crd *crd, const yaml_node_t *list, size_t at)
{
    return yaml_document_get_node((yaml_document_t *)&crd->doc,
                                  list->data.sequence.items.start[at]);
}

static const char *must(const struct crd *crd, yaml_node_t *map, const char *key)
{
    const char *text = scalar(get(crd, map, key));
    if (text == NULL) {
        stop("%s: %s is missing or not a scalar", crd->file, key);
    }
    return text;
}

/* C text */

static void quote(const char *text, struct text *out)
{
    size_t at = 0;
    out->chars[at++] = '"';
    for (; *text != '\0'; text++) {
        if (at + 4 > sizeof(out->chars)) {
            stop("a text is longer than %zu characters", sizeof(out->chars));
        }
        if ((unsigned char)*text < ' ') {
            stop("a text holds a control character: %s", out->chars);
        }
        if (*text == '"' || *text == '\\') {
            out->chars[at++] = '\\';
        }
        out->chars[at++] = *text;
    }
    out->chars[at++] = '"';
    out->chars[at] = '\0';
}

/* Appends to a constant's name: "endCron" becomes "_END_CRON", "range-order" "_RANGE_ORDER". */
static void name_add(char name[NAME_MAX], const char *words)
{
    size_t at = strlen(name);
    bool was_lower = false;
    for (const char *c = words; *c != '\0'; c++) {
        if (at + 3 > NAME_MAX) {
            stop("the name %s is too long", name);
        }
        if (c == words || (isupper((unsigned char)*c) && was_lower)) {
            name[at++] = '_';
        }
        was_lower = islower((unsigned char)*c) != 0;
        name[at++] = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
    }
    name[at] = '\0';
}

/* Writes `#define NAME_SUFFIX value`, once. */
static void define(const struct crd *crd, const char *name, const char *suffix, const char *value)
{
    if (name_count == NAMES_MAX) {
        stop("more than %d constants", NAMES_MAX);
    }
    char *full = names[name_count];
    put(full, NAME_MAX, "%s%s", name, suffix);
    for (size_t i = 0; i < name_count; i++) {
        if (strcmp(names[i], full) == 0) {
            stop("%s: two constants would be called %s; rename the field or the rule", crd->file,
                 full);
        }
    }
    name_count++;
    fprintf(crd->out, "#define %s %s\n", full, value);
}

/* The schema, walked in the file's order */

static void walk(const struct crd *crd, const struct place *place, visit *fn);

static bool is_required(const struct crd *crd, yaml_node_t *schema, const char *key)
{
    yaml_node_t *list = get(crd, schema, "required");
    for (size_t i = 0; i < length(list); i++) {
        const char *name = scalar(item(crd, list, i));
        if (name != NULL && strcmp(name, key) == 0) {
            return true;
        }
    }
    return false;
}

static void walk_properties(const struct crd *crd, const struct place *place, visit *fn)
{
    yaml_node_t *map = get(crd, place->schema, "properties");
    if (map == NULL) {
        return;
    }
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
         pair++) {
        const char *key = scalar(yaml_document_get_node((yaml_document_t *)&crd->doc, pair->key));
        struct place below = {0};
        if (place->path[0] == '\0' && strcmp(key, "spec") != 0) {
            continue; /* metadata is the API server's, status the operator's own */
        }
        below.schema = yaml_document_get_node((yaml_document_t *)&crd->doc, pair->value);
        below.required = is_required(crd, place->schema, key);
        below.depth = place->depth + 1;
        put(below.path, NAME_MAX, "%s%s%s", place->path, place->path[0] != '\0' ? "." : "", key);
        put(below.name, NAME_MAX, "%s", place->name);
        name_add(below.name, key);
        walk(crd, &below, fn);
    }
}

static void walk(const struct crd *crd, const struct place *place, visit *fn)
{
    if (place->depth > DEPTH_MAX) {
        stop("%s: %s is nested too deep", crd->file, place->path);
    }
    fn(crd, place);
    walk_properties(crd, place, fn);
    struct place below = *place;
    below.depth++;
    below.required = false;
    below.schema = get(crd, place->schema, "items");
    if (below.schema != NULL) {
        put(below.path, NAME_MAX, "%s[]", place->path);
        walk(crd, &below, fn);
    }
    below.schema = get(crd, place->schema, "additionalProperties");
    if (below.schema != NULL) {
        put(below.path, NAME_MAX, "%s{}", place->path);
        walk(crd, &below, fn);
    }
}

/* Values */

static bool is_quoted(const yaml_node_t *node)
{
    return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

/* A scalar of YAML as JSON: plain numbers and booleans as they are, everything else as a string. */
static void scalar_json(const yaml_node_t *node, struct text *out)
{
    const char *text = scalar(node);
    bool is_word = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    bool is_number = text[0] != '\0' && strspn(text, "-.0123456789") == strlen(text);
    if (!is_quoted(node) && (is_word || is_number)) {
        put(out->chars, sizeof(out->chars), "%s", text);
    } else {
        quote(text, out);
    }
}

static void json(const struct crd *crd, yaml_node_t *node, struct text *out);

static void json_add(struct text *out, const char *text)
{
    size_t len = strlen(out->chars);
    put(out->chars + len, sizeof(out->chars) - len, "%s", text);
}

static void map_json(const struct crd *crd, yaml_node_t *map, struct text *out)
{
    struct text part;
    out->chars[0] = '\0';
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
         pair++) {
        json_add(out, out->chars[0] == '\0' ? "{" : ",");
        quote(scalar(yaml_document_get_node((yaml_document_t *)&crd->doc, pair->key)), &part);
        json_add(out, part.chars);
        json_add(out, ":");
        json(crd, yaml_document_get_node((yaml_document_t *)&crd->doc, pair->value), &part);
        json_add(out, part.chars);
    }
    json_add(out, out->chars[0] == '\0' ? "{}" : "}");
}

static void json(const struct crd *crd, yaml_node_t *node, struct text *out)
{
    struct text part;
    if (node->type == YAML_SCALAR_NODE) {
        scalar_json(node, out);
    } else if (node->type == YAML_MAPPING_NODE) {
        map_json(crd, node, out);
    } else {
        put(out->chars, sizeof(out->chars), "[");
        for (size_t i = 0; i < length(node); i++) {
            json_add(out, i > 0 ? "," : "");
            json(crd, item(crd, node, i), &part);
            json_add(out, part.chars);
        }
        json_add(out, "]");
    }
}

/* The words of an enum, as the body of an initializer: "IPv4", "IPv6" */
static size_t choices(const struct crd *crd, const struct place *place, struct text *out)
{
    yaml_node_t *list = get(crd, place->schema, "enum");
    struct text part;
    out->chars[0] = '\0';
    for (size_t i = 0; i < length(list); i++) {
        json_add(out, i > 0 ? ", " : "");
        quote(scalar(item(crd, list, i)), &part);
        json_add(out, part.chars);
    }
    return length(list);
}

/* First pass: a constant for each default and bound */

static const struct {
    const char *key;
    const char *suffix;
} bounds[] = {
    {"minimum", "_MIN"},
    {"maximum", "_MAX"},
    {"minLength", "_MIN_LENGTH"},
    {"maxLength", "_MAX_LENGTH"},
    {"minItems", "_MIN_ITEMS"},
    {"maxItems", "_MAX_ITEMS"},
    {"maxProperties", "_MAX_PROPERTIES"},
};

static void write_default(const struct crd *crd, const struct place *place)
{
    yaml_node_t *value = get(crd, place->schema, "default");
    struct text text;
    struct text quoted;
    if (value == NULL) {
        return;
    }
    json(crd, value, &text);
    if (value->type == YAML_SCALAR_NODE) {
        define(crd, place->name, "_DEFAULT", text.chars);
    } else {
        quote(text.chars, &quoted);
        define(crd, place->name, "_DEFAULT", quoted.chars);
    }
}

static void write_constants(const struct crd *crd, const struct place *place)
{
    struct text words;
    char count[32];
    if (place->path[0] == '\0') {
        return;
    }
    write_default(crd, place);
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const char *value = scalar(get(crd, place->schema, bounds[i].key));
        if (value != NULL) {
            define(crd, place->name, bounds[i].suffix, value);
        }
    }
    size_t n = choices(crd, place, &words);
    if (n > 0) {
        put(count, sizeof(count), "%zu", n);
        define(crd, place->name, "_ENUM", words.chars);
        define(crd, place->name, "_ENUM_COUNT", count);
    }
}

/* Rules: "// id" on the first line, the sentence in message */

static void rule_id(const struct crd *crd, const struct place *place, yaml_node_t *rule,
                    char id[NAME_MAX])
{
    const char *text = must(crd, rule, "rule");
    size_t len = strncmp(text, "// ", 3) == 0 ? strcspn(text + 3, "\n") : 0;
    if (len == 0 || strspn(text + 3, "abcdefghijklmnopqrstuvwxyz0123456789-") != len) {
        stop("%s: a rule of %s does not begin with its id, as in // range-order", crd->file,
             place->path);
    }
    put(id, NAME_MAX, "%.*s", (int)len, text + 3);
}

static void each_rule(const struct crd *crd, const struct place *place,
                      void fn(const struct crd *crd, const struct place *place, const char *id,
                              const char *message))
{
    yaml_node_t *rules = get(crd, place->schema, "x-kubernetes-validations");
    for (size_t i = 0; i < length(rules); i++) {
        char id[NAME_MAX];
        struct text message;
        rule_id(crd, place, item(crd, rules, i), id);
        quote(must(crd, item(crd, rules, i), "message"), &message);
        fn(crd, place, id, message.chars);
    }
}

static void define_rule(const struct crd *crd, const struct place *place, const char *id,
                        const char *message)
{
    char name[NAME_MAX];
    (void)place;
    put(name, NAME_MAX, "%s_RULE", crd->prefix);
    name_add(name, id);
    define(crd, name, "", message);
}

static void row_rule(const struct crd *crd, const struct place *place, const char *id,
                     const char *message)
{
    fprintf(crd->out, "    {\"%s\", \"%s\", \"%s\", %s},\n", crd->kind, id, place->path, message);
}

static void write_sentences(const struct crd *crd, const struct place *place)
{
    each_rule(crd, place, define_rule);
}

static void write_rule_rows(const struct crd *crd, const struct place *place)
{
    each_rule(crd, place, row_rule);
}

/* The table of fields */

static const char *type_of(const struct crd *crd, const struct place *place)
{
    const char *type = scalar(get(crd, place->schema, "type"));
    if (type != NULL) {
        return type;
    }
    if (get(crd, place->schema, "x-kubernetes-int-or-string") == NULL) {
        stop("%s: %s has no type", crd->file, place->path);
    }
    return "quantity";
}

static void row_bound(const struct crd *crd, const struct place *place, const char *key,
                      const char *member)
{
    const char *value = scalar(get(crd, place->schema, key));
    if (value != NULL) {
        fprintf(crd->out, ", .%s = %s", member, value);
    }
}

static void write_field_row(const struct crd *crd, const struct place *place)
{
    struct text text;
    struct text quoted;
    yaml_node_t *keys = get(crd, place->schema, "x-kubernetes-list-map-keys");
    const char *list = scalar(get(crd, place->schema, "x-kubernetes-list-type"));
    if (place->path[0] == '\0') {
        return;
    }
    fprintf(crd->out, "    {.kind = \"%s\", .path = \"%s\", .type = \"%s\"", crd->kind, place->path,
            type_of(crd, place));
    if (place->required) {
        fputs(", .required = true", crd->out);
    }
    if (get(crd, place->schema, "minimum") != NULL) {
        fputs(", .has_range = true", crd->out);
    }
    row_bound(crd, place, "minimum", "min");
    row_bound(crd, place, "maximum", "max");
    row_bound(crd, place, "minLength", "min_length");
    row_bound(crd, place, "maxLength", "max_length");
    row_bound(crd, place, "minItems", "min_items");
    row_bound(crd, place, "maxItems", "max_items");
    row_bound(crd, place, "maxProperties", "max_properties");
    if (choices(crd, place, &text) > 0) {
        fprintf(crd->out, ", .choices = (const char *const[]){%s, NULL}", text.chars);
    }
    if (get(crd, place->schema, "default") != NULL) {
        json(crd, get(crd, place->schema, "default"), &text);
        quote(text.chars, &quoted);
        fprintf(crd->out, ", .default_json = %s", quoted.chars);
    }
    if (length(keys) == 1) {
        fprintf(crd->out, ", .unique_key = \"%s\"", scalar(item(crd, keys, 0)));
    }
    if (list != NULL && strcmp(list, "set") == 0) {
        fputs(", .is_set = true", crd->out);
    }
    fputs("},\n", crd->out);
}

/* Files */

static void load(struct crd *crd, const char *file)
{
    yaml_parser_t parser;
    FILE *in = fopen(file, "rb");
    crd->file = file;
    if (in == NULL || !yaml_parser_initialize(&parser)) {
        stop("%s cannot be read", file);
    }
    yaml_parser_set_input_file(&parser, in);
    if (!yaml_parser_load(&parser, &crd->doc)) {
        stop("%s:%zu: %s", file, parser.problem_mark.line + 1, parser.problem);
    }
    yaml_parser_delete(&parser);
    fclose(in);
    yaml_node_t *root = yaml_document_get_root_node(&crd->doc);
    yaml_node_t *spec_names = get(crd, get(crd, root, "spec"), "names");
    yaml_node_t *shorts = get(crd, spec_names, "shortNames");
    if (length(shorts) == 0) {
        stop("%s: spec.names.shortNames is missing", file);
    }
    crd->kind = must(crd, spec_names, "kind");
    put(crd->prefix, NAME_MAX, "CRD");
    name_add(crd->prefix, scalar(item(crd, shorts, 0)));
}

static void visit_all(const struct crd *crd, visit *fn)
{
    yaml_node_t *root = yaml_document_get_root_node((yaml_document_t *)&crd->doc);
    yaml_node_t *versions = get(crd, get(crd, root, "spec"), "versions");
    if (length(versions) != 1) {
        stop("%s: exactly one version is expected", crd->file);
    }
    struct place place = {0};
    yaml_node_t *schema = get(crd, item(crd, versions, 0), "schema");
    place.schema = get(crd, schema, "openAPIV3Schema");
    put(place.name, NAME_MAX, "%s", crd->prefix);
    if (place.schema == NULL) {
        stop("%s: openAPIV3Schema is missing", crd->file);
    }
    walk(crd, &place, fn);
}

static const char head[] =
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "/* Written from crds/ by crds/gen.c: change those files, not this one. */\n"
    "#ifndef CRD_GEN_H\n#define CRD_GEN_H\n\n#include <stdbool.h>\n#include <stddef.h>\n\n";

static const char rule_type[] =
    "\n/* A rule inside one object: path is where the API server reports it. */\n"
    "struct crd_rule {\n    const char *kind, *id, *path, *message;\n};\n\n"
    "__attribute__((unused)) static const struct crd_rule crd_rules[] = {\n";

static const char field_type[] =
    "};\n\n/* A field of spec; lengths and counts without a bound are 0. */\n"
    "struct crd_field {\n    const char *kind, *path, *type;\n"
    "    bool required, has_range, is_set;\n    long long min, max;\n"
    "    int min_length, max_length, min_items, max_items, max_properties;\n"
    "    const char *const *choices; /* NULL-terminated, or NULL */\n"
    "    const char *default_json;   /* NULL = none */\n"
    "    const char *unique_key;     /* of a list's items, NULL = none */\n};\n\n"
    "__attribute__((unused)) static const struct crd_field crd_fields[] = {\n";

int main(int argc, char **argv)
{
    static struct crd crds[CRDS_MAX];
    int count = argc - 2;
    if (count < 1 || count > CRDS_MAX) {
        fputs("usage: crd_gen_tool OUT.h CRD.yaml...\n", stderr);
        return 2;
    }
    FILE *out = fopen(argv[1], "w");
    if (out == NULL) {
        stop("%s cannot be written", argv[1]);
    }
    out_name = argv[1];
    fputs(head, out);
    for (int i = 0; i < count; i++) {
        load(&crds[i], argv[i + 2]);
        crds[i].out = out;
        visit_all(&crds[i], write_constants);
        visit_all(&crds[i], write_sentences);
    }
    fputs(rule_type, out);
    for (int i = 0; i < count; i++) {
        visit_all(&crds[i], write_rule_rows);
    }
    fputs(field_type, out);
    for (int i = 0; i < count; i++) {
        visit_all(&crds[i], write_field_row);
        yaml_document_delete(&crds[i].doc);
    }
    fputs("};\n\n#endif\n", out);
    if (ferror(out) || fclose(out) != 0) {
        stop("%s cannot be written", argv[1]);
    }
    return 0;
}
