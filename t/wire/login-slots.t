#!/usr/bin/perl
# What a login front remembers of others: connections of an address, and
# failures.  Security checklist 9 and 10.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);
use Wire;
use Login;
use PopLogin;

my $base = temp_dir();
my $no = "NO [AUTHENTICATIONFAILED] Login failed.\r\n";

sub from
{
	my ($ip, %env) = @_;

	return login(no_greeting => 1, env => { SATCHEL_SLOTS => $base,
		PROTO => 'TCP', TCPREMOTEIP => $ip, TCPREMOTEPORT => 4711,
		%env });
}

sub first
{
	my ($w) = @_;
	my $line = '';

	while ($line !~ /\n\z/) {
		sysread $w->{socket}, $line, 1, length $line or last;
	}
	return $line;
}

# connections of an address
my %two = (SATCHEL_PER_IP => 2);
my @held = map { from('192.0.2.7', %two) } 1 .. 2;
like(first($_), qr/^\* OK /, 'one of two') for @held;
my $w = from('::ffff:192.0.2.7', %two);
is(first($w), "* BYE [LIMIT] Too many connections from your address.\r\n",
    'a third is told why');
is($w->wait_child($w->deadline), 0, 'status 0');
is($w->errors, "NOTICE: LIMIT, ip=[192.0.2.7], port=[4711], " .
    "network=192.0.2.7, connections=2\n", 'and the log');
like(first(from('192.0.2.8', %two)), qr/^\* OK /, 'a neighbour is not');
like(first(from('', %two)), qr/^\* OK /, 'nor who has no address');
# a session holds the slot of its login
exchange($held[0], "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n");
like(first(from('192.0.2.7', %two)), qr/^\* BYE \[LIMIT\]/, 'after a login');
# and gives it back, however it ends
# (the talker may still be there, on its way out)
my @session = split ' ',
    slurp("/proc/$held[0]{pid}/task/$held[0]{pid}/children");
kill KILL => $held[0]{pid}, @session;
my $again;
for (1 .. 50) {
	last if ($again = first(from('192.0.2.7', %two))) =~ /OK/;
	sleep 0.05;
}
like($again, qr/^\* OK /, 'one was killed: there is room');
@held = ();

# of a network
my %net = (SATCHEL_PER_NET => 2);
@held = map { from("198.51.100.$_", %net) } 1 .. 2;
like(first($_), qr/^\* OK /, 'of a network') for @held;
like(first(from('198.51.100.9', %net)), qr/^\* BYE \[LIMIT\]/, 'a third');
like(first(from('198.51.101.9', %net)), qr/^\* OK /, 'another network');
my %one = (SATCHEL_PER_IP => 1);
@held = from('2001:db8:1:2::1', %one);
like(first($held[0]), qr/^\* OK /, 'IPv6');
like(first(from('2001:db8:1:2:3::9', %one)), qr/^\* BYE/, 'a /64 is one');
like(first(from('2001:db8:1:3::1', %one)), qr/^\* OK /, 'and no neighbour');
@held = ();
my $p = pop3login(no_greeting => 1, env => { SATCHEL_SLOTS => $base,
	TCPREMOTEIP => '203.0.113.1', %one });
is($p->line, '+OK satchel ready.', 'POP3');
my $q = pop3login(no_greeting => 1, env => { SATCHEL_SLOTS => $base,
	TCPREMOTEIP => '203.0.113.1', %one });
is($q->rest, "-ERR [SYS/TEMP] Too many connections from your address.\r\n",
    'likewise');
for my $dir ("$base/none/none", '/dev/null') {
	$w = from('192.0.2.7', SATCHEL_SLOTS => $dir, %one);
	like(first($w), qr/^\* OK /, "$dir: nobody is kept out");
}

# failures: the next one is before the attempt, so there is nothing to learn
sub attempt
{
	my ($ip, $user, $password, $want) = @_;
	my $t;

	$w = from($ip);
	first($w);
	$t = time;
	exchange($w, "a LOGIN $user $password\r\n", "a $want",
	    "$user from $ip");
	return time - $t;
}

attempt('192.0.2.20', 'mary', 'wrong', $no) for 1 .. 5;
cmp_ok(attempt('192.0.2.20', 'mary', 'wrong', $no), '>=', 0.9,
    'a sixth failure waits');
attempt('192.0.2.21', 'fred', 'wrong', $no) for 1 .. 5;
cmp_ok(attempt('192.0.2.21', 'fred', 'secret', "OK LOGIN Ok.\r\n"), '>=', 0.9,
    'and so does a good password');
attempt('192.0.2.22', 'fred', 'secret', "OK LOGIN Ok.\r\n");
$w = login(env => { SATCHEL_SLOTS => $base, SATCHEL_TARPIT => 0,
	TCPREMOTEIP => '192.0.2.20' });
$w->greeting;
exchange($w, "a LOGIN mary wrong\r\n", "a $no", 'switched off');
# who leaves while he waits leaves his place, and was not tried
my @many = map { from('192.0.2.40') } 1 .. 9;
first($_) for @many;
$_->raw("a LOGIN joan wrong\r\n") for @many;
$_->next for @many;
@many = ();
$w = from('192.0.2.40', SATCHEL_PER_IP => 1);
first($w);
$w->raw("a LOGIN joan wrong\r\n");
sleep 0.3;
like(first(from('192.0.2.40', SATCHEL_PER_IP => 1)), qr/^\* BYE/,
    'who waits has a place');
close $w->{socket};
for (1 .. 200) {
	$again = first(from('192.0.2.40', SATCHEL_PER_IP => 1));
	last if $again =~ /OK/;
	sleep 0.05;
}
like($again, qr/^\* OK /, 'who has left has none');
is($w->wait_child($w->deadline), 0, 'status 0');
is($w->errors, '', 'nothing in the log');
my @names = map { s{.*/}{}r } glob "$base/tarpit/*";
is_deeply([grep { !/^(?:key|[0-9a-f]{2})$/ } @names], [], 'no name is a path');
attempt('192.0.2.30', '../../x', 'wrong', $no);
is((stat "$base/tarpit")[2] & 0777, 0700, 'nobody else looks at it');
done_testing();
