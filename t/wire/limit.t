#!/usr/bin/perl
# limit: so many sessions of an account, and so many from one address.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Basename;
use Test::More;
use Wire;
use Login;
use PopLogin ();
use Super;

my $why = 'Too many sessions of this account are open.';
my $no = "* BYE $why\r\nb NO [LIMIT] $why\r\n";
my ($check, $session) = map { stub_dir() . "/stub-$_" } 'check', 'session';
PopLogin::stubs();
my $base = temp_dir();
my %env = (SATCHEL_SLOTS => $base, SATCHEL_LOGIN_DELAY => 0);

sub server
{
	my ($env, @options) = @_;

	return Super->start(env => { %env, %$env }, command => [
	    program('imaplogin'), $check, program('limit'), @options,
	    $session]);
}

# A login; the connection, after the words that answer it.
sub enter
{
	my ($s, $name, %o) = @_;
	my $c = $s->connect(%o);

	all($c, '* OK');
	syswrite $c, "b LOGIN $name secret\r\n";
	my $said = all($c, 'b OK LOGIN Ok.');
	$said .= all($c) if $said =~ /^\*/;
	return ($c, $said);
}

sub slots
{
	return join ' ', sort map { basename($_) } glob("$base/user/*/*");
}

my $s = server({}, '-a', 2, '-u', 3);
my (%c, $said, $from);
for (1, 2) {
	($c{$_}, $said) = enter($s, 'fred');
	is($said, "b OK LOGIN Ok.\r\n", "session $_");
}
is(slots(), 'fred=,1 fred=,2 fred=127.0.0.1,1 fred=127.0.0.1,2',
    'ls tells who is there');
is(sprintf('%o', (stat "$base/user/" . $>)[2] & 07777), 700,
    'to nobody else');
my ($c, $refused) = enter($s, 'fred');
is($refused, $no, 'the third from one address');
$from = $c->sockport;
is($s->log, "NOTICE: LIMIT, user=fred, ip=[127.0.0.1], port=[$from], " .
    "sessions=2\n", 'one line in the log');
(undef, $said) = enter($s, 'fredrick');
is($said, "b OK LOGIN Ok.\r\n", 'another account is another matter');
($c{3}, $said) = enter($s, 'fred', LocalAddr => '127.0.0.2');
is($said, "b OK LOGIN Ok.\r\n", 'and so is another address');
(undef, $refused) = enter($s, 'fred', LocalAddr => '127.0.0.3');
is($refused, $no, 'but of the account there are three');
unlike(slots(), qr/127\.0\.0\.3/, 'a refused session holds nothing');

# it goes with the session, however that ends
syswrite $c{1}, "x BYE\r\n";
all($c{1});
ok(until_true(sub { (enter($s, 'fred'))[1] =~ /OK LOGIN/ }),
    'one left, one in');
close $c{$_} for 2, 3;
ok(until_true(sub { (enter($s, 'fred', LocalAddr => '127.0.0.2'))[1] =~
    /OK LOGIN/ }), 'one closed, one in');

# names of any kind
for ('fred/../../x', 'fred@example.com', "fred 100% ,=", 'fred' . 'x' x 250) {
	my $q = server({}, '-a', 1);
	my $name = / / ? qq("$_") : $_;
	my ($one, $first) = enter($q, $name);

	is($first, "b OK LOGIN Ok.\r\n", 'a name: ' . substr $_, 0, 20);
	is((enter($q, $name))[1], $no, 'and one session of it');
}
is_deeply([grep { m{[^/\w.:\@+=,%~-]} } glob "$base/user/$>/*"], [],
    'files have plain names');

# settings, and the options before them
my $t = server({ SATCHEL_PER_USER_IP => 1 });
($c, $said) = enter($t, 'fred1');
is((enter($t, 'fred1'))[1], $no, 'SATCHEL_PER_USER_IP');
$t = server({ SATCHEL_PER_USER => 1 });
my ($d) = enter($t, 'fred2');
is((enter($t, 'fred2', LocalAddr => '127.0.0.9'))[1], $no,
    'SATCHEL_PER_USER');
$t = server({ SATCHEL_PER_USER => 1, SATCHEL_PER_USER_IP => 1 },
    qw(-a 0 -u 0));
is((enter($t, 'fred2'))[1], "b OK LOGIN Ok.\r\n", '0 is no limit');
$t = server({});
my @many = map { [enter($t, 'fred3')] } 1 .. 21;
is(scalar(grep { $_->[1] =~ /OK LOGIN/ } @many), 20, '20 unless told');
is($many[20][1], $no, 'and no more');

# nothing set up, nothing counted, nobody kept out
$t = server({ SATCHEL_SLOTS => "$base/none" }, '-a', 1);
my @free = map { [enter($t, 'fred')] } 1, 2;
is(scalar(grep { $_->[1] =~ /OK LOGIN/ } @free), 2, 'no directory, no limit');
is($t->log, '', 'and not a word');
spew("$base/file", '');
$t = server({ SATCHEL_SLOTS => "$base/file" }, '-a', 1);
@free = map { [enter($t, 'fred')] } 1, 2;
is(scalar(grep { $_->[1] =~ /OK LOGIN/ } @free), 2, 'no way to count, no limit');
is(scalar(() = $t->log =~ /^WARN: cannot count sessions in \S+: /mg), 2,
    'but a loud one');

# POP3
my $p = Super->start(env => \%env, command => [program('pop3login'), $check,
    program('limit'), '-a', 1, stub_dir() . '/stub-pop3']);
my @pop = map { my $x = $p->connect; all($x, '+OK'); $x } 1, 2;
syswrite $pop[0], "USER fred4\r\nPASS secret\r\n";
my $in = "+OK Password required.\r\n+OK logged in.\r\n";
is(all($pop[0], $in), $in, 'POP3: one');
syswrite $pop[1], "USER fred4\r\nPASS secret\r\n";
is(all($pop[1]), "+OK Password required.\r\n-ERR [SYS/TEMP] $why\r\n",
    'POP3: no second, and that is all it hears');

# by hand: no tag, no address
{
	local %ENV = (PATH => $ENV{PATH}, USER => 'fred5',
	    SATCHEL_SLOTS => $base);
	my $limit = program('limit');
	is(`$limit -u 1 echo in`, "in\n", 'on a pipe');
	is(`$limit -u 1 $limit -u 1 echo in 2>&1`,
	    "NOTICE: LIMIT, user=fred5, ip=[], port=[], sessions=1\n" .
	    "* BYE $why\r\n", 'on a pipe, once too often');
	# the front is told that this is a session's word, before the word
	my $twice = "SATCHEL_READYFD=9 $limit -u 1 echo >/dev/null 2>&1";
	is(`($limit -u 1 sh -c '$twice' 9>&1 >/dev/null) | od -An -c`,
	    "  \\0\n", 'the ready byte');
	for ('', '-a', '-a x echo', '-u 1x echo', '-u -1 echo', '-q echo') {
		system "$limit $_ 2>/dev/null";
		is($? >> 8, 100, "usage: limit $_");
	}
	system "$limit /nonexistent 2>/dev/null";
	is($? >> 8, 111, 'no such program');
}

# as root an account's directory is made for it, and only it can write there
SKIP: {
	skip 'not root', 5 if $> != 0;
	skip 'built without gdbm', 5 if !-x program('checkpw-userdb');
	my ($uid, $gid) = account_ids();
	my $top = temp_dir();
	my $of_root = temp_dir();
	chmod 0755, $top, $of_root;
	mkdir "$top/home";
	chown $uid, $gid, "$top/home";
	my $users = userdb("fred\tuid=$uid|gid=$gid|home=$top/home|" .
	    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69');
	my $r = Super->start(env => { %env, USERDB => $users,
	    SATCHEL_SLOTS => $of_root }, command => [program('imaplogin'),
	    program('checkpw-userdb'), program('limit'), '-a', 1, $session]);
	my ($one, $first) = enter($r, 'fred');

	is($first, "b OK LOGIN Ok.\r\n", 'from root to the account');
	my @st = stat "$of_root/user/$uid";
	is(sprintf('%d %o', $st[4], $st[2] & 07777), "$uid 700",
	    'a directory of its own');
	is(sprintf('%o', (stat "$of_root/user")[2] & 07777), 711,
	    'among others that it cannot see');
	is((enter($r, 'fred'))[1], $no, 'and it counts');
	# what somebody else has put there is no slot
	syswrite $one, "x BYE\r\n";
	all($one);
	my $file = "$of_root/user/$uid/fred=127.0.0.1,1";
	unlink $file;
	spew($file, '');
	open my $held, '<', $file or die "$file: $!\n";
	flock $held, 2;
	ok(until_true(sub { (enter($r, 'fred'))[1] =~ /OK LOGIN/ }),
	    "a file of root's is no slot of the account");
}

# the sessions themselves, caged, hold it as long as they last
SKIP: {
	skip 'built without gdbm', 6 if !-x program('checkpw-userdb');
	my ($uid, $gid) = account_ids();
	my ($top, $slots) = (temp_dir(), temp_dir());
	chmod 0755, $top, $slots;
	mkdir "$top/$_" for qw(Maildir Maildir/cur Maildir/new Maildir/tmp);
	chown $uid, $gid, glob("$top/Maildir $top/Maildir/*"), $top;
	my $users = userdb("fred\tuid=$uid|gid=$gid|home=$top|" .
	    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69');
	my %of = (USERDB => $users, SATCHEL_SLOTS => $slots);
	my ($imap, $pop) = map { Super->start(env => { %env, %of },
	    command => [program("$$_[0]"), program('checkpw-userdb'),
	    program('limit'), '-a', 1, program($$_[1]), 'Maildir']) }
	    ['imaplogin', 'imapd'], ['pop3login', 'pop3d'];
	my ($one, $said) = enter($imap, 'fred');

	like($said, qr/^b OK .*LOGIN Ok\.\r\n/, 'imapd');
	is((enter($imap, 'fred'))[1], $no, 'no second one');
	my $mail = sub {
		my $c = $pop->connect;
		all($c, '+OK');
		syswrite $c, "USER fred\r\nPASS secret\r\nQUIT\r\n";
		return all($c);
	};
	like($mail->(), qr/^-ERR \[SYS\/TEMP\] \Q$why\E\r\n\z/m,
	    'and no pop3d');
	syswrite $one, "c SELECT INBOX\r\nd LOGOUT\r\n";
	like(all($one), qr/^c OK .*^d OK /ms, 'the session is whole');
	ok(until_true(sub { $mail->() =~ /^(?:\+OK.*\r\n){3}\z/ }),
	    'then pop3d');
	ok(until_true(sub { (enter($imap, 'fred'))[1] =~ /OK LOGIN|LOGIN Ok/ }),
	    'then imapd again');
}
done_testing();
