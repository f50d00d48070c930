/*
 * mail.c: Maildirs to measure with, always the same ones.
 *
 *	mail COUNT DIR		realistic mail, 16.6 KB on the average
 *	mail -s COUNT DIR	small messages of one line
 *	mail -f FOLDERS COUNT DIR	folders of so many small messages each
 *	mail -n COUNT DIR SERIAL	small messages into new
 *
 * Three messages in ten are plain text, four have an HTML twin, one is HTML
 * alone in quoted-printable, two have an attachment.  Subjects and names are
 * in several charsets, replies refer to what they answer.  Every fifth message
 * is unseen.  Names have no ",S=" and no ",W=", so that no server is told the
 * size.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/nelem.h"

enum {
	BUFFER = 1 << 20,
	EPOCH = 1600000000, /* when the first message came */
	APART = 97, /* seconds between two */
	MANY = 4, /* in how many messages a thread starts anew */
};

static uint64_t seed;
static char buf[BUFFER];
static size_t len;
static const char *fold = "";

static void
die(const char *what)
{
	(void)fprintf(stderr, "mail: %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* splitmix64: good enough, and the same everywhere. */
static unsigned
any(unsigned below)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % below);
}

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
put(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf + len, sizeof buf - len, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof buf - len)
		die("a message is too long");
	len += (size_t)n;
}

/* --- words -------------------------------------------------------------- */

static const char *const words[] = { "the", "mail", "server", "was", "down",
	"again", "on", "monday", "and", "nobody", "knew", "why", "report",
	"invoice", "meeting", "garden", "window", "letter", "river", "paper",
	"answer", "question", "please", "find", "attached", "regards", "thanks",
	"tomorrow", "because", "without", "between", "a", "of", "in", "to" };
static const char *const given[] = { "Ada", "Grace", "Edsger", "Barbara",
	"Donald", "Frances", "Niklaus", "Radia", "Dennis", "Margaret" };
static const char *const family[] = { "Lovelace", "Hopper", "Dijkstra",
	"Liskov", "Knuth", "Allen", "Wirth", "Perlman", "Ritchie", "Hamilton" };
/* what a header has that is not plain */
static const char *const encoded[] = {
	"=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_M=C3=BCnchen?=",
	"=?iso-8859-1?Q?R=E9union_du_comit=E9?=",
	"=?UTF-8?B?0J/RgNC40LLQtdGCLCDQvNC40YA=?=",
	"=?iso-2022-jp?B?GyRCPHJNPSRORm89MBsoQg==?=",
	"=?windows-1252?Q?Rechnung_=96_Mahnung?="
};

static const char *
pick(const char *const *list, size_t n)
{
	return list[any((unsigned)n)];
}

static void
put_words(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		put("%s%s", i > 0 ? " " : "", pick(words, NELEM(words)));
}

static void
put_text(unsigned lines)
{
	for (unsigned i = 0; i < lines; i++) {
		put_words(8 + any(6));
		put("%s\n", any(12) == 0 ? ".\n" : "");
	}
}

static void
put_base64(unsigned lines)
{
	static const char c[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[77];

	for (unsigned i = 0; i < lines; i++) {
		for (unsigned k = 0; k < 76; k++)
			line[k] =
			    c[(seed = seed * 6364136223846793005u + 1) >> 58];
		line[76] = '\0';
		put("%s\n", line);
	}
}

static void
put_html(unsigned lines)
{
	put("<html><head><style>p { margin: 0 }</style></head><body>\n");
	for (unsigned i = 0; i < lines; i++) {
		put("<p style=3D\"color: #%06x\">", any(1 << 24));
		put_words(5 + any(4));
		put("=20\n<b>gr=C3=BC=C3=9Fe</b></p>\n");
	}
	put("</body></html>\n");
}

/* --- a message ------------------------------------------------------------ */

static void
put_date(const char *name, time_t at)
{
	char text[64];
	struct tm t;

	(void)gmtime_r(&at, &t);
	(void)strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &t);
	put("%s%s\n", name, text);
}

static void
put_address(const char *name)
{
	const char *g = pick(given, NELEM(given)),
		   *f = pick(family, NELEM(family));

	if (any(6) == 0)
		put("%s: =?utf-8?Q?J=C3=B6rg_%s?= <%s.%u@example.org>\n", name,
		    f, f, any(40));
	else if (any(4) == 0)
		put("%s: \"%s, %s\" <%s.%s%u@example.net>\n", name, f, g, g, f,
		    any(40));
	else
		put("%s: %s %s <%s%u@example.org>\n", name, g, f, g, any(40));
}

static void
put_trace(unsigned n, time_t at)
{
	for (unsigned i = 0; i < 4; i++) {
		put("Received: from host%u.example.com (host%u.example.com "
		    "[192.0.2.%u])\n\tby mx%u.example.net (Postfix) with ESMTPS"
		    " id 4X%08X\n\tfor <reader@example.net>; ",
		    i, any(99), 1 + any(250), i, n + i);
		put_date("", at - i);
	}
	put("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
	    "d=example.org; s=mail;\n\th=from:to:subject:date; bh=");
	put("%08x%08x%08x=;\n\tb=", any(1u << 31), any(1u << 31),
	    any(1u << 31));
	put_base64(3);
}

static void
put_header(unsigned n)
{
	time_t at = EPOCH + (time_t)n * APART;
	bool reply = n > MANY && any(MANY) != 0;
	unsigned to = n - 1 - any(n < 200 ? (n > 1 ? n - 1 : 1) : 200);

	put("Return-Path: <bounce-%u@example.org>\n", n);
	put_trace(n, at);
	put_date("Date: ", at - 7);
	put_address("From");
	put_address("To");
	if (any(3) == 0)
		put_address("Cc");
	put("Subject: %s", reply ? "Re: " : "");
	if (any(5) == 0)
		put("%s ", pick(encoded, NELEM(encoded)));
	put_words(2 + any(5));
	put(" %u\nMessage-ID: <%u.bench@example.org>\n", n % 1000, n);
	if (reply)
		put("In-Reply-To: <%u.bench@example.org>\nReferences: "
		    "<%u.bench@example.org>\n\t<%u.bench@example.org>\n",
		    to, to / 2 + 1, to);
	if (any(4) == 0)
		put("List-Id: Talk about mail <talk.example.org>\n"
		    "List-Unsubscribe: <mailto:talk-leave@example.org>\n");
	put("User-Agent: Bench/1.0\nMIME-Version: 1.0\n");
}

static void
put_plain(void)
{
	switch (any(4)) {
	case 0:
		put("Content-Type: text/plain; charset=iso-8859-1\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n"
		    "Sch=F6ne Gr=FC=DFe =\nund bis bald\n");
		break;
	case 1:
		put("Content-Type: text/plain; charset=utf-8; format=flowed\n"
		    "Content-Transfer-Encoding: 8bit\n\n"
		    "Sch\303\266ne Gr\303\274\303\237e\n");
		break;
	default:
		put("Content-Type: text/plain; charset=us-ascii\n\n");
		break;
	}
	put_text(10 + any(60));
}

static void
put_twins(unsigned n, unsigned lines)
{
	put("Content-Type: multipart/alternative;\n\tboundary=\"=_alt_%u\"\n\n"
	    "This is a message with parts.\n--=_alt_%u\n",
	    n, n);
	put_plain();
	put("\n--=_alt_%u\nContent-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n",
	    n);
	put_html(lines);
	put("\n--=_alt_%u--\n", n);
}

static void
put_attachment(unsigned n, unsigned k)
{
	static const char *const types[] = { "application/pdf", "image/jpeg",
		"application/zip", "image/png" };

	put("\n--=_mix_%u\nContent-Type: %s; name=\"file%u.bin\"\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment;\n\tfilename=\"file%u.bin\"\n\n",
	    n, pick(types, NELEM(types)), k, k);
	put_base64(60 + any(540));
}

static void
put_mixed(unsigned n)
{
	put("Content-Type: multipart/mixed; boundary=\"=_mix_%u\"\n\n"
	    "--=_mix_%u\n",
	    n, n);
	if (any(2) == 0)
		put_twins(n, 10 + any(40));
	else
		put_plain();
	for (unsigned i = 0, parts = 1 + any(3); i < parts; i++)
		put_attachment(n, i);
	put("\n--=_mix_%u--\n", n);
}

static void
realistic(unsigned n)
{
	seed = n;
	put_header(n);
	switch (any(10)) {
	case 0:
	case 1:
	case 2:
		put_plain();
		break;
	case 3:
		put("Content-Type: text/html; charset=utf-8\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n");
		put_html(20 + any(80));
		break;
	case 4:
	case 5:
		put_mixed(n);
		break;
	default:
		put_twins(n, 10 + any(70));
		break;
	}
}

static void
small(unsigned n)
{
	seed = n;
	put("From: a@example.org\nTo: b@example.org\nSubject: %u\n", n);
	put_date("Date: ", EPOCH + (time_t)n * APART);
	put("Message-ID: <%u.bench@example.org>\n\nA line.\n", n);
}

/* --- files ---------------------------------------------------------------- */

static void
make(int dir, const char *name, time_t at)
{
	const struct timespec times[2] = { { at, 0 }, { at, 0 } };
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd == -1 || write(fd, buf, len) != (ssize_t)len ||
	    futimens(fd, times) == -1 || close(fd) == -1)
		die(name);
	len = 0;
}

static void
maildir(const char *path)
{
	static const char *const sub[] = { "", "/cur", "/new", "/tmp" };
	char name[4096];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof name, "%s%s%s", path, fold, sub[i]);
		if (mkdir(name, 0700) == -1 && errno != EEXIST)
			die(name);
	}
}

static void
fill(const char *path, bool is_new, void (*message)(unsigned), unsigned from,
    unsigned n)
{
	const char *flags;
	char name[4096];
	int dir;

	maildir(path);
	(void)snprintf(
	    name, sizeof name, "%s%s/%s", path, fold, is_new ? "new" : "cur");
	dir = open(name, O_RDONLY | O_DIRECTORY);
	if (dir == -1)
		die(name);
	for (unsigned i = from; i < from + n; i++) {
		time_t at = EPOCH + (time_t)i * APART;

		message(i);
		flags = i % 5 == 0 ? ":2," : ":2,S";
		(void)snprintf(name, sizeof name, "%lld.M%uP%u.bench%s",
		    (long long)at, i * 7919 % 1000000, 1000 + i % 30000,
		    is_new ? "" : flags);
		make(dir, name, at);
	}
	(void)close(dir);
}

int
main(int argc, char **argv)
{
	unsigned folders = 0, n;
	bool is_small = false, is_new = false;
	char name[32];
	int opt;

	while ((opt = getopt(argc, argv, "snf:")) != -1) {
		if (opt == 'f')
			folders = (unsigned)strtoul(optarg, NULL, 10);
		else if (opt == 's')
			is_small = true;
		else if (opt == 'n')
			is_new = true;
		else
			return 100;
	}
	argv += optind;
	argc -= optind;
	if (argc != 2 + is_new) {
		(void)fputs("usage: mail [-s | -f FOLDERS] COUNT DIR\n"
			    "       mail -n COUNT DIR SERIAL\n",
		    stderr);
		return 100;
	}
	n = (unsigned)strtoul(argv[0], NULL, 10);
	if (is_new) {
		fill(argv[1], true, small, (unsigned)strtoul(argv[2], NULL, 10),
		    n);
		return 0;
	}
	fill(argv[1], false, is_small || folders > 0 ? small : realistic, 1, n);
	for (unsigned i = 1; i <= folders; i++) {
		(void)snprintf(name, sizeof name, "/.f%u", i);
		fold = name;
		fill(argv[1], false, small, 1, n);
	}
	return 0;
}
