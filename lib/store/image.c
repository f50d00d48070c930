/* image.c: the rows of a mailbox in memory. */
#include "store/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/oom.h"
#include "base/sum.h"
#include "store/flags.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/map.h"

enum {
	FIRST_ROOM = 64 * 1024, /* of rows without a file */
	SPARE_ROOM = 4 * 1024 * 1024 /* behind those of one: address space */
};

/* --- numbers --------------------------------------------------------- */

void
numbers_room(struct numbers *a, size_t n)
{
	if (n <= a->max)
		return;
	a->max = n;
	if ((a->v = realloc(a->v, a->max * sizeof *a->v)) == NULL)
		oom();
}

void
numbers_add(struct numbers *a, uint32_t number)
{
	if (a->n == a->max)
		numbers_room(a, a->max > 0 ? a->max * 2 : 16);
	a->v[a->n++] = number;
}

static int
compare(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

void
numbers_sort(struct numbers *a)
{
	size_t i = 1;

	while (i < a->n && a->v[i - 1] <= a->v[i])
		i++;
	if (i < a->n) /* most are in order */
		qsort(a->v, a->n, sizeof *a->v, compare);
}

void
numbers_clear(struct numbers *a)
{
	free(a->v);
	*a = (struct numbers){ .v = NULL };
}

size_t
numbers_below(const struct numbers *a, uint32_t number)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->v[mid] < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* --- making ---------------------------------------------------------- */

static uint64_t
new_id(void)
{
	uint64_t seed[2] = { (uint64_t)clock_now_us(), (uint64_t)getpid() };

	return sum_bytes(
		   (uint64_t)clock_mono_ms(), span_of(seed, sizeof seed)) |
	       1;
}

static int
map(struct image *im, int fd, size_t len, size_t room)
{
	if ((im->map = calloc(1, sizeof *im->map)) == NULL)
		oom();
	if (map_open(im->map, fd, len, room, MAP_OWN) == 0)
		return 0;
	free(im->map);
	im->map = NULL;
	return -1;
}

void
image_init(struct image *im)
{
	*im = (struct image){ .id = new_id() };
	if (map(im, -1, 0, FIRST_ROOM) == -1)
		oom();
	im->rows = (struct row *)(void *)im->map->p;
	im->max = (uint32_t)(im->map->room / sizeof *im->rows);
	numbers_add(&im->sets, 0);
}

/* A file may have been written by who knew of no places. */
static void
open_places(struct image *im, const struct index_head *h)
{
	uint64_t at = index_places_at(h);

	if (at % sizeof(uint64_t) != 0 || at > h->rows_at ||
	    index_places_len(h->rows) > h->rows_at - at)
		return;
	im->places_at = (size_t)at; /* as rows_at */
	im->nplaces = h->rows;
}

int
image_open(struct image *im, int fd, const struct index_head *h)
{
	size_t len = (size_t)h->rows_at + h->rows * sizeof(struct row);

	*im = (struct image){ .id = h->id };
	if (map(im, fd, len, len + SPARE_ROOM) == -1)
		return -1;
	im->rows = (struct row *)(void *)(im->map->p + h->rows_at);
	im->n = h->rows;
	im->max = (uint32_t)((im->map->room - h->rows_at) / sizeof *im->rows);
	im->heap = im->map->p + sizeof *h;
	im->heap_len = (size_t)h->names_len;
	open_places(im, h);
	numbers_add(&im->sets, 0);
	return 0;
}

void
image_clear(struct image *im)
{
	if (im->map != NULL)
		map_close(im->map);
	free(im->map);
	free(im->touched);
	strbuf_clear(&im->names);
	numbers_clear(&im->sets);
	numbers_clear(&im->holes);
	*im = (struct image){ .map = NULL };
}

/* --- rows ------------------------------------------------------------ */

/* Nobody else can write into memory that is no file's. */
static bool
is_file(const struct image *im)
{
	return im->heap != NULL;
}

bool
image_is_sound(const struct image *im, uint32_t i)
{
	const struct row *r = &im->rows[i];

	return !is_file(im) || r->check == row_check(r, im->id);
}

static void
touch(struct image *im, uint32_t i)
{
	if (i >= im->nplaces)
		return;
	if (im->touched == NULL)
		im->touched = calloc(im->nplaces / 8 + 1, 1);
	if (im->touched == NULL)
		oom();
	im->touched[i / 8] |= (unsigned char)(1U << i % 8);
}

void
image_seal(struct image *im, uint32_t i)
{
	struct row *r = &im->rows[i];

	if (!is_file(im))
		return;
	touch(im, i);
	r->check = row_check(r, im->id);
}

const struct place *
image_places(struct image *im)
{
	const char *at;
	size_t len;
	uint64_t check;

	if (im->places_at == 0)
		return NULL;
	at = im->map->p + im->places_at;
	len = index_places_len(im->nplaces) - sizeof check;
	memcpy(&check, at, sizeof check);
	at += sizeof check;
	if (check == sum_bytes(im->id, span_of(at, len)))
		return (const struct place *)(const void *)at;
	im->places_at = 0;
	return NULL;
}

/* Whether there is a row i, and it has this UID. */
static bool
is_uid(const struct image *im, uint32_t i, uint32_t uid)
{
	return i < im->n && im->rows[i].uid == uid;
}

uint32_t
image_find(const struct image *im, uint32_t uid)
{
	uint32_t lo = 0, hi = im->n, at;

	/* most folders have no gaps in front, or none behind */
	if (hi > 0 && is_uid(im, at = uid - im->rows[0].uid, uid))
		return at;
	if (hi > 0 && is_uid(im, at = uid - im->rows[hi - 1].uid + hi - 1, uid))
		return at;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (im->rows[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
grow(struct image *im, size_t room)
{
	size_t rows_at = (size_t)((char *)im->rows - im->map->p);

	if (im->n == UINT32_MAX || map_grow(im->map, room) == -1)
		oom();
	im->rows = (struct row *)(void *)(im->map->p + rows_at);
	im->max = (uint32_t)((im->map->room - rows_at) / sizeof *im->rows);
	if (im->heap != NULL)
		im->heap = im->map->p + sizeof(struct index_head);
}

void
image_room(struct image *im, uint32_t n)
{
	size_t room = im->map->room;

	if (n > im->max)
		grow(im, room + (n - im->max) * sizeof *im->rows);
}

uint32_t
image_add(struct image *im, uint32_t uid)
{
	if (im->n == im->max)
		grow(im, im->map->room + im->map->room / 2);
	im->rows[im->n] = (struct row){
		.uid = uid, .date = ROW_NO_DATE, .octets = ROW_NO_OCTETS
	};
	return im->n++;
}

/* --- names ----------------------------------------------------------- */

uint32_t
image_hash(const struct image *im, struct span base)
{
	return (uint32_t)sum_bytes(im->id, base);
}

/* What the row's name field points at: the base, or an odd name. */
static struct span
stored(const struct image *im, uint32_t i)
{
	const struct row *r = &im->rows[i];
	size_t at = r->name;

	if (at < im->heap_len) {
		if (r->namelen > im->heap_len - at)
			return span_of("", 0);
		return span_of(im->heap + at, r->namelen);
	}
	at -= im->heap_len;
	if (r->namelen == 0 || at > im->names.len ||
	    r->namelen > im->names.len - at)
		return span_of("", 0);
	return span_of(im->names.p + at, r->namelen);
}

struct span
image_base(const struct image *im, uint32_t i)
{
	struct span s = stored(im, i);

	return im->rows[i].flags & ROW_ODD ? flags_base(s) : s;
}

bool
image_has_base(const struct image *im, uint32_t i)
{
	struct span base, name;

	if (!is_file(im))
		return true;
	base = image_base(im, i);
	name = stored(im, i);
	return base.p < base.end && *base.p != '.' &&
	       im->rows[i].hash == image_hash(im, base) &&
	       span_find(name, '/') == NULL && span_find(name, '\0') == NULL;
}

bool
image_is_good(const struct image *im)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < im->n; i++) {
		if (!image_is_sound(im, i) || !image_has_base(im, i) ||
		    im->rows[i].uid <= last)
			return false;
		last = im->rows[i].uid;
	}
	return true;
}

/* ":2," and the letters, as flags_name() writes them, of flags 0 and up. */
static const char infos[][sizeof ":2,DFRST"] = {
	/* clang-format off */
	":2,", ":2,D", ":2,F", ":2,DF", ":2,R", ":2,DR", ":2,FR", ":2,DFR",
	":2,S", ":2,DS", ":2,FS", ":2,DFS",
	":2,RS", ":2,DRS", ":2,FRS", ":2,DFRS",
	":2,T", ":2,DT", ":2,FT", ":2,DFT",
	":2,RT", ":2,DRT", ":2,FRT", ":2,DFRT",
	":2,ST", ":2,DST", ":2,FST", ":2,DFST",
	":2,RST", ":2,DRST", ":2,FRST", ":2,DFRST",
	/* clang-format on */
};

_Static_assert(FLAGS_STORED == NELEM(infos) - 1, "a name for each");

static struct span
info_of(unsigned flags)
{
	return span_str(infos[flags & FLAGS_STORED]);
}

void
image_name(const struct image *im, uint32_t i, struct strbuf *out)
{
	strbuf_cat(out, stored(im, i));
	if (!(im->rows[i].flags & ROW_ODD))
		strbuf_cat(out, info_of(im->rows[i].flags));
}

/* Whether what is stored, and the flags, make this name. */
static bool
is_made(struct span s, unsigned flags, struct span name)
{
	if (flags & ROW_ODD)
		return span_eq(s, name);
	if (span_len(name) < span_len(s) ||
	    memcmp(name.p, s.p, span_len(s)) != 0)
		return false;
	name.p += span_len(s);
	return span_eq(name, info_of(flags));
}

bool
image_is_named(const struct image *im, uint32_t i, struct span name)
{
	return is_made(stored(im, i), im->rows[i].flags, name);
}

static struct span
placed(const struct image *im, size_t at, const struct place *p)
{
	if (at > im->heap_len || p->namelen > im->heap_len - at)
		return span_of("", 0);
	return span_of(im->heap + at, p->namelen);
}

bool
image_is_placed(
    const struct image *im, size_t at, const struct place *p, struct span name)
{
	return is_made(placed(im, at, p), p->flags, name);
}

struct span
image_placed_base(const struct image *im, size_t at, const struct place *p)
{
	struct span s = placed(im, at, p);

	return p->flags & ROW_ODD ? flags_base(s) : s;
}

static void
put_heap(struct image *im, struct row *r, struct span s)
{
	if (im->heap_len + im->names.len > UINT32_MAX - NAME_LEN)
		oom();
	r->name = (uint32_t)(im->heap_len + im->names.len);
	strbuf_cat(&im->names, s);
}

/* Whether that is no more than base and flags. */
static bool
is_odd(struct span name, struct span base, unsigned flags)
{
	struct span info = { base.end, name.end };

	return !span_eq(info, info_of(flags));
}

/* What is to be kept of it. */
static struct span
kept_name(struct span name, struct span base, bool odd)
{
	struct span want = odd ? name : base;

	if (span_len(want) > NAME_LEN)
		want.end = want.p + NAME_LEN; /* no file has such a name */
	return want;
}

static void
set_name(struct row *r, struct span kept, uint32_t hash, bool odd)
{
	r->namelen = (uint8_t)span_len(kept);
	r->hash = hash;
	r->flags = (uint16_t)(odd ? r->flags | ROW_ODD
				  : r->flags & (unsigned)~ROW_ODD);
}

unsigned
image_flags(struct span name, size_t len)
{
	struct span info = span_of(name.p + len, span_len(name) - len);
	unsigned flags = flags_parse(info);

	return span_eq(info, info_of(flags)) ? flags : flags | ROW_ODD;
}

void
image_take_names(struct image *im, struct strbuf *names)
{
	strbuf_clear(&im->names);
	im->names = *names;
	*names = (struct strbuf){ 0 };
}

void
image_first_name(struct image *im, uint32_t i, const struct strbuf *names,
    struct span kept, uint32_t hash)
{
	struct row *r = &im->rows[i];

	if (names == &im->names)
		r->name =
		    (uint32_t)(im->heap_len + (size_t)(kept.p - im->names.p));
	else
		put_heap(im, r, kept);
	r->namelen = (uint8_t)span_len(kept);
	r->hash = hash;
}

void
image_put_name(struct image *im, uint32_t i, struct span name)
{
	struct row *r = &im->rows[i];
	struct span base = flags_base(name), known = stored(im, i);
	bool odd = is_odd(name, base, r->flags);
	struct span want = kept_name(name, base, odd);

	/* what stands there may begin with it already */
	if (span_len(want) > span_len(known) ||
	    memcmp(known.p, want.p, span_len(want)) != 0)
		put_heap(im, r, want);
	set_name(r, want, image_hash(im, base), odd);
}
