/* servername.c: nothing but host names gets near a path. */
#include "tls/servername.h"

#include "base/ascii.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63 };

static bool
is_host_byte(unsigned char c)
{
	return ascii_isalpha(c) || ascii_isdigit(c) || c == '-' || c == '_';
}

static bool
is_label(struct span s)
{
	if (span_len(s) == 0 || span_len(s) > LABEL_MAX_LEN || *s.p == '-')
		return false;
	for (; s.p < s.end; s.p++)
		if (!is_host_byte((unsigned char)*s.p))
			return false;
	return true;
}

static bool
is_number(struct span s)
{
	while (span_isdigit(&s))
		s.p++;
	return span_len(s) == 0;
}

bool
servername_take(struct span in, char out[SERVERNAME_LEN])
{
	struct span rest = in, label;
	size_t len = span_len(in);

	if (len == 0 || len > NAME_MAX_LEN || in.end[-1] == '.')
		return false;
	do {
		label = span_cut(&rest, '.');
		if (!is_label(label))
			return false;
	} while (span_len(rest) > 0);
	if (is_number(label))
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)ascii_lower((unsigned char)in.p[i]);
	out[len] = '\0';
	return true;
}
