/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds TZif files and keeps what was read. Each zone has an arena of its own, so that a file that
 * does not parse leaves nothing behind. A stamp (which file, how long, how old) of every file read
 * and of the directory itself tells later whether tzdata is still the same.
 */
#include "calendar/tzload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define NAME_MAX_BYTES 64
#define PATH_BYTES 1024
#define ZONE_ARENA_BYTES 262144

/* Equal stamps: the same file with the same content. All zero: no such file. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct entry {
    struct entry *next;
    char name[NAME_MAX_BYTES + 1];
    struct arena arena;
    const struct zone *zone;
    struct stamp stamp;
};

/* What changes when tzdata is replaced, even if no zone was read yet. */
static const char *const witnesses[] = {".", "tzdata.zi", "+VERSION"};

struct zones {
    char *dir;
    struct entry *entries;
    struct stamp witnesses[ARRAY_LEN(witnesses)];
};

static struct stamp stamp_of(const struct stat *st)
{
    return (struct stamp){st->st_dev, st->st_ino, st->st_size, st->st_mtim};
}

static bool stamp_equals(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Where a file of the directory is; a path that is too long is cut and so leads nowhere. */
struct path {
    char text[PATH_BYTES];
};

static struct path path_of(const struct zones *zones, const char *name)
{
    struct path path;
    int len = snprintf(path.text, sizeof(path.text), "%s/%s", zones->dir, name);
    if (len < 0 || (size_t)len >= sizeof(path.text)) {
        path.text[0] = '\0';
    }
    return path;
}

/* The stamp of a file in the directory; zero if it is not there. */
static struct stamp stamp_read(const struct zones *zones, const char *name)
{
    struct stat st;
    if (stat(path_of(zones, name).text, &st) != 0) {
        return (struct stamp){0};
    }
    return stamp_of(&st);
}

struct zones *zones_new(const char *dir)
{
    struct zones *zones = mem_new(1, sizeof(*zones));
    zones->dir = mem_dup(dir == NULL || dir[0] == '\0' ? ZONES_DIR : dir);
    for (size_t i = 0; i < ARRAY_LEN(witnesses); i++) {
        zones->witnesses[i] = stamp_read(zones, witnesses[i]);
    }
    return zones;
}

static void entry_free(struct entry *entry)
{
    arena_clear(&entry->arena);
    mem_free(entry);
}

void zones_free(struct zones *zones)
{
    if (zones == NULL) {
        return;
    }
    while (zones->entries != NULL) {
        struct entry *entry = zones->entries;
        zones->entries = entry->next;
        entry_free(entry);
    }
    mem_free(zones->dir);
    mem_free(zones);
}

bool zones_name_is_legal(struct str name)
{
    bool part_starts = true;
    if (name.len == 0 || name.len > NAME_MAX_BYTES || name.ptr[name.len - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain &&
            (part_starts || (c != '/' && c != '+' && c != '-' && c != '_' && c != '.'))) {
            return false;
        }
        part_starts = c == '/';
    }
    return true;
}

/* Reads fd to its end, up to size bytes; -1 if that fails (errno). */
static ssize_t read_all(int fd, unsigned char *bytes, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    return (ssize_t)len;
}

static int refuse_open(const struct zones *zones, const char *name, int code, struct err *err)
{
    bool has_dir = stamp_read(zones, ".").inode != 0;
    if (code != ENOENT && code != ENOTDIR && code != ELOOP && code != ENAMETOOLONG) {
        return err_set(err, ERR_SYSTEM, code,
                       "time zone \"%s\": its file in %s cannot be read; check its permissions",
                       name, zones->dir);
    }
    if (!has_dir) {
        return err_set(err, ERR_ABSENT, 0,
                       "time zone \"%s\": there is no %s; install tzdata, or use UTC", name,
                       zones->dir);
    }
    return err_set(err, ERR_ABSENT, 0,
                   "time zone \"%s\" is not in %s; use an IANA name such as Europe/Berlin, or "
                   "update tzdata",
                   name, zones->dir);
}

/* Opens a zone's file; only plain files count. */
static int file_open(const struct zones *zones, const char *name, struct stat *ret_st,
                     struct err *err)
{
    int fd = open(path_of(zones, name).text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return refuse_open(zones, name, errno, err);
    }
    if (fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode)) {
        close(fd);
        return refuse_open(zones, name, ENOENT, err);
    }
    return fd;
}

static int file_parse(int fd, struct entry *entry, struct err *err)
{
    unsigned char *bytes = mem_new(ZONE_FILE_MAX_BYTES + 1, 1);
    ssize_t len = read_all(fd, bytes, ZONE_FILE_MAX_BYTES + 1);
    int result = len < 0 ? err_set(err, ERR_SYSTEM, errno, "its file cannot be read")
                         : zone_parse(bytes, (size_t)len, &entry->arena, &entry->zone, err);
    mem_free(bytes);
    return result;
}

static int entry_read(const struct zones *zones, struct entry *entry, struct err *err)
{
    struct stat st;
    int fd = file_open(zones, entry->name, &st, err);
    if (fd < 0) {
        return -1;
    }
    int result = file_parse(fd, entry, err);
    close(fd);
    entry->stamp = stamp_of(&st);
    return result == 0 ? 0 : err_wrap(err, "time zone \"%s\"", entry->name);
}

static int zones_read(struct zones *zones, struct str name, const struct zone **ret_zone,
                      struct err *err)
{
    struct entry *entry = mem_new(1, sizeof(*entry));
    memcpy(entry->name, name.ptr, name.len);
    arena_init(&entry->arena, ZONE_ARENA_BYTES);
    if (entry_read(zones, entry, err) != 0) {
        entry_free(entry);
        return -1;
    }
    entry->next = zones->entries;
    zones->entries = entry;
    *ret_zone = entry->zone;
    return 0;
}

int zones_find(struct zones *zones, struct str name, const struct zone **ret_zone, struct err *err)
{
    if (name.len == 0 || str_is(name, "UTC")) {
        *ret_zone = zone_utc();
        return 0;
    }
    if (!zones_name_is_legal(name)) {
        return err_set(err, ERR_REFUSED, 0,
                       "the time zone's name is malformed; use an IANA name such as Europe/Berlin");
    }
    if (str_is(name, "localtime") || str_is(name, "posixrules")) {
        return err_set(err, ERR_REFUSED, 0,
                       "time zone \"%.*s\" means another zone on every machine; use an IANA name "
                       "such as Europe/Berlin",
                       (int)name.len, name.ptr);
    }
    for (const struct entry *entry = zones->entries; entry != NULL; entry = entry->next) {
        if (str_is(name, entry->name)) {
            *ret_zone = entry->zone;
            return 0;
        }
    }
    return zones_read(zones, name, ret_zone, err);
}

int zones_check(struct zones *zones, struct err *err)
{
    const struct zone *zone = NULL;
    struct err cause = {0};
    if (zones_find(zones, STR("Etc/UTC"), &zone, &cause) == 0) {
        return 0;
    }
    return err_set(err, ERR_SYSTEM, cause.code,
                   "no usable time zones in %s (%s): install the package tzdata or mount it there; "
                   "until then only UTC can be used",
                   zones->dir, cause.text);
}

static bool is_changed(const struct zones *zones, const char *name, const struct stamp *then)
{
    struct stamp now = stamp_read(zones, name);
    return !stamp_equals(&now, then);
}

bool zones_changed(const struct zones *zones)
{
    for (size_t i = 0; i < ARRAY_LEN(witnesses); i++) {
        if (is_changed(zones, witnesses[i], &zones->witnesses[i])) {
            return true;
        }
    }
    for (const struct entry *entry = zones->entries; entry != NULL; entry = entry->next) {
        if (is_changed(zones, entry->name, &entry->stamp)) {
            return true;
        }
    }
    return false;
}
