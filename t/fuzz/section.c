/* section.c: any bytes as a message, a line of items asked of it. */
#include "imap/bodystructure.h"
#include "imap/envelope.h"
#include "imap/section.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct wr w;

static void
ask(const struct section_file *f, const struct fetch_item *item)
{
	uint64_t octets;

	wr_init(&w, -1, 0);
	w.failed = true; /* drops all */
	if (item->kind == FETCH_BINARY_SIZE)
		(void)section_binary_size(f, item);
	else if (item->kind >= FETCH_CONTENT)
		(void)section_put(&w, f, item, &octets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), line = span_cut(&in, '\0');
	struct arena a = { 0 };
	struct bodystructure b = { .w = &w, .a = &a, .extended = true };
	struct fetch_items items = { 0 };
	struct part *root;
	FILE *file = tmpfile();

	if (file == NULL || fwrite(in.p, 1, span_len(in), file) < span_len(in))
		abort();
	fflush(file);
	if (structure_read(&a, fileno(file), &root) == 0) {
		struct section_file f = { fileno(file), (int64_t)span_len(in),
			0, root, true, NULL };

		(void)p_fetch_items(&a, &line, &items);
		for (size_t i = 0; i < items.n; i++)
			ask(&f, &items.v[i]);
		wr_init(&w, -1, 0);
		w.failed = true;
		bodystructure_put(&b, root);
		envelope_put(&w, &a, root->envelope, false);
	}
	fclose(file);
	arena_clear(&a);
	return 0;
}
