/*
 * droplist.c: a maildrop out of courierpop3dsizelist alone.
 *
 * Most sessions find nothing new, ask for STAT, UIDL and LIST, and leave.
 * None of that needs a name, and the stamp says that no name was there twice
 * and no message without its octets.  So a message costs its numbers only;
 * names are read from the list, which others replace and do not write over.
 */
#include "store/droplist.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/dropstamp.h"
#include "store/root.h"
#include "sys/fs.h"
#include "text/bytes.h"

static const char list_name[] = "courierpop3dsizelist";

enum { LEN_MAX = 1 << 30 };

struct taking {
	struct maildrop *d;
	const char *text;
	bool good;
};

static void
take_entry(void *arg, const struct sizelist_entry *e)
{
	struct taking *t = arg;
	struct maildrop *d = t->d;

	if (!e->exact || span_len(e->name) > NAME_LEN || d->n == d->max) {
		t->good = false;
		return;
	}
	d->msgs[d->n++] = (struct drop_message){
		.octets = e->octets,
		.name = (uint32_t)(e->name.p - t->text),
		.name_len = (uint8_t)span_len(e->name),
		.in_list = true,
		.uid = e->uid,
		.euidv = e->euidv,
		.seen = 1,
		.utf8 = e->utf8,
		.exact = true,
		.listed = true,
	};
}

static bool
take(struct maildrop *d)
{
	struct span text = span_of(d->map.p, d->map.len);
	struct taking t = { d, text.p, true };

	d->max = bytes_count(text, '\n') + 1;
	free(d->msgs);
	if ((d->msgs = malloc(d->max * sizeof *d->msgs)) == NULL)
		oom();
	sizelist_parse(text, &d->list, take_entry, &t);
	return t.good && d->list.neat && !d->map.torn;
}

/* Map the list, if it is what the stamp says. */
static bool
map_list(struct maildrop *d)
{
	struct dropstamp s = { .list = { .st_ino = 0 } };
	int fd = fs_open_file(d->md.dir, list_name, &s.list);
	bool mapped;

	if (fd == -1)
		return false;
	mapped =
	    s.list.st_size <= LEN_MAX && fstat(d->md.cur, &s.cur) == 0 &&
	    dropstamp_holds(d->md.dir, &s) &&
	    map_open(&d->map, fd, (size_t)s.list.st_size, 0, MAP_READING) == 0;
	fs_close(fd);
	d->list_st = s.list;
	return mapped;
}

bool
droplist_take(struct maildrop *d)
{
	if (!map_list(d) || !take(d)) {
		drop_reset(d);
		return false;
	}
	map_rest(&d->map);
	d->pass = 1;
	if (d->name == NULL && (d->name = malloc(NAME_LEN + 1)) == NULL)
		oom();
	return true;
}

bool
droplist_is_open(const struct maildrop *d)
{
	return d->map.p != NULL;
}

/* It was one when it was taken, but then only its length was kept. */
const char *
droplist_name(const struct maildrop *d, size_t i)
{
	const struct drop_message *m = &d->msgs[i];

	memcpy(d->name, d->map.p + m->name, m->name_len);
	d->name[m->name_len] = '\0';
	if (!sizelist_is_name(span_of(d->name, m->name_len)))
		*d->name = '\0';
	return d->name;
}

void
droplist_load_names(struct maildrop *d)
{
	if (!droplist_is_open(d))
		return;
	for (size_t i = 0; i < d->n; i++) {
		struct drop_message *m = &d->msgs[i];

		if (!m->in_list)
			continue;
		drop_rename(d, i, span_str(droplist_name(d, i)));
	}
	droplist_close(d);
	drop_index(d);
}

void
droplist_close(struct maildrop *d)
{
	map_close(&d->map);
}
