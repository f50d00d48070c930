#!/usr/bin/perl
# tls.pl: TLS handshakes and octets of several IMAP servers, interleaved.
#
#	bench/tls.pl [-r rounds] [-n handshakes] [-c clients] [-m MiB] \
#	    label=port:user:pass ...
#
# A handshake counts when the greeting has come.  "full" are new sessions,
# "resumed" come back with the ticket of the one before; a server that does not
# resume gets no figure.  Then one message is fetched over and over until so
# many MiB have come, the first of the account's INBOX.  Medians of the rounds;
# what the client itself needs is in all figures, the same for all.
use strict;
use warnings;
use IO::Socket::INET;
use Net::SSLeay;
use POSIX ();
use Time::HiRes 'time';

my %o = (r => 5, n => 100, c => 1, m => 200);
while (@ARGV > 1 && $ARGV[0] =~ /^-([rncm])$/) { $o{$1} = $ARGV[1]; splice @ARGV, 0, 2 }
my @servers = map {
	/^(\w+)=(\d+):([^:]+):([^:]+)$/ or
	    die "usage: tls.pl [-r n] [-n n] [-c n] [-m n] label=port:user:pass\n";
	{ label => $1, port => $2, user => $3, pass => $4 };
} @ARGV;
die "tls.pl: no servers\n" if !@servers;

Net::SSLeay::load_error_strings();
Net::SSLeay::SSLeay_add_ssl_algorithms();
my %version = ('1.3' => 0x0304, '1.2' => 0x0303);
my %ctx;
for (keys %version) {
	$ctx{$_} = Net::SSLeay::CTX_new();
	Net::SSLeay::CTX_set_min_proto_version($ctx{$_}, $version{$_});
	Net::SSLeay::CTX_set_max_proto_version($ctx{$_}, $version{$_});
	Net::SSLeay::CTX_set_session_cache_mode($ctx{$_}, 1);
}

# A connection past its greeting; and whether it was resumed.
sub connection
{
	my ($s, $v, $session) = @_;
	my $sock = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$s->{port}")
	    or die "$s->{label}: $@\n";
	my $ssl = Net::SSLeay::new($ctx{$v});

	Net::SSLeay::set_fd($ssl, fileno $sock);
	Net::SSLeay::set_session($ssl, $session) if $session;
	Net::SSLeay::connect($ssl) == 1 or die "$s->{label}: no handshake\n";
	my $hello = Net::SSLeay::read($ssl) // '';
	die "$s->{label}: $hello" if $hello !~ /^\* OK/;
	return ($sock, $ssl, Net::SSLeay::session_reused($ssl));
}

sub disconnect
{
	my ($sock, $ssl) = @_;

	Net::SSLeay::shutdown($ssl); # or the session is not resumed
	Net::SSLeay::free($ssl);
	close $sock;
	return;
}

# Handshakes a second, with so many clients; undef where one is not resumed.
sub rate
{
	my ($s, $v, $resume) = @_;
	my $start = time;
	my @pids;

	for (1 .. $o{c}) {
		my $pid = fork // die;
		if ($pid == 0) {
			my $session;
			for (0 .. $o{n} - 1) {
				my ($sock, $ssl, $reused) =
				    connection($s, $v, $session);
				POSIX::_exit(9) if $session && !$reused;
				$session = Net::SSLeay::get1_session($ssl)
				    if $resume;
				disconnect($sock, $ssl);
			}
			POSIX::_exit(0);
		}
		push @pids, $pid;
	}
	my $bad = 0;
	for (@pids) { waitpid $_, 0; $bad ||= $? }
	return $bad ? undef : $o{c} * $o{n} / (time - $start);
}

sub say_line { Net::SSLeay::write($_[0], "$_[1]\r\n"); return }
sub octets
{
	my ($s) = @_;
	my ($sock, $ssl) = connection($s, '1.3');
	my $got = '';
	my $total = 0;

	for ("a LOGIN $s->{user} $s->{pass}", 'a SELECT INBOX') {
		say_line($ssl, $_);
		$got = '';
		$got .= Net::SSLeay::read($ssl) // die "$s->{label}: gone\n"
		    while $got !~ /^a (OK|NO|BAD)/m;
		die "$s->{label}: $got" if $1 ne 'OK';
	}
	my $start = time;
	while ($total < $o{m} << 20) {
		say_line($ssl, 'b FETCH 1 BODY.PEEK[]');
		my $tail = '';
		do {
			my $part = Net::SSLeay::read($ssl);
			die "$s->{label}: gone\n" if !length($part // '');
			$total += length $part;
			$tail = substr $tail . $part, -200;
		} while $tail !~ /^b (OK|NO|BAD).*\n\z/m;
		die "$s->{label}: $tail" if $1 ne 'OK';
	}
	my $rate = $total / (time - $start) / 1e6;
	disconnect($sock, $ssl);
	return $rate;
}

sub median { my @v = sort { $a <=> $b } @_; return $v[@v / 2] }

my @kinds = (['full, TLS 1.3', sub { rate($_[0], '1.3', 0) }],
    ['resumed, TLS 1.3', sub { rate($_[0], '1.3', 1) }],
    ['full, TLS 1.2', sub { rate($_[0], '1.2', 0) }],
    ['resumed, TLS 1.2', sub { rate($_[0], '1.2', 1) }],
    ['MB/s', \&octets]);
my %seen;
for (1 .. $o{r}) {
	for my $kind (@kinds) {
		for my $s (@servers) {
			my $rate = $kind->[1]->($s);
			push @{$seen{$kind->[0]}{$s->{label}}}, $rate
			    if defined $rate;
		}
	}
}
printf "%-20s%s\n", 'handshakes/s', join '',
    map { sprintf '%12s', $_->{label} } @servers;
for my $kind (@kinds) {
	printf "%-20s%s\n", $kind->[0], join '', map {
		my $v = $seen{$kind->[0]}{$_->{label}};
		$v ? sprintf '%12.1f', median(@$v) : sprintf '%12s', '-'
	} @servers;
}
