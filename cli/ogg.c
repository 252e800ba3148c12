/* SPDX-License-Identifier: ISC */
#include "cli/ogg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_HEAD = 27, MAX_SEGMENTS = 255, BEGINS = 2, ENDS = 4, SEARCH = 4096 };

struct page {
  sf_count_t at, size;
  bool begins, ends; /* its stream */
};

/* The page at an offset; false where there is none. One that the file's end cuts counts. */
static bool page_at(struct file_view *file, sf_count_t at, struct page *page) {
  unsigned char head[PAGE_HEAD + MAX_SEGMENTS];
  const size_t n = file_view_read(file, at, head, sizeof head);
  if (n < 4 || memcmp(head, "OggS", 4) != 0) {
    return false;
  }
  *page = (struct page){.at = at, .size = PAGE_HEAD};
  if (n < PAGE_HEAD || n < (size_t)PAGE_HEAD + head[26]) {
    return true;
  }
  page->begins = head[5] & BEGINS;
  page->ends = head[5] & ENDS;
  page->size += head[26];
  for (int i = 0; i < head[26]; i++) {
    page->size += head[PAGE_HEAD + i];
  }
  return true;
}

/* The first page from an offset on, over bytes that are of none. */
static bool find_page(struct file_view *file, sf_count_t at, struct page *page) {
  unsigned char bytes[SEARCH];
  while (!page_at(file, at, page)) {
    const size_t n = file_view_read(file, at, bytes, sizeof bytes);
    if (n < 5) {
      return false;
    }
    const unsigned char *found = memchr(bytes + 1, 'O', n - 1);
    at += found ? found - bytes : (sf_count_t)n;
  }
  return true;
}

int ogg_layout(struct song_parts *layout, struct file_view *file) {
  struct page page, next;
  sf_count_t start = 0, end = 0; /* of a stream; end of its last page that is whole */
  bool ends = false, open = false;
  bool beginning = true; /* several streams that begin together are one part */
  sf_count_t at = 0;
  while (find_page(file, at, &page)) {
    if (page.begins && !beginning) {
      if (!song_parts_add(layout, start, end - start)) {
        return ENOMEM;
      }
      start = page.at;
      open = open || !ends;
    }
    beginning = page.begins;
    at = page.at + page.size;
    /* One that was cut off reaches past the end or into another; libsndfile does better without. */
    if (at > file->size ||
        (!page_at(file, at, &next) && find_page(file, page.at + 4, &next) && next.at < at)) {
      ends = false;
      at = page.at + 4;
    } else {
      end = at;
      ends = page.ends;
    }
  }
  if (!song_parts_add(layout, start, end - start)) {
    return ENOMEM;
  }
  if (open || !ends) {
    snprintf(layout->flaw, FLAW, "truncated: the end of %s is missing",
             layout->n_parts > 1 ? "a stream in it" : "the stream");
  }
  return 0;
}
