/*
 * names.c: what is kept of header fields.
 *
 * For excerpts: those that Thunderbird, K-9, mutt and others list.
 */
#include "msg/names.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "msg/structure.h"

#define ROW(name, kept, key, kind, env)                                        \
	{                                                                      \
		name, sizeof name - 1, false, kept, key, kind, env             \
	}
#define KEPT(name) ROW(name, true, KEY_NONE, F_NONE, 0)
#define PREFIX(name)                                                           \
	{                                                                      \
		name, sizeof name - 1, true, true, KEY_NONE, F_NONE, 0         \
	}

/* By their first letters, and of those the most frequent first. */
static const struct field_row rows[] = {
	/* clang-format off */
	KEPT("Auto-Submitted"),
	ROW("Bcc", true, KEY_BCC, F_ADDRESSES, ENV_BCC),
	ROW("Content-Type", true, KEY_NONE, F_TYPE, 0),
	ROW("Content-Transfer-Encoding", true, KEY_NONE, F_ENCODING, 0),
	ROW("Cc", true, KEY_CC, F_ADDRESSES, ENV_CC),
	ROW("Content-Description", true, KEY_NONE, F_DESCRIPTION, 0),
	ROW("Content-Disposition", true, KEY_NONE, F_DISPOSITION, 0),
	ROW("Content-ID", false, KEY_NONE, F_ID, 0),
	ROW("Content-MD5", false, KEY_NONE, F_MD5, 0),
	ROW("Content-Language", false, KEY_NONE, F_LANGUAGE, 0),
	ROW("Content-Location", false, KEY_NONE, F_LOCATION, 0),
	ROW("Date", true, KEY_DATE, F_ENVELOPE, ENV_DATE),
	KEPT("Delivered-To"),
	KEPT("Disposition-Notification-To"),
	ROW("From", true, KEY_FROM, F_ADDRESSES, ENV_FROM),
	ROW("In-Reply-To", true, KEY_NONE, F_ENVELOPE, ENV_IN_REPLY_TO),
	KEPT("Importance"),
	PREFIX("List-"),
	KEPT("Lines"),
	ROW("Message-ID", true, KEY_NONE, F_ENVELOPE, ENV_MESSAGE_ID),
	KEPT("MIME-Version"),
	KEPT("Mail-Followup-To"),
	KEPT("Mail-Reply-To"),
	KEPT("Newsgroups"),
	KEPT("Organization"),
	KEPT("Precedence"),
	KEPT("Priority"),
	ROW("References", true, KEY_REFERENCES, F_NONE, 0),
	ROW("Reply-To", true, KEY_NONE, F_ADDRESSES, ENV_REPLY_TO),
	KEPT("Return-Receipt-To"),
	ROW("Subject", true, KEY_SUBJECT, F_ENVELOPE, ENV_SUBJECT),
	ROW("Sender", true, KEY_NONE, F_ADDRESSES, ENV_SENDER),
	ROW("To", true, KEY_TO, F_ADDRESSES, ENV_TO),
	KEPT("User-Agent"),
	PREFIX("X-Spam-"),
	KEPT("X-Priority"),
	KEPT("X-MSMail-Priority"),
	KEPT("X-Mailer"),
	KEPT("X-Original-To"),
	KEPT("X-Label"),
	KEPT("X-Keywords"),
	KEPT("X-TUID"),
	KEPT("X-Uniform-Type-Identifier"),
	KEPT("X-Universally-Unique-Identifier"),
	/* clang-format on */
};

static const struct {
	unsigned char from, n;
} letters[26] = {
	/* clang-format off */
	['a' - 'a'] = { 0, 1 },
	['b' - 'a'] = { 1, 1 },
	['c' - 'a'] = { 2, 9 },
	['d' - 'a'] = { 11, 3 },
	['f' - 'a'] = { 14, 1 },
	['i' - 'a'] = { 15, 2 },
	['l' - 'a'] = { 17, 2 },
	['m' - 'a'] = { 19, 4 },
	['n' - 'a'] = { 23, 1 },
	['o' - 'a'] = { 24, 1 },
	['p' - 'a'] = { 25, 2 },
	['r' - 'a'] = { 27, 3 },
	['s' - 'a'] = { 30, 2 },
	['t' - 'a'] = { 32, 1 },
	['u' - 'a'] = { 33, 1 },
	['x' - 'a'] = { 34, 10 },
	/* clang-format on */
};

_Static_assert(NELEM(rows) <= NAMES_ROWS, "places are below that");

unsigned
names_place(const struct field_row *row)
{
	return (unsigned)(row - rows);
}

/* Mostly it is written like this; the lengths are those of the row. */
static bool
is_row(const struct field_row *row, struct span name)
{
	size_t len = span_len(name);

	if (row->prefix && len > row->len)
		len = row->len;
	return len == row->len &&
	       (memcmp(name.p, row->name, len) == 0 ||
		   span_case_eq(span_of(name.p, len), span_of(row->name, len)));
}

const struct field_row *
names_find(struct span name)
{
	unsigned c;

	if (name.p == name.end)
		return NULL;
	c = ascii_lower((unsigned char)*name.p) - 'a';
	if (c >= NELEM(letters))
		return NULL;
	for (unsigned i = 0; i < letters[c].n; i++)
		if (is_row(&rows[letters[c].from + i], name))
			return &rows[letters[c].from + i];
	return NULL;
}
