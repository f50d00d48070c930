/* input.c: lines and literals until a command is whole. */
#include "imap/input.h"

#include <string.h>

#include "imap/limits.h"
#include "sys/clock.h"

static enum input_result
lost(enum rd_result got)
{
	switch (got) {
	case RD_LATE:
		return INPUT_LATE;
	case RD_SIGNAL:
		return INPUT_SIGNAL;
	case RD_OK:
		return INPUT_OK;
	case RD_EOF:
	case RD_LONG:
	case RD_ERR:
		break;
	}
	return INPUT_GONE;
}

/*
 * A head whose number no literal can have.  The client means a literal all
 * the same, and may send it: what follows is never a command.
 */
static bool
p_huge_head(struct span *in, struct literal *out)
{
	struct literal l = { .len = UINT64_MAX };
	struct span s = *in;

	l.binary = span_eat(&s, '~');
	if (!span_eat(&s, '{') || !span_isdigit(&s))
		return false;
	while (span_isdigit(&s))
		s.p++;
	l.nonsync = span_eat(&s, '+');
	if (!span_eat(&s, '}'))
		return false;
	*in = s;
	*out = l;
	return true;
}

/* Whether the line that begins at start ends in a literal's head. */
static bool
ends_in_literal(const struct strbuf *text, size_t start, struct literal *out)
{
	struct span line = span_of(text->p + start, text->len - start), head;
	struct literal l;

	if (line.p == line.end || line.end[-1] != '}')
		return false;
	for (head.p = line.end - 1; head.p > line.p && *head.p != '{'; head.p--)
		;
	if (head.p > line.p && head.p[-1] == '~')
		head.p--;
	head.end = line.end;
	if (!p_literal_head(&head, &l) && !p_huge_head(&head, &l))
		return false;
	if (head.p != head.end)
		return false;
	*out = l;
	return true;
}

/* Longer than the head of a literal, and of a line that is thrown away. */
enum { HEAD_MAX = 64, PIECE = 4096 };

/*
 * Read on to the end of a line, of which line holds what came so far, and
 * keep the last bytes only: they tell whether a literal follows.
 */
static enum rd_result
skip_line(struct rd *in, struct strbuf *line)
{
	enum rd_result got;

	do {
		if (line->len > HEAD_MAX) {
			memmove(
			    line->p, line->p + line->len - HEAD_MAX, HEAD_MAX);
			strbuf_cut(line, HEAD_MAX);
		}
		got = rd_line(in, line, PIECE);
	} while (got == RD_LONG);
	return got;
}

static enum input_result
drop(struct input *i, uint64_t len)
{
	enum rd_result got;
	struct span s;

	if (len > LIMIT_DROP) {
		i->why = "Literal too large";
		return INPUT_BYE;
	}
	while (len > 0) {
		i->in->by = clock_mono_ms() + LIMIT_LITERAL_SECONDS * 1000;
		got = rd_some(i->in, len > RD_LEN ? RD_LEN : (size_t)len, &s);
		if (got != RD_OK)
			return lost(got);
		len -= span_len(s);
	}
	return INPUT_OK;
}

/*
 * Read on to the end of a command that is refused: literals announced as
 * non-synchronizing are in the stream already, others will not come.
 */
static enum input_result
skip_rest(struct input *i, struct literal l)
{
	struct strbuf line = { 0 };
	enum input_result r = INPUT_OK;
	enum rd_result got;

	while (r == INPUT_OK && l.nonsync) {
		if ((r = drop(i, l.len)) != INPUT_OK)
			break;
		strbuf_reset(&line);
		if ((got = skip_line(i->in, &line)) != RD_OK)
			r = lost(got);
		else if (!ends_in_literal(&line, 0, &l))
			break;
	}
	strbuf_clear(&line);
	return r;
}

static enum input_result
refuse(struct input *i, const char *why)
{
	enum input_result r = skip_rest(i, i->literal);

	if (r != INPUT_OK)
		return r;
	i->why = why;
	return INPUT_BAD;
}

void
input_continue(struct input *i)
{
	if (i->literal.nonsync)
		return;
	wr_lit(i->out, "+ OK\r\n");
}

enum input_result
input_refuse(struct input *i)
{
	return skip_rest(i, i->literal);
}

/* The line is too long; the literal that it may end in is to be dropped. */
static enum input_result
refuse_line(struct input *i, size_t start)
{
	struct strbuf end = { 0 };
	enum rd_result got;

	strbuf_add(&end, i->text.p + start, i->text.len - start);
	got = skip_line(i->in, &end);
	if (got != RD_OK || !ends_in_literal(&end, 0, &i->literal))
		i->literal.nonsync = false;
	strbuf_clear(&end);
	return got == RD_OK ? refuse(i, "Command line too long") : lost(got);
}

/* One line; its literal's head, if any, is in i->literal. */
static enum input_result
line(struct input *i, bool *more)
{
	size_t start = i->text.len;
	enum rd_result got = rd_line(i->in, &i->text, LIMIT_LINE);

	if (got == RD_LONG)
		return refuse_line(i, start);
	if (got != RD_OK)
		return lost(got);
	*more = ends_in_literal(&i->text, start, &i->literal);
	return INPUT_OK;
}

enum input_result
input_rest(struct input *i, input_gate *gate, void *arg)
{
	enum input_result r;
	enum rd_result got;
	bool more;

	i->pending = false;
	for (;;) {
		if ((r = line(i, &more)) != INPUT_OK || !more)
			return r;
		if (gate(arg, strbuf_span(&i->text))) {
			i->pending = true;
			return INPUT_LITERAL;
		}
		if (i->literal.binary)
			return refuse(i, "Only APPEND takes a literal8");
		if (i->literal.len > LIMIT_LITERAL)
			return refuse(i, "Literal too large");
		if (i->text.len > LIMIT_COMMAND ||
		    i->literal.len > LIMIT_COMMAND - i->text.len)
			return refuse(i, "Command too large");
		input_continue(i);
		strbuf_puts(&i->text, "\r\n");
		i->in->by = clock_mono_ms() + LIMIT_LITERAL_SECONDS * 1000;
		got = rd_bytes(i->in, &i->text, (size_t)i->literal.len);
		if (got != RD_OK)
			return lost(got);
	}
}

enum input_result
input_command(struct input *i, input_gate *gate, void *arg)
{
	strbuf_reset(&i->text);
	i->why = NULL;
	return input_rest(i, gate, arg);
}
