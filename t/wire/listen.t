#!/usr/bin/perl
# listen: what a chain is started with, limits, and the ends of both.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use Socket;
use Test::More;
use Wire;
use Login;
use Super;
use Listen;

my @names = qw(PROTO TCPREMOTEIP TCPREMOTEPORT TCPLOCALIP TCPLOCALPORT
    TCPCONNNUM TCPREMOTEHOST TCPREMOTEINFO TCPLOCALHOST REMOTE_HOST
    NOTIFY_SOCKET LISTEN_FDS KEEP);
my @old = map({ $_ => 'x' } @names);
my @echo = (env_stub());

# Everything that the program says when nothing is sent.
sub told
{
	my ($c) = @_;

	shutdown $c, 1;
	return all($c);
}

# Whether it is served: the word comes back.
sub served
{
	my ($c) = @_;

	syswrite $c, "word\n";
	return all($c, "word\n") eq "word\n";
}

# Whether nothing has come for a moment, the end not either.
sub waits
{
	my ($c) = @_;
	my $r = '';

	vec($r, fileno $c, 1) = 1;
	return !select $r, undef, undef, 0.3;
}

sub lines
{
	my ($l, $pattern) = @_;

	return scalar(() = $l->log =~ /^$pattern\n/mg);
}

# --- the environment and the descriptors
my $l = Listen->start([], [env_stub(), @names], env => { @old });
my $c = $l->connect;
my $from = $c->sockport;
is(told($c), "PROTO=TCP\nTCPREMOTEIP=127.0.0.1\nTCPREMOTEPORT=$from\n" .
    "TCPLOCALIP=127.0.0.1\nTCPLOCALPORT=$l->{port}\nTCPCONNNUM=1\n" .
    join('', map { "$_=(unset)\n" } @names[6 .. 11]) . "KEEP=x\n",
    'what a chain is told, of IPv4');
SKIP: {
	my $six = eval { Listen->start([], [env_stub(), @names[0 .. 5]],
		list => '[::1]:0') };
	skip 'no IPv6', 1 if !$six || !$six->{port};
	$c = $six->connect6($six->{port});
	is(told($c), "PROTO=TCP\nTCPREMOTEIP=::1\nTCPREMOTEPORT=" .
	    $c->sockport . "\nTCPLOCALIP=::1\nTCPLOCALPORT=$six->{port}\n" .
	    "TCPCONNNUM=1\n", 'of IPv6');
}
for my $all (['0', {}], ['0', { ADDRESS => '0' }]) {
	my $wild = Listen->start([], [env_stub(), 'TCPREMOTEIP', 'TCPLOCALIP'],
	    list => $$all[0], env => $$all[1]);

	is(told($wild->connect), "TCPREMOTEIP=127.0.0.1\n" .
	    "TCPLOCALIP=127.0.0.1\n", 'IPv4 on a socket for both is IPv4');
}
my $two = Listen->start([], [env_stub(), 'TCPLOCALPORT'],
    list => '127.0.0.1.0, [127.0.0.1]:0,0', env => { ADDRESS => '127.0.0.1' });
is(scalar @{$two->{ports}}, 3, 'three ports');
for (@{$two->{ports}}) {
	is(told($two->connect(PeerPort => $_)), "TCPLOCALPORT=$_\n",
	    'each is served');
}

my $fds = perl_program('stub-fds', <<'END');
opendir my $d, '/proc/self/fd' or exit 1;
my $own = fileno $d;
print join(' ', sort grep { /\d/ && $_ != $own } readdir $d), "\n";
my $text = do { local @ARGV = '/proc/self/status'; join '', <> };
# of the C library's own, and of perl's SIGFPE, nobody asks
printf "$1 %x\n", hex($2) & 0x7fffff7f
    while $text =~ /^(Sig(?:Blk|Ign)):\s+(\w+)$/mg;
END
$l = Listen->start([], [$fds]);
is(told($l->connect), do { local $SIG{PIPE}; `$fds </dev/null` },
    'no descriptor and no signal other than below this test')
    if -e '/proc/self/status';

# --- limits
$l = Listen->start(['-C', 2], [@echo]);
my @c = map { $l->connect } 1, 2;
is(scalar(grep { served($_) } @c), 2, 'two from one address');
my $third = $l->connect;
is(all($third), '', 'the third is closed without a word');
is(lines($l, 'ALERT: Maximum connection limit reached for 127\.0\.0\.1'), 1,
    "couriertcpd's line in the log");
ok(served($l->connect(LocalAddr => '127.0.0.2')), 'another address is served');
close $c[0];
ok(until_true(sub { served($l->connect) }), 'one left, one in');
close $_ for @c;

my $begun = time;
$l = Listen->start(['-C', 1], [@echo]);
@c = $l->connect;
served(@c);
all($l->connect) for 1 .. 300;
my $told = lines($l, 'ALERT: Maximum connection limit .*');
cmp_ok($told, '>', 0, 'who comes again and again is told of');
cmp_ok($told, '<=', 50 * (2 + time - $begun), 'but not each time');
close $_ for @c;

$l = Listen->start(['-N', 3], [@echo]);
@c = map { $l->connect(LocalAddr => "127.0.0.$_") } 1, 2, 2;
is(scalar(grep { served($_) } @c), 3, 'three from one network');
is(all($l->connect(LocalAddr => '127.0.0.9')), '', 'the fourth is closed');
is(lines($l, 'ALERT: Maximum connection limit reached for 127\.0\.0\.0/24'),
    1, 'and logged');
ok(served($l->connect(LocalAddr => '127.0.1.1')), 'another network is served');

$l = Listen->start(['-c', 2], [env_stub(), 'TCPCONNNUM']);
@c = map { my $x = $l->connect; all($x, "TCPCONNNUM=1\n"); $x } 1, 2;
ok(waits(my $later = $l->connect), 'beyond the total one waits');
close $c[0];
is(all($later, "TCPCONNNUM=2\n"), "TCPCONNNUM=2\n", 'and is served in time');
is(lines($l, 'ALERT: 2 maximum active connections\.'), 1,
    'said once a minute at most');
$l = Listen->start(['-c', 10], [@echo]);
@c = map { my $x = $l->connect; served($x); $x } 1 .. 10;
is(lines($l, 'WARN: 10 active connections\.') +
    lines($l, 'ALERT: 10 maximum active connections\.'), 1, 'full at 10');
close $_ for @c;
for (['MAXPERIP', 1], ['MAXPERC', 1]) {
	my $s = Listen->start([], [@echo], env => { @$_ });
	my $one = $s->connect;
	ok(served($one) && all($s->connect) eq '', "$$_[0]=$$_[1]");
}
$l = Listen->start([], [@echo], env => { MAXDAEMONS => 1 });
$c = $l->connect;
ok(served($c) && waits($l->connect), 'MAXDAEMONS=1');
$l = Listen->start([], [@echo], env => { MAXPERIP => 1, MAXDAEMONS => 'x' });
ok(served($l->connect), 'a bad number is the default');

# --- ends
$l = Listen->start([], [@echo]);
$c = $l->connect;
ok(served($c), 'a session');
$l->signal('TERM');
is($l->end, 0, 'SIGTERM ends it');
ok(served($c), 'and not the session');
ok(!eval { $l->connect }, 'nobody listens any more');
$l = Listen->start([], [@echo]);
$l->signal('INT');
is($l->end, 0, 'SIGINT as well');

my $die = perl_program('stub-die', 'kill 9, $$;');
$l = Listen->start([], [$die]);
all($l->connect) for 1 .. 3;
ok(until_true(sub { 3 == lines($l,
    'WARN: signal 9 ended pid \d+, ip=\[127\.0\.0\.1\]') }),
    'a signal that ends a chain is logged');
all($l->connect) for 1 .. 20;
ok(until_true(sub { !grep { /^\d+ \([^)]*\) Z $l->{pid} / }
    map { eval { slurp($_) } // '' } glob '/proc/[0-9]*/stat' }),
    'none is left behind') if -e '/proc/self/stat';

# --- what cannot be had
$l = Listen->start([], ['/nonexistent/program']);
is(all($l->connect), '', 'no program: closed');
ok(until_true(sub { $l->log =~ m{^ERR: /nonexistent/program: No such}m }),
    'and logged');
is(all($l->connect), '', 'and still there');
SKIP: {
	my ($prlimit) = grep { -x } map { "$_/prlimit" } split /:/, $ENV{PATH};

	skip 'no prlimit', 4 if !$prlimit || !-e '/proc/self/stat';
	# 0 to 2, the signals, the socket
	my $few = Listen->start([], [@echo], before => [$prlimit, '-n5:50']);
	$c = $few->connect;
	ok(waits($c), 'no descriptor left: it waits');
	my $cpu = sub { my @f = split / /, slurp("/proc/$few->{pid}/stat");
		return $f[13] + $f[14] };
	my $before = $cpu->();
	sleep 1;
	cmp_ok($cpu->() - $before, '<', 20, 'and does not spin');
	is(lines($few, 'ERR: accept: Too many open files'), 1, 'one line');
	system $prlimit, '-p', $few->{pid}, '-n50:50';
	ok(served($c), 'it goes on when there are');
}

# --- ids
my $ids = perl_program('stub-ids', 'my @g = split / /, $);
    print "$< $> ", $( + 0, " $g[0]\n";');
$l = Listen->start([], [$ids]);
is(told($l->connect), "$< $> @{[$( + 0]} @{[$) + 0]}\n", 'as who it is');
SKIP: {
	skip 'not root', 5 if $> != 0;
	chmod 0755, temp_dir();
	my ($uid, $gid) = account_ids();
	for (['-u', $uid, '-g', $gid], ['-u', $uid],
	    ['-u', (getpwuid $uid)[0] // $uid]) {
		my $s = Listen->start($_, [$ids]);

		is(told($s->connect), "$uid $uid $gid $gid\n", "@$_");
	}
	my $s = Listen->start(['-u', 'nosuchuser'], [$ids]);
	is($s->end, 111, 'a user that is none');
	$s = Listen->start(['-u', '0'], [$ids]);
	is($s->end, 111, 'root is none either');
}

# --- misuse
for ([], ['-c', 0], ['-c', 'x'], ['-C', '1x'], ['-N', -1], ['-b', 0],
    ['-c', 2000000], ['-z']) {
	my $s = Listen->start($_, @$_ ? [@echo] : []);

	is($s->end, 100, "usage: @$_");
}
for ('x', '127.0.0.1.x', '127.0.0.1.70000', '[::1:1', 'host.143', '1.2.3.143') {
	my $s = Listen->start([], [@echo], list => $_);

	is($s->end, 100, "no port: $_");
	like($s->log, qr/^ERR: cannot listen on \Q$_\E: /m, 'said so');
}
my $busy = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
my $s = Listen->start([], [@echo], list => '127.0.0.1.' . $busy->sockport);
is($s->end, 111, 'a port that is taken');
done_testing();
