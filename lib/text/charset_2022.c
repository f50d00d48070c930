/*
 * charset_2022.c: ISO 2022 as mail has it, and HZ.
 *
 * ISO-2022-JP (RFC 1468), -1 (RFC 2237), -2 (RFC 1554), -3 (JIS X 0213),
 * -MS (what Windows sends by that name), ISO-2022-KR (RFC 1557), ISO-2022-CN
 * and -CN-EXT (RFC 1922), HZ (RFC 1843): sets of characters, designated by
 * escape sequences, which the EUC charsets have as well, with other bits.  So
 * EUC's tables serve.  ISO-IR-165, which ISO-2022-CN-EXT has besides, is in
 * none of them, and is left out.
 */
#include "text/charset_step.h"

#include <string.h>

#include "base/nelem.h"
#include "text/utf8.h"

#include "charsets.inc"

enum { ESC = 0x1b, SO = 0x0e, SI = 0x0f };

enum set {
	NO_SET,
	ASCII,
	ROMAN,
	KANA,
	JIS,
	JIS_MS,
	JIS_SUPPLEMENT,
	JIS_2000_1,
	JIS_2000_2,
	LATIN1,
	GREEK,
	GB,
	KSC,
	CNS_1,
	CNS_2,
	CNS_3,
	CNS_4,
	CNS_5,
	CNS_6,
	CNS_7,
};

static const struct set_row {
	uint32_t root;
	unsigned char lead[2]; /* bytes that EUC has before its own */
	unsigned char leads;
	unsigned char width; /* how many bytes a character has */
	unsigned char bit; /* 0x80: that is set in EUC */
} sets[] = {
	/* clang-format off */
	[ASCII] = { 0, { 0 }, 0, 1, 0 },
	[ROMAN] = { ROOT_JIS_C6220_1969_RO, { 0 }, 0, 1, 0 },
	[KANA] = { ROOT_EUC_JP, { 0x8e }, 1, 1, 0x80 },
	[JIS] = { ROOT_EUC_JP, { 0 }, 0, 2, 0x80 },
	[JIS_MS] = { ROOT_EUC_JP_MS, { 0 }, 0, 2, 0x80 },
	[JIS_SUPPLEMENT] = { ROOT_EUC_JP, { 0x8f }, 1, 2, 0x80 },
	[JIS_2000_1] = { ROOT_EUC_JISX0213, { 0 }, 0, 2, 0x80 },
	[JIS_2000_2] = { ROOT_EUC_JISX0213, { 0x8f }, 1, 2, 0x80 },
	[LATIN1] = { 0, { 0 }, 0, 1, 0x80 },
	[GREEK] = { ROOT_ISO_8859_7, { 0 }, 0, 1, 0x80 },
	[GB] = { ROOT_GB2312, { 0 }, 0, 2, 0x80 },
	[KSC] = { ROOT_EUC_KR, { 0 }, 0, 2, 0x80 },
	[CNS_1] = { ROOT_EUC_TW, { 0 }, 0, 2, 0x80 },
	[CNS_2] = { ROOT_EUC_TW, { 0x8e, 0xa2 }, 2, 2, 0x80 },
	[CNS_3] = { ROOT_EUC_TW, { 0x8e, 0xa3 }, 2, 2, 0x80 },
	[CNS_4] = { ROOT_EUC_TW, { 0x8e, 0xa4 }, 2, 2, 0x80 },
	[CNS_5] = { ROOT_EUC_TW, { 0x8e, 0xa5 }, 2, 2, 0x80 },
	[CNS_6] = { ROOT_EUC_TW, { 0x8e, 0xa6 }, 2, 2, 0x80 },
	[CNS_7] = { ROOT_EUC_TW, { 0x8e, 0xa7 }, 2, 2, 0x80 },
	/* clang-format on */
};

#define IN(engine) (1u << (ENGINE_##engine - ENGINE_ISO_2022_JP))
enum {
	JP = IN(ISO_2022_JP),
	JP1 = IN(ISO_2022_JP_1),
	JP2 = IN(ISO_2022_JP_2),
	JP3 = IN(ISO_2022_JP_3),
	JPMS = IN(ISO_2022_JP_MS),
	KR = IN(ISO_2022_KR),
	CN = IN(ISO_2022_CN),
	CNX = IN(ISO_2022_CN_EXT),
};
#undef IN

/* What follows ESC, where that is allowed, and what it designates as what. */
static const struct designation {
	char text[4];
	unsigned where;
	unsigned char g;
	unsigned char set;
} designations[] = {
	/* clang-format off */
	{ "(B", JP | JP1 | JP2 | JP3 | JPMS, 0, ASCII },
	{ "(J", JP | JP1 | JP2 | JP3 | JPMS, 0, ROMAN },
	{ "$@", JP | JP1 | JP2 | JP3, 0, JIS },
	{ "$B", JP | JP1 | JP2 | JP3, 0, JIS },
	{ "$@", JPMS, 0, JIS_MS },
	{ "$B", JPMS, 0, JIS_MS },
	{ "(I", JP2 | JP3 | JPMS, 0, KANA },
	{ "$(D", JP1 | JP2 | JPMS, 0, JIS_SUPPLEMENT },
	{ "$A", JP2, 0, GB },
	{ "$(C", JP2, 0, KSC },
	{ ".A", JP2, 2, LATIN1 },
	{ ".F", JP2, 2, GREEK },
	{ "$(O", JP3, 0, JIS_2000_1 },
	{ "$(Q", JP3, 0, JIS_2000_1 },
	{ "$(P", JP3, 0, JIS_2000_2 },
	{ "$)C", KR, 1, KSC },
	{ "$)A", CN | CNX, 1, GB },
	{ "$)G", CN | CNX, 1, CNS_1 },
	{ "$*H", CN | CNX, 2, CNS_2 },
	{ "$+I", CNX, 3, CNS_3 },
	{ "$+J", CNX, 3, CNS_4 },
	{ "$+K", CNX, 3, CNS_5 },
	{ "$+L", CNX, 3, CNS_6 },
	{ "$+M", CNX, 3, CNS_7 },
	/* clang-format on */
};

/* One character of a set, whose bytes are at p. */
static void
put_of_set(struct charset_steps *s, unsigned char set, const unsigned char *p)
{
	const struct set_row *r = &sets[set];
	unsigned char euc[4] = { r->lead[0], r->lead[1] }, c;
	unsigned n = r->leads, width = r->width;
	uint32_t value;

	if ((size_t)(s->end - p) < width) {
		charset_step_bad(s, SIZE_MAX);
		return;
	}
	for (unsigned i = 0; i < width; i++) {
		c = p[i];
		if (c < 0x20 || c & 0x80)
			goto bad;
		euc[n++] = c | r->bit;
	}
	if (set == LATIN1)
		value = euc[0];
	else if (charset_table_next(r->root, euc, n, &value) != n)
		goto bad;
	s->p = p + width;
	s->to = charset_table_put(s->to, value);
	return;
bad:
	charset_step_bad(s, 1);
}

/*
 * ESC and what follows: a designation, or a shift of one character.  False if
 * it is neither: a control character then.
 */
static bool
take_escape(struct charset_steps *s)
{
	unsigned engine = 1u << (s->engine - ENGINE_ISO_2022_JP);
	size_t left = (size_t)(s->end - s->p);
	const struct designation *d;
	bool cut = left == 1;
	unsigned shift;

	for (size_t i = 0; i < NELEM(designations); i++) {
		size_t len;

		d = &designations[i];
		/* mostly the first byte tells */
		if (!(d->where & engine) ||
		    (left > 1 && s->p[1] != (unsigned char)d->text[0]))
			continue;
		len = strlen(d->text);
		if (left > len && memcmp(s->p + 1, d->text, len) == 0) {
			s->set[d->g] = d->set;
			s->p += 1 + len;
			return true;
		}
		cut = cut ||
		      (left <= len && memcmp(s->p + 1, d->text, left - 1) == 0);
	}
	shift = left == 1 ? 0 : s->p[1] == 'N' ? 2 : s->p[1] == 'O' ? 3 : 0;
	if (shift > 0 && s->set[shift] != NO_SET)
		put_of_set(s, s->set[shift], s->p + 2);
	else if (shift > 0 && engine & (shift == 2 ? JP2 | CN | CNX : CNX))
		charset_step_bad(s, 1);
	else if (cut)
		charset_step_bad(s, left);
	else
		return false;
	return true;
}

/* In a set of 94 characters, or of 94 times as many. */
static bool
is_graphic(unsigned char c)
{
	return c > 0x20 && c < 0x7f;
}

void
charset_step_2022(struct charset_steps *s)
{
	bool shifts = s->engine >= ENGINE_ISO_2022_KR;
	unsigned char c = *s->p, set = s->set[s->out];

	if (c == ESC && take_escape(s))
		return;
	if (shifts && (c == SO || c == SI)) {
		s->out = c == SO;
		s->p++;
		return;
	}
	/* what is missing at the beginning of the text */
	if (set == NO_SET && s->out)
		set = s->engine == ENGINE_ISO_2022_KR ? KSC : GB;
	if (c & 0x80) {
		charset_step_bad(s, 1);
	} else if (set <= ASCII || !is_graphic(c)) {
		do
			*s->to++ = (char)*s->p++;
		while (set <= ASCII && s->p < s->stop && is_graphic(*s->p));
	} else {
		do
			put_of_set(s, set, s->p);
		while (s->p < s->stop && is_graphic(*s->p));
	}
}

void
charset_step_hz(struct charset_steps *s)
{
	unsigned char c = s->p[0];

	if (s->out && c > 0x20 && c != 0x7f &&
	    !(c == '~' && s->end - s->p > 1 && s->p[1] == '}')) {
		put_of_set(s, GB, s->p);
		return;
	}
	if (c != '~' || s->end - s->p == 1) {
		if (c & 0x80 || c == '~') {
			charset_step_bad(s, 1);
			return;
		}
		/* nor does GB last longer than its line */
		s->out = s->out && c != '\n';
		s->p++;
		*s->to++ = (char)c;
		return;
	}
	c = s->p[1];
	if (c == '{' || c == '}')
		s->out = c == '{';
	else if (c == '~')
		*s->to++ = '~';
	else if (c != '\n') {
		charset_step_bad(s, 1);
		return;
	}
	s->p += 2;
}
