#!/usr/bin/perl
# What pop3login says to each command before login: RFC 1939, 2449, 6856.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use PopLogin;

my $head = "+OK Here's what I can do:\r\nTOP\r\n";
my $tail = "UIDL\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n";
my $end = "UTF8 USER\r\nLANG\r\nIMPLEMENTATION satchel\r\n.\r\n";
my $capa = "${head}USER\r\nSASL PLAIN LOGIN\r\n$tail$end";
my $bad = "-ERR Invalid command.\r\n";

my $p = pop3login(no_greeting => 1);
talk($p, '', greeting(), 'greeting');
unlike(greeting(), qr/</, 'without a timestamp: there is no APOP');
talk($p, "CAPA\r\n", $capa);
talk($p, "capa\r\n", $capa);
talk($p, "USER fred\r\n", "+OK Password required.\r\n");
talk($p, "UTF8\r\n", "+OK UTF8 enabled\r\n");
talk($p, "STLS\r\n", "-ERR TLS support not available.\r\n");
talk($p, "AUTH\r\n", "+OK Mechanisms follow:\r\nPLAIN\r\nLOGIN\r\n.\r\n");
talk($p, "AUTH CRAM-MD5\r\n", "-ERR Unknown authentication mechanism.\r\n");
talk($p, "QUIT\r\n", "+OK Better luck next time.\r\n", 'QUIT', 1);
is($p->status, 0, 'status 0');
is($p->errors, "INFO: LOGOUT, ip=[127.0.0.1], port=[0]\n",
    'one line in the log');

# no such command, or not before login
$p = pop3login();
for ('', ' ', 'XYZZY', 'NOOP', 'STAT', 'LIST', 'RETR 1', 'DELE 1', 'TOP 1 0',
    'UIDL', 'RSET', 'APOP fred c4c9334bac560ecc979e58001b3e22fb', 'USER',
    'USER ', 'CAPA x', 'QUIT x', 'UTF8 USER', 'AUTH ', 'AUTH PLAIN ',
    "CAPA\0", "CAPA\xff", "CAPA\rCAPA") {
	talk($p, "$_\r\n", $bad, 'invalid: ' . s/[^ -~]/?/gr);
}
$p = pop3login();
talk($p, "PASS\r\nPASS x\r\n", "$bad-ERR USER/PASS required.\r\n",
    'PASS before USER');

# bare LF ends a line as well: a person at a terminal
talk($p, "UTF8\nQUIT\n", "+OK UTF8 enabled\r\n+OK Better luck next time.\r\n",
    'bare LF');

# languages
my $list = "+OK Language listing follows:\r\nen English\r\n" .
    "i-default Default language\r\nde Deutsch\r\nfr Fran\xc3\xa7ais\r\n.\r\n";
$p = pop3login();
talk($p, "LANG\r\n", $list);
talk($p, "LANG xx\r\n", "-ERR Language not available.\r\n");
talk($p, "LANG ../de\r\n", $bad);
talk($p, "LANG DE\r\n", "+OK de Sprache gewechselt.\r\n");
talk($p, "USER x\r\nPASS y\r\n", "+OK Bitte das Passwort.\r\n" .
    "-ERR [AUTH] Anmeldung fehlgeschlagen.\r\n", 'in German');
talk($p, "LANG uga\r\n", "-ERR Diese Sprache gibt es hier nicht.\r\n");
talk($p, "LANG *\r\nUTF8\r\n",
    "+OK en Language changed.\r\n+OK UTF8 enabled\r\n", 'the default');
talk($p, "LANG i-default\r\n", "+OK i-default Language changed.\r\n");
$p = pop3login(env => { SATCHEL_LANG => 'fr' });
talk($p, "LANG *\r\n", "+OK fr Langue chang\xc3\xa9e.\r\n",
    "the administrator's");
$p = pop3login(env => { SATCHEL_LANG_DIR => '/nonexistent' });
talk($p, "LANG\r\n", "+OK Language listing follows:\r\nen English\r\n" .
    "i-default Default language\r\n.\r\n", 'no files');

# every text of both programs has a translation
my %known;
for (map { slurp($_) } glob(root() . '/lib/{chain/pop3login,pop3/*}.c'),
    root() . '/bin/pop3d.c') {
	s/"\s*\n\s*"//g;
	$known{$_} = 1 for /\b(?:ok|err|end)\(p,\s*"([^"]*)"/g,
	    /\bsession_say\(\s*s, \w+,\s*"(?:\[[^]]*\] )?([^"]*)"/g,
	    /\bsession_begin\(s,\s*"([^"]*)"/g,
	    /"\[(?:SYS|IN-USE|LOGIN-DELAY)[^]]*\] ([^"]+)"/g;
}
cmp_ok(scalar keys %known, '>', 25, 'texts');
for my $lang (qw(de fr)) {
	my $text = slurp(root() . "/lang/$lang");
	my @missing = grep { $text !~ /^\Q$_\E\t/m } sort keys %known;

	is("@missing", '', "$lang has them all");
}

# TLS is required and not there
$p = pop3login(env => { POP3_TLS_REQUIRED => 1 });
my $tls = "-ERR TLS required to log in.\r\n";
talk($p, "CAPA\r\n", "$head$tail$end", 'CAPA without TLS');
talk($p, "USER fred\r\nPASS secret\r\nAUTH\r\nAUTH PLAIN\r\n" .
    "AUTH PLAIN AGZyZWQAc2VjcmV0\r\nUTF8\r\n",
    "$tls-ERR USER/PASS required.\r\n$tls$tls$tls+OK UTF8 enabled\r\n",
    'nobody gets in');
for my $env ({ POP3_TLS => 1 }, { PROTO => 'SSL' },
    { SSL_PROTOCOL => 'TLSv1.3' }) {
	$p = pop3login(env => { POP3_TLS_REQUIRED => 1, %$env });
	talk($p, "CAPA\r\n", $capa, join ' ', %$env);
	talk($p, "USER fred\r\nPASS secret\r\nENV POP3_TLS\r\n",
	    "+OK Password required.\r\n+OK logged in.\r\n+OK POP3_TLS=1\r\n",
	    'and in');
}

# settings
$p = pop3login(env => { POP3AUTH => 'LOGIN CRAM-MD5',
	POP3AUTH_TLS => 'PLAIN' });
talk($p, "CAPA\r\n", "${head}USER\r\nSASL LOGIN\r\n$tail$end", 'POP3AUTH');
talk($p, "AUTH PLAIN\r\nAUTH\r\n", "-ERR Unknown authentication mechanism." .
    "\r\n+OK Mechanisms follow:\r\nLOGIN\r\n.\r\n", 'is all there is');
$p = pop3login(env => { POP3AUTH => 'LOGIN', POP3AUTH_TLS => 'PLAIN',
	POP3_TLS => 1 });
talk($p, "CAPA\r\n", "${head}USER\r\nSASL PLAIN\r\n$tail$end", 'POP3AUTH_TLS');
$p = pop3login(env => { POP3AUTH => '' });
talk($p, "CAPA\r\n", "${head}USER\r\n$tail$end", 'POP3AUTH=""');
$p = pop3login(env => { SATCHEL_POP3_EXPIRE => 'NEVER',
	SATCHEL_POP3_LOGIN_DELAY => 60 });
talk($p, "CAPA\r\n", "${head}USER\r\nSASL PLAIN LOGIN\r\n$tail" .
    "EXPIRE NEVER\r\nLOGIN-DELAY 60\r\n$end", 'EXPIRE and LOGIN-DELAY');

# protocols that have no business here
for my $line ('GET / HTTP/1.1', 'POST /' . 'x' x 600 . ' HTTP/1.1',
    'EHLO client.example', 'SSH-2.0-OpenSSH_9', 'HELO x') {
	my $name = substr $line, 0, 20;

	$p = pop3login();
	talk($p, "$line\r\nCAPA\r\n", '', "$name: no answer", 1);
	is($p->status, 0, "$name: status 0");
}
$p = pop3login();
talk($p, "UTF8\r\nGET /\r\n", "+OK UTF8 enabled\r\n$bad", 'later, invalid');

# the client goes, the super-server ends us
$p = pop3login(env => { DEBUG_LOGIN => 1, TCPREMOTEIP => '::ffff:192.0.2.7',
    TCPREMOTEPORT => 4711 });
is($p->status, 0, 'the client closes: status 0');
is($p->errors, "DEBUG: Connection, ip=[192.0.2.7], port=[4711]\n" .
    "DEBUG: Disconnected, ip=[192.0.2.7], port=[4711], time=0\n", 'log');
$p = pop3login();
kill TERM => $p->{pid};
is($p->rest, '', 'SIGTERM: no word that nobody has asked for');
is($p->status, 0, 'and status 0');

# the settings, and wrong usage
{
	my $program = program('pop3login');
	local %ENV = (PATH => $ENV{PATH}, DEFDOMAIN => '@x', POP3AUTH => 'X');
	my $set = `$program -n`;

	like($set, qr/^DEFDOMAIN=\@x\tenvironment$/m, 'a setting');
	like($set, qr/^POP3AUTH=X\tenvironment$/m, 'one of POP3');
	like($set, qr/^POP3_TLS_REQUIRED=0\tdefault$/m, 'a default');
	is(system("$program 2>/dev/null") >> 8, 100, 'no authenticator');
	is(system("$program -x 2>/dev/null") >> 8, 100, 'no such option');
	is(system("$program true <&- 2>/dev/null") >> 8, 111, 'no input');
}
done_testing();
