/* structure.c: any file has a structure whose parts lie in each other. */
#include "msg/structure.h"

#include <stdint.h>
#include <stdlib.h>

#include "memfile.h"
#include "msg/decode.h"
#include "msg/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
sink(void *arg, struct span bytes)
{
	*(uint64_t *)arg += span_len(bytes);
}

static void
check(int fd, const struct part *p, unsigned depth)
{
	uint64_t n = 0, more = 0;
	struct stream_out out = { sink, &n, 0, UINT64_MAX, NULL };
	int64_t whole;

	if (p->header > p->body || p->body > p->end ||
	    depth > 2 * STRUCTURE_DEPTH ||
	    (p->kind == PART_LEAF) != (p->child == NULL))
		abort();
	if (stream_crlf(fd, p->body, p->end, out) != (int64_t)p->body_octets ||
	    n != p->body_octets ||
	    (uint64_t)stream_crlf_len(fd, p->header, p->body) !=
		p->header_octets)
		abort();
	out.arg = &more;
	whole = decode_known(p) ? decode_body(fd, p, &out, NULL) : 0;
	if (whole != (int64_t)more)
		abort();
	for (const struct part *c = p->child; c != NULL; c = c->next) {
		if (c->header < p->body || c->end > p->end)
			abort();
		check(fd, c, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfile(data, len);
	struct arena a = { 0 };
	struct structure_lines none = { .size = INT64_MAX };
	struct part *root, *head;

	if (structure_read(&a, fd, &root) == -1 ||
	    structure_read_header_lines(&a, fd, &none, &head) == -1)
		abort();
	if (root->header != 0 || root->end != (int64_t)len ||
	    head->body != root->body ||
	    head->header_octets != root->header_octets)
		abort();
	check(fd, root, 0);
	close(fd);
	arena_clear(&a);
	return 0;
}
