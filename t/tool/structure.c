/* structure.c: print what lib/msg makes of message files. */
#include "msg/structure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/oom.h"
#include "msg/addr.h"

void
oom(void)
{
	_exit(111);
}

static void
put_string(struct span s)
{
	if (s.p == NULL) {
		fputs("NIL", stdout);
		return;
	}
	putchar('"');
	for (; s.p < s.end; s.p++) {
		if (*s.p == '"' || *s.p == '\\')
			putchar('\\');
		putchar(*s.p);
	}
	putchar('"');
}

static void
put_params(const struct mime_params *params)
{
	for (size_t i = 0; i < params->n; i++) {
		fputs(i == 0 ? "(" : " ", stdout);
		put_string(params->v[i].name);
		putchar(' ');
		put_string(params->v[i].value);
	}
	fputs(params->n > 0 ? ")" : "NIL", stdout);
}

static void
put_addresses(struct span in)
{
	struct arena a = { 0 };
	struct addr addr;
	bool in_group = false;
	size_t n = 0;

	while (addr_next(&a, &in, &in_group, &addr)) {
		fputs(n++ == 0 ? "(" : "", stdout);
		if (addr.kind == ADDR_GROUP) {
			addr.local = addr.name;
			addr.name.p = NULL;
		}
		putchar('(');
		put_string(addr.name);
		putchar(' ');
		put_string(addr.route);
		putchar(' ');
		put_string(addr.local);
		putchar(' ');
		put_string(addr.domain);
		putchar(')');
	}
	fputs(n > 0 ? ")" : "NIL", stdout);
	arena_clear(&a);
}

static void
put_envelope(const struct envelope *e)
{
	putchar('(');
	for (size_t i = 0; i < ENV_FIELDS; i++) {
		struct span s = e->field[i];

		if (i > 0)
			putchar(' ');
		if ((i == ENV_SENDER || i == ENV_REPLY_TO) && s.p == NULL)
			s = e->field[ENV_FROM];
		if (i >= ENV_FROM && i <= ENV_BCC && s.p != NULL)
			put_addresses(s);
		else
			put_string(s);
	}
	putchar(')');
}

static void
put_extension(const struct part *p)
{
	if (p->kind != PART_MULTIPART) {
		putchar(' ');
		put_string(p->md5);
	}
	putchar(' ');
	if (p->disposition.p != NULL) {
		putchar('(');
		put_string(p->disposition);
		putchar(' ');
		put_params(&p->disposition_params);
		putchar(')');
	} else {
		fputs("NIL", stdout);
	}
	putchar(' ');
	put_string(p->language);
	putchar(' ');
	put_string(p->location);
	putchar(')');
}

/* No deeper than STRUCTURE_DEPTH allows. */
static void
put_structure(const struct part *p)
{
	putchar('(');
	if (p->kind == PART_MULTIPART) {
		for (const struct part *c = p->child; c != NULL; c = c->next)
			put_structure(c);
		putchar(' ');
		put_string(p->subtype);
		putchar(' ');
		put_params(&p->params);
		put_extension(p);
		return;
	}
	put_string(p->type);
	putchar(' ');
	put_string(p->subtype);
	putchar(' ');
	put_params(&p->params);
	putchar(' ');
	put_string(p->id);
	putchar(' ');
	put_string(p->description);
	putchar(' ');
	put_string(p->encoding);
	printf(" %" PRIu64, p->body_octets);
	if (p->kind == PART_MESSAGE) {
		putchar(' ');
		put_envelope(p->child->envelope);
		putchar(' ');
		put_structure(p->child);
	}
	if (p->kind == PART_MESSAGE || span_case_is(p->type, "text"))
		printf(" %" PRIu64, p->body_lines);
	put_extension(p);
}

int
main(int argc, char **argv)
{
	bool times = argc > 1 && argv[1][0] == '-' && argv[1][1] == 'q';
	struct arena a = { 0 };
	struct part *root;
	int fd;

	for (int i = times ? 2 : 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY | O_CLOEXEC);
		if (fd == -1 || structure_read(&a, fd, &root) == -1) {
			perror(argv[i]);
			return 1;
		}
		if (!times) {
			printf("%s SIZE %" PRIu64 " ENVELOPE ", argv[i],
			    root->header_octets + root->body_octets);
			put_envelope(root->envelope);
			fputs(" BODYSTRUCTURE ", stdout);
			put_structure(root);
			putchar('\n');
		}
		close(fd);
		arena_clear(&a);
	}
	return 0;
}
