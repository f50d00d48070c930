# Debian's courier-pop and ours on one Maildir, in turn: no message changes its
# UIDL, none is given twice, with the list in each version that there ever
# was, and with new mail, deletions, flags and IMAP in between.
#
# STEPS (200), SEED repeats a run; SIDES="courier courier" tests this test;
# COURIER_POP3D is Courier's program.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Open2 ();
use Test::More;
use Wire;

my ($courier) = grep { defined && -x } $ENV{COURIER_POP3D},
    '/usr/lib/courier/courier/courierpop3d';
plan(skip_all => 'no courier-pop here') if !defined $courier;
my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");
my @sides = split ' ', $ENV{SIDES} // 'ours courier';
my %program = (ours => program('pop3d'), courier => $courier);
my $dir = temp_dir();
my $marks = 0;

sub pick { return $_[rand @_] }

# --- one session -------------------------------------------------------------

sub start
{
	my ($kind, $maildir) = @_;

	# ours serves nobody as root who has logged in
	local %ENV = (PATH => $ENV{PATH}, HOME => $dir,
	    $kind eq 'ours' ? () : (AUTHENTICATED => 'ada', OPTIONS => '',
	    TCPREMOTEIP => '127.0.0.1', TCPREMOTEPORT => 1, UTF8 => 1),
	    map { $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN)_/ } keys %ENV);
	my $pid = IPC::Open2::open2(my $out, my $in, 'sh', '-c',
	    'exec "$0" "$1" 2>>"$2"', $program{$kind}, $maildir, "$dir/log");
	my $c = { kind => $kind, in => $in, out => $out, pid => $pid };
	ask($c);
	return $c;
}

# A command, or the greeting; its first line, or with many the lines after it.
sub ask
{
	my ($c, $text, $many) = @_;
	my @lines;

	local $SIG{ALRM} = sub { die "$c->{kind}: no answer in time\n" };
	alarm 60;
	syswrite $c->{in}, "$text\r\n" if defined $text;
	my $first = readline $c->{out};
	die "$c->{kind}: it is gone\n" if !defined $first;
	die "$c->{kind}: " . ($text // '') . ": $first" if $first !~ /^\+OK/;
	while ($many) {
		my $line = readline $c->{out} // die "$c->{kind}: cut off\n";
		last if $line eq ".\r\n";
		push @lines, $line =~ s/^\.//r;
	}
	alarm 0;
	return $many ? @lines : $first;
}

sub quit
{
	my ($c) = @_;

	ask($c, 'QUIT');
	1 while readline $c->{out};
	waitpid $c->{pid}, 0;
	return;
}

# What there is: mark => [number, UIDL].
sub look
{
	my ($c) = @_;
	my %uidl = map { /^(\d+) (.*)\r\n$/ } ask($c, 'UIDL', 1);
	my %see;

	for my $n (keys %uidl) {
		my $top = join '', ask($c, "TOP $n 0", 1);
		my ($mark) = $top =~ /^X-Mark: (\S+)\r$/m
		    or die "$c->{kind}: no mark in $n\n";
		$see{$mark} = [$n, $uidl{$n}];
	}
	return \%see;
}

# --- what is known of one Maildir --------------------------------------------

# Holds what is seen against what is known: %$known is mark => UIDL.
sub compare
{
	my ($kind, $see, $known, $given) = @_;

	for my $mark (sort keys %$see) {
		my $uidl = $see->{$mark}[1];
		die "$kind: $mark was $known->{$mark}, is $uidl\n"
		    if defined $known->{$mark} && $known->{$mark} ne $uidl;
		die "$kind: $uidl of $mark was that of $given->{$uidl}\n"
		    if defined $given->{$uidl} && $given->{$uidl} ne $mark;
		$known->{$mark} = $uidl if exists $known->{$mark};
		die "$kind: $mark came back\n" if !exists $known->{$mark};
		$given->{$uidl} = $mark;
	}
	for my $mark (sort keys %$known) {
		die "$kind: $mark is lost\n" if !$see->{$mark};
	}
	return;
}

sub new_mail
{
	my ($maildir, $known, %o) = @_;
	my $mark = 'm' . ++$marks;
	my $time = 1700000000 + $marks;

	# names sort in other orders than they come, and have all that names
	# of deliveries have
	my $base = sprintf '%d.M%dP%d.%s', pick($time, $time - int rand 500),
	    int rand 1e6, $marks, pick('host', 'a b', "x'y", 'h,S=%', 'pl+us');
	my $text = "Subject: $mark\nX-Mark: $mark\n\n" .
	    pick('text', ".dot\n..", "no end") x int(1 + rand 5) .
	    pick("\n", '');
	my $size = length $text;
	$base =~ s/%/$size/;
	deliver($maildir, base => $base, text => $text, %o);
	$known->{$mark} = undef;
	return;
}

sub one_session
{
	my ($kind, $maildir, $known, $given, $delete) = @_;
	my $c = start($kind, $maildir);
	my $see = look($c);

	compare($kind, $see, $known, $given);
	for my $mark (sort keys %$see) {
		my $n = $see->{$mark}[0];
		ask($c, "RETR $n", 1) if rand() < 0.1;
		next if rand() >= $delete;
		ask($c, "DELE $n");
		delete $known->{$mark};
	}
	quit($c);
	return;
}

# Another flag, as an IMAP server gives it: the file has another name.
sub flag
{
	my ($maildir) = @_;
	my @files = map { "$maildir/cur/$_" } dir_of("$maildir/cur");
	my $file = @files ? pick(@files) : return;
	my $to = $file =~ /:2,/ ? $file =~ s/:2,.*/':2,' . pick('', 'S', 'FS',
	    'RS')/re : "$file:2,S";
	rename $file, $to or die "$file: $!\n" if $file ne $to;
	return;
}

sub dir_of
{
	my ($path) = @_;

	opendir my $d, $path or die "$path: $!\n";
	return sort grep { !/^\./ } readdir $d;
}

# --- in random alternation ---------------------------------------------------

my %known;
my %given;
my $maildir = make_maildir("$dir/Maildir");
my ($failed, @history);
for my $step (1 .. $ENV{STEPS} // 200) {
	my $kind = pick(@sides);
	my $what = pick(qw(look look delete mail mail mail cur flag));

	push @history, "$step $kind $what";
	eval {
		if ($what eq 'mail') {
			new_mail($maildir, \%known) for 0 .. rand 3;
		} elsif ($what eq 'cur') {
			new_mail($maildir, \%known, flags => pick('', 'S'));
		} elsif ($what eq 'flag') {
			flag($maildir);
		} else {
			one_session($kind, $maildir, \%known, \%given,
			    $what eq 'delete' ? 0.3 : 0);
		}
		1;
	} or do {
		$failed = "step $step: $@";
		last;
	};
}
is($failed, undef, keys(%known) . ' messages, ' . keys(%given) .
    ' UIDLs given, none changed')
    or diag(join "\n", map { "  $_" }
    @history[($#history > 12 ? -12 : -@history) .. -1]);

# --- each version of the list ------------------------------------------------

# header, entries of five messages: NAME and SIZE stand for the file's
my @entries = map { "NAME SIZE $_:1790000000:0" } 11 .. 15;
my @lists = (
	['version 3', '/3 16 1790000000', @entries],
	['version 2', '/2 16 1790000000', map { s/:0$//r } @entries],
	['version 3 over entries of 2', '/3 16 1790000000',
	    map { s/:0$//r } @entries],
	['version 1', '/1 16 1790000000', map { s/:1790000000:0$//r } @entries],
	['version 0', '16', map { s/ 1\d:1790000000:0$//r } @entries],
	['header of two numbers', '/3 16', @entries],
	['header of one', '/3', @entries],
	['no header', @entries],
	['nothing at all', ''],
	['a later version', '/4 16 1790000000', @entries],
	['other years in entries', '/3 16 1790000000',
	    map { s/1790000000/1600000000/r } @entries],
	['no year', '/3 16 1790000000', map { s/:1790000000/:0/r } @entries],
	['no UID', '/3 16 1790000000',
	    map { s/ 1\d:1790000000/ 0:0/r } @entries],
	['version 2 of all kinds', '/2 31 1790000000', 'NAME SIZE 10:777',
	    'NAME SIZE 20:0', 'NAME SIZE 0:0', 'NAME SIZE 30:1790000000'],
	['some are missing', '/3 16 1790000000', @entries[0, 3]],
	['in another order', '/3 16 1790000000', reverse @entries],
	['flags changed since', '/3 16 1790000000',
	    map { s/NAME/NAME,Sx/r } @entries],
	['names without flags', '/3 16 1790000000',
	    map { s/NAME/BASE/r } @entries],
	['damaged lines', '/3 16 1790000000', 'NAME', @entries[1, 2],
	    'NAME SIZE x:y:z', 'NAME  SIZE 15:1790000000:1'],
	['cut in a line', '/3 16 1790000000', @entries[0 .. 3],
	    'NAME SIZE 15:17900'],
	['large numbers', '/3 4294967290 1790000000', map {
	    s/ 1(\d):/' 429496728' . $1 . ':'/er } @entries],
);

# A Maildir of five messages with that list; sides see it in that order.
sub with_list
{
	my ($list, @order) = @_;
	my (undef, @lines) = @$list;
	my $md = make_maildir(temp_dir() . '/Maildir');
	my (%mine, @names);

	for my $n (1 .. 5) {
		my $base = "170000000$n.M${n}P1.host";
		my $text = "Subject: $n\nX-Mark: m$n\n\ntext $n\n";

		deliver($md, base => $base, flags => 'S', text => $text);
		push @names, [$base, 4 + length $text];
		$mine{"m$n"} = undef;
	}
	my $n = 0;
	my $header = @lines && $lines[0] !~ /NAME/ ? shift @lines : undef;
	my @all = ($header // ());
	my $backwards = $list->[0] =~ /order/;
	for my $line (@lines) {
		my ($name, $size) = @{$names[$backwards ? 4 - $n : $n]};
		$n++;
		push @all, $line =~ s/NAME/$name:2,S/r =~ s/BASE/$name/r =~
		    s/SIZE/$size/r;
	}
	my $text = join '', map { "$_\n" } @all;
	chomp $text if $list->[0] =~ /cut/;
	spew("$md/courierpop3dsizelist", $text);

	my (%uidl, %have, @seen);
	for my $kind (@order) {
		my $c = start($kind, $md);
		my $see = look($c);
		quit($c);
		compare($kind, $see, \%mine, \%have);
		push @seen, join ' ', map { $see->{$_}[1] } sort keys %$see;
		new_mail($md, \%mine);
	}
	return \@seen, slurp("$md/courierpop3dsizelist");
}

for my $list (@lists) {
	my ($a, $b) = @sides;
	my @see = map { my $order = $_; eval { [with_list($list, @$order)] } //
	    do { diag("@$order: $@"); undef } }
	    [$a, $b, $a, $b], [$b, $a, $b, $a];
	my $good = ok(defined $see[0] && defined $see[1],
	    "$list->[0]: kept from one to the other");
	# of such a header only ours keeps the entries
	next if !$good || $list->[0] eq 'header of one';
	# the time of the first look is in some
	my ($x, $y) = map { my $s = $_->[0][0];
	    $s =~ s{-(\d{10})}{abs($1 - time) < 100 ? '-now' : "-$1"}ger }
	    @see;
	is($x, $y, "$list->[0]: both read the same") or
	    diag("the list: $see[0][1]");
}
done_testing;
