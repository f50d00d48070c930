#!/usr/bin/perl
# pop3.pl: the same sessions with several POP3 servers, interleaved; medians.
#
#	bench/compare.pl -g N MAIL
#	bench/pop3.pl [-o] [-r rounds] MAIL \
#	    label=port:user:pass:maildir[:process] ...
#
# For each round and each server maildir is removed and copied from MAIL
# anew, with the owner that the directory around it has.  Then come a cold
# session, a warm one, one that fetches every message, one that fetches them
# with 20 commands on the way, one that deletes all; with -o only the first
# two, the warm one five times.  Answers are counted: a server that leaves
# something out gets no figure.  process is a pattern for the command line of
# the session, whose private memory is told.
#
# Everything is acknowledged at once (TCP_QUICKACK): a server that sends an
# answer in two parts without TCP_NODELAY would wait 40 ms each time.
use strict;
use warnings;
use File::Basename 'dirname';
use IO::Socket::INET;
use Socket 'IPPROTO_TCP';
use Time::HiRes 'time';

sub usage
{
	die "usage: pop3.pl [-o] [-r rounds] MAIL " .
	    "label=port:user:pass:maildir[:process] ...\n";
}

my ($rounds, $open_only) = (3, 0);
if (@ARGV > 1 && $ARGV[0] eq '-o') { shift; $open_only = 1 }
if (@ARGV > 1 && $ARGV[0] eq '-r') { shift; $rounds = shift }
usage() if @ARGV < 2;
my $mail = shift;
my @servers = map {
	/^(\w+)=(\d+):([^:]+):([^:]+):([^:]+)(?::(.+))?$/ or usage();
	{ label => $1, port => $2, user => $3, pass => $4, dir => $5,
	    process => $6 }
} @ARGV;
my $count = () = glob("$mail/cur/*");
my @names = ('STAT, cold', 'UIDL, cold', 'LIST, cold', 'QUIT, cold',
    'STAT, warm', 'UIDL, warm', 'LIST, warm', 'QUIT, warm', 'RETR all',
    'RETR all, pipelined', 'DELE all', 'QUIT');
my (%times, %memory);

# --- a client ----------------------------------------------------------------

sub fill
{
	my ($c) = @_;

	setsockopt $c->{sock}, IPPROTO_TCP, 12, 1;	# TCP_QUICKACK
	sysread $c->{sock}, $c->{buf}, 1 << 18, length $c->{buf}
	    or die "$c->{label}: connection closed\n";
	return;
}

sub line
{
	my ($c) = @_;
	my $at;

	fill($c) while ($at = index $c->{buf}, "\n") < 0;
	my $line = substr $c->{buf}, 0, $at + 1, '';
	die "$c->{label}: $line" if $line !~ /^\+OK/;
	return $line;
}

sub say_line
{
	my ($c, $text) = @_;

	syswrite $c->{sock}, "$text\r\n";
	return line($c);
}

# A whole answer of many lines that nothing follows; its octets and lines.
sub many
{
	my ($c, $text) = @_;

	syswrite $c->{sock}, "$text\r\n";
	fill($c);
	fill($c) while substr($c->{buf}, -5) ne "\r\n.\r\n";
	die "$c->{label}: $c->{buf}\n" if $c->{buf} !~ /^\+OK/;
	my $octets = length $c->{buf};
	my $lines = $text =~ /^RETR/ ? 0 : $c->{buf} =~ tr/\n//;
	$c->{buf} = '';
	return ($octets, $lines);
}

# Logged in; the time is that of connecting, too.
sub login
{
	my ($s) = @_;
	my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $s->{port}) or die "$s->{label}: $@\n";
	my $c = { sock => $sock, buf => '', label => $s->{label} };

	line($c);
	say_line($c, "USER $s->{user}");
	say_line($c, "PASS $s->{pass}");
	return $c;
}

# Private memory (KiB) of the newest process of that kind.
sub private
{
	my ($re) = @_;
	my ($best, $kib) = (0, undef);

	for my $p (glob '/proc/[0-9]*') {
		open my $fh, '<', "$p/cmdline" or next;
		local $/;
		my $command = (<$fh> // '') =~ tr/\0/ /r;
		my ($pid) = $p =~ /(\d+)$/;
		next if $command !~ $re || $pid < $best || $pid == $$;
		open my $m, '<', "$p/smaps_rollup" or next;
		my ($text, $sum) = (<$m> // '', 0);
		$sum += $1
		    while $text =~ /^Private_(?:Clean|Dirty):\s+(\d+)/mg;
		($best, $kib) = ($pid, $sum) if $sum;
	}
	return $kib;
}

# --- what is measured --------------------------------------------------------

sub timed
{
	my ($s, $name, $do) = @_;
	my $start = time;
	my @r = $do->();

	push @{$times{$name}{$s->{label}}}, time - $start;
	return @r;
}

sub fresh
{
	my ($s) = @_;
	my ($uid, $gid) = (stat dirname($s->{dir}))[4, 5];

	system('rm', '-rf', $s->{dir}) == 0 or die;
	system('cp', '-a', $mail, $s->{dir}) == 0 or die;
	system('chown', '-R', "$uid:$gid", $s->{dir}) == 0 or die;
	return;
}

sub look
{
	my ($s, $how) = @_;
	my $c;

	my ($stat) = timed($s, "STAT, $how", sub {
		$c = login($s);
		return say_line($c, 'STAT');
	});
	die "$s->{label}: $stat" if $stat !~ /^\+OK $count (\d+)/;
	$s->{octets} //= $1;
	for my $name ('UIDL', 'LIST') {
		my (undef, $lines) = timed($s, "$name, $how",
		    sub { return many($c, $name) });
		die "$s->{label}: $name: $lines lines\n"
		    if $lines != $count + 2;
	}
	$memory{"private KiB, $how"}{$s->{label}} = private($s->{process})
	    if defined $s->{process};
	timed($s, "QUIT, $how", sub { say_line($c, 'QUIT'); finish($c) });
	return;
}

# The server closes when all is done.
sub finish
{
	my ($c) = @_;

	1 while sysread $c->{sock}, my $bytes, 4096;
	return;
}

sub fetch
{
	my ($s) = @_;
	my $c = login($s);
	my $octets = 0;

	timed($s, 'RETR all', sub {
		$octets += (many($c, "RETR $_"))[0] for 1 .. $count;
	});
	die "$s->{label}: $octets octets\n" if $octets < $s->{octets};
	say_line($c, 'QUIT');
	return finish($c);
}

sub fetch_pipelined
{
	my ($s) = @_;
	my $c = login($s);
	my ($sent, $done) = (0, 0);

	timed($s, 'RETR all, pipelined', sub {
		while ($done < $count) {
			my $more = '';
			$more .= 'RETR ' . ++$sent . "\r\n"
			    while $sent < $count && $sent - $done < 20;
			syswrite $c->{sock}, $more if $more ne '';
			my ($at, $had) = (0, $done);
			while ((my $end = index $c->{buf}, "\r\n.\r\n", $at) >=
			    0) {
				$at = $end + 5;
				$done++;
			}
			substr $c->{buf}, 0, $at, '';
			fill($c) if $done == $had;
		}
	});
	say_line($c, 'QUIT');
	return finish($c);
}

sub delete_all
{
	my ($s) = @_;
	my $c = login($s);

	timed($s, 'DELE all', sub { say_line($c, "DELE $_") for 1 .. $count });
	timed($s, 'QUIT', sub { say_line($c, 'QUIT'); finish($c) });
	my $left = () = glob("$s->{dir}/{cur,new}/*");
	die "$s->{label}: $left messages are left\n" if $left != 0;
	return;
}

for my $round (1 .. $rounds) {
	for my $s (@servers) {
		fresh($s);
		look($s, 'cold');
		sleep 3;	# a client is not back at once
		look($s, 'warm') for $open_only ? 1 .. 5 : 1;
		next if $open_only;
		fetch($s);
		fetch_pipelined($s);
		delete_all($s);
	}
}

# --- the table ---------------------------------------------------------------

sub row
{
	my ($name, @values) = @_;

	printf '%-26s', $name;
	printf '%12s', $_ // '-' for @values;
	print "\n";
	return;
}

row("$count messages, ms", map { $_->{label} } @servers);
for my $name (grep { $times{$_} } @names) {
	row($name, map {
		my @t = sort { $a <=> $b } @{$times{$name}{$_->{label}}};
		sprintf '%.2f', 1000 * $t[@t / 2];
	} @servers);
}
for my $name (sort keys %memory) {
	row($name, map { $memory{$name}{$_->{label}} } @servers);
}
