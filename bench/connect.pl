#!/usr/bin/perl
# connect.pl: connections per second and memory of super-servers, interleaved.
#
#	bench/connect.pl [-r rounds] [-n connections] [-m held]
#
# Each server that is installed starts /bin/echo for a connection, so what is
# compared is accept, fork and exec.  Times are medians of rounds in which all
# take turns; memory is what the server's own processes have more, privately,
# for each of the connections that are held by a sleeping program, without
# that.  systemd itself can be asked only where it runs: what stands for its
# Accept=yes is systemd-socket-activate --accept, which starts the program but
# no unit, so systemd's own figure is the worse one.
use strict;
use warnings;
use File::Temp ();
use FindBin;
use Getopt::Std;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(time sleep);

getopts('r:n:m:', \my %o) or die "usage: connect.pl [-r rounds] " .
    "[-n connections] [-m held]\n";
my $rounds = $o{r} // 7;
my $count = $o{n} // 400;
my $held = $o{m} // 200;
my $built = "$FindBin::Bin/../" . ($ENV{BUILD} // 'build') . '/bin';
my $dir = File::Temp::tempdir('satchel-bench-XXXXXX', TMPDIR => 1,
    CLEANUP => 1);
my @pids;
END { local $?; kill TERM => @pids; waitpid $_, 0 for @pids; }

sub find
{
	my ($name) = @_;

	return (grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}),
	    '/usr/sbin', '/sbin', $built)[0];
}

sub free_port
{
	return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
	    ->sockport;
}

sub xinetd
{
	my ($path, $port, @program) = @_;
	my $file = "$dir/xinetd-$port";
	my ($program, @args) = @program;
	my $user = getpwuid $>;

	open my $fh, '>', $file or die "$file: $!\n";
	print $fh <<"END";
service bench
{
	type = UNLISTED
	socket_type = stream
	protocol = tcp
	wait = no
	bind = 127.0.0.1
	port = $port
	user = $user
	cps = 100000 1
	instances = UNLIMITED
	flags = NOLIBWRAP
	server = $program
	server_args = @args
}
END
	close $fh or die "$file: $!\n";
	return ($path, '-dontfork', '-f', $file, '-pidfile', "$file.pid");
}

my %servers = (
	listen => sub { my ($path, $port, @program) = @_;
	    ($path, '-l', "127.0.0.1.$port", '-c', 5000, '-C', 0, @program) },
	tcpserver => sub { my ($path, $port, @program) = @_;
	    ($path, '-RHl0', '-c', 5000, '127.0.0.1', $port, @program) },
	's6-tcpserver' => sub { my ($path, $port, @program) = @_;
	    ($path, '-c', 1000, '-C', 1000, '127.0.0.1', $port, @program) },
	couriertcpd => sub { my ($path, $port, @program) = @_;
	    ($path, '-address=127.0.0.1', '-nodnslookup', '-noidentlookup',
	    '-maxprocs=5000', '-maxperip=5000', $port, @program) },
	'systemd-socket-activate' => sub { my ($path, $port, @program) = @_;
	    ($path, '--accept', '--inetd', '-l', "127.0.0.1:$port",
	    @program) },
	xinetd => \&xinetd,
);

sub start
{
	my ($name, @program) = @_;
	my $path = find($name) // return;
	my $port = free_port();
	my @command = $servers{$name}->($path, $port, @program);
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', "$dir/$name.log";
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	push @pids, $pid;
	for (1 .. 200) {
		return { name => $name, port => $port, pid => $pid }
		    if IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
		sleep 0.02;
	}
	die "$name does not start: see $dir/$name.log\n";
}

# Connections one after the other, each read to its end.
sub run_one
{
	my ($port, $n) = @_;

	for (1 .. $n) {
		my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
		    // die "connect: $@\n";
		my $text = '';
		1 while sysread $c, $text, 100, length $text;
		die "no answer\n" if $text ne "x\n";
	}
	return;
}

# The same in parallel.
sub run_many
{
	my ($port, $n, $clients) = @_;
	my @clients;

	for (1 .. $clients) {
		my $pid = fork // die "fork: $!\n";
		if ($pid == 0) {
			run_one($port, $n / $clients);
			POSIX::_exit(0);
		}
		push @clients, $pid;
	}
	for (@clients) {
		waitpid $_, 0;
		die "a client failed\n" if $?;
	}
	return;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return $sorted[@sorted / 2];
}

# Private KiB of a process, and of those of its children that are the same
# program: tcpserver has none, others fork to log.
sub private
{
	my ($pid) = @_;
	my $sum = 0;

	open my $fh, '<', "/proc/$pid/smaps_rollup" or return 0;
	while (<$fh>) {
		$sum += $1 if /^Private_\w+:\s+(\d+)/;
	}
	return $sum;
}

my @all = grep { defined } map { start($_, '/bin/echo', 'x') }
    sort keys %servers;
my (%time, @table);
for my $clients (1, 20) {
	for my $round (1 .. $rounds) {
		for my $s ($round % 2 ? @all : reverse @all) {
			my $begun = time;
			run_many($s->{port}, $count, $clients);
			push @{$time{$s->{name}}{$clients}}, time - $begun;
		}
	}
}
my %base = map { $_ => median(@{$time{listen}{$_}}) } 1, 20;
printf "%-26s %18s %18s %14s\n", 'server', 'connections/s, 1',
    'connections/s, 20', 'KiB/connection';
for my $s (@all) {
	my @row;
	for my $clients (1, 20) {
		my $t = median(@{$time{$s->{name}}{$clients}});
		push @row, sprintf '%d (%.2f)', $count / $t,
		    $base{$clients} / $t;
	}
	my $h = start($s->{name}, '/bin/sleep', 60);
	sleep 0.2;
	my $before = private($h->{pid});
	my @c = map { IO::Socket::INET->new(
	    PeerAddr => "127.0.0.1:$h->{port}") } 1 .. $held;
	sleep 1;
	my $each = (private($h->{pid}) - $before) / $held;
	printf "%-26s %18s %18s %14.2f\n", $s->{name}, @row, $each;
	kill TERM => $h->{pid};
}
