/* input.h: one command, with its literals, off the connection. */
#ifndef IMAP_INPUT_H
#define IMAP_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "imap/token.h"
#include "sys/rd.h"
#include "sys/wr.h"

enum input_result {
	INPUT_OK, /* the command is complete */
	INPUT_LITERAL, /* it stopped before a literal that gate wants to see */
	INPUT_BAD, /* too long, or a literal refused: answer BAD */
	INPUT_BYE, /* the same, and the connection cannot go on */
	INPUT_GONE, /* the client has closed, or cannot be read */
	INPUT_LATE, /* it was silent too long */
	INPUT_SIGNAL,
};

/*
 * Called when a line ends in a literal: line is the command so far, the
 * literal's head included.  True: stop there (APPEND streams its message).
 */
typedef bool input_gate(void *arg, struct span line);

struct input {
	struct rd *in;
	struct wr *out;
	struct strbuf text; /* the command so far */
	bool pending; /* INPUT_LITERAL stopped before literal */
	struct literal literal;
	const char *why; /* text for INPUT_BAD and INPUT_BYE */
};

/*
 * Read one command into i->text (emptied first).  Literals are asked for
 * ("+ OK") as they are accepted.
 */
enum input_result input_command(struct input *i, input_gate *gate, void *arg);

/* The same for the rest of a command after INPUT_LITERAL was taken care of. */
enum input_result input_rest(struct input *i, input_gate *gate, void *arg);

/* Ask for the literal that INPUT_LITERAL stopped before (nothing to do for
 * a non-synchronizing one). */
void input_continue(struct input *i);

/*
 * Refuse that literal: the tagged answer stands for the continuation, a
 * non-synchronizing one is read and dropped, and so is what is left of the
 * command.  INPUT_OK, or what input_command() would say of a lost client.
 */
enum input_result input_refuse(struct input *i);

#endif
