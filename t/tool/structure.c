/*
 * structure.c: print what lib/msg makes of message files: ENVELOPE and
 * BODYSTRUCTURE, with -s lengths and checksums of all sections, with -q
 * nothing (for timing).
 */
#include "msg/structure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/oom.h"
#include "msg/addr.h"
#include "msg/stream.h"

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

/* A checksum of what is sent. */
static void
add_up(void *arg, struct span bytes)
{
	uint32_t *sum = arg;

	for (; bytes.p < bytes.end; bytes.p++)
		*sum = *sum * 31 + (unsigned char)*bytes.p;
}

static void
put_range(const char *what, int fd, int64_t from, int64_t to)
{
	uint32_t sum = 0;
	struct stream_out out = { add_up, &sum, 0, UINT64_MAX, NULL };
	int64_t n = stream_crlf(fd, from, to, out);

	printf(" %s %" PRId64 " %" PRIu32, what, n, sum);
}

/* Every part with a number: its own header and body, a message's inside. */
static void
put_sections(int fd, const struct part *root, uint32_t *path, size_t n)
{
	const struct part *p;

	for (path[n] = 1;; path[n]++) {
		p = structure_find(root, path, n + 1);
		if (p == NULL)
			return;
		for (size_t i = 0; i <= n; i++)
			printf("%s%" PRIu32, i > 0 ? "." : "", path[i]);
		put_range("MIME", fd, p->header, p->body);
		put_range("BODY", fd, p->body, p->end);
		if (p->kind == PART_MESSAGE) {
			p = p->child;
			put_range("HEADER", fd, p->header, p->body);
			put_range("TEXT", fd, p->body, p->end);
		}
		putchar('\n');
		if (n + 1 < 2 * STRUCTURE_DEPTH)
			put_sections(fd, root, path, n + 1);
	}
}

int
main(int argc, char **argv)
{
	uint32_t path[2 * STRUCTURE_DEPTH];
	char how = argc > 1 && argv[1][0] == '-' ? argv[1][1] : 0;
	struct arena a = { 0 };
	struct part *root;
	int fd;

	for (int i = how ? 2 : 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY | O_CLOEXEC);
		if (fd == -1 || structure_read(&a, fd, &root) == -1) {
			perror(argv[i]);
			return 1;
		}
		if (how == 's')
			put_sections(fd, root, path, 0);
		if (how == 0) {
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
