/* charset_page.h: a page of the tables, as mkcharset.c makes them. */
#ifndef TEXT_CHARSET_PAGE_H
#define TEXT_CHARSET_PAGE_H

#include <stdint.h>

/*
 * A page is an array of words of 16 bits: the lowest byte that it has, with
 * how far it is to the highest << 8; what the sequence that led to it is if it
 * ends there, or PAGE_NONE; where its extras begin, two words, the lower one
 * first; and a word for each byte from the lowest on: a code point, PAGE_NONE,
 * or PAGE_EXTRA and the number of an extra.  (No surrogate is a code point,
 * nor is U+FFFF one that a charset would have.)
 *
 * An extra has 32 bits: a code point that a word cannot hold, ENTRY_PAGE and
 * the page for the byte after this one, or ENTRY_PAIR and two code points, the
 * first << 16.
 */
enum {
	PAGE_HEAD = 4,
	PAGE_NONE = 0xffff,
	PAGE_EXTRA = 0xd800,
	PAGE_EXTRA_MASK = 0xf800,
};

#define ENTRY_PAIR UINT32_C(0x80000000)
#define ENTRY_PAGE UINT32_C(0x40000000)
#define ENTRY_NONE UINT32_C(0xffffffff)

static inline uint32_t
page_extras(const uint16_t *page)
{
	return page[2] | (uint32_t)page[3] << 16;
}

#endif
