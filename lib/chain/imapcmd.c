/* imapcmd.c: one function for each rule of RFC 9051 section 9. */
#include "chain/imapcmd.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "base/num.h"
#include "text/utf8.h"

/*
 * The cursor of a command, and the literal it wants.  A rule that needs bytes
 * beyond the end says false and sets wants; nothing is tried after that.
 */
struct cursor {
	struct span in;
	uint32_t literal;
	bool nonsync;
	bool wants;
};

/* ATOM-CHAR = <any CHAR except atom-specials> */
static bool
is_atom_char(unsigned char c)
{
	return c > 0x20 && c < 0x7f && strchr("(){%*\"\\]", c) == NULL;
}

/* ASTRING-CHAR = ATOM-CHAR / resp-specials */
static bool
is_astring_char(unsigned char c)
{
	return is_atom_char(c) || c == ']';
}

/* tag = 1*<any ASTRING-CHAR except "+"> */
static bool
p_tag(struct span *in, struct span *out)
{
	struct span s = *in;

	while (
	    s.p < s.end && *s.p != '+' && is_astring_char((unsigned char)*s.p))
		s.p++;
	if (s.p == in->p)
		return false;
	*out = span_of(in->p, (size_t)(s.p - in->p));
	*in = s;
	return true;
}

/* atom = 1*ATOM-CHAR */
static bool
p_atom(struct span *in, struct span *out)
{
	struct span s = *in;

	while (s.p < s.end && is_atom_char((unsigned char)*s.p))
		s.p++;
	if (s.p == in->p)
		return false;
	*out = span_of(in->p, (size_t)(s.p - in->p));
	*in = s;
	return true;
}

/*
 * quoted = DQUOTE *QUOTED-CHAR DQUOTE
 * QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> /
 *     "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
 */
static bool
p_quoted(struct span *in, struct imapcmd_string *out)
{
	struct span s = *in;
	uint32_t cp;

	if (!span_eat(&s, '"'))
		return false;
	while (!span_at(&s, '"')) {
		if (span_eat(&s, '\\') && !span_at(&s, '"') &&
		    !span_at(&s, '\\'))
			return false;
		if (!utf8_next(&s, &cp) || cp == 0 || cp == '\r' || cp == '\n')
			return false;
	}
	out->s = span_of(in->p + 1, (size_t)(s.p - in->p) - 1);
	out->quoted = true;
	s.p++;
	*in = s;
	return true;
}

/* "{" number64 ["+"] "}", which ends a line */
static bool
p_literal_header(struct span *in, uint32_t *len, bool *nonsync)
{
	struct span s = *in;
	uint32_t n;
	bool plus;

	if (!span_eat(&s, '{') || !num_u32(&s, &n))
		return false;
	plus = span_eat(&s, '+');
	if (!span_eat(&s, '}'))
		return false;
	*in = s;
	*len = n;
	*nonsync = plus;
	return true;
}

/* literal = "{" number64 ["+"] "}" CRLF *CHAR8	; CHAR8 = %x01-ff */
static bool
p_literal(struct cursor *c, struct imapcmd_string *out)
{
	struct span s = c->in;
	uint32_t len;
	bool nonsync;

	if (!p_literal_header(&s, &len, &nonsync))
		return false;
	if (s.p == s.end) {
		c->wants = true;
		c->literal = len;
		c->nonsync = nonsync;
		return false;
	}
	if (!span_eat(&s, '\r') || !span_eat(&s, '\n') || span_len(s) < len)
		return false;
	out->s = span_of(s.p, len);
	out->quoted = false;
	if (span_find(out->s, '\0') != NULL)
		return false;
	s.p += len;
	c->in = s;
	return true;
}

/* string = quoted / literal */
static bool
p_string(struct cursor *c, struct imapcmd_string *out)
{
	return p_quoted(&c->in, out) || p_literal(c, out);
}

/* astring = 1*ASTRING-CHAR / string */
static bool
p_astring(struct cursor *c, struct imapcmd_string *out)
{
	struct span s = c->in;

	while (s.p < s.end && is_astring_char((unsigned char)*s.p))
		s.p++;
	if (s.p == c->in.p)
		return p_string(c, out);
	out->s = span_of(c->in.p, (size_t)(s.p - c->in.p));
	out->quoted = false;
	c->in = s;
	return true;
}

/* login = "LOGIN" SP userid SP password */
static bool
p_login(struct cursor *c, struct imapcmd *out)
{
	return span_eat(&c->in, ' ') && p_astring(c, &out->user) &&
	       span_eat(&c->in, ' ') && p_astring(c, &out->password);
}

/* authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] */
static bool
p_authenticate(struct cursor *c, struct imapcmd *out)
{
	if (!span_eat(&c->in, ' ') || !p_atom(&c->in, &out->mechanism))
		return false;
	out->initial.p = out->initial.end = NULL;
	if (!span_eat(&c->in, ' '))
		return true;
	out->initial = c->in; /* base64 / "=", which the caller decodes */
	c->in.p = c->in.end;
	/* a literal has no place here, and a refused one is to be skipped */
	return out->initial.p < out->initial.end &&
	       span_find(out->initial, '{') == NULL;
}

/* nstring = string / nil */
static bool
p_nstring(struct cursor *c, struct imapcmd_string *out)
{
	return p_string(c, out) || span_eat_word(&c->in, "NIL");
}

/*
 * id = "ID" SP id-params-list
 * id-params-list = "(" #(string SPACE nstring) ")" / nil	(RFC 2971)
 */
static bool
p_id(struct cursor *c, struct imapcmd *out)
{
	struct imapcmd_string name, value;

	if (!span_eat(&c->in, ' '))
		return false;
	if (span_eat_word(&c->in, "NIL"))
		return true;
	if (!span_eat(&c->in, '('))
		return false;
	out->id = c->in;
	for (out->id_len = 0; !span_eat(&c->in, ')'); out->id_len++) {
		if (out->id_len == IMAPCMD_ID_PAIRS ||
		    (out->id_len > 0 && !span_eat(&c->in, ' ')))
			return false;
		if (!p_string(c, &name) || !span_eat(&c->in, ' ') ||
		    !p_nstring(c, &value))
			return false;
	}
	return true;
}

static bool
p_nothing(struct cursor *c, struct imapcmd *out)
{
	(void)c;
	(void)out;
	return true;
}

static const struct {
	const char *name;
	enum imapcmd_verb verb;
	bool (*arguments)(struct cursor *c, struct imapcmd *out);
} commands[] = {
	/* clang-format off */
	{ "CAPABILITY", IMAPCMD_CAPABILITY, p_nothing },
	{ "NOOP", IMAPCMD_NOOP, p_nothing },
	{ "LOGOUT", IMAPCMD_LOGOUT, p_nothing },
	{ "ID", IMAPCMD_ID, p_id },
	{ "LOGIN", IMAPCMD_LOGIN, p_login },
	{ "AUTHENTICATE", IMAPCMD_AUTHENTICATE, p_authenticate },
	{ "STARTTLS", IMAPCMD_STARTTLS, p_nothing },
	/* clang-format on */
};

/* command = tag SP command-name and what the row says */
static bool
p_command(struct cursor *c, struct imapcmd *out)
{
	struct span tag, word;

	if (!p_tag(&c->in, &tag) || (c->in.p < c->in.end && *c->in.p != ' '))
		return false;
	out->tag = tag; /* what has one is answered with it */
	if (!span_eat(&c->in, ' ') || !p_atom(&c->in, &word))
		return false;
	for (size_t i = 0; i < NELEM(commands); i++) {
		if (!span_case_is(word, commands[i].name))
			continue;
		out->verb = commands[i].verb;
		return commands[i].arguments(c, out) && c->in.p == c->in.end;
	}
	out->verb = IMAPCMD_OTHER;
	return true;
}

enum imapcmd_result
imapcmd_parse(struct span in, struct imapcmd *c)
{
	struct cursor at = { .in = in };

	memset(c, 0, sizeof *c);
	if (p_command(&at, c))
		return IMAPCMD_DONE;
	if (!at.wants)
		return IMAPCMD_BAD;
	c->literal = at.literal;
	c->nonsync = at.nonsync;
	return IMAPCMD_WANTS;
}

bool
imapcmd_ends_nonsync(struct span in, uint32_t *len)
{
	struct span s = in;
	uint32_t n;

	if (span_len(in) < 4 || in.end[-1] != '}' || in.end[-2] != '+')
		return false;
	s.end -= 2;
	for (s.p = s.end; s.p > in.p && ascii_isdigit((unsigned char)s.p[-1]);)
		s.p--;
	if (s.p == s.end || s.p == in.p || s.p[-1] != '{')
		return false;
	*len = num_u32(&s, &n) ? n : UINT32_MAX; /* too long in any case */
	return true;
}

bool
imapcmd_copy(struct imapcmd_string s, char *buf, size_t max, size_t *len)
{
	size_t n = 0;

	for (; s.s.p < s.s.end; s.s.p++) {
		if (s.quoted && *s.s.p == '\\')
			s.s.p++;
		if (n == max)
			return false;
		buf[n++] = *s.s.p;
	}
	*len = n;
	return true;
}

/* A text of the client's for a line of a log; false: there is no room. */
static bool
put_text(struct imapcmd_string s, char *buf, size_t size, size_t *len)
{
	size_t n;

	if (!imapcmd_copy(s, buf + *len, size - *len, &n))
		return false;
	for (char *p = buf + *len; p < buf + *len + n; p++)
		if (*p < 0x20 || *p > 0x7e || strchr("[],", *p) != NULL)
			*p = '?';
	*len += n;
	return true;
}

static bool
put_word(const char *word, char *buf, size_t size, size_t *len)
{
	const struct imapcmd_string s = { span_str(word), false };
	size_t n;

	if (!imapcmd_copy(s, buf + *len, size - *len, &n))
		return false;
	*len += n;
	return true;
}

size_t
imapcmd_id(const struct imapcmd *c, char *buf, size_t size)
{
	struct cursor at = { .in = c->id };
	struct imapcmd_string name, value;
	size_t done = 0, len = 0;

	for (size_t i = 0; i < c->id_len; i++, done = len) {
		bool nil;

		(void)span_eat(&at.in, ' ');
		if (!p_string(&at, &name) || !span_eat(&at.in, ' '))
			break;
		nil = !p_string(&at, &value);
		if (nil && !span_eat_word(&at.in, "NIL"))
			break;
		if ((i > 0 && !put_word(", ", buf, size - 1, &len)) ||
		    !put_text(name, buf, size - 1, &len) ||
		    !put_word("=", buf, size - 1, &len))
			break;
		if (nil ? !put_word("(nil)", buf, size - 1, &len)
			: !put_text(value, buf, size - 1, &len))
			break;
	}
	buf[done] = '\0';
	return done;
}
