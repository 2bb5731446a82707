/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The samples of tests/crds, which a real API server refuses or accepts there, given to the
 * command line: the same answer with the same sentence, document by document.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/document.h"
#include "cli/world_file.h"

#define MARK "# refused: "
#define STRICT "strict decoding error: "

/* One document of a sample file, and the sentences it must be refused with (none: accepted). */
struct sample {
    const char *file;
    char *text;
};

struct tally {
    int count, failed;
};

static char *read_all(const char *path)
{
    struct buf text = {0};
    char chunk[4096];
    size_t len = 0;
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_add(&text, chunk, len);
    }
    (void)fclose(file);
    return buf_take(&text);
}

/* Whether one of the sample's sentences stands in the complaint. */
static bool is_expected(const char *text, const char *complaint)
{
    char sentence[1024];
    for (const char *at = strstr(text, MARK); at != NULL; at = strstr(at + 1, MARK)) {
        const char *from = at + strlen(MARK);
        from += strncmp(from, STRICT, strlen(STRICT)) == 0 ? strlen(STRICT) : 0;
        snprintf(sentence, sizeof sentence, "%.*s", (int)strcspn(from, "\n"), from);
        if (strstr(complaint, sentence) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_ours(const char *text)
{
    return strstr(text, "kind: ScalingGroup") != NULL ||
           strstr(text, "kind: ScalingPolicy") != NULL;
}

/* Takes every document of text into the world; false with the complaint if one is refused. */
static bool take(struct world_file *world, const char *text, struct arena *arena, struct err *err)
{
    struct doc_stream stream = {0};
    if (doc_read("f", str_of(text), arena, &stream, err) != 0) {
        return false;
    }
    for (int i = 0; i < stream.count; i++) {
        if (world_file_take(world, stream.docs[i], NULL, NULL, err) != 0) {
            return false;
        }
    }
    return true;
}

static void check_sample(const struct sample *sample, struct world_file *world, struct tally *tally)
{
    struct arena arena = {0};
    struct err err = {0};
    bool wants_refusal = strstr(sample->text, MARK) != NULL;
    bool taken = take(world, sample->text, &arena, &err);
    tally->count++;
    if (taken == wants_refusal || (wants_refusal && !is_expected(sample->text, err.text))) {
        tally->failed++;
        cr_expect(false, "%s: %.400s\n  gives: %s", sample->file, sample->text,
                  taken ? "accepted" : err.text);
    }
    arena_clear(&arena);
}

/* Plays the documents of a file; `together`: as edits of one world, else each in its own. */
static void check_file(const char *path, bool together, struct tally *tally)
{
    struct zones *zones = zones_new(NULL);
    struct buf notes = {0};
    struct world_file world;
    char *all = read_all(path);
    world_file_init(&world, "f", zones, &notes);
    for (char *at = all; at != NULL;) {
        char *next = strstr(at, "\n---\n");
        if (next != NULL) {
            *next = '\0';
        }
        if (is_ours(at)) {
            struct sample sample = {.file = path, .text = at};
            check_sample(&sample, &world, tally);
        }
        if (!together) {
            world_file_clear(&world);
            world_file_init(&world, "f", zones, &notes);
        }
        at = next == NULL ? NULL : next + 5;
    }
    world_file_clear(&world);
    zones_free(zones);
    buf_clear(&notes);
    mem_free(all);
}

static struct tally check_folder(const char *name, bool together)
{
    struct tally tally = {0};
    char path[1024];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/crds/%s", name);
    DIR *folder = opendir(path);
    cr_assert(folder != NULL, "%s", path);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t len = strlen(entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0) {
            snprintf(path, sizeof path, SOURCE_DIR "/tests/crds/%s/%.200s", name, entry->d_name);
            check_file(path, together, &tally);
        }
    }
    (void)closedir(folder);
    return tally;
}

Test(refusals, are_those_of_the_api_server_with_the_same_sentences)
{
    struct tally tally = check_folder("refused", false);
    cr_expect(tally.count > 250 && tally.failed == 0, "%d of %d", tally.failed, tally.count);
}

Test(refusals, spare_what_the_api_server_accepts)
{
    struct tally tally = check_folder("accepted", false);
    cr_expect(tally.count > 20 && tally.failed == 0, "%d of %d", tally.failed, tally.count);
}

Test(refusals, hold_for_changes_too)
{
    struct tally tally = check_folder("changed", true);
    cr_expect(tally.count > 5 && tally.failed == 0, "%d of %d", tally.failed, tally.count);
}
