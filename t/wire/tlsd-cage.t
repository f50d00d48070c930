#!/usr/bin/perl
# tlsd-engine: what a process that reads a client's octets cannot do, and what
# it does not keep (checklist 39).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Tls;
use Wire;

tls_ready();
plan(skip_all => 'no /proc here') if !-r '/proc/self/status';
my $instrumented = `nm @{[program('tlsd-engine')]} 2>/dev/null` =~ /__asan/;
my $build = program('x') =~ s{/bin/x$}{}r;
my $walls = slurp("$build/config.h") =~ /HAVE_CAGE 1/;
my $pem = certificate('mail.example.org', key => 'rsa');
my $keys = tls_dir() . '/keys';
my %env = (TLS_CERTFILE => $pem, SATCHEL_TLS_TICKETS => $keys,
    IMAP_SECRET => 'a setting of another program');
sub status
{
	my ($pid) = @_;
	return { slurp("/proc/$pid/status") =~ /^(\w+):[ \t]*(.*)$/mg };
}
sub engine
{
	my ($s) = @_;
	return (map { $_->[0] } grep { $_->[1] eq 'tlsd-engine' }
	    processes($s))[0];
}
sub descriptors
{
	my ($pid) = @_;
	return map { s{.*/}{}r => readlink } glob "/proc/$pid/fd/*";
}

sub look
{
	my ($what, $pid) = @_;
	my $st = status($pid);

	unlike($st->{Uid}, qr/\b0\b/, "$what: not root");
	unlike($st->{Gid}, qr/\b0\b/, "$what: nor root's group");
	is($st->{Groups}, '', "$what: no other groups") if $> == 0;
	is($st->{"Cap$_"}, '0' x 16, "$what: no capabilities ($_)")
	    for qw(Inh Prm Eff Amb);
	SKIP: {
		skip('built without', 2) if !$walls;
		is($st->{NoNewPrivs}, 1, "$what: and none to be had");
		is($st->{Seccomp}, 2, "$what: a list of system calls");
	}
	my %fd = descriptors($pid);
	return if !%fd; # not ours to see: it is not dumpable
	is(join(' ', grep { $_ !~ /^(socket|pipe):/ && $_ ne "$ENV{TLS_LOG}" }
	    values %fd), '', "$what: no file is open");
	my $environ = slurp("/proc/$pid/environ");
	unlike($environ, qr/IMAP_SECRET/, "$what: no settings of others");
	like($environ, qr/TLS_CERTFILE/, "$what: but its own");
	return;
}

for my $on_demand (0, 1) {
	my $what = $on_demand ? 'on demand' : 'at once';
	my $s = Tls->start(env => \%env, on_demand => $on_demand);
	$ENV{TLS_LOG} = $s->{log};
	my $raw = raw_client($s);
	if ($on_demand) {
		line($raw);
		ask($raw, 'TLS Y');
	}
	# the handshake has not begun
	my $pid = until_true(sub {
		my $p = engine($s) // return undef;
		return $walls && !status($p)->{Seccomp} ? undef : $p;
	});
	look("$what, before the ClientHello", $pid);
	my $c = $s->client(socket => $raw);
	like(line($c), $on_demand ? qr/LIST/ : qr/READY/, "$what: TLS");
	$pid = engine($s);
	look("$what, in the session", $pid);
	is(scalar(grep { $_->[1] eq 'tlsd' } processes($s)), 0,
	    "$what: nothing of tlsd is left");
	SKIP: {
		skip('only root can look', 5) if $> != 0;
		my %fd = descriptors($pid);
		is(join(' ', sort keys %fd), '0 1 2 3',
		    "$what: the network, the log and the program, no more");
		skip('instrumented', 4) if $instrumented;
		memory($what, $pid);
	}
	close $c;
	ok(until_true(sub { !processes($s) }), "$what: it ends");
	$s->stop;
}

# --- no key is left in memory ------------------------------------------------
# All that can be written in that process, as one string.
sub memory_of
{
	my ($pid) = @_;
	my $all = '';

	open my $mem, '<:raw', "/proc/$pid/mem" or die "mem: $!\n";
	for (split /\n/, slurp("/proc/$pid/maps")) {
		my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
		no warnings 'portable';
		my $len = hex($to) - hex($from);
		sysseek $mem, hex($from), 0 or next;
		my $part = '';
		sysread $mem, $part, $len;
		$all .= $part;
	}
	return $all;
}

# The numbers of an RSA key, most significant octet first.
sub numbers
{
	my $text = openssl('rsa', '-in', $pem, '-noout', '-text');
	my %n;

	while ($text =~ /^(\w+):\n((?:    [0-9a-f:]+\n)+)/mg) {
		my ($name, $hex) = ($1, $2);
		$hex =~ s/[^0-9a-f]//g;
		$n{$name} = pack('H*', $hex) =~ s/^\0+//r;
	}
	return %n;
}

sub derived
{
	my ($key) = @_;
	my $file = tls_dir() . '/derive';

	spew($file, pack('NN', 0, int(time / (18 * 3600))) . $key);
	return pack 'H*', (openssl('dgst', '-sha3-512', $file) =~
	    /= ([0-9a-f]+)/)[0];
}

sub memory
{
	my ($what, $pid) = @_;
	my $all = memory_of($pid);
	my %n = numbers();
	my ($base64) = slurp($pem) =~ /PRIVATE KEY-----\n(.*?)\n-----END/s;
	my @found;

	die 'no numbers' if !$n{prime1} || !$n{privateExponent};
	for my $name (qw(privateExponent prime1 prime2 exponent1 exponent2
	    coefficient)) {
		# 24 octets from the middle, in both orders: GMP's is the other
		my $part = substr $n{$name}, 40, 24;
		push @found, $name if index($all, $part) >= 0 ||
		    index($all, scalar reverse $part) >= 0;
	}
	is("@found", '', "$what: no number of the key is in its memory");
	my @lines = grep { index($all, $_) >= 0 } split /\n/, $base64;
	is(scalar @lines, 0, "$what: nor a line of the file");
	my $key = slurp($keys);
	is(index($all, $key), -1, "$what: nor the tickets' key");
	my $name = substr derived($key), 0, 32;
	is(index($all, $name), -1, "$what: nor what GnuTLS makes of it");
	return;
}

# --- it does not run as root by hand -----------------------------------------
SKIP: {
	skip('not root', 2) if $> != 0;
	my $said = `exec 3</dev/null 5</dev/null; TLS_CERTFILE=x @{[
	    program('tlsd-engine')]} 2>&1 </dev/null`;
	is($? >> 8, 100, 'by hand, as root: refused');
	like($said, qr/not as root/, 'and told');
}
my $said = `@{[program('tlsd-engine')]} 2>&1`;
is($? >> 8, 100, 'by hand, without its descriptors: refused');
like($said, qr/^tlsd-engine is started by tlsd$/, 'and told');
done_testing;
