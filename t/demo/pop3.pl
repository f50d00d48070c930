#!/usr/bin/perl
# pop3.pl: one POP3 session, shown as it goes.
#   pop3.pl ADDRESS PORT NAME PASSWORD
use strict;
use warnings;
use IO::Socket::IP;

my ($address, $port, $name, $password) = @ARGV;
my $max = 5; # lines of one answer that are shown
my $socket;
for (1 .. 50) {
	last if $socket = IO::Socket::IP->new(PeerHost => $address,
		PeerPort => $port);
	select(undef, undef, undef, 0.1);
}
die "no connection to $address port $port: $@\n" if !$socket;
$SIG{ALRM} = sub { die "no answer for 20 seconds\n" };
alarm 20;

sub show {
	my ($who, $line) = @_;
	$line =~ s/[^\x20-\x7e]/?/g;
	$line = substr($line, 0, 73) . '...' if length $line > 76;
	print "$who: $line\n";
}

# One line, or with many all up to the dot.
sub answer {
	my ($many) = @_;
	my $n = 0;
	while (defined(my $line = <$socket>)) {
		$line =~ s/\r?\n$//;
		die "refused: $line\n" if $n == 0 && $line !~ /^\+OK/;
		my $end = !$many || $line eq '.';
		$n++;
		show('S', $line) if $n <= $max || $end;
		show(' ', '   (more of the same)') if $n == $max + 1 && !$end;
		return if $end;
	}
	die "the server closed the connection\n";
}

# Commands that need not wait for each other: RFC 2449, PIPELINING.
sub commands {
	my @lines = @_;
	show('C', $_) for @lines;
	print {$socket} map { "$_\r\n" } @lines;
	$socket->flush;
	answer(/^(?:CAPA|UIDL$|RETR|TOP|LANG$)/) for @lines;
}

answer();
commands('CAPA');
commands("USER $name", "PASS $password", 'STAT', 'UIDL', 'TOP 1 0');
commands('QUIT');
