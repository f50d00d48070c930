#!/usr/bin/perl
# Bounds before login: lines, literals, responses, commands, time; security
# checklist 5 to 9.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $long = "* BYE Line too long.\r\n";
my $no = 'NO [AUTHENTICATIONFAILED] Login failed.';

sub fresh
{
	my (%env) = @_;
	my $w = login(env => \%env);

	$w->greeting;
	return $w;
}

# an attempt that takes longer than all the time there is, looked at below
perl_program('slow-check', 'sleep 14; exit 1;');
my $slow = login(chain => ['slow-check', 'false'],
    env => { SATCHEL_LOGIN_TIMEOUT => 1 });
$slow->greeting;
$slow->raw("a LOGIN fred secret\r\n");

# its peak memory, in KiB
sub peak
{
	my ($w) = @_;
	my $s = slurp('/proc/' . talker($w->{pid}) . '/status');

	return $s =~ /^VmHWM:\s+(\d+)/m ? $1 : 0;
}

sub says
{
	my ($in, $want, $name) = @_;
	my $w = fresh();

	exchange($w, $in, $want, $name);
	return $w;
}

# a line: 8192 bytes and no more
my $word = 'x' x 8100;
says("a LOGIN $word y\r\n", "a $no\r\n", 'a long name');
says('a ' . 'x' x 8190 . "\r\n",
    "a BAD Unknown command, or not before login.\r\n", '8192 bytes');
says('a ' . 'x' x 8191 . "\r\n", $long, '8193 bytes')->done(0);
says('x' x 20000, $long, 'no line end at all')->done(0);
SKIP: {
	skip 'memory is another with sanitizers', 1
	    if ($ENV{BUILD} // '') =~ /san|cover/;
	my $w = fresh();
	my $before = peak($w);
	# 8192 of 100 million bytes are looked at
	$w->{socket}->blocking(0);
	my $sent = 0;
	for (1 .. 1000) {
		my $n = syswrite $w->{socket}, 'x' x 100000;
		last if !defined $n;
		$sent += $n;
	}
	select undef, undef, undef, 0.2;
	ok($sent > 0, 'a line without an end');
	$w->{socket}->blocking(1);
	is($w->next->{raw}, $long, 'is refused');
	$w = fresh();
	my $in = "a AUTHENTICATE PLAIN\r\n" . 'A' x 65536 . "\r\n";
	exchange($w, $in x 3,
	    "+ \r\na $no\r\n" x 3 . "* BYE Too many failures.\r\n",
	    'three responses of 64 KiB');
	# it has gone; another, to look at
	$w = fresh();
	exchange($w, $in, "+ \r\na $no\r\n", 'a response of 64 KiB');
	my $grown = peak($w) - $before;
	ok($grown < 1024, "memory is bounded: $grown KiB more");
}

# literals
for my $n (4097, 8193, 4294967295) {
	says("a LOGIN {$n}\r\nb NOOP\r\n",
	    "a BAD Literal too long.\r\nb OK NOOP completed\r\n", "{$n}");
	says("a LOGIN {$n+}\r\nb NOOP\r\n",
	    "a BAD Literal too long.\r\n* BYE Literal too long.\r\n",
	    "{$n+}")->done(0);
}
for my $n ('18446744073709551616', '-1', '', '4x', '0x4', '4 ', '4++') {
	says("a LOGIN {$n}\r\nb NOOP\r\n",
	    "a BAD Syntax error.\r\nb OK NOOP completed\r\n", "{$n}");
}
says("a LOGIN {18446744073709551616+}\r\n",
    "a BAD Syntax error.\r\n* BYE Literal too long.\r\n", 'a huge one');
says("a LOGIN {4096+}\r\n" . 'x' x 4096 . " {4096+}\r\n" . 'y' x 4096 . "\r\n",
    "a $no\r\n", 'two of 4096');
says("a LOGIN {0+}\r\n {0}\r\n\r\n", "+ Ready for literal\r\na $no\r\n", '{0}');
says("a LOGIN {3+}\r\na\0b {1+}\r\nx\r\nb NOOP\r\n",
    "a BAD Syntax error.\r\nb OK NOOP completed\r\n", 'a NUL in a literal');
says("a FETCH {3+}\r\nabc {3+}\r\ndef\r\nb NOOP\r\n",
    "a BAD Unknown command, or not before login.\r\nb OK NOOP completed\r\n",
    'literals of what is refused are passed over');
says('a LOGIN ' . "{1+}\r\nx " x 1000 . "\r\n", "a BAD Syntax error.\r\n" .
    "* BYE Literal too long.\r\n", 'a thousand literals')->done(0);
says('a ID (' . "{1+}\r\nx {1+}\r\ny " x 500 . ")\r\n",
    "a BAD Literal too long.\r\n* BYE Literal too long.\r\n",
    'a thousand in ID');

# a million of one byte, and bytes that have no place
for my $c ('(', ')', '{', '"', '\\', "\0", "\xff", ' ') {
	says('a LOGIN ' . $c x 1000000, $long,
	    sprintf 'a million of %#x', ord $c);
}
for (["\0"], ["\r"], ["\xe9"], ["\xc3\xa9"], ["\x7f"], ["\t"]) {
	my ($c) = @$_;
	my $name = sprintf '%vd', $c;

	says("a LOGIN fr${c}d secret\r\n", "a BAD Syntax error.\r\n",
	    "$name in an atom");
	says("a$c NOOP\r\n", "* BAD Syntax error.\r\n", "$name in a tag");
	says("a NOOP$c\r\n", $c eq "\r" ? "a OK NOOP completed\r\n" :
	    "a BAD Syntax error.\r\n", "$name at the end") if $c ne "\r";
	says("a LOGIN \"fr${c}d\" secret\r\n", $c =~ /[\0\r\xe9]/ &&
	    $c ne "\xc3\xa9" ? "a BAD Syntax error.\r\n" : "a OK LOGIN Ok.\r\n",
	    "$name in a quoted string") if $c !~ /[\x7f\t]|\xc3/;
}
says("a LOGIN \"fred\xc3\xa9\" secret\r\n", "a OK LOGIN Ok.\r\n",
    'UTF-8 in a quoted string');

# a million bytes of base64
says("a AUTHENTICATE PLAIN\r\n" . 'A' x 1000000, "+ \r\n$long", '1 MB')
    ->done(0);
says("a AUTHENTICATE PLAIN\r\n" . 'A' x 65537 . "\r\n", "+ \r\n$long",
    'one byte more than 64 KiB');

# 32 commands
my $w = fresh();
exchange($w, "a NOOP\r\n" x 40, "a OK NOOP completed\r\n" x 32 .
    "* BYE Too many commands.\r\n", '32 commands');
$w->done(0);
$w = fresh();
exchange($w, "a AUTHENTICATE PLAIN\r\n*\r\n" x 40,
    "+ \r\na BAD Cancelled.\r\n" x 32 .
    "* BYE Too many commands.\r\n", '32 times cancelled');

# time: silence, one byte now and then, in a literal, in a response
for my $in ('', "a NO", "a LOGIN {4}\r\nfr", "a AUTHENTICATE PLAIN\r\nAAA") {
	$w = fresh(SATCHEL_LOGIN_TIMEOUT => 1);
	my $t = Time::HiRes::time();
	my $want = ($in =~ /\{4/ ? "+ Ready for literal\r\n" :
	    $in =~ /AUTH/ ? "+ \r\n" : '') . "* BYE Login takes too long.\r\n";
	for (split //, $in) {
		$w->raw($_);
		select undef, undef, undef, 0.01;
	}
	exchange($w, '', $want, 'time is over: ' . substr $in, 0, 14);
	$t = Time::HiRes::time() - $t;
	cmp_ok($t, "<", 30, "each byte does not begin it anew");
	$w->done(0);
}
# the session's time is its own
$w = fresh(SATCHEL_LOGIN_TIMEOUT => 1);
exchange($w, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n");
select undef, undef, undef, 1.3;
exchange($w, "b one\r\n", "b OK one\r\n", 'no time limit after login');
# who was in the middle of an attempt hears of its end
exchange($slow, '', "a $no\r\n* BYE Login takes too long.\r\n",
    'an attempt beyond the time');
$slow->done(0);
is($slow->errors, "INFO: LOGIN FAILED, user=fred, ip=[127.0.0.1], " .
    "port=[0]\n", 'the log');
done_testing();
