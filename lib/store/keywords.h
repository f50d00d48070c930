/* keywords.h: courierimapkeywords/, the keywords of messages. */
#ifndef STORE_KEYWORDS_H
#define STORE_KEYWORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"
#include "store/kwset.h"
#include "store/maildir.h"

/* A line of :list: the message with this base has this set. */
typedef void keywords_each(void *arg, struct span base, uint32_t set);

/* Read the content of :list. */
void keywords_parse_list(
    struct span text, struct kwset *k, keywords_each *each, void *arg);

/* Read the content of a message's own file: the number of its set. */
uint32_t keywords_parse_file(struct span text, struct kwset *k);

/* What a load works on. */
struct keywords_load {
	struct account *a;
	const struct maildir *md;
	struct kwset *set;
	bool may_write; /* the folder's lock is held */
	/* the message with that base, below n; n when there is none */
	uint32_t (*find)(void *arg, struct span base);
	struct span (*base)(void *arg, uint32_t message);
	void *arg;
	uint32_t n;
};

/* What a load has found besides. */
struct keywords_found {
	bool orphans; /* some stand there for no message */
	bool unread; /* some could not be read this time */
	uint64_t step; /* the largest N of ".N.base" */
};

/* Read all keywords into sets[0..n-1].  Consolidates what is new, if it may. */
int keywords_load(const struct keywords_load *l, uint32_t *sets,
    struct keywords_found *found);

/* The directory, which is made if it is not there; the caller closes it. */
int keywords_open_dir(const struct maildir *md);

/* One message's keywords, to be changed. */
struct keywords_update {
	struct account *a;
	const struct maildir *md;
	struct kwset *set;
	struct span base;
	uint64_t step; /* as keywords_load() has found it */
};

/*
 * Make id the set of the message.  EEXIST when somebody's change is pending:
 * keywords_pending() takes it out of the way and gives it in *id.
 */
int keywords_write(const struct keywords_update *u, uint32_t id);
int keywords_pending(const struct keywords_update *u, uint32_t *id);

#endif
