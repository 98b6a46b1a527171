/*
 * Stands between a process and the C library (LD_PRELOAD) and lets calls on files fail as the rules say that lie
 * in the file TEST_FAULTS; layout and meaning: `faults.ts`. Every process and thread below shares the rules.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, RENAME = 16, MKDIR = 32, UNLINK = 64, TRUNCATE = 128 };
enum { BEFORE, AFTER, HALF, LOST, NOTE };
enum { MOST_RULES = 15, MOST_NOTES = 1 << 20 };

struct rule {
  int calls, error, when, skip, times;
  atomic_int seen, hits;
  char path[228];
};
static struct {
  atomic_int rules;
  atomic_int noted;
  char padding[248];
  struct rule rule[MOST_RULES];
  char notes[MOST_NOTES];
} *shared;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("TEST_FAULTS");
  int fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) shared = at;
  syscall(SYS_close, fd);
}

static void note(const char *call, int fails, const char *path, const char *from) {
  char line[8400];
  int length = snprintf(line, sizeof line, "%s\t%d\t%s\t%s\n", call, fails, path, from);
  int at = atomic_fetch_add(&shared->noted, length);
  if (at + length <= MOST_NOTES) memcpy(shared->notes + at, line, length);
}

/* The rule that this call falls under; NULL: it goes its way. */
static struct rule *rule_for(int call, const char *name, const char *path, const char *from) {
  struct rule *found = NULL;
  int noted = 0;
  for (int i = 0; i < shared->rules; i++) {
    struct rule *rule = &shared->rule[i];
    if (!(rule->calls & call) || fnmatch(rule->path, path, 0) != 0) continue;
    int seen = atomic_fetch_add(&rule->seen, 1);
    if (seen < rule->skip || seen - rule->skip >= rule->times) continue;
    if (rule->when == NOTE) noted = 1;
    else if (!found) found = rule;
  }
  if (found) atomic_fetch_add(&found->hits, 1);
  if (noted) note(name, found != NULL, path, from);
  return found;
}

static struct rule *rule_of_fd(int call, const char *name, int fd) {
  char link[32], path[4096];
  if (!shared || shared->rules == 0) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return rule_for(call, name, path, "");
}

static struct rule *rule_of_path(int call, const char *name, const char *path) {
  return shared && shared->rules > 0 && path ? rule_for(call, name, path, "") : NULL;
}

/* What had not reached the disk is gone, as after a failed fsync. */
static void lose(int fd) {
  static const char zeros[4096];
  char link[32];
  struct stat found;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int own = fstat(fd, &found) == 0 && S_ISREG(found.st_mode) ? syscall(SYS_openat, AT_FDCWD, link, O_WRONLY) : -1;
  if (own < 0) return;
  for (off_t at = 0; at < found.st_size; at += sizeof zeros) {
    size_t left = found.st_size - at;
    syscall(SYS_pwrite64, own, zeros, left < sizeof zeros ? left : sizeof zeros, at);
  }
  syscall(SYS_close, own);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* Fails before the call or after it. */
#define FAILING(rule, call) \
  if (!rule) return call; \
  if (rule->when == AFTER) (void)!call; \
  errno = rule->error; \
  return -1

static const char *opening(int flags) {
  if (!(flags & O_CREAT)) return "open";
  return flags & O_TRUNC ? "create" : "append";
}

#define OPENING(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    va_list more; \
    va_start(more, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
    va_end(more); \
    struct rule *rule = rule_of_path(OPEN, opening(flags), path); \
    if (!rule) return real(path, flags, mode); \
    if (rule->when == AFTER) { \
      int fd = real(path, flags, mode); \
      if (fd >= 0) syscall(SYS_close, fd); \
    } \
    errno = rule->error; \
    return -1; \
  }
OPENING(open)
OPENING(open64)

/* Half of it is written, the next attempts fail: so a disk becomes full. */
#define WRITING(rule, whole, half) \
  if (rule && rule->when == HALF && rule->hits == 1) return half; \
  FAILING(rule, whole)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  struct rule *rule = rule_of_fd(WRITE, "write", fd);
  WRITING(rule, real(fd, bytes, length), real(fd, bytes, (length + 1) / 2));
}

#define PWRITING(name, offset) \
  ssize_t name(int fd, const void *bytes, size_t length, offset at) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(WRITE, "write", fd); \
    WRITING(rule, real(fd, bytes, length, at), real(fd, bytes, (length + 1) / 2, at)); \
  }
PWRITING(pwrite, off_t)
PWRITING(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  struct rule *rule = rule_of_fd(WRITE, "write", fd);
  WRITING(rule, real(fd, parts, count), real(fd, parts, (count + 1) / 2));
}

#define PWRITINGV(name, offset) \
  ssize_t name(int fd, const struct iovec *parts, int count, offset at) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(WRITE, "write", fd); \
    WRITING(rule, real(fd, parts, count, at), real(fd, parts, (count + 1) / 2, at)); \
  }
PWRITINGV(pwritev, off_t)
PWRITINGV(pwritev64, off64_t)

#define SENDING(name, offset) \
  ssize_t name(int to, int from, offset *at, size_t length) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(WRITE, "write", to); \
    WRITING(rule, real(to, from, at, length), real(to, from, at, (length + 1) / 2)); \
  }
SENDING(sendfile, off_t)
SENDING(sendfile64, off64_t)

ssize_t copy_file_range(int from, off64_t *read, int to, off64_t *written, size_t length, unsigned flags) {
  REAL(copy_file_range);
  struct rule *rule = rule_of_fd(WRITE, "write", to);
  WRITING(rule, real(from, read, to, written, length, flags), real(from, read, to, written, (length + 1) / 2, flags));
}

ssize_t read(int fd, void *bytes, size_t length) {
  REAL(read);
  struct rule *rule = rule_of_fd(READ, "read", fd);
  FAILING(rule, real(fd, bytes, length));
}

#define PREADING(name, offset) \
  ssize_t name(int fd, void *bytes, size_t length, offset at) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(READ, "read", fd); \
    FAILING(rule, real(fd, bytes, length, at)); \
  }
PREADING(pread, off_t)
PREADING(pread64, off64_t)

#define SYNCING(name) \
  int name(int fd) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(SYNC, "sync", fd); \
    if (rule && rule->when == LOST) lose(fd); \
    FAILING(rule, real(fd)); \
  }
SYNCING(fsync)
SYNCING(fdatasync)

int rename(const char *from, const char *to) {
  REAL(rename);
  struct rule *rule = shared && shared->rules > 0 ? rule_for(RENAME, "rename", to, from) : NULL;
  FAILING(rule, real(from, to));
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  struct rule *rule = rule_of_path(MKDIR, "mkdir", path);
  FAILING(rule, real(path, mode));
}

int unlink(const char *path) {
  REAL(unlink);
  struct rule *rule = rule_of_path(UNLINK, "unlink", path);
  FAILING(rule, real(path));
}

int rmdir(const char *path) {
  REAL(rmdir);
  struct rule *rule = rule_of_path(UNLINK, "unlink", path);
  FAILING(rule, real(path));
}

#define TRUNCATING(name, offset) \
  int name(int fd, offset length) { \
    REAL(name); \
    struct rule *rule = rule_of_fd(TRUNCATE, "truncate", fd); \
    FAILING(rule, real(fd, length)); \
  }
TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

/* Listing a directory takes a descriptor, too. */
int scandir64(const char *path, struct dirent64 ***names, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  REAL(scandir64);
  struct rule *rule = rule_of_path(OPEN, "open", path);
  FAILING(rule, real(path, names, filter, compare));
}

DIR *opendir(const char *path) {
  REAL(opendir);
  struct rule *rule = rule_of_path(OPEN, "open", path);
  if (!rule) return real(path);
  errno = rule->error;
  return NULL;
}
