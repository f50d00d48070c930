/* request.c: keywords and numbers, and blanks that some clients add. */
#include "pop3/request.h"

#include "base/ascii.h"
#include "base/num.h"

/* Printable ASCII, and what UTF8 lets through. */
static bool
is_text(struct span s)
{
	for (; s.p < s.end; s.p++)
		if (ascii_iscntrl((unsigned char)*s.p))
			return false;
	return true;
}

bool
request_parse(struct span line, struct request *r)
{
	struct span word;

	while (line.p < line.end && line.end[-1] == ' ')
		line.end--; /* "STAT " */
	if (!is_text(line))
		return false;
	word = span_cut(&line, ' ');
	if (word.p == word.end)
		return false;
	r->word = word;
	r->args = line;
	return true;
}

/* A word that is no number is the number of no message: 0. */
static uint32_t
number(struct span word)
{
	uint32_t n;

	return num_u32(&word, &n) && word.p == word.end ? n : 0;
}

/* n = 1*DIGIT; more than anybody has is as good as all. */
static bool
p_lines(struct span word, uint64_t *n)
{
	struct span s = word;

	if (num_u64(&s, n))
		return s.p == s.end;
	*n = UINT64_MAX;
	while (span_isdigit(&s))
		s.p++;
	return word.p < word.end && s.p == s.end;
}

bool
request_args(struct span args, enum request_args what, struct request_values *v)
{
	struct request_values new = { 0 };
	struct span word = span_cut(&args, ' ');
	bool any = word.p < word.end;

	if (what == ARGS_NONE
		? any
		: !any && what != ARGS_OPT_MSG && what != ARGS_OPT_WORD)
		return false;
	if (any && what == ARGS_OPT_WORD) {
		new.word = word;
	} else if (any) {
		new.has_msg = true;
		new.msg = number(word);
	}
	if (what == ARGS_MSG_LINES &&
	    !p_lines(span_cut(&args, ' '), &new.lines))
		return false;
	if (args.p < args.end)
		return false;
	*v = new;
	return true;
}
