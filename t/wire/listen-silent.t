#!/usr/bin/perl
# Many connections that say nothing, or nearly nothing: time ends them, and
# others are served meanwhile.  Security checklist 9.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Wire;
use Login;
use Super;
use Listen;

# 10000 where limits allow, which they seldom do; each is two processes
my $want = $ENV{SILENT} // 1000;
my @rlimits = grep { defined } map { slurp('/proc/self/limits') =~
    /^\Q$_\E\s+(\d+)/m ? $1 : undef } 'Max open files', 'Max processes';
my ($free) = slurp('/proc/meminfo') =~ /^MemAvailable:\s+(\d+)/m;
for ((map { $_ / 4 } @rlimits), ($free // 1000000) / 4000) {
	$want = int $_ if $_ < $want;
}
my $late = "* BYE Login takes too long.\r\n";

sub silent
{
	my ($l, $n) = @_;

	return map { $l->connect(LocalAddr => '127.0.0.' . (2 + $_ % 200)) }
	    1 .. $n;
}

sub logs_in
{
	my ($l, $name) = @_;
	my $c = $l->connect;

	syswrite $c, "a LOGIN fred secret\r\nb BYE\r\n";
	return like(all($c), qr/^a OK LOGIN Ok\.\r\nb OK BYE\r\n\z/m, $name);
}

sub no_child
{
	my ($l) = @_;

	return slurp("/proc/$l->{pid}/task/$l->{pid}/children") eq '';
}

my $l = Listen->start(['-c', 20000], [program('imaplogin'), 'stub-check',
    'stub-session'], env => { PATH => stub_dir() . ":$ENV{PATH}",
    SATCHEL_SLOTS => '/nonexistent', SATCHEL_LOGIN_TIMEOUT => 10 });
my @c = silent($l, $want);
is(scalar @c, $want, "$want connections that say nothing");
logs_in($l, 'and one that logs in');
my @slow = @c[0 .. 9];
for my $byte (split //, 'a LOGIN fred') {
	syswrite $_, $byte for @slow;
	select undef, undef, undef, 0.05;
}
logs_in($l, 'beside some that say a byte now and then');
my $ended = grep { all($_) =~ /^\* OK .*\r\n\Q$late\E\z/ } @c;
is($ended, $want, 'all of them hear that it takes too long');
@c = @slow = ();
ok(until_true(sub { no_child($l) }), 'nothing is left of them');
logs_in($l, 'one that logs in afterwards');
is($l->log, '', 'nothing in the log');

# no more than there may be at a time; who comes later waits, and is served
$l = Listen->start(['-c', 20], [program('imaplogin'), 'stub-check',
    'stub-session'], env => { PATH => stub_dir() . ":$ENV{PATH}",
    SATCHEL_SLOTS => '/nonexistent', SATCHEL_LOGIN_TIMEOUT => 2 });
@c = silent($l, 20);
all($c[-1], '* OK');
logs_in($l, 'behind as many as there may be');
done_testing();
