/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/tzload.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "tzif.h"

/* A directory of our own with the zone Test/Here, one hour ahead of UTC. */
struct sandbox {
    char dir[64];
    struct zones *zones;
};

static void write_zone(const struct sandbox *box, const char *name, int offset_s)
{
    char path[128];
    struct tzif_shape shape = {.version = '2', .types = 1, .offset_s = {offset_s}, .footer = ""};
    struct tzif file = tzif_make(&shape);
    snprintf(path, sizeof(path), "%s/new", box->dir);
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL && fwrite(file.bytes, 1, file.len, f) == file.len && fclose(f) == 0);
    char target[128];
    snprintf(target, sizeof(target), "%s/%s", box->dir, name);
    cr_assert(rename(path, target) == 0); /* as a package manager replaces files */
}

static struct sandbox sandbox_make(void)
{
    struct sandbox box = {.zones = NULL};
    char folder[128];
    snprintf(box.dir, sizeof(box.dir), "/tmp/sluice-tz-%ld", (long)getpid());
    cr_assert(mkdir(box.dir, 0755) == 0);
    snprintf(folder, sizeof(folder), "%s/Test", box.dir);
    cr_assert(mkdir(folder, 0755) == 0);
    write_zone(&box, "Test/Here", 3600);
    box.zones = zones_new(box.dir);
    return box;
}

static void sandbox_clear(struct sandbox *box)
{
    static const char *const names[] = {"Test/Here", "Test/There", "Test/Broken",
                                        "Test/Huge", "Test",       "tzdata.zi",
                                        "Etc/UTC",   "Etc",        ""};
    zones_free(box->zones);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", box->dir, names[i]);
        remove(path);
    }
}

static const struct zone *find(struct zones *zones, const char *name)
{
    const struct zone *z = NULL;
    struct err err = {0};
    cr_assert(zones_find(zones, str_of(name), &z, &err) == 0, "%s", err.text);
    return z;
}

static struct err refusal(struct zones *zones, struct str name)
{
    const struct zone *z = NULL;
    struct err err = {0};
    cr_expect(zones_find(zones, name, &z, &err) == -1, "found %.*s", (int)name.len, name.ptr);
    cr_expect(z == NULL);
    return err;
}

Test(tzload, utc_needs_no_tzdata)
{
    struct zones *zones = zones_new("/nonexistent");
    cr_expect_eq(find(zones, "UTC"), zone_utc());
    cr_expect_eq(find(zones, ""), zone_utc());
    cr_expect(!zones_changed(zones));
    zones_free(zones);
    zones_free(NULL);
}

Test(tzload, says_what_to_do_without_tzdata)
{
    struct zones *zones = zones_new("/nonexistent");
    struct err err = {0};
    cr_expect(zones_check(zones, &err) == -1);
    cr_expect(err.kind == ERR_SYSTEM);
    cr_expect(strstr(err.text, "no usable time zones in /nonexistent") != NULL &&
                  strstr(err.text, "install the package tzdata") != NULL,
              "%s", err.text);
    err = refusal(zones, STR("Europe/Berlin"));
    cr_expect(err.kind == ERR_ABSENT && strstr(err.text, "install tzdata, or use UTC") != NULL,
              "%s", err.text);
    zones_free(zones);
}

Test(tzload, finds_zones_once)
{
    struct sandbox box = sandbox_make();
    const struct zone *here = find(box.zones, "Test/Here");
    cr_expect_eq(zone_offset_at(here, (struct wall){0}), 3600);
    cr_expect_eq(find(box.zones, "Test/Here"), here);
    sandbox_clear(&box);
}

Test(tzload, names_that_are_none_are_refused)
{
    static const char *const names[] = {
        "/etc/passwd",
        "../passwd",
        "Test/../../passwd",
        "Test/..",
        "./Test/Here",
        ".hidden",
        "Test//Here",
        "Test/Here/",
        "/",
        "Test/H\n",
        "Test/H\xc3\xa9",
        "Test Here",
        "-x",
        "localtime",
        "posixrules",
        "An/Awfully/Long/Name/That/No/Zone/Of/This/World/Has/Ever/Had/Or/Will/Have",
    };
    struct sandbox box = sandbox_make();
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct err err = refusal(box.zones, str_of(names[i]));
        cr_expect(err.kind == ERR_REFUSED, "%s: %s", names[i], err.text);
        cr_expect(strstr(err.text, "use an IANA name such as Europe/Berlin") != NULL, "%s",
                  err.text);
    }
    cr_expect(refusal(box.zones, (struct str){"Test\0Here", 9}).kind == ERR_REFUSED);
    sandbox_clear(&box);
}

Test(tzload, real_names_are_legal)
{
    static const char *const names[] = {"UTC",
                                        "Etc/GMT+12",
                                        "America/Port-au-Prince",
                                        "GMT0",
                                        "America/Argentina/ComodRivadavia",
                                        "EST5EDT",
                                        "America/North_Dakota/New_Salem"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cr_expect(zones_name_is_legal(str_of(names[i])), "%s", names[i]);
    }
}

Test(tzload, unknown_zones_and_folders_are_absent)
{
    struct sandbox box = sandbox_make();
    struct err err = refusal(box.zones, STR("Test/Nowhere"));
    cr_expect(err.kind == ERR_ABSENT);
    cr_expect(strstr(err.text, "time zone \"Test/Nowhere\" is not in ") == err.text, "%s",
              err.text);
    cr_expect(refusal(box.zones, STR("Test")).kind == ERR_ABSENT);
    cr_expect(refusal(box.zones, STR("Test/Here/More")).kind == ERR_ABSENT);
    sandbox_clear(&box);
}

Test(tzload, broken_and_huge_files_are_garbled)
{
    struct sandbox box = sandbox_make();
    char path[128];
    snprintf(path, sizeof(path), "%s/Test/Broken", box.dir);
    FILE *f = fopen(path, "w");
    fputs("TZif is what this file is not", f);
    fclose(f);
    snprintf(path, sizeof(path), "%s/Test/Huge", box.dir);
    f = fopen(path, "w");
    cr_assert(f != NULL && ftruncate(fileno(f), 1 << 30) == 0);
    fclose(f);
    struct err err = refusal(box.zones, STR("Test/Broken"));
    cr_expect(err.kind == ERR_GARBLED);
    cr_expect(strstr(err.text, "time zone \"Test/Broken\": not a sound TZif file") == err.text,
              "%s", err.text);
    cr_expect(refusal(box.zones, STR("Test/Huge")).kind == ERR_GARBLED);
    sandbox_clear(&box);
}

Test(tzload, notices_that_a_zone_was_replaced)
{
    struct sandbox box = sandbox_make();
    const struct zone *old = find(box.zones, "Test/Here");
    cr_expect(!zones_changed(box.zones));
    write_zone(&box, "Test/Here", 7200);
    cr_expect(zones_changed(box.zones));
    struct zones *renewed = zones_new(box.dir);
    cr_expect(!zones_changed(renewed));
    cr_expect_eq(zone_offset_at(find(renewed, "Test/Here"), (struct wall){0}), 7200);
    cr_expect_eq(zone_offset_at(old, (struct wall){0}), 3600, "the old reading stands");
    cr_expect(!zones_changed(renewed));
    zones_free(renewed);
    sandbox_clear(&box);
}

Test(tzload, notices_that_tzdata_came_or_went)
{
    struct sandbox box = sandbox_make();
    char path[128];
    snprintf(path, sizeof(path), "%s/tzdata.zi", box.dir);
    FILE *f = fopen(path, "w");
    fclose(f);
    cr_expect(zones_changed(box.zones), "a witness came");
    sandbox_clear(&box);

    box = sandbox_make();
    find(box.zones, "Test/Here");
    snprintf(path, sizeof(path), "%s/Test/Here", box.dir);
    remove(path);
    cr_expect(zones_changed(box.zones), "a zone went");
    sandbox_clear(&box);
}

Test(tzload, the_system_s_tzdata_is_sound)
{
    struct zones *zones = zones_new(NULL);
    struct err err = {0};
    if (zones_check(zones, &err) != 0) {
        zones_free(zones);
        cr_skip_test("%s", err.text);
    }
    cr_expect_eq(zone_offset_at(find(zones, "Asia/Tokyo"), (struct wall){0}), 9 * 3600);
    cr_expect(!zones_changed(zones));
    zones_free(zones);
}

/* zoneinfo also holds a tree whose zones count leap seconds. */
Test(tzload, zones_with_leap_seconds_are_refused)
{
    const struct zone *z = NULL;
    struct err err = {0};
    struct zones *zones = zones_new(NULL);
    if (access(ZONES_DIR "/right/Europe/Berlin", R_OK) != 0) {
        zones_free(zones);
        cr_skip_test("no right/ zones here");
    }
    cr_expect(zones_find(zones, STR("right/Europe/Berlin"), &z, &err) == -1);
    cr_expect(err.kind == ERR_REFUSED && strstr(err.text, "without right/") != NULL, "%s",
              err.text);
    zones_free(zones);
}
