#!/usr/bin/perl
# compare.pl: the same commands to several IMAP servers, interleaved; medians.
#
#	bench/compare.pl [-r rounds] label=port:user:pass ...
#	bench/compare.pl -g N DIR	a Maildir of N messages, always the same
#
# Each server has its own copy of the mail in INBOX.  Answers are counted
# before a time is: a server that leaves something out gets no figure.
use strict;
use warnings;
use IO::Socket::INET;
use List::Util qw(sum);
use Time::HiRes qw(time);

sub usage { die "usage: compare.pl [-r rounds] label=port:user:pass ... | -g N DIR\n" }

# --- mail ---------------------------------------------------------------------

my $seed = 1;
sub rnd { $seed = ($seed * 1103515245 + 12345) & 0x7fffffff; return $seed % $_[0] }

my @words = qw(the mail server was down again on monday and nobody knew why
    report invoice meeting garden window letter river paper answer question
    please find attached regards thanks tomorrow);

sub text
{
	my ($lines) = @_;
	return join '', map {
		join(' ', map { $words[rnd(scalar @words)] } 1 .. 11) . "\n"
	} 1 .. $lines;
}

sub base64
{
	my ($lines) = @_;
	my @c = ('A' .. 'Z', 'a' .. 'z', 0 .. 9);
	my $line = join '', map { $c[rnd(62)] } 1 .. 72;
	return join '', map { substr($line, $_ % 60) . substr($line, 0, $_ % 60) . "\n" } 1 .. $lines;
}

# A third plain, a third with an HTML twin, a third with an attachment; mean
# size about 16 KB.
sub message
{
	my ($n) = @_;
	my ($from, $to) = (rnd(300), rnd(50));
	my $kind = $n % 3;
	my $h = join '', map { "Received: from h$_.example by mx.example with ESMTP id x$n$_;\n\tFri, 3 Jan 2025 10:00:0$_ +0000\n" } 1 .. 3;
	my $day = 1 + $n % 28;
	$h .= "Date: " . sprintf("%d Jan 2025 %02d:%02d:00 +0100", $day, $n % 24, $n % 60) . "\n" .
	    "From: Person $from <p$from\@example.org>\nTo: Reader $to <r$to\@example.net>\n" .
	    "Subject: " . join(' ', map { $words[rnd(scalar @words)] } 1 .. 5) . " $n\n" .
	    "Message-ID: <m$n\@example.org>\nIn-Reply-To: <m" . ($n > 9 ? $n - 7 : 1) . "\@example.org>\n" .
	    "MIME-Version: 1.0\n";
	return $h . "Content-Type: text/plain; charset=us-ascii\n\n" . text(10 + rnd(60)) if $kind == 0;
	return $h . "Content-Type: multipart/alternative; boundary=\"b$n\"\n\n--b$n\n" .
	    "Content-Type: text/plain\n\n" . text(20) . "\n--b$n\nContent-Type: text/html\n\n<p>\n" .
	    text(10 + rnd(80)) . "\n--b$n--\n" if $kind == 1;
	return $h . "Content-Type: multipart/mixed; boundary=\"c$n\"\n\n--c$n\n" .
	    "Content-Type: text/plain\n\n" . text(20) . "\n--c$n\nContent-Type: application/pdf; name=\"f$n.pdf\"\n" .
	    "Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n" . base64(200 + rnd(700)) . "\n--c$n--\n";
}

sub generate
{
	my ($count, $dir) = @_;
	mkdir $dir; mkdir "$dir/$_" for qw(cur new tmp);
	for my $n (1 .. $count) {
		my $name = sprintf '%d.M%dP1.bench', 1700000000 + $n, $n % 1000000;
		my $flags = $n % 5 ? 'S' : '';
		open my $fh, '>', "$dir/cur/$name:2,$flags" or die;
		print $fh message($n);
		close $fh;
	}
}

# --- a client -------------------------------------------------------------------

sub login
{
	my ($s) = @_;
	my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $s->{port}) or die "$s->{label}: $@";
	$sock->blocking(1);
	my $c = { sock => $sock, buf => '', n => 0, port => $s->{port} };
	line($c);
	command($c, "LOGIN $s->{user} $s->{pass}");
	return $c;
}

sub fill
{
	my ($c) = @_;
	sysread($c->{sock}, $c->{buf}, 1 << 20, length $c->{buf}) or die "connection closed\n";
}

sub line
{
	my ($c) = @_;
	my $at;
	fill($c) while ($at = index $c->{buf}, "\n") < 0;
	return substr $c->{buf}, 0, $at + 1, '';
}

# Sends a command; returns how many untagged responses and octets came.
sub command
{
	my ($c, $text) = @_;
	my $tag = 't' . ++$c->{n};
	my ($lines, $octets) = (0, 0);
	syswrite $c->{sock}, "$tag $text\r\n";
	my $head = "$tag ";
	while (1) {
		my $l = line($c);
		$octets += length $l;
		while ($l =~ /\{(\d+)\}\r\n\z/) {
			my $n = $1;
			while (length $c->{buf} < $n) { fill($c) }
			substr $c->{buf}, 0, $n, '';
			$octets += $n;
			$l = line($c);
			$octets += length $l;
		}
		if (index($l, $head) == 0) {
			die "$text: $l" if $l !~ /^\S+ OK/;
			return ($lines, $octets);
		}
		$lines++;
	}
}

# Private memory (KiB) of the newest process that serves this connection.
sub private
{
	my ($re) = @_;
	my $best = 0; my $kib;
	for my $p (glob '/proc/[0-9]*') {
		open my $fh, '<', "$p/cmdline" or next; local $/; my $cmd = <$fh> // ''; $cmd =~ tr/\0/ /;
		next if $cmd !~ $re;
		my ($pid) = $p =~ /(\d+)$/;
		next if $pid < $best;
		open my $m, '<', "$p/smaps_rollup" or next;
		my $t = <$m>; my $sum = 0;
		$sum += $1 while $t =~ /^Private_(?:Clean|Dirty):\s+(\d+)/mg;
		($best, $kib) = ($pid, $sum) if $sum;
	}
	return $kib;
}

my @steps = (
	['first SELECT', 'SELECT INBOX'],
	['warm SELECT', 'SELECT INBOX'],
	['FETCH FLAGS', 'FETCH 1:* (FLAGS)'],
	['FETCH ENVELOPE etc., cold', 'FETCH 1:* (FLAGS UID RFC822.SIZE INTERNALDATE ENVELOPE)'],
	['FETCH ENVELOPE etc., again', 'FETCH 1:* (FLAGS UID RFC822.SIZE INTERNALDATE ENVELOPE)'],
	['FETCH BODYSTRUCTURE', 'FETCH 1:* (BODYSTRUCTURE)'],
	['FETCH HEADER.FIELDS', 'FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)])'],
	['FETCH BODY[]', 'FETCH 1:* (BODY.PEEK[])'],
	['SEARCH UNSEEN', 'SEARCH UNSEEN'],
	['SEARCH SUBJECT', 'SEARCH SUBJECT "garden"'],
	['SEARCH BODY', 'SEARCH BODY "nobodysaysthis"'],
	['STORE 1:* flag', 'STORE 1:* +FLAGS.SILENT (\\Flagged)'],
	['STORE 1:* back', 'STORE 1:* -FLAGS.SILENT (\\Flagged)'],
	['NOOP', 'NOOP'],
);

my $rounds = 3;
usage() if !@ARGV;
if ($ARGV[0] eq '-g') { usage() if @ARGV != 3; generate(@ARGV[1, 2]); exit 0 }
if ($ARGV[0] eq '-r') { shift; $rounds = shift }
my @servers = map { /^(\w+)=(\d+):([^:]+):([^:]+)(?::(.+))?$/ or usage(); { label => $1, port => $2, user => $3, pass => $4, re => $5 } } @ARGV;
my (%times, %memory);
for my $round (1 .. $rounds) {
	for my $s (@servers) {
		my $t0 = time;
		my $c = login($s);
		push @{$times{'login'}{$s->{label}}}, time - $t0;
		for my $step (@steps) {
			my $start = time;
			my ($lines, $octets) = command($c, $step->[1]);
			push @{$times{$step->[0]}{$s->{label}}}, time - $start;
			$memory{$s->{label}} //= private($s->{re}) if $step->[0] eq 'warm SELECT' && $s->{re};
			$s->{last}{$step->[0]} = "$lines lines, $octets octets";
		}
		command($c, 'LOGOUT');
	}
}
printf "%-28s", 'milliseconds, medians';
printf "%12s", $_->{label} for @servers;
print "\n";
for my $name ('login', map { $_->[0] } @steps) {
	printf "%-28s", $name;
	for my $s (@servers) {
		my @t = sort { $a <=> $b } @{$times{$name}{$s->{label}}};
		printf "%12.2f", 1000 * ($name eq 'first SELECT' ? $times{$name}{$s->{label}}[0] : $t[@t / 2]);
	}
	print "\n";
}
printf "%-28s", 'private KiB after SELECT';
printf "%12s", $memory{$_->{label}} // '-' for @servers;
print "\n";
