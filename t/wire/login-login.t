#!/usr/bin/perl
# LOGIN (RFC 9051 section 6.2.3), literals before login (RFC 7888), and what
# the chain is told.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $no = 'NO [AUTHENTICATIONFAILED] Login failed.';

for my $in ('a LOGIN fred secret', 'a login "fred" "secret"',
    'a LOGIN fred "\"secret"', 'a LOGIN fred sec]ret') {
	my $w = login();
	$w->greeting;
	exchange($w, "$in\r\n",
	    $in =~ /\\|\]/ ? "a $no\r\n" : "a OK LOGIN Ok.\r\n", $in);
}

# what a session behind us ends with is what we end with
my $w = login();
$w->greeting;
$w->script(<<'END', 'literals');
C: a LOGIN {4}
S: + Ready for literal
C: fred {6}
S: + Ready for literal
C: secret
S: a OK LOGIN Ok.
C: b BYE
S: b OK BYE
END
$w->done(7, 'the status of the session');
is($w->errors, '', 'no line in the log');

$w = login();
$w->greeting;
exchange($w, "a LOGIN {4+}\r\nfred {6+}\r\nsecret\r\n", "a OK LOGIN Ok.\r\n",
    'literals that do not wait');
$w = login();
$w->greeting;
exchange($w, "a LOGIN {7+}\r\nfr\r\ned \"secret\"\r\n",
    "a BAD Syntax error.\r\n", 'a literal ends after its bytes');

# what a refused command has announced is never a command (RFC 7888 section
# 4), and what only looks like an announcement is none
for (["a LOGIN {5+}\r\n{12+}\r\n", 'a BAD Syntax error.'],
    ["a LOGIN {5+}\r\n{12+}{9+}\r\nx NOOP\r\ny\r\n", 'a BAD Syntax error.'],
    ["a AUTHENTICATE PLAIN {8+}\r\nx NOOP\r\n\r\n", 'a BAD Syntax error.'],
    ["a AUTHENTICATE X {8+}\r\nx NOOP\r\n\r\n", 'a BAD Syntax error.'],
    ["a AUTHENTICATE PLAIN {8}\r\n", 'a BAD Syntax error.']) {
	my ($in, $want) = @$_;

	$w = login();
	$w->greeting;
	exchange($w, "${in}b NOOP\r\n", "$want\r\nb OK NOOP completed\r\n",
	    'in step: ' . $in =~ s/\r\n.*//sr);
}

# refused, and the next one is not
$w = login();
$w->greeting;
$w->script(<<"END", 'refused twice, then not');
C: a LOGIN fred wrong
S: a $no
C: b LOGIN nobody secret
S: b $no
C: c NOOP
S: c OK NOOP completed
C: d LOGIN fred secret
S: d OK LOGIN Ok.
C: e ENV IMAPLOGINTAG
S: e OK IMAPLOGINTAG=d
END
is($w->errors, "INFO: LOGIN FAILED, user=fred, ip=[127.0.0.1], port=[0]\n" .
    "INFO: LOGIN FAILED, user=nobody, ip=[127.0.0.1], port=[0]\n",
    'a line for each');

# a name cannot fake fields of the log, or lines
$w = login();
$w->greeting;
exchange($w, "a LOGIN {40}\r\n", "+ Ready for literal\r\n");
exchange($w, "x, ip=[192.0.2.66], port=[1]\nINFO: LOGIN" . " x\r\n",
    "a $no\r\n", 'a name with a line end');
is($w->errors, "INFO: LOGIN FAILED, user=x? ip=?192.0.2.66?? port=?1??INFO: " .
    "LOGIN, ip=[127.0.0.1], port=[0]\n", 'is one line of the log');

# the environment
$w = login(env => { TCPREMOTEIP => '::ffff:192.0.2.7', TCPREMOTEPORT => 4711,
    TCPLOCALIP => '192.0.2.1', TCPLOCALPORT => 993, AUTHSERVICE993 => 'imaps',
    AUTHENTICATED => 'root', OPTIONS => 'x', MAILDIR => '/x', VPOPUSER => 'x',
    HOME => '/x', SSL_CIPHER => 'x', UTF8 => 1, IMAP_KEYWORDS => 2 });
$w->greeting;
my %want = (TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711,
    TCPLOCALIP => '192.0.2.1', TCPLOCALPORT => 993, AUTHSERVICE => 'imaps',
    PROTOCOL => 'IMAP', AUTHENTICATED => 'fred', USER => 'fred',
    IMAP_KEYWORDS => 2);
$want{$_} = '(unset)' for qw(OPTIONS MAILDIR VPOPUSER HOME SSL_CIPHER UTF8);
$w->script("C: a LOGIN fred secret\nS: a OK LOGIN Ok.\n" . join '',
    map { "C: x ENV $_\nS: x OK $_=$want{$_}\n" } sort keys %want);

# names get their domain
for (['fred', 'fred@example.com'], ['fred@a', 'fred@a'], ['fred%a', 'fred%a']) {
	my ($name, $user) = @$_;
	$w = login(env => { DEFDOMAIN => '@example.com', DOMAINSEP => '@%' });
	$w->greeting;
	exchange($w, "a LOGIN \"$name\" secret\r\nb ENV USER\r\n",
	    "a OK LOGIN Ok.\r\nb OK USER=$user\r\n", "$name is $user");
}

# three failures, and that is it
$w = login();
$w->greeting;
exchange($w, "a LOGIN x y\r\nb LOGIN x y\r\nc LOGIN x y\r\nd NOOP\r\n",
    "a $no\r\nb $no\r\nc $no\r\n* BYE Too many failures.\r\n",
    'three failures');
$w->done(0);

# a delay, the same for all, counted from the start of the authenticator
for my $in ('a LOGIN fred wrong', 'a LOGIN nobody secret', 'a LOGIN "" ""',
    'a LOGIN ' . 'x' x 600 . ' y', 'a AUTHENTICATE PLAIN eHg=') {
	$w = login(env => { SATCHEL_LOGIN_DELAY => 1 });
	$w->greeting;
	my $t = Time::HiRes::time();
	exchange($w, "$in\r\n", "a $no\r\n", substr $in, 0, 30);
	$t = Time::HiRes::time() - $t;
	cmp_ok($t, '>', 0.95, 'not before a second has passed');
}
done_testing();
