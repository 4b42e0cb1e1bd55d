/*
 * Records what a process does to files below RECORD_UNDER: loaded by LD_PRELOAD, one record a call,
 * appended to RECORD_TO in the order the calls returned. bench/power_loss.py reads it.
 *
 * Record: op (1 byte: W write, T truncate, S sync, U unlink), length of the path (u32), offset (u64),
 * length of the data (u64), path, data; little endian, as this machine is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef ssize_t (*write_t)(int, const void *, size_t);
typedef int (*sync_t)(int);
typedef int (*truncate_t)(int, off_t);
typedef int (*unlink_t)(const char *);

static int path_of(int fd, char *path) {
    char link[64];
    const char *under = getenv("RECORD_UNDER");
    if (!under) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, 4095);
    if (n <= 0) return 0;
    path[n] = 0;
    return strncmp(path, under, strlen(under)) == 0;
}

static void record(char op, const char *path, uint64_t offset, const void *data, uint64_t size) {
    REAL("write", write_t);
    uint32_t length = strlen(path);
    pthread_mutex_lock(&lock);
    if (log_fd < 0) log_fd = open(getenv("RECORD_TO"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    char head[21];
    head[0] = op;
    memcpy(head + 1, &length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &size, 8);
    if (real(log_fd, head, 21) != 21 || real(log_fd, path, length) != length
        || (size && real(log_fd, data, size) != (ssize_t)size)) abort();
    pthread_mutex_unlock(&lock);
}

static ssize_t do_pwrite(const char *name, int fd, const void *data, size_t size, off_t at) {
    REAL("pwrite64", pwrite_t);
    (void)name;
    char path[4096];
    ssize_t n = real(fd, data, size, at);
    if (n > 0 && path_of(fd, path)) record('W', path, at, data, n);
    return n;
}
ssize_t pwrite(int fd, const void *d, size_t n, off_t at) { return do_pwrite("pwrite", fd, d, n, at); }
ssize_t pwrite64(int fd, const void *d, size_t n, off_t at) { return do_pwrite("pwrite64", fd, d, n, at); }

ssize_t write(int fd, const void *data, size_t size) {
    REAL("write", write_t);
    char path[4096];
    ssize_t n = real(fd, data, size);
    if (n > 0 && fd != log_fd && path_of(fd, path))
        record('W', path, lseek(fd, 0, SEEK_CUR) - n, data, n);
    return n;
}

int fsync(int fd) {
    REAL("fsync", sync_t);
    char path[4096];
    int r = real(fd);
    if (r == 0 && path_of(fd, path)) record('S', path, 0, "", 0);
    return r;
}
int fdatasync(int fd) {
    REAL("fdatasync", sync_t);
    char path[4096];
    int r = real(fd);
    if (r == 0 && path_of(fd, path)) record('S', path, 0, "", 0);
    return r;
}

static int do_truncate(int fd, off_t size) {
    REAL("ftruncate64", truncate_t);
    char path[4096];
    int r = real(fd, size);
    if (r == 0 && path_of(fd, path)) record('T', path, size, "", 0);
    return r;
}
int ftruncate(int fd, off_t size) { return do_truncate(fd, size); }
int ftruncate64(int fd, off_t size) { return do_truncate(fd, size); }

int unlink(const char *path) {
    REAL("unlink", unlink_t);
    const char *under = getenv("RECORD_UNDER");
    int r = real(path);
    if (r == 0 && under && strncmp(path, under, strlen(under)) == 0) record('U', path, 0, "", 0);
    return r;
}
