/* cmd_idle.c: IDLE (RFC 2177, RFC 9051 6.3.13). */
#include "imap/commands.h"
#include "imap/limits.h"
#include "imap/update.h"
#include "sys/clock.h"

/* When to look again while others have the folder locked, and at most. */
enum { BUSY_MS = 5, BUSY_MOST_MS = 250 };

/*
 * When to look even though nothing was reported: in ms from now.  busy: how
 * long to leave a folder alone that is locked, 0 when it was not.
 */
static int64_t
next_look(const struct session *s, int watch, int64_t busy, int64_t end)
{
	int64_t by = end;

	if (s->mbox == NULL)
		return end;
	if (watch == -1)
		by = clock_mono_ms() + (int64_t)s->conf->idle_poll * 1000;
	if (mailbox_state(s->mbox)->owed)
		by = clock_mono_ms() + MAILBOX_OWED_MS;
	if (busy != 0)
		by = clock_mono_ms() + busy;
	return by > end ? end : by;
}

/*
 * A look that does not wait, since DONE is not seen while it does.  Returns
 * the next busy.
 */
static int64_t
look(struct session *s, int64_t busy)
{
	if (s->mbox == NULL || update_try(s))
		return 0;
	if (busy == 0)
		return BUSY_MS;
	return busy * 2 < BUSY_MOST_MS ? busy * 2 : BUSY_MOST_MS;
}

/* Report changes until the client speaks. */
static enum rd_result
idle(struct session *s)
{
	int64_t end = clock_mono_ms() + LIMIT_IDLE_SECONDS * 1000;
	int64_t busy = 0;
	int watch = s->mbox != NULL && s->conf->idle_notify
			? mailbox_watch(s->mbox)
			: -1;
	enum rd_result got;
	bool ready;

	do {
		busy = look(s, busy);
		if (s->out->failed)
			return RD_EOF;
		wr_flush(s->out);
		session_rest(s); /* of commands just before this one */
		got = rd_wait(
		    s->in, watch, next_look(s, watch, busy, end), &ready);
		if (ready)
			mailbox_watch_drain(s->mbox);
	} while (got == RD_LATE && clock_mono_ms() < end);
	return got;
}

enum verdict
cmd_idle(struct session *s, struct span args)
{
	struct strbuf line = { 0 };
	enum rd_result got;
	bool done;

	if (!p_end(&args))
		return session_bad(s);
	wr_lit(s->out, "+ idling\r\n");
	got = idle(s);
	s->in->by = clock_mono_ms() + LIMIT_LITERAL_SECONDS * 1000;
	if (got == RD_OK)
		got = rd_line(s->in, &line, LIMIT_TAG);
	done = span_case_is(strbuf_span(&line), "DONE");
	strbuf_clear(&line);
	if (got == RD_LONG)
		got = rd_skip_line(s->in);
	if (got == RD_LATE)
		return session_say(
		    s, V_BYE, NULL, "Disconnected for inactivity.");
	if (got == RD_SIGNAL)
		return session_say(
		    s, V_BYE, NULL, "satchel server shut down by signal.");
	if (got != RD_OK)
		s->out->failed = true;
	if (!done)
		return session_bad(s);
	(void)look(s, 0); /* what it cannot see now, the next command does */
	return V_OK;
}
