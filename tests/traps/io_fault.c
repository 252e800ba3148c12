/* SPDX-License-Identifier: ISC */
/* LD_PRELOAD library: a disk that is full and a file that ends or cannot be read on, for programs
 * that are looked at from outside.
 *
 * IO_FAULT_WRITE=N: write() succeeds for N bytes in all, then fails with ENOSPC.
 * IO_FAULT_FWRITE=N: the same for fwrite().
 * IO_FAULT_READ=N: read() and pread() from a regular file succeed for N bytes in all, then fail
 * with EIO. IO_FAULT_END=N: the same, but then the files seem to end.
 * IO_FAULT_XATTR=0: the file system keeps no extended attributes. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

static long limit(const char *name) {
  const char *value = getenv(name);
  return value ? atol(value) : -1;
}

static int is_file(int descriptor) {
  struct stat info;
  return fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
}

/* Bytes that may still pass, of those that are wanted. */
static size_t grant(long most, long *used, size_t wanted) {
  long left = most < 0 || most - *used > (long)wanted ? (long)wanted : most - *used;
  left = left > 0 ? left : 0;
  *used += left;
  return (size_t)left;
}

#pragma GCC visibility push(default)

ssize_t write(int descriptor, const void *bytes, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  static long written;
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "write");
  }
  if (is_file(descriptor)) {
    size_t granted = grant(limit("IO_FAULT_WRITE"), &written, size);
    if (granted == 0 && size > 0) {
      errno = ENOSPC;
      return -1;
    }
    size = granted;
  }
  return next(descriptor, bytes, size);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream) {
  static size_t (*next)(const void *, size_t, size_t, FILE *);
  static long written;
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "fwrite");
  }
  if (size > 0 && is_file(fileno(stream))) {
    size_t granted = grant(limit("IO_FAULT_FWRITE"), &written, size * count) / size;
    if (granted < count) {
      errno = ENOSPC;
      stream->_flags |= 0x20; /* glibc's mark of an error, which callers wait for */
      return 0;
    }
  }
  return next(bytes, size, count, stream);
}

ssize_t read(int descriptor, void *bytes, size_t size) {
  static ssize_t (*next)(int, void *, size_t);
  static long taken;
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "read");
  }
  long end = limit("IO_FAULT_END"), most = end >= 0 ? end : limit("IO_FAULT_READ");
  if (is_file(descriptor)) {
    size_t granted = grant(most, &taken, size);
    if (granted == 0 && size > 0) {
      errno = EIO;
      return end >= 0 ? 0 : -1;
    }
    size = granted;
  }
  return next(descriptor, bytes, size);
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t at) {
  static ssize_t (*next)(int, void *, size_t, off_t);
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "pread");
  }
  long end = limit("IO_FAULT_END"), most = end >= 0 ? end : limit("IO_FAULT_READ");
  if (is_file(descriptor)) {
    long before = most >= 0 && at > most ? most : at;
    size_t granted = grant(most, &before, size);
    if (granted == 0 && size > 0) {
      errno = EIO;
      return end >= 0 ? 0 : -1;
    }
    size = granted;
  }
  return next(descriptor, bytes, size, at);
}

int fsetxattr(int descriptor, const char *name, const void *value, size_t size, int flags) {
  static int (*next)(int, const char *, const void *, size_t, int);
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "fsetxattr");
  }
  if (limit("IO_FAULT_XATTR") == 0) {
    errno = ENOTSUP;
    return -1;
  }
  return next(descriptor, name, value, size, flags);
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
  static ssize_t (*next)(const char *, const char *, void *, size_t);
  if (!next) {
    *(void **)&next = dlsym(RTLD_NEXT, "getxattr");
  }
  if (limit("IO_FAULT_XATTR") == 0) {
    errno = ENOTSUP;
    return -1;
  }
  return next(path, name, value, size);
}
