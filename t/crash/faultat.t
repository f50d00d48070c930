#!/usr/bin/perl
# faultat itself: that a call goes wrong as it was asked for.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;
use Wire;

crash_ready();

my $dir = temp_dir();
chdir $dir or die;
END { chdir '/' }

# its exit status and the list, of a program that copies 100 octets
sub copy
{
	my @options = @_;

	unlink 'list', 'to', 'moved';
	my $status = system "exec 2>err; exec @{[faultat()]} -o list @options " .
	    'perl -e \'open F, ">", "to" or die "open: $!"; ' .
	    'syswrite(F, "x" x 100) == 100 or die "write: $!"; ' .
	    'close F; mkdir "gate"; rename "to", "moved" or die "move: $!"\'';
	rmdir 'gate';
	return ($status >> 8, [split /^/, slurp('list')]);
}

sub number_of
{
	my ($pattern, $list) = @_;
	my ($line) = grep { /$pattern/ } @$list;

	return $line =~ /^([0-9]+)/ ? $1 : die 'no such call';
}

my ($status, $list) = copy();
is($status, 0, 'without a fault it does not interfere');
my ($write) = number_of(qr{ write c\+ .*/to = 100$}, $list);
my ($rename) = number_of(qr{ rename\w* c\+ .*/to .*/moved = 0$}, $list);
ok($write && $rename > $write, 'calls are listed with what they did');

($status, $list) = copy('-k', $write);
is($status, 137, 'killed before a write');
ok(-e 'to' && !-s 'to', 'nothing is written');
like($list->[-1], qr/ = killed before$/, 'the list says it');

($status) = copy('-a', $write);
is($status, 137, 'killed after a write');
is(-s 'to', 100, 'it is written');

($status) = copy('-e', "$write:EDQUOT");
like(slurp('err'), qr/^write: (?:Disk )?quota exceeded/i, 'EDQUOT');
ok(!-s 'to', 'and not done');

($status) = copy('-s', $write);
like(slurp('err'), qr/^write: /, 'a short write');
is(-s 'to', 50, 'half is written');

my ($open) = number_of(qr{ open\w* c\+ .*/to = }, $list);
($status) = copy('-e', "$rename+:EIO");
like(slurp('err'), qr{^move: }, 'EIO of a rename');

($status, $list) = copy('-g', 'gate');
is(scalar(@$list), 1, 'only what the gate lets through is counted');
($status, $list) = copy('-g', 'gate', '-e', '1:EACCES');
like(slurp('err'), qr{^move: }, 'and numbered');
($status) = copy('-k', 100000);
is($status, 0, 'a call that does not come');
is(system("@{[faultat()]} -e 1:EWHAT true 2>err") >> 8, 100, 'usage');
is(system("@{[faultat()]} ./no-such-program 2>err") >> 8, 127,
    'no such program');

# A case whose call does not come, or comes as another, is no case.
Crash::base_maildir();
my %t = (name => 'NOOP', maildir => scratch() . '/base', known => {},
    act => [['NOOP']]);
Crash::rehearse(\%t);
my $n = @{$t{calls}};
is((Crash::error_case(\%t, '-e', "$n:EIO"))[0], 1, 'a case that is met');
is(Crash::number_in($n, $t{calls}, '1 x r', @{$t{calls}}), $n + 1,
    'a call that comes later than before');
push @{$t{calls}}, 'x unlinkat c /nowhere = 0';
is((Crash::error_case(\%t, '-e', $n + 1 . ':EIO'))[0], 0,
    'one that is not met');

done_testing;
