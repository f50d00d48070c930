/* quota.h: maildirsize, the Maildir++ quota. */
#ifndef STORE_QUOTA_H
#define STORE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "store/account.h"

struct quota {
	bool has_bytes; /* a limit is set */
	bool has_messages;
	uint64_t bytes_limit;
	uint64_t messages_limit;
	uint64_t bytes;
	uint64_t messages;
};

/* Limits and usage; no limits when there is no maildirsize. */
int quota_get(struct account *a, struct quota *out);

/* 0, or -1 with EDQUOT when adding so much would not fit (maildirsize(5)). */
int quota_check(struct account *a, int64_t bytes, int64_t messages);

/* Append one line of usage (maildirsize(5)); nothing without maildirsize. */
void quota_record(struct account *a, int64_t bytes, int64_t messages);

/* Whether there is a maildirsize at all: else none of the above does much. */
bool quota_is_kept(const struct account *a);

/* Whether messages of the folder count. */
bool quota_counts(const struct account *a, struct span folder);

/* Count everything again (after DELETE and RENAME of folders). */
void quota_recalculate(struct account *a);

#endif
