/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sluice calendar: when the rules of policies fire. The work is in calendar_run.c.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/calendar_run.h"
#include "cli/cli.h"
#include "cli/document.h"
#include "cli/options.h"

static const char HELP[] =
    "usage: sluice calendar -f FILE [--from T] [--until T | --count N] [-o table|json]\n"
    "\n"
    "Lists each firing of each rule of the ScalingPolicies in FILE (YAML or JSON; - is stdin), in\n"
    "order of time.\n"
    "\n"
    "  -f, --file FILE      the policies\n"
    "      --from T         after this time, in RFC 3339; default now\n"
    "      --until T        up to and including this time\n"
    "      --count N        this many, default 10\n"
    "  -o, --output FORMAT  table (default) or json, one object a line\n"
    "\n"
    "Exit code 2: the input cannot be read, or a rule in it can never fire.\n";

struct words {
    const char *path, *from, *until, *count, *output;
};

static int complain(const char *text, int code)
{
    (void)fprintf(stderr, "%s\n", text);
    return code;
}

static struct wall clock_now(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct wall){now.tv_sec};
}

static int read_time(const char *name, const char *word, struct wall *ret_time, struct err *err)
{
    if (wall_parse(str_of(word), ret_time)) {
        return 0;
    }
    return err_set(err, ERR_REFUSED, 0,
                   "%s: \"%.40s\" is not a time in RFC 3339, write it as 2026-03-02T03:00:00Z",
                   name, word);
}

static int read_request(const struct words *words, struct calendar_request *request,
                        struct err *err)
{
    int64_t count = CALENDAR_COUNT_DEFAULT;
    *request = (struct calendar_request){.from = clock_now()};
    if (words->from != NULL && read_time("--from", words->from, &request->from, err) != 0) {
        return -1;
    }
    if (words->until != NULL && read_time("--until", words->until, &request->until, err) != 0) {
        return -1;
    }
    if (words->until != NULL && words->count != NULL) {
        return err_set(err, ERR_REFUSED, 0, "--until and --count exclude each other, keep one");
    }
    if (words->count != NULL &&
        (!str_to_int64(str_of(words->count), &count) || count < 1 || count > CALENDAR_EVENTS_MAX)) {
        return err_set(err, ERR_REFUSED, 0, "--count: \"%.20s\" is not a number from 1 to %d",
                       words->count, CALENDAR_EVENTS_MAX);
    }
    request->has_until = words->until != NULL;
    request->count = (int)count;
    request->json = strcmp(words->output, "json") == 0;
    if (!request->json && strcmp(words->output, "table") != 0) {
        return err_set(err, ERR_REFUSED, 0, "-o: \"%.20s\" is not known, use table or json",
                       words->output);
    }
    return 0;
}

static int run(const char *path, const struct calendar_request *request, struct zones *zones)
{
    CLEANUP(buf_clear) struct buf text;
    CLEANUP(buf_clear) struct buf out;
    CLEANUP(buf_clear) struct buf notes = {0};
    struct err err = {0};
    buf_init(&text, (size_t)DOC_BYTES_MAX * 2);
    buf_init(&out, (size_t)1 << 28);
    if (file_read(path, DOC_BYTES_MAX, &text, &err) != 0) {
        return complain(err.text, CLI_MISUSED);
    }
    struct str bytes = {buf_text(&text), text.len};
    int result = calendar_run(file_shown(path), bytes, request, zones, &out, &notes, &err);
    (void)fputs(buf_text(&notes), stderr);
    if (result != 0) {
        return complain(err.text, CLI_MISUSED);
    }
    return stdout_write(&out) == 0
               ? CLI_DONE
               : complain("sluice calendar: stdout cannot be written", CLI_FAILED);
}

int cli_calendar(int argc, char **argv)
{
    struct words words = {.output = "table"};
    const struct option_spec specs[] = {
        {"--file", 'f', &words.path},     {"--from", 0, &words.from},
        {"--until", 0, &words.until},     {"--count", 0, &words.count},
        {"--output", 'o', &words.output},
    };
    bool help = false;
    struct calendar_request request;
    struct err err = {0};
    if (options_read(argc, argv, specs, (int)ARRAY_LEN(specs), &help, &err) != 0) {
        return complain(err.text, CLI_MISUSED);
    }
    if (help || words.path == NULL) {
        (void)fputs(HELP, help ? stdout : stderr);
        return help ? CLI_DONE : CLI_MISUSED;
    }
    if (read_request(&words, &request, &err) != 0) {
        return complain(err.text, CLI_MISUSED);
    }
    struct zones *zones = zones_new(NULL);
    int code = run(words.path, &request, zones);
    zones_free(zones);
    return code;
}
