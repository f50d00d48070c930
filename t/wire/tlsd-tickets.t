#!/usr/bin/perl
# tlsd: session tickets, whose keys are in one file for all connections.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Tls;
use Wire;

tls_ready();
my $pem = certificate('mail.example.org');
my $dir = tls_dir() . '/run';
mkdir $dir, 0755 or die;
my $file = "$dir/keys";
my %env = (TLS_CERTFILE => $pem, SATCHEL_TLS_TICKETS => $file);
my $s = Tls->start(env => \%env);

# s_client with a session file; whether the session was a new one
sub session
{
	my ($how, $version, $name) = @_;
	my $said = s_client($s, [], "-$version", "-sess_$how",
	    tls_dir() . "/$name");

	die "no READY: $said" . $s->log if $said !~ /READY/;
	return $said =~ /(New|Reused), TLS/ ? $1 : $said;
}

for my $v ('tls1_3', 'tls1_2') {
	is(session('out', $v, "$v.1"), 'New', "$v: a session");
	is(session('in', $v, "$v.1"), 'Reused', "$v: resumed, by another process");
}
my @st = stat $file;
is($st[2] & 0777, 0600, 'nobody else reads the keys');
is($st[7], 64, 'there is one');
is(join(' ', map { s{.*/}{}r } glob "$dir/*"), 'keys', 'nothing beside it');
my $first = slurp($file);

# --- the keys change ---------------------------------------------------------
# A ticket is not found where GnuTLS has changed what it derives from a key,
# once in 18 hours.
sub near_change { return time % (18 * 3600) > 18 * 3600 - 120 }
SKIP: {
	skip('close to one of the changes that GnuTLS makes', 8) if near_change();
	my $old = time - 13 * 3600;
	utime $old, $old, $file;
	for my $v ('tls1_3', 'tls1_2') {
		is(session('in', $v, "$v.1"), 'Reused',
		    "$v: a ticket of the key before is still good");
	}
	my $second = slurp($file);
	is(length $second, 128, 'there are two keys now');
	is(substr($second, 64), $first, 'the old one behind the new one');
	isnt(substr($second, 0, 64), $first, 'which is new');
	is((stat $file)[2] & 0777, 0600, 'still nobody else reads them');
	session('out', 'tls1_3', 'b');
	is(session('in', 'tls1_3', 'b'), 'Reused', 'tickets of the new key');
	utime $old, $old, $file;
	session('out', 'tls1_3', 'c');
	is(session('in', 'tls1_2', 'tls1_2.1'), 'New',
	    'two changes later a ticket is forgotten, and all is well');
	is(slurp($file) =~ /\Q$first\E/ ? 1 : 0, 0, 'as is its key');
	is(length slurp($file), 128, 'there are never more than two');
}

# --- many at once ------------------------------------------------------------
unlink $file;
my @c = map { raw_client($s) } 1 .. 12;
@c = grep { defined } map { $s->client(socket => $_) } @c;
is(scalar(grep { defined line($_) } @c), 12, 'twelve connections at once');
close $_ for @c;
is(length slurp($file), 64, 'make one key');
is(join(' ', map { s{.*/}{}r } glob "$dir/*"), 'keys', 'and leave nothing');
my $old = time - 100 * 3600;
utime $old, $old, $file;
@c = map { raw_client($s) } 1 .. 12;
@c = grep { defined } map { $s->client(socket => $_) } @c;
line($_), close $_ for @c;
is(length slurp($file), 128, 'and change it once');
is(join(' ', map { s{.*/}{}r } glob "$dir/*"), 'keys', 'nothing is left');

# --- files that are not to be trusted ----------------------------------------
sub served
{
	my ($what, $want) = @_;
	my $c = $s->client;

	like($c && line($c), qr/READY/, "$what: served, without tickets");
	close $c;
	like($s->log, qr/^ERR: \S+: no session tickets: $want/m, "$what: told");
	spew($s->{log}, '');
}
spew($file, 'x' x 64);
chmod 0640, $file;
served('readable by others', 'Operation not permitted');
chmod 0600, $file;
spew($file, 'x' x 63);
served('too short', 'Bad message');
spew($file, 'x' x 200);
served('too long', 'Bad message');
unlink $file;
symlink "$dir/elsewhere", $file;
served('a link', '(?:Too many levels|Symbolic link loop)');
ok(!-e "$dir/elsewhere", 'nothing is made through it');
unlink $file;
mkdir $file;
served('a directory', 'Operation not permitted');
rmdir $file;
SKIP: {
	skip('only root can give files away', 2) if $> != 0;
	spew($file, 'x' x 64);
	chmod 0600, $file;
	chown 65534, -1, $file;
	served("another user's", 'Operation not permitted');
	unlink $file;
}
$s->stop;
$s = Tls->start(env => { TLS_CERTFILE => $pem,
    SATCHEL_TLS_TICKETS => "$dir/none/keys" });
served('no directory', 'No such file');
$s->stop;
done_testing;
