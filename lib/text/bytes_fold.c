/* bytes_fold.c: text copied and changed, sixteen bytes at a step. */
#include "base/ascii.h"
#include "text/bytes.h"
#include "text/lanes.h"

#ifdef __SSE2__
static unsigned
mask_of(lanes v)
{
	typedef char bytes __attribute__((vector_size(LANES)));

	return (unsigned)__builtin_ia32_pmovmskb128((bytes)v);
}

/* A bit for each byte that is white space. */
static lanes
is_space(lanes v)
{
	return (lanes)(v == ' ') | (lanes)(v == '\t') | (lanes)(v == '\r') |
	       (lanes)(v == '\n');
}

/* A bit for each byte that bytes_fold() or, if plain, the other stops at. */
static inline __attribute__((always_inline)) unsigned
ends(lanes v, bool plain)
{
	typedef signed char numbers __attribute__((vector_size(LANES)));

	if (!plain)
		return mask_of(v);
	/* as signed numbers those above 0x7f are below 0x20, too */
	return mask_of(((lanes)((numbers)v < ' ') & (lanes)(v != '\t')) |
		       (lanes)(v == 0x7f) | (lanes)(v == '='));
}

/* Blocks without such bytes; *space and where to has come, as bytes_fold(). */
static inline __attribute__((always_inline)) char *
fold_blocks(struct span *in, bool *space, char *to, bool plain)
{
	const char *p = in->p;
	unsigned gap = *space;

	while (in->end - p >= LANES) {
		lanes v = lanes_load(p), blank = is_space(v);
		lanes small = (lanes)(v >= 'a') & (lanes)(v <= 'z');
		unsigned blanks = mask_of(blank), again;

		if (ends(v, plain) != 0)
			break;
		v = ((v - (small & 0x20)) & ~blank) | (blank & ' ');
		memcpy(to, &v, sizeof v);
		again = blanks & (blanks << 1 | gap);
		if (again == 0) {
			p += LANES;
			to += LANES;
			gap = blanks >> (LANES - 1);
		} else {
			unsigned n = (unsigned)__builtin_ctz(again);

			to += n;
			/* and over all that follow it */
			p += n + (unsigned)__builtin_ctz(~(blanks >> n));
			gap = 1;
		}
	}
	in->p = p;
	*space = gap != 0;
	return to;
}
#else
static char *
fold_blocks(struct span *in, bool *space, char *to, bool plain)
{
	(void)in;
	(void)space;
	(void)plain;
	return to;
}
#endif

static inline bool
is_end(unsigned char c, bool plain)
{
	return c > 0x7f ||
	       (plain && (c == 0x7f || c == '=' || (c < ' ' && c != '\t')));
}

static inline __attribute__((always_inline)) char *
fold(struct span *in, bool *space, char *to, bool plain)
{
	bool gap;

	to = fold_blocks(in, space, to, plain);
	gap = *space;
	for (; in->p < in->end; in->p++) {
		unsigned char c = (unsigned char)*in->p;

		if (is_end(c, plain))
			break;
		if (!ascii_isspace(c)) {
			*to++ = (char)ascii_upper(c);
			gap = false;
		} else if (!gap) {
			*to++ = ' ';
			gap = true;
		}
	}
	*space = gap;
	return to;
}

char *
bytes_fold(struct span *in, bool *space, char *to)
{
	return fold(in, space, to, false);
}

char *
bytes_fold_plain(struct span *in, bool *space, char *to)
{
	return fold(in, space, to, true);
}

size_t
bytes_upper(struct span in, char *to)
{
	const char *start = in.p;

#ifdef __SSE2__
	for (; span_len(in) >= LANES; in.p += LANES, to += LANES) {
		lanes v = lanes_load(in.p);
		lanes small = (lanes)(v >= 'a') & (lanes)(v <= 'z');

		if (mask_of(v) != 0)
			break;
		v -= small & 0x20;
		memcpy(to, &v, sizeof v);
	}
#endif
	for (; in.p < in.end && (unsigned char)*in.p < 0x80; in.p++)
		*to++ = (char)ascii_upper((unsigned char)*in.p);
	return (size_t)(in.p - start);
}

#ifdef __SSE2__
/* A bit for each byte that bytes_unquoted() stops at; 17 can be read. */
static unsigned
stops(const char *p, lanes v)
{
	lanes next = lanes_load(p + 1);
	lanes blank = (lanes)(v == ' ') | (lanes)(v == '\t');

	return mask_of(
	    (lanes)(v == '=') | (lanes)(v == '\r') | (blank & is_space(next)));
}
#endif

size_t
bytes_unquoted(struct span in, char *to)
{
	const char *start = in.p;

#ifdef __SSE2__
	for (; span_len(in) > LANES; in.p += LANES, to += LANES) {
		lanes v = lanes_load(in.p);
		unsigned found = stops(in.p, v);

		memcpy(to, &v, sizeof v);
		if (found != 0)
			return (size_t)(in.p - start) +
			       (unsigned)__builtin_ctz(found);
	}
#endif
	for (; span_len(in) > 1 && *in.p != '=' && *in.p != '\r'; in.p++) {
		if ((*in.p == ' ' || *in.p == '\t') &&
		    ascii_isspace((unsigned char)in.p[1]))
			break;
		*to++ = *in.p;
	}
	return (size_t)(in.p - start);
}
