#!/usr/bin/perl
# couriertcpd and listen: one access file, one answer; whoever has made it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Wire;
use Login;
use Super;
use Listen;

sub find
{
	return (grep { -x } map { "$_/$_[0]" } split(/:/, $ENV{PATH}),
	    '/usr/sbin', '/usr/lib/courier')[0];
}
my $tcpd = find('couriertcpd');
my $makedat = find('makedat.courier') // find('makedat');
plan skip_all => 'no couriertcpd' if !$tcpd || !$makedat;
plan skip_all => 'built without gdbm' if !-x program('makeimapaccess');
my $dir = temp_dir();
my @names = qw(A B C_1 MAXCPERIP);
my @chain = (env_stub(), @names);
my $pid;
END { local $?; stop() if $pid; }

sub stop
{
	kill TERM => $pid;
	waitpid $pid, 0;
	$pid = undef;
	return;
}

sub start_tcpd
{
	my ($dat) = @_;
	my $port = IO::Socket::INET->new(Listen => 1,
	    LocalAddr => '127.0.0.1')->sockport;

	$pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>', "$dir/log";
		exec { $tcpd } $tcpd, '-address=127.0.0.1', "-access=$dat",
		    '-nodnslookup', '-noidentlookup', '-maxprocs=20',
		    '-maxperip=20', $port, @chain or POSIX::_exit(127);
	}
	until_true(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port) });
	return $port;
}

sub told
{
	my ($port, $from) = @_;
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port, LocalAddr => $from) // return "none\n";

	shutdown $c, 1;
	return all($c);
}

spew("$dir/text", <<'END');
# what makedat takes as well: one tab
127.0.0.1	allow,A="x, y",B,C_1='"'
127.0.0	allow,A=net
127.0.1	deny
127.0.1.9	allow,MAXCPERIP=3
127.1	deny
127	allow,B=b=c
*	deny
END
system $makedat, "-src=$dir/text", "-file=$dir/theirs.dat",
    "-tmp=$dir/theirs.tmp";
is($?, 0, 'makedat');
system program('makeimapaccess'), "$dir/text", "$dir/ours.dat";
is($?, 0, 'makeimapaccess');

my %said;
my @from = qw(127.0.0.1 127.0.0.2 127.0.1.1 127.0.1.9 127.1.1.1 127.2.2.2);
for my $dat ('theirs', 'ours') {
	my $port = start_tcpd("$dir/$dat.dat");
	$said{"couriertcpd $dat"} = join '', map { "$_:\n" . told($port, $_) }
	    @from;
	stop();
	my $l = Listen->start(['-x', "$dir/$dat.dat"], \@chain);
	$said{"listen $dat"} = join '', map { "$_:\n" .
	    told($l->{port}, $_) } @from;
}
my $first = $said{'couriertcpd theirs'};
like($first, qr/^A=x, y$/m, 'there are answers');
is($said{$_}, $first, $_) for sort keys %said;

SKIP: {
	my $tool = find('gdbmtool');
	skip 'no gdbmtool', 1 if !$tool;
	my @lists = map { [sort `$tool --read-only $dir/$_.dat list`] }
	    'ours', 'theirs';
	is_deeply($lists[0], $lists[1], 'gdbmtool shows the same in both');
}
done_testing();
