#!/usr/bin/perl
# Bounds before login: lines, responses, commands, time; security checklist 5
# to 9.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Time::HiRes ();
use Wire;
use Login;
use PopLogin;

my $user = "+OK Password required.\r\n";
my $in = "+OK logged in.\r\n";
my $long = "-ERR Line too long.\r\n";
my $bad = "-ERR Invalid command.\r\n";
my $plain = encode_base64("\0fred\0secret", '');
my $p;

sub peak
{
	my ($of) = @_;
	my $s = slurp('/proc/' . talker($of->{pid}) . '/status');

	return $s =~ /^VmHWM:\s+(\d+)/m ? $1 : 0;
}

# a line: 512 bytes with its CRLF
$p = pop3login();
talk($p, 'USER ' . 'x' x 505 . "\r\n", $user, '512 bytes');
talk($p, 'USER ' . 'x' x 506 . "\r\nCAPA x\r\n", "$long$bad",
    '513 bytes, and on');
talk($p, 'x' x 60000 . "\r\nUTF8\r\n", "$long+OK UTF8 enabled\r\n",
    '60000 bytes');
talk($p, 'AUTH PLAIN ' . 'A' x 1000 . "\r\nAUTH PLAIN\r\n$plain\r\n",
    "$long+ \r\n$in", 'an initial response, then a response');
$p = pop3login();
talk($p, 'x' x 70000 . "\r\n", $long, 'more than is skipped', 1);
is($p->status, 0, 'and status 0');
for my $c ("\0", "\r", "\xff", ' ', "\n") {
	$p = pop3login();
	my $want = $c eq "\n" ? $bad x 32 . "-ERR Too many commands.\r\n" :
	    $long;
	talk($p, $c x 1000000, $want, sprintf('a million of %#x', ord $c), 1);
}

# responses
$p = pop3login();
talk($p, "AUTH PLAIN\r\n" . 'A' x 65536 . "\r\n",
    "+ \r\n-ERR [AUTH] Authentication failed.\r\n", '64 KiB');
talk($p, "AUTH PLAIN\r\n" . 'A' x 65537 . "\r\n", "+ \r\n$long",
    'one more', 1);
$p = pop3login();
talk($p, "AUTH LOGIN\r\n" . 'A' x 1000000, "+ VXNlcm5hbWU6\r\n$long", '1 MB',
    1);
SKIP: {
	skip 'memory is another with sanitizers', 1
	    if ($ENV{BUILD} // '') =~ /san|cover/;
	$p = pop3login();
	my $before = peak($p);
	talk($p, 'x' x 60000 . "\r\nAUTH PLAIN\r\n" . 'A' x 65536 . "\r\n",
	    "$long+ \r\n-ERR [AUTH] Authentication failed.\r\n", 'both');
	my $grown = peak($p) - $before;
	ok($grown < 1024, "memory is bounded: $grown KiB more");
}

# 32 commands, three failures
for (["UTF8\r\n", "+OK UTF8 enabled\r\n"],
    ["AUTH PLAIN\r\n*\r\n", "+ \r\n-ERR Authentication aborted.\r\n"]) {
	$p = pop3login();
	talk($p, $_->[0] x 40, $_->[1] x 32 . "-ERR Too many commands.\r\n",
	    '32 commands', 1);
	is($p->status, 0, 'status 0');
}
$p = pop3login();
talk($p, "USER x\r\nPASS y\r\n" x 4, "$user-ERR [AUTH] Login failed.\r\n" x 3,
    'three failures', 1);

# time: silence, one byte now and then, in a response; not a word
for my $send ('', 'CAP', "AUTH PLAIN\r\nAAA", 'x' x 600) {
	$p = pop3login(env => { SATCHEL_LOGIN_TIMEOUT => 1 });
	my $t = Time::HiRes::time();
	for (split //, $send) {
		$p->raw($_);
		Time::HiRes::sleep(0.001);
	}
	is($p->rest, $send =~ /AUTH/ ? "+ \r\n" : '', 'time is over: ' .
	    substr $send, 0, 10);
	cmp_ok(Time::HiRes::time() - $t, '<', 30, 'no byte begins it anew');
	is($p->status, 0, 'status 0');
}
$p = pop3login(env => { SATCHEL_LOGIN_TIMEOUT => 1 });
talk($p, "USER fred\r\nPASS secret\r\n", "$user$in");
Time::HiRes::sleep(1.3);
talk($p, "one\r\n", "+OK one\r\n", 'no time limit after login');
done_testing();
