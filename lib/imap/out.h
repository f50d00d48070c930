/* out.h: how things are written to the client (RFC 9051 section 9). */
#ifndef IMAP_OUT_H
#define IMAP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "imap/session.h"
#include "sys/wr.h"

/*
 * A string: quoted where that can be, else a literal; NUL becomes 0x80.
 * utf8: whether 8-bit may stand in quotes (then only as valid UTF-8).
 */
void out_string(struct wr *w, struct span s, bool utf8);

/* The same for most strings; false, and nothing written, for others. */
bool out_plain(struct wr *w, struct span s);

/* NIL where s.p is NULL. */
void out_nstring(struct wr *w, struct span s, bool utf8);

/* An astring: an atom where that can be, else a string. */
void out_astring(struct wr *w, struct span s, bool utf8);

/* A mailbox name, from the folder's (store/account.h). */
void out_mailbox(struct session *s, struct span folder);

/*
 * The name of keyword k of the mailbox, behind sep, and true.  Names that
 * SMAP's clients have given can have 8-bit bytes, and no flag of RFC 9051 can:
 * then nothing.
 */
bool out_keyword(struct session *s, const char *sep, uint32_t k);

/* "(\Seen $Fwd)" of a message. */
void out_flags(struct session *s, const struct message *m);

/*
 * "* n FETCH (FLAGS (...))", with UID where uid is set; for a client that
 * knows of mod-sequences always with UID and MODSEQ (RFC 7162 section 3.2.4).
 */
void out_fetch_flags(struct session *s, uint32_t seq, bool uid);

/* "* n FETCH (UID n MODSEQ (n))". */
void out_fetch_modseq(struct session *s, uint32_t seq);

/* Ascending numbers as a set, "1:3,7"; n > 0. */
void out_put_set(struct strbuf *b, const uint32_t *v, size_t n);
void out_set(struct wr *w, const uint32_t *v, size_t n);

#endif
