#!/usr/bin/perl
# What imaplogin says to each command before login.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $cap = 'IMAP4rev1 IMAP4rev2 LITERAL- SASL-IR ID ENABLE';

my $w = login();
is($w->greeting->{raw}, "* OK [CAPABILITY $cap AUTH=PLAIN AUTH=LOGIN] " .
    "satchel ready.\r\n", 'greeting');
$w->script(<<"END");
C: a CAPABILITY
S: * CAPABILITY $cap AUTH=PLAIN AUTH=LOGIN
S: a OK CAPABILITY completed
C: b noop
S: b OK NOOP completed
C: c ID ("name" "test" "version" NIL)
S: * ID ("name" "satchel")
S: c OK ID completed
C: d ID NIL
S: * ID ("name" "satchel")
S: d OK ID completed
C: e SELECT INBOX
S: e BAD Unknown command, or not before login.
C: f STARTTLS
S: f BAD There is no TLS here.
C: g ENABLE IMAP4rev2
S: g BAD Unknown command, or not before login.
C: h XYZZY
S: h BAD Unknown command, or not before login.
C: i NOOP x
S: i BAD Syntax error.
C: k AUTHENTICATE CRAM-MD5
S: k NO Unknown authentication mechanism.
C: l LOGOUT
S: * BYE satchel logging out
S: l OK LOGOUT completed
END
is($w->next, undef, 'and closes');
is($w->wait_child($w->deadline), 0, 'status 0');
like($w->errors,
    qr/^INFO:\ ID,\ \Qip=[127.0.0.1], port=[0], name=test, version=(nil)\E\n
    INFO:\ LOGOUT,\ \Qip=[127.0.0.1], port=[0]\E,\ rcvd=\d+,\ sent=\d+\n\z/x,
    'two lines in the log');

# not even a command
$w = login();
$w->greeting;
exchange($w, "j\r\n", "j BAD Syntax error.\r\n");
exchange($w, "\r\n", "* BAD Syntax error.\r\n", 'an empty line');
exchange($w, "* NOOP\r\n", "* BAD Syntax error.\r\n");
exchange($w, "a+b NOOP\r\n", "* BAD Syntax error.\r\n");

# bare LF ends a line as well: a person at a terminal
$w = login();
$w->greeting;
$w->raw("a NOOP\nb LOGOUT\n");
is($w->next->{raw}, "a OK NOOP completed\r\n", 'bare LF');

# TLS is required and not there
$w = login(env => { IMAP_TLS_REQUIRED => 1 });
is($w->greeting->{raw}, "* OK [CAPABILITY $cap LOGINDISABLED] satchel ready." .
    "\r\n", 'greeting without TLS');
$w->script(<<"END");
C: a LOGIN fred secret
S: a NO [PRIVACYREQUIRED] TLS required
C: b AUTHENTICATE PLAIN AGZyZWQAc2VjcmV0
S: b NO [PRIVACYREQUIRED] TLS required
C: c AUTHENTICATE PLAIN
S: c NO [PRIVACYREQUIRED] TLS required
C: d CAPABILITY
S: * CAPABILITY $cap LOGINDISABLED
S: d OK CAPABILITY completed
C: e LOGOUT
S: * BYE satchel logging out
S: e OK LOGOUT completed
END
for my $env ({ IMAP_TLS => 1 }, { PROTO => 'SSL' },
    { SSL_PROTOCOL => 'TLSv1.3' }) {
	$w = login(env => { IMAP_TLS_REQUIRED => 1, %$env });
	like($w->greeting->{raw}, qr/AUTH=PLAIN/, join ' ', %$env);
	$w->script(<<'END');
C: a LOGIN fred secret
S: a OK LOGIN Ok.
C: b ENV IMAP_TLS
S: b OK IMAP_TLS=1
END
}
$w = login(env => { IMAP_TLS_REQUIRED => 1, SSL_PROTOCOL => 'x',
    SSLCTLFD => 9 });
like($w->greeting->{raw}, qr/LOGINDISABLED/, 'TLS that is only offered');

# protocols that have no business here: security checklist 4
for my $line ("GET / HTTP/1.1", "POST /x HTTP/1.1", "EHLO client.example",
    "SSH-2.0-OpenSSH_9", "HELO x") {
	$w = login();
	$w->greeting;
	$w->raw("$line\r\na NOOP\r\n");
	is($w->next, undef, "$line: no answer");
	is($w->wait_child($w->deadline), 0, "$line: status 0");
}
$w = login();
$w->greeting;
$w->raw("a NOOP\r\nGET NOOP\r\n");
$w->next;
is($w->next->{raw}, "GET OK NOOP completed\r\n", 'a tag of that name, later');

# the client goes, the super-server ends us
$w = login(env => { DEBUG_LOGIN => 1, TCPREMOTEIP => '::ffff:192.0.2.7',
    TCPREMOTEPORT => 4711 });
$w->greeting;
shutdown $w->{socket}, 1;
is($w->next, undef, 'the client closes');
is($w->wait_child($w->deadline), 0, 'status 0');
is($w->errors, "DEBUG: Connection, ip=[192.0.2.7], port=[4711]\n" .
    "DEBUG: Disconnected, ip=[192.0.2.7], port=[4711], time=0\n", 'log');
$w = login();
$w->greeting;
kill TERM => $w->{pid};
is($w->next->{raw}, "* BYE Server shutting down.\r\n", 'SIGTERM');

# the settings, and wrong usage
{
	my $program = program('imaplogin');
	local %ENV = (PATH => $ENV{PATH}, DEFDOMAIN => '@x');

	my $set = `$program -n`;

	for ("AUTHSERVICE=\tdefault", "DEFDOMAIN=\@x\tenvironment",
	    "SATCHEL_LOGIN_DELAY=5\tdefault",
	    "SATCHEL_LOGIN_TIMEOUT=60\tdefault", "IMAP_TLS=0\tdefault",
	    "IMAP_TLS_REQUIRED=0\tdefault", "IMAP_STARTTLS=yes\tdefault") {
		like($set, qr/^\Q$_\E$/m, 'a setting');
	}
	is(system("$program 2>/dev/null") >> 8, 100, 'no authenticator');
	is(system("$program -x 2>/dev/null") >> 8, 100, 'no such option');
	is(system("$program true <&- 2>/dev/null") >> 8, 111, 'no input');
}
done_testing();
