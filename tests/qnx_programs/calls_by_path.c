// Makes one call by path, and says what came of it: PROGRAM CALL PATH. For QNX's flags, with which
// the path may be one below TOCSIN_ROOT.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // for O_TMPFILE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What is there to be read, or the errno.
static void show_text(int file) {
    char text[64];
    const ssize_t size = file < 0 ? -1 : read(file, text, sizeof text);
    if (size < 0) {
        printf("errno %d\n", errno);
    } else {
        printf("%.*s\n", (int)size, text);
    }
}

// The permissions of a new file, or the errno.
static void show_mode(int file) {
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        printf("errno %d\n", errno);
    } else {
        printf("%o\n", (unsigned)status.st_mode & 07777U);
    }
}

static void show_result(int result) {
    if (result == 0) {
        puts("done");
    } else {
        printf("errno %d\n", errno);
    }
}

static void show_size(int result, const struct stat* status) {
    if (result != 0) {
        printf("errno %d\n", errno);
    } else {
        printf("size %ld\n", (long)status->st_size);
    }
}

static void show_stream(const char* path) {
    FILE* stream = fopen(path, "r");
    char line[64];
    if (stream == NULL || fgets(line, sizeof line, stream) == NULL) {
        printf("errno %d\n", errno);
    } else {
        printf("%s\n", line);
    }
    if (stream != NULL) {
        fclose(stream);
    }
}

static void show_directory(const char* path) {
    DIR* directory = opendir(path);
    int count = 0;
    if (directory == NULL) {
        printf("errno %d\n", errno);
        return;
    }
    while (readdir(directory) != NULL) {
        ++count;
    }
    closedir(directory);
    printf("%d entries\n", count);
}

// A name of the same place, as long as the next one is not asked for.
static const char* new_name_of(const char* path) {
    static char name[4096];
    snprintf(name, sizeof name, "%s.new", path);
    return name;
}

static void show_target(const char* path) {
    char target[64];
    const ssize_t size = readlink(path, target, sizeof target);
    if (size < 0) {
        printf("errno %d\n", errno);
    } else {
        printf("%.*s\n", (int)size, target);
    }
}

static int is_long(const struct dirent* entry) {
    return entry->d_namelen > 2;
}

// Each name with its length, in order.
static void show_entries(const char* path, int (*wanted)(const struct dirent*)) {
    struct dirent** entries;
    const int count = scandir(path, &entries, wanted, alphasort);
    for (int index = 0; index < count; ++index) {
        printf("%s%d %s", index == 0 ? "" : " ", entries[index]->d_namelen, entries[index]->d_name);
        free(entries[index]);
    }
    puts("");
    if (count >= 0) {
        free(entries);
    }
}

static int names_are_as_long_as_they_say(const char* path) {
    DIR* directory = opendir(path);
    const struct dirent* entry;
    int all = directory != NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        all = all && entry->d_namelen == strlen(entry->d_name) && entry->d_offset != 0;
    }
    return directory != NULL && closedir(directory) == 0 && all;
}

static int call_for_names(char** words);

static int is_call(char** words, const char* name) {
    return strcmp(words[1], name) == 0;
}

static int call(char** words) {
    const char* const path = words[2];
    struct stat status;
    if (is_call(words, "open")) {
        show_text(open(path, O_RDONLY));
    } else if (is_call(words, "create")) {
        show_mode(open(path, O_RDWR | O_CREAT | O_EXCL, 0604));
    } else if (is_call(words, "temporary")) {
        show_mode(open(path, O_RDWR | O_TMPFILE, 0604));
    } else if (is_call(words, "creat")) {
        show_mode(creat(path, 0604));
    } else if (is_call(words, "access")) {
        show_result(access(path, R_OK));
    } else if (is_call(words, "unlink")) {
        show_result(unlink(path));
    } else if (is_call(words, "stat")) {
        show_size(stat(path, &status), &status);
    } else if (is_call(words, "lstat")) {
        show_size(lstat(path, &status), &status);
    } else if (is_call(words, "chmod")) {
        show_result(chmod(path, 0600));
    } else if (is_call(words, "mkdir")) {
        show_result(mkdir(path, 0705));
    } else if (is_call(words, "fopen")) {
        show_stream(path);
    } else if (is_call(words, "opendir")) {
        show_directory(path);
    } else {
        return call_for_names(words);
    }
    return EXIT_SUCCESS;
}

static int call_for_names(char** words) {
    const char* const path = words[2];
    if (is_call(words, "rename")) {
        show_result(rename(path, new_name_of(path)));
    } else if (is_call(words, "link")) {
        show_result(link(path, new_name_of(path)));
    } else if (is_call(words, "symlink")) {
        show_result(symlink("target", path));
    } else if (is_call(words, "readlink")) {
        show_target(path);
    } else if (is_call(words, "truncate")) {
        show_result(truncate(path, 3));
    } else if (is_call(words, "remove")) {
        show_result(remove(path));
    } else if (is_call(words, "rmdir")) {
        show_result(rmdir(path));
    } else if (is_call(words, "readdir") && names_are_as_long_as_they_say(path)) {
        show_entries(path, NULL);
    } else if (is_call(words, "scandir")) {
        show_entries(path, is_long);
    } else {
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char** argv) {
    umask(0);
    return argc == 3 ? call(argv) : EXIT_FAILURE;
}
