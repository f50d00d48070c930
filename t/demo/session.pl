#!/usr/bin/perl
# session.pl: one IMAP session, shown as it goes.
#   session.pl ADDRESS PORT NAME PASSWORD [quiet]
use strict;
use warnings;
use IO::Socket::IP;

my ($address, $port, $name, $password, $quiet) = @ARGV;
my $max = 30; # lines of one answer that are shown
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
	return if $quiet;
	$line =~ s/[^\x20-\x7e]/?/g;
	$line = substr($line, 0, 73) . '...' if length $line > 76;
	print "$who: $line\n";
}

my $last = '';
sub answer {
	my ($tag) = @_;
	my $n = 0;
	while (defined(my $line = <$socket>)) {
		$line =~ s/\r?\n$//;
		my $end = defined $tag ? $line =~ /^$tag / : 1;
		$n++;
		show('S', $line) if $n <= $max || $end;
		show(' ', '   (more of the same)') if $n == $max + 1;
		$last = $line;
		return $line if $end;
	}
	die "the server closed the connection after: $last\n";
}

my $tag = 'a';
sub command {
	my ($line) = @_;
	show('C', "$tag $line");
	print {$socket} "$tag $line\r\n";
	$socket->flush;
	my $said = answer($tag);
	die "refused: $said\n" if $said !~ /^$tag OK/;
	$tag++;
}

answer();
command("LOGIN $name $password");
command('LIST "" "*" RETURN (SPECIAL-USE)');
command('SELECT INBOX');
command('FETCH 1:3 (UID FLAGS RFC822.SIZE ENVELOPE)');
command('UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (SUBJECT DATE)])');
command('SEARCH UNSEEN');
command('STORE 1 +FLAGS (\Flagged demo)');
command('COPY 1 INBOX.Archive.2026');
command('STATUS INBOX.Archive.2026 (MESSAGES UIDNEXT)');
command('LOGOUT');
