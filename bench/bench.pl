#!/usr/bin/perl
# bench.pl: the same work for several servers, interleaved; medians, ratios,
# and the floors of this machine.  `make bench` calls it; README.md explains.
#
#	BENCH_SIZES	"1k 10k 100k", and 1m
#	BENCH_ROUNDS	5; half of them at 100k, one at 1m
#	BENCH_ONLY	a pattern for names of scenarios
#	BENCH_DIR	where mail is kept between runs; ${TMPDIR:-/tmp}/satchel-bench
#	BENCH_SERVERS	a pattern for names of servers
#	BENCH_EXTRA	"old=DIRECTORY": other builds of ours to compare with
#	BENCH_SETTLE	seconds between a change and the next session, 2.1
#	BENCH_HOLD	sessions held for memory, 200
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Digest::MD5 ();
use Fcntl ':flock';
use IO::Handle;
use POSIX ();
use Time::HiRes 'time';
use Daemons 'variants';
use Report;
use Scenarios 'scenarios';
use Servers qw(servers user);

STDOUT->autoflush;
umask 022;
my $build = POSIX::getcwd() . '/' . ($ENV{BUILD} // 'build');
my $dir = $ENV{BENCH_DIR} // ($ENV{TMPDIR} // '/tmp') . '/satchel-bench';
my @sizes = split ' ', $ENV{BENCH_SIZES} // '1k 10k 100k';
my $rounds = $ENV{BENCH_ROUNDS} // 5;
my $only = $ENV{BENCH_ONLY} // '';
my $settle = $ENV{BENCH_SETTLE} // 2.1;
my $hold = $ENV{BENCH_HOLD} // 200;
my %small = (env => {}, imap => ["$build/bench/null-static"], prefix => '');
my $started = time;
my $report = Report->new;
my ($uid, $gid) = @{user()};
my %octets;	# figure => those of our last answer
my (@servers, @shown);

# ^C: what there is so far; daemons are stopped at the exit
sub finish
{
	exit 1 if !@servers;
	system('rm', '-rf', "$dir/run");
	$report->print(@shown);
	$report->save($ENV{BENCH_TSV} // "$build/bench.tsv");
	exit($_[0] ? 1 : 0);
}
$SIG{$_} = \&finish for qw(INT TERM HUP);

sub say_so { printf "# %4d s  %s\n", time - $started, $_[0]; return }

sub number
{
	my ($size) = @_;
	my ($n, $unit) = $size =~ /^(\d+)([km]?)$/
	    or die "a size is 10k, not $size\n";

	return $n * { '' => 1, k => 1000, m => 1_000_000 }->{$unit};
}

# --- programs ------------------------------------------------------------------

# Runs a program of ours; what it says, or an error.
sub run
{
	my ($env, @argv) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0) {
		@SIG{qw(INT TERM HUP)} = ('DEFAULT') x 3;
		%ENV = (PATH => '/usr/bin:/bin:/usr/sbin:/sbin', TZ => 'UTC',
		    %$env);
		open STDERR, '>&', \*STDOUT;
		exec @argv or POSIX::_exit(127);
	}
	my $said = join '', <$out>;
	close $out;
	return ($? == 0, $said);
}

# The same, with the rights of the sessions.
sub mail
{
	my @argv = @_;
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		if ($> == 0) {
			POSIX::setgid($gid);
			POSIX::setuid($uid);
		}
		exec "$build/bench/mail", @argv or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	die "mail @argv: failed\n" if $? != 0;
	return;
}

# One script, with one server; { figure => { ms, cpu, count, ... } }.
sub drive
{
	my ($s, $c, $steps, $protocol, @options) = @_;
	my $script = "$dir/script";

	open my $fh, '>', $script or die "$script: $!\n";
	for my $step (@$steps) {
		my @fields = @$step;
		# a server that says nothing before has started when it answers
		splice @fields, 1, 4, 'pop', '', 1, 'NOOP'
		    if $protocol eq 'pop3' && $s->{no_pop3_greeting} &&
		    $fields[1] eq 'greet';
		print $fh join("\t", map { $_ // '' } @fields) . "\n";
	}
	close $fh;
	my $place = sub { $_[0] =~ s/%s/$c->{dir}/r };
	my %env = map { $_ => $place->($s->{env}{$_}) } keys %{$s->{env}};
	my ($ok, $said) = run({ %env, HOME => $c->{home}, USER => 'bench',
	    LOGNAME => 'bench' }, "$build/bench/drive", '-d', $c->{home}, '-e',
	    "$dir/errors", $> == 0 ? ('-u', "$uid:$gid") : (), @options,
	    $script, map { $place->($_) } @{$s->{$protocol}});
	die $said if !$ok;
	my %got;
	for (split /\n/, $said) {
		my ($name, $ms, $cpu, @n) = split /\t/;
		my $g = $got{$name} //= { ms => 0, cpu => 0 };
		$g->{ms} += $ms;
		$g->{cpu} += $cpu;
		@$g{qw(count number words octets)} = @n;
	}
	return \%got;
}

# An untagged answer of a session of its own.
sub ask
{
	my ($s, $c, $command, $like) = @_;
	my %env = map { $_ => $s->{env}{$_} =~ s/%s/$c->{dir}/r }
	    keys %{$s->{env}};
	my @argv = map { s/%s/$c->{dir}/r } @{$s->{imap}};
	my @drop = $> == 0 ? ('setpriv', "--reuid=$uid", "--regid=$gid",
	    '--clear-groups') : ();

	my (undef, $said) = run({ %env, HOME => $c->{home}, USER => 'bench' },
	    'sh', '-c', 'cd "$HOME" && c=$1 && shift && { printf ' .
	    '"a %s\r\nb LOGOUT\r\n" "$c"; sleep 0.3; } | "$@" 2>&1',
	    'sh', $command, @drop, @argv);
	return $said =~ $like ? $1 : undef;
}

# --- mail ----------------------------------------------------------------------

# Made once; the key is what makes it.
sub master
{
	my ($tree, $size) = @_;
	open my $fh, '<', "$FindBin::Bin/mail.c" or die "mail.c: $!\n";
	my $key = substr Digest::MD5->new->addfile($fh)->hexdigest, 0, 8;
	my $path = "$dir/mail/$tree-$size-$key";

	return $path if -d "$path/cur";
	say_so("making $path");
	system('mkdir', '-p', "$dir/mail");
	chown $uid, $gid, "$dir/mail";
	system('rm', '-rf', "$path.new");
	mail($tree eq 'folders' ? ('-f', 500, 20) :
	    $tree eq 'empty' ? (0) :
	    ($size eq '1m' ? '-s' : (), number($size)), "$path.new");
	rename "$path.new", $path or die "$path: $!\n";
	return $path;
}

# A copy of a server's own.  Nobody writes into a message's file, so these
# are linked.
sub renew
{
	my ($s, $tree, $size) = @_;
	my $home = "$dir/run/$s->{name}";

	system('rm', '-rf', $home);
	system('mkdir', '-p', $home);
	chown $uid, $gid, $home;
	system('cp', '-al', master($tree, $size), "$home/Maildir") == 0
	    or die "$home: cp failed\n";
	my $n = $tree eq 'folder' ? number($size) : $tree eq 'empty' ? 0 : 20;
	return { dir => "$home/Maildir", home => $home, size => $size, n => $n,
		prefix => $s->{prefix}, mail => \&mail };
}

# All that is not mail: also the truth about UIDs, which is made anew.
sub forget
{
	my ($c) = @_;

	system('find', $c->{dir}, '-mindepth', 1, '-name', 'cur', '-prune',
	    '-o', '-name', 'new', '-prune', '-o', '-type', 'f', '!', '-name',
	    'maildirfolder', '-exec', 'rm', '-f', '{}', '+');
	return;
}

# Cold means without index files, not from the disk: who comes first must not
# read for all others.
sub touch
{
	my ($c) = @_;
	my ($ok, $said) = run({}, "$build/bench/floor", 'bodies', $c->{dir});

	die $said if !$ok;
	return;
}

# --- a scenario ----------------------------------------------------------------

my %c;	# server => its tree

sub failed
{
	my ($what, $s, $error) = @_;

	$error =~ s/\s+\z//;
	say_so("$what: $s->{name}: $error");
	$s->{gone}{$what} = 1;
	return;
}

# Is each answer what it must be?
sub check
{
	my ($w, $c, $got) = @_;
	my $want = $w->{check} ? $w->{check}->($c) : {};

	for my $figure (keys %$want) {
		my ($what, $n) = @{$want->{$figure}};
		my $is = $got->{$figure}{$what} // 'none';
		die "$figure: $what is $is, not $n\n" if $is ne $n;
	}
	$w->{after}->($c) if $w->{after};
	return;
}

sub session
{
	my ($w, $s, $round, $sample) = @_;
	my $c = $c{$s->{name}};
	my $protocol = $w->{pop3} ? 'pop3' : 'imap';

	@$c{qw(round sample)} = ($round, $sample);
	forget($c) if $w->{cold};
	touch($c) if $w->{cold} && !$w->{tree} && $c->{size} ne '1m';
	my $got = drive($s, $c, $w->{script}->($c), $protocol,
	    $w->{hold} ? ('-n', $hold) : ());
	check($w, $c, $got);
	for my $figure (sort keys %$got) {
		next if $figure eq '-';
		my $g = $got->{$figure};
		$_ /= $w->{per} // 1 for @$g{'ms', 'cpu'};
		$report->add($figure, $c->{size}, $s->{name}, $g);
		$octets{$figure} = $g->{octets} if $s->{name} eq 'ours';
		next if !$w->{same};
		$w->{answers}{$s->{name}} = $g->{$w->{same}};
	}
	return;
}

sub before
{
	my ($w, $s) = @_;
	my $c = $c{$s->{name}};

	if ($w->{state}) {
		my @state = map { ask($s, $c, 'SELECT INBOX (CONDSTORE)', $_) }
		    qr/UIDVALIDITY (\d+)/, qr/HIGHESTMODSEQ (\d+)/;
		die "says no HIGHESTMODSEQ\n" if !defined $state[1];
		$c->{state} = "@state";
	}
	$w->{prepare}->($c) if $w->{prepare};
	drive($s, $c, $w->{before}->($c), $w->{pop3} ? 'pop3' : 'imap')
	    if $w->{before};
	return;
}

sub floor_of
{
	my ($job, $c, $figure) = @_;
	my ($kind, @arguments) = @$job;
	my $n = $c{ours}{n};

	for (@arguments) {
		$_ = $octets{$figure} // 0 if $_ eq 'octets';
		$_ = $n if $_ eq 'n';
		$_ = int($n / 2) if $_ eq 'half';
	}
	if ($kind eq 'null') {
		my ($what) = @arguments;
		my $got = drive({ %small }, $c, [['greet', 'greet'],
		    $what =~ /^\d+$/ ? ['n', 'each', '', $what, 'NOOP'] : (),
		    ['session', 'end', 'LOGOUT']], 'imap');
		return $got->{$what =~ /^\d+$/ ? 'n' : $what}{ms};
	}
	system('rm', '-rf', "$c->{dir}/.Floor")
	    if $kind eq 'link' || $kind eq 'move';
	my ($ok, $said) = run({}, "$build/bench/floor", $kind, $c->{dir},
	    @arguments);
	die $said if !$ok;
	return $said;
}

sub floors
{
	my ($w) = @_;
	my $c = $c{floor};

	for my $figure (sort keys %{$w->{floor} // {}}) {
		my $sum = 0;
		$sum += floor_of($_, $c, $figure) for @{$w->{floor}{$figure}};
		$report->add($figure, $c->{size}, 'floor',
		    { ms => $sum / ($w->{per} // 1), cpu => 0 });
	}
	return;
}

sub try
{
	my ($w, $s, $do, @arguments) = @_;

	return if $s->{gone}{$w->{name}};
	eval { $do->($w, $s, @arguments); 1 } or failed($w->{name}, $s, $@);
	return;
}

sub round
{
	my ($w, $round, @servers) = @_;

	try($w, $_, \&before) for @servers;
	Time::HiRes::sleep($settle) if $w->{settle};
	for my $sample (0 .. ($w->{samples} // 1) - 1) {
		try($w, $_, \&session, $round, $sample) for @servers;
	}
	floors($w);
	return;
}

# --- sizes ---------------------------------------------------------------------

sub able
{
	my ($s, $needs) = @_;
	my $c = $c{$s->{name}};

	$s->{capability} //= ask($s, $c, 'CAPABILITY',
	    qr/^(\* CAPABILITY .*)/m) // '';
	return !defined $needs || $s->{capability} =~ /\b\Q$needs\E\b/;
}

sub measure
{
	my ($w, $tree, $size, @servers) = @_;
	my $n = $size eq '1m' ? 1 :
	    $size eq '100k' ? int(($rounds + 1) / 2) : $rounds;
	my @able = grep { able($_, $w->{needs}) } @servers;

	delete $_->{gone}, delete $w->{answers} for @servers;
	for my $round (1 .. $n) {
		if ($w->{wears} && $round > 1) {
			$c{$_->{name}} = renew($_, $tree, $size)
			    for @able, { name => 'floor', prefix => '' };
		}
		round($w, $round, @able);
	}
	my %said = map { $_ => 1 } values %{$w->{answers} // {}};
	say_so("$w->{name}: answers differ: " . join ', ',
	    map { "$_ $w->{answers}{$_}" } sort keys %{$w->{answers}})
	    if keys %said > 1;
	say_so("$w->{name} $size");
	return;
}

sub sized
{
	my ($w, $size) = @_;

	return 0 if $w->{tree};
	return $w->{million} if $size eq '1m';
	return 1 if !$w->{sizes} || $size !~ /^(1k|10k|100k)$/;
	return grep { $_ eq $size } @{$w->{sizes}};
}

sub trees
{
	my ($tree, $size, $scenarios, @servers) = @_;
	my $fresh = 0;

	for my $w (@$scenarios) {
		if (!$fresh) {
			$c{$_->{name}} = renew($_, $tree, $size)
			    for @servers, { name => 'floor', prefix => '' };
			$fresh = 1;
		}
		measure($w, $tree, $size, @servers);
		$fresh = 0 if $w->{wears};
	}
	return;
}

# --- logins --------------------------------------------------------------------

# One measurement: its figure, and what bench/login.c is to do.
my @logins = (
	['login.c1', 0, 40, 1], ['login.c50', 0, 500, 50],
	['login-tls.c1', 1, 40, 1], ['login-tls.c50', 1, 500, 50],
);

sub home
{
	my ($s, $user, $size) = @_;
	my $home = "$dir/run/$s->{name}/$user";

	system('mkdir', '-p', $home);
	chown $uid, $gid, $home;
	system('cp', '-al', master('folder', $size), "$home/Maildir") == 0
	    or die "$home: cp failed\n";
	return;
}

sub login
{
	my ($s, $size, $row) = @_;
	my ($figure, $tls, $sessions, $at_once) = @$row;
	my $d = $s->{daemon};

	return if $tls && !$d->{tls} || $s->{gone}{$figure};
	my ($ok, $said) = run({}, "$build/bench/login", $tls ? '-t' : (),
	    $tls ? $d->{tls} : $d->{port}, $sessions, $at_once, $d->{users},
	    number($size), $d->{password});
	if (!$ok) {
		failed($figure, $s, $said);
		return;
	}
	$report->add($figure, $size, $s->{name},
	    { ms => 0 + $said, cpu => 0 });
	return;
}

# The whole tree of processes, with sessions held and without.
sub hold_logins
{
	my ($s, $size, $tls) = @_;
	my $d = $s->{daemon};
	my @idle = Daemons::memory($d);

	return if $tls && !$d->{tls};
	my $pid = open my $to, '|-', 'sh', '-c', 'exec "$@" >"$0"',
	    "$dir/held", "$build/bench/login", '-h', $tls ? '-t' : (),
	    $tls ? $d->{tls} : $d->{port}, $hold, 1, $d->{users},
	    number($size), $d->{password};
	for (1 .. 600) {
		last if -s "$dir/held";
		Time::HiRes::sleep(0.1);
	}
	my @held = Daemons::memory($d);
	close $to;
	unlink "$dir/held";
	$report->add($tls ? 'hold-tls.chain' : 'hold.chain', $size, $s->{name},
	    { ms => ($held[0] - $idle[0]) / $hold,
	    cpu => ($held[1] - $idle[1]) / $hold }) if $? == 0;
	return;
}

# Those that come up, with so many messages for each account.
sub daemons
{
	my ($size, @servers) = @_;
	my @up;

	system('rm', '-rf', "$dir/run");
	for my $s (@servers) {
		delete $s->{gone};
		$s->{daemon} = eval { Daemons::start($s, $dir,
		    sub { home($s, $_[0], $size) }) };
		failed('login', $s, $@), next if !$s->{daemon};
		push @up, $s;
		login($s, $size, ['-', 0, 20, 1]);
	}
	return @up;
}

sub logins
{
	my @servers = @_;

	if ($> != 0) {
		say_so('logins are left out: not root');
		return;
	}
	my @up = daemons('1k', @servers);
	for my $row (@logins) {
		for my $round (1 .. $rounds) {
			login($_, '1k', $row) for @up;
		}
		say_so("$row->[0] 1k");
	}
	Daemons::stop($_->{daemon}) for @up;
	# one at a time, since memory is shared with those that are alike
	for my $s (@servers) {
		my @one = daemons('10k', $s) or next;
		hold_logins($s, '10k', $_) for 0, 1;
		Daemons::stop($s->{daemon});
	}
	say_so('hold.chain 10k');
	return;
}

# --- all of them ---------------------------------------------------------------

system('mkdir', '-p', $dir) == 0 or die "$dir\n";
chmod 0755, $dir;	# sessions have other rights than this program
# two at once would measure each other, and use each other's Maildirs
open my $lock, '>>', "$dir/lock" or die "$dir/lock: $!\n";
flock $lock, LOCK_EX | LOCK_NB
    or die "another benchmark runs in $dir (see BENCH_DIR)\n";
my $who = $ENV{BENCH_SERVERS} // '.*';
@servers = grep { $_->{where} || $_->{name} =~ /^(?:$who)$/ }
    servers("$build/bin", $dir, \&say_so);
@shown = map { $_->{name} } @servers;
my @all = grep { $_->{name} =~ /$only/ } scenarios();
for my $tree (qw(empty folders)) {
	my @these = grep { ($_->{tree} // '') eq $tree } @all;
	trees($tree, '-', \@these, @servers);
}
for my $size (@sizes) {
	trees('folder', $size, [grep { sized($_, $size) } @all], @servers);
}
if ('login' =~ /$only/) {
	my @variants = variants(@servers);
	my %known = map { $_ => 1 } @shown;
	push @shown, grep { !$known{$_} } map { $_->{name} } @variants;
	logins(@variants);
}
finish();
