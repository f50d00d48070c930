# Many hands in one folder: sessions of ours and of Debian's courier-imap,
# raw renames, removals and deliveries while they work, sessions killed in the
# middle of a command, caches damaged.  After each round every session is held
# against the files: a UID stays with its message and is never given twice,
# flags are those of the names, numbers agree, mod-sequences rise with each
# change, and what was resynchronised by QRESYNC is what is there.
#
# SECONDS (20), SEED repeats a run, MESSAGES (60) to begin with; KEEP=1 leaves
# the Maildir behind.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Both;
use Server;
use Time::HiRes qw(sleep time);
use Wire;

my $seed = $ENV{SEED} // time % 100000000 | 0;
my $until = time + ($ENV{SECONDS} // 20);
my $begin = $ENV{MESSAGES} // 60;
srand $seed;
note("SEED=$seed");
my $dir = $ENV{KEEP} ? "/tmp/satchel-torture-$$" : temp_dir();
mkdir $dir;
my $maildir = make_maildir("$dir/Maildir");
my $other = make_folder($maildir, 'Other');
my @folders = ('INBOX', 'INBOX.Other');
my %disk = ('INBOX' => $maildir, 'INBOX.Other' => $other);
my (@sessions, %mark_of, %top, %modseq, %validity, %snapshot, %count);
my $made = 0;

sub pick { return $_[rand @_] }

sub text_of
{
	my ($mark) = @_;
	my $n = 1 + hex(substr unpack('H*', $mark), -3) % 17;

	return "From: \"T. $mark\" <t\@example.org>\nSubject: about $mark\n" .
	    "X-Mark: $mark\nContent-Type: text/plain\n\n" . "line\n" x $n;
}

sub mark { return sprintf 'm%d.%d', $$, ++$made }

# --- a session, and what its client knows ------------------------------------

sub open_session
{
	my ($kind) = @_;
	my $s = Both->new($kind, $maildir);

	$s->{uids} = [];
	$s->{condstore} = $kind eq 'ours' &&
	    $s->cmd('CAPABILITY') =~ /QRESYNC/ ? 1 : 0;
	$s->{qresync} = $s->{condstore} && rand() < 0.5 &&
	    $s->must('ENABLE QRESYNC') ? 1 : 0;
	push @sessions, $s;
	return $s;
}

# A message has vanished; its client may not have asked for its UID yet.
sub forget
{
	my ($s, $uid, $earlier) = @_;
	my $u = $s->{uids};
	my $last = 0;

	for my $i (0 .. $#$u) {
		my ($next) = grep { defined } @$u[$i .. $#$u];
		my $here = defined $u->[$i] ? $u->[$i] == $uid :
		    $last < $uid && (!defined $next || $uid < $next);
		$last = $u->[$i] // $last;
		next if !$here;
		splice @$u, $i, 1;
		return;
	}
	die "$s->{kind}: VANISHED $uid: unknown\n" if !$earlier;
	return;
}

# What untagged answers say, in their order.
sub hear
{
	my ($s, $answer) = @_;
	my $u = $s->{uids};

	# its index was cut to nothing: numbers cannot be told any more
	$s->{bye} = 1 if $answer =~ /^\* BYE The folder's index is damaged/m;
	return $answer if $s->{bye};
	while ($answer =~ /^\*\ (?:([0-9]+)\ (EXISTS|EXPUNGE|FETCH\ \(.*)|
	    VANISHED\ (\(EARLIER\)\ )?([0-9:,]+))\r$/gmx) {
		my ($n, $what, $earlier, $set) = ($1, $2, $3, $4);
		if (defined $set) {
			forget($s, $_, $earlier) for numbers($set);
		} elsif ($what eq 'EXISTS') {
			die "$s->{kind}: $n EXISTS, of " . @$u . "\n"
			    if $n < @$u;
			push @$u, (undef) x ($n - @$u);
		} elsif ($what eq 'EXPUNGE') {
			die "$s->{kind}: $n EXPUNGE, of " . @$u . "\n"
			    if $n > @$u;
			splice @$u, $n - 1, 1;
		} else {
			die "$s->{kind}: $n FETCH, of " . @$u . "\n"
			    if $n > @$u;
			my ($uid) = $what =~ /UID ([0-9]+)/ or next;
			die "$s->{kind}: $n is UID $uid, was $u->[$n - 1]\n"
			    if defined $u->[$n - 1] && $u->[$n - 1] != $uid;
			$u->[$n - 1] = $uid;
		}
	}
	return $answer;
}

# In the place of a session that has said BYE.
sub replace_ended
{
	my @ended = grep { $_->{bye} } @sessions;

	for my $s (@ended) {
		@sessions = grep { $_ != $s } @sessions;
		open_session('ours');
		$count{bye}++;
	}
	return;
}

sub numbers
{
	return map { /^(\d+):(\d+)$/ ? ($1 .. $2) : $_ } split /,/, $_[0];
}

sub ask
{
	my ($s, @parts) = @_;

	$count{command}++;
	return hear($s, $s->cmd(@parts));
}

sub select_folder
{
	my ($s, $folder) = @_;

	$s->{uids} = [];
	$s->{folder} = $folder;
	my $answer = $s->cmd("SELECT $folder" .
	    ($s->{condstore} && !$s->{qresync} ? ' (CONDSTORE)' : ''));
	hear($s, $answer);
	return if $s->{bye};
	die "$s->{kind}: SELECT $folder: $answer\n" if $answer !~ /^\S+ OK/m;
	seen_select($s, $answer);
	return;
}

sub seen_select
{
	my ($s, $answer) = @_;
	my $folder = $s->{folder};
	my ($v) = $answer =~ /\[UIDVALIDITY ([0-9]+)\]/;
	my ($high) = $answer =~ /\[HIGHESTMODSEQ ([0-9]+)\]/;

	$validity{$folder} //= $v;
	die "$s->{kind}: $folder: UIDVALIDITY $validity{$folder} is $v\n"
	    if $validity{$folder} != $v;
	return if !defined $high;
	die "$s->{kind}: $folder: HIGHESTMODSEQ $high, was $modseq{$folder}\n"
	    if ($modseq{$folder} // 0) > $high;
	$modseq{$folder} = $high;
	return;
}

# --- what happens -------------------------------------------------------------

sub some_uid
{
	my ($s) = @_;
	my @known = grep { defined } @{$s->{uids}};

	return @known ? pick(@known) : 1;
}

my @flags = qw(\\Seen \\Flagged \\Answered \\Draft \\Deleted work later);

my @commands = (
	sub { "UID STORE " . some_uid($_[0]) . ' ' . pick('+', '-', '') .
	    'FLAGS' . pick('', '.SILENT') . ' (' . pick(@flags) . ')' },
	sub { "UID STORE " . some_uid($_[0]) . ':' . some_uid($_[0]) . ' ' .
	    pick('+', '-') . 'FLAGS (' . pick(@flags[0 .. 3]) . ')' },
	sub { 'UID STORE ' . some_uid($_[0]) . ' +FLAGS.SILENT (\\Deleted)' },
	sub { rand() < 0.3 ? 'EXPUNGE' : 'NOOP' },
	sub { 'NOOP' },
	sub { 'FETCH 1:* (UID FLAGS)' },
	sub { 'UID FETCH ' . some_uid($_[0]) .
	    ' (ENVELOPE BODYSTRUCTURE RFC822.SIZE)' },
	sub { "UID COPY " . some_uid($_[0]) . ' ' . pick(@folders) },
	sub { $_[0]{kind} eq 'ours' ?
	    "UID MOVE " . some_uid($_[0]) . ' ' . pick(@folders) : 'NOOP' },
	sub { my $t = text_of(mark()) =~ s/\n/\r\n/gr;
	    ('APPEND ' . pick(@folders) . ' ' . pick('', '(\\Seen) '), \$t) },
	sub { 'STATUS ' . pick(@folders) . ' (MESSAGES UNSEEN)' },
);

sub step
{
	replace_ended();
	my $s = pick(@sessions);

	select_folder($s, pick(@folders)) if !$s->{folder} || rand() < 0.05;
	ask($s, pick(@commands)->($s));
	return;
}

# Others, at the same time, for as long as they are not ended.
sub noise
{
	my ($seconds) = @_;
	my $end = time + $seconds;

	srand;
	while (time < $end) {
		my $where = $disk{pick(@folders)};
		my @files = glob "$where/cur/*";
		my $file = @files ? pick(@files) : next;
		my $do = rand;
		if ($do < 0.6) {
			my $flags = join '', sort grep { rand() < 0.4 }
			    qw(D F R S);
			(my $to = $file) =~ s/:2,.*/:2,$flags/;
			rename $file, $to if $file ne $to && !-e $to;
		} elsif ($do < 0.75) {
			unlink $file if @files > 20;
		} elsif ($do < 0.9) {
			my $mark = 'n' . $$ . '.' . ++$made;
			deliver($where, text => text_of($mark),
			    base => time . ".M$made" . "P$$.n",
			    rand() < 0.3 ? (flags => 'S') : ());
		} else {
			open my $fh, '|-', 'deliverquota', $where or next;
			print $fh text_of('q' . $$ . '.' . ++$made);
			CORE::close($fh);
		}
		sleep 0.001 * rand 8;
	}
	return;
}

sub start_noise
{
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		eval { noise(0.3); 1 } or print "# noise: $@";
		POSIX::_exit(0);
	}
	return $pid;
}

# A session ends in the middle of a command.
sub kill_one
{
	replace_ended();
	my @ours = grep { $_->{kind} eq 'ours' } @sessions;
	my $s = pick(@ours);
	my $w = $s->{wire};

	select_folder($s, pick(@folders)) if !$s->{folder};
	my ($text) = pick(@commands[0 .. 4, 7, 8])->($s);
	syswrite $w->{socket}, "k $text\r\n";
	sleep 0.001 * rand 5;
	kill 'KILL', $w->{pid};
	@sessions = grep { $_ != $s } @sessions;
	open_session('ours');
	$count{kill}++;
	return;
}

my %old; # a backup of each cache

sub damage
{
	my @files = grep { -f } map { glob "$_/satchel-*" } values %disk;
	my $file = @files ? pick(@files) : return;
	my $do = pick(qw(unlink cut garble grow restore swap));

	return if $file =~ /satchel-folders/;
	$old{$file} //= slurp($file);
	$count{"damage: $do"}++;
	if ($do eq 'unlink') {
		unlink $file;
	} elsif ($do eq 'cut') {
		truncate $file, int rand -s $file;
	} elsif ($do eq 'garble' && -s $file) {
		open my $fh, '+<', $file or return;
		for (1 .. 1 + rand 20) {
			seek $fh, int rand -s $fh, 0;
			print $fh pack 'C', rand 256;
		}
		close $fh;
	} elsif ($do eq 'grow') {
		open my $fh, '>>', $file or return;
		print $fh map { pack 'C', rand 256 } 1 .. rand 3000;
		close $fh;
	} elsif ($do eq 'restore') {
		spew("$file.old", $old{$file});
		rename "$file.old", $file;
	} elsif ($do eq 'swap') {
		my $from = pick(@files);
		spew("$file.old", slurp($from)) if -f $from;
		rename "$file.old", $file;
	}
	$old{$file} = slurp($file) if -f $file && rand() < 0.1;
	return;
}

# --- what must be true --------------------------------------------------------

# mark => [size, flags, keywords are left out] of all that is there.
sub scan
{
	my ($folder) = @_;
	my %there;

	for my $file (glob "$disk{$folder}/cur/*") {
		my $text = slurp($file);
		my ($mark) = $text =~ /^X-Mark: (\S+)/m or die "$file: $text\n";
		my ($letters) = $file =~ /:2,([A-Za-z]*)$/;
		push @{$there{$mark}}, [
		    length($text) + ($text =~ tr/\n//), $letters // ''];
	}
	return \%there;
}

my %letter = ('\\Draft' => 'D', '\\Flagged' => 'F', '\\Answered' => 'R',
    '\\Seen' => 'S', '\\Deleted' => 'T');

sub letters
{
	return join '', sort grep { defined } map { $letter{$_} }
	    split ' ', $_[0];
}

# All messages as a session shows them, held against the files.
sub check_session
{
	my ($s, $folder, $there) = @_;
	my (%seen, %modseq_of);

	select_folder($s, $folder) if ($s->{folder} // '') ne $folder;
	ask($s, 'NOOP');
	my $answer = ask($s, 'UID FETCH 1:* (UID FLAGS RFC822.SIZE' .
	    ($s->{condstore} ? ' MODSEQ' : '') .
	    ' BODY.PEEK[HEADER.FIELDS (X-Mark)] ENVELOPE)');
	for my $one (split /^(?=\* [0-9]+ FETCH)/m, $answer) {
		my ($uid) = $one =~ /UID ([0-9]+)/ or next;
		my ($mark) = $one =~ /^X-Mark: (\S+)/m or
		    die "UID $uid: no mark: $one\n";
		my ($flags) = $one =~ /FLAGS \(([^)]*)\)/;
		my ($size) = $one =~ /RFC822.SIZE ([0-9]+)/ or next;
		die "UID $uid: another subject: $one\n"
		    if $one !~ /"about \Q$mark\E"/;
		$modseq_of{$uid} = [$1, letters($flags)]
		    if $one =~ /MODSEQ \(([0-9]+)\)/;
		die "UID $uid of $folder was $mark_of{$folder}{$uid}, " .
		    "is $mark\n" if $mark_of{$folder}{$uid} &&
		    $mark_of{$folder}{$uid} ne $mark;
		die "UID $uid of $folder is below $top{$folder}\n"
		    if !$mark_of{$folder}{$uid} && $uid <= $top{$folder};
		$mark_of{$folder}{$uid} = $mark;
		push @{$seen{$mark}}, [$size, letters($flags)];
	}
	my $want = show($there);
	my $is = show(\%seen);
	die "shown and there differ:\n$is\n$want\n" .
	    substr($answer, 0, 300) . '…' . substr($answer, -200)
	    if $is ne $want;
	my $n = map { @$_ } values %$there;
	die "its client counts " . @{$s->{uids}} . " of $n\n"
	    if @{$s->{uids}} != $n;
	check_modseqs($folder, \%modseq_of) if $s->{condstore};
	return;
}

sub show
{
	my ($h) = @_;

	return join ' ', map { my $m = $_; map { "$m:$_" } sort
	    map { "$_->[0]:$_->[1]" } @{$h->{$m}} } sort keys %$h;
}

my %last; # folder => uid => [modseq, flags]

sub check_modseqs
{
	my ($folder, $is) = @_;

	for my $uid (keys %$is) {
		my ($m, $f) = @{$is->{$uid}};
		my $was = $last{$folder}{$uid};
		die "UID $uid: mod-sequence $m was $was->[0]\n"
		    if $was && $m < $was->[0];
		die "UID $uid: flags $was->[1] became $f, mod-sequence $m\n"
		    if $was && $f ne $was->[1] && $m == $was->[0];
		$last{$folder}{$uid} = [$m, $f];
	}
	return;
}

# A client that was away: resynchronised, it knows what is there.
sub check_resync
{
	my ($folder, $there) = @_;
	my $was = $snapshot{$folder};
	my $s = open_session('ours');

	if (!$s->{condstore}) {
		pop @sessions;
		return;
	}
	$s->must('ENABLE QRESYNC') if !$s->{qresync};
	$s->{qresync} = 1;
	$s->{folder} = $folder;
	my %flags = $was ? %{$was->{flags}} : ();
	my $answer = $s->must("SELECT $folder" . ($was ?
	    " (QRESYNC ($validity{$folder} $was->{modseq}))" : ''));
	seen_select($s, $answer);
	if ($was) {
		$count{resync}++;
		while ($answer =~ /^\* VANISHED \(EARLIER\) ([0-9:,]+)/gm) {
			delete @flags{numbers($1)};
		}
		while ($answer =~ /^\* [0-9]+ FETCH \((.*)\)\r$/gm) {
			my $one = $1;
			my ($uid) = $one =~ /UID ([0-9]+)/;
			my ($f) = $one =~ /FLAGS \(([^)]*)\)/;
			$flags{$uid} = letters($f);
		}
	}
	my %is;
	my ($high) = $answer =~ /\[HIGHESTMODSEQ ([0-9]+)\]/;
	my $all = $s->must('UID FETCH 1:* (FLAGS)');
	while ($all =~ /^\* [0-9]+ FETCH \((.*)\)\r$/gm) {
		my $one = $1;
		my ($uid) = $one =~ /UID ([0-9]+)/;
		my ($f) = $one =~ /FLAGS \(([^)]*)\)/;
		$is{$uid} = letters($f);
	}
	if ($was) {
		my $want = join ' ', map { "$_:$is{$_}" } sort keys %is;
		my $got = join ' ', map { "$_:$flags{$_}" } sort keys %flags;
		die "resynchronised from $was->{modseq}:\n$got\n$want\n"
		    if $want ne $got;
	}
	$snapshot{$folder} = { modseq => $high, flags => \%is }
	    if !$was || rand() < 0.5;
	$s->cmd('LOGOUT');
	@sessions = grep { $_ != $s } @sessions;
	return;
}

sub check_all
{
	for my $folder (@folders) {
		my $fresh = open_session('ours');
		select_folder($fresh, $folder); # empties new
		$fresh->cmd('LOGOUT');
		pop @sessions;
		sleep 0.07;
		my $there = scan($folder);
		replace_ended();
		for my $s (@sessions) {
			eval { check_session($s, $folder, $there); 1 } or
			    $s->{bye} or die "$s->{kind}" . ($s->{qresync} ? ' (qresync)' :
			    '') . ", $folder: $@";
		}
		replace_ended();
		check_resync($folder, $there);
		my $n = map { @$_ } values %$there;
		my $unseen = grep { $_->[1] !~ /S/ } map { @$_ } values %$there;
		my $status = $sessions[0]->must(
		    "STATUS $folder (MESSAGES UNSEEN)");
		die "STATUS of $folder: $status, not $n $unseen\n" if $status
		    !~ /\(MESSAGES $n UNSEEN $unseen\)/;
		$top{$folder} = (sort { $b <=> $a }
		    keys %{$mark_of{$folder}})[0] // 0;
		$count{checks}++;
	}
	return;
}

$top{$_} = 0 for @folders;
deliver($disk{pick(@folders)}, text => text_of(mark()), flags => pick('', 'S'))
    for 1 .. $begin;
open_session('ours') for 1 .. 3;
open_session('courier') if defined Both::courier() && !$ENV{ALONE};
my $round = 0;
my $good = eval {
	local $SIG{__WARN__} = sub { die @_ };
	while (time < $until) {
		$round++;
		my $pid = start_noise();
		my $end = time + 0.35;
		while (time < $end) {
			step();
			kill_one() if rand() < 0.02;
			damage() if !$ENV{NODAMAGE} && rand() < 0.03;
		}
		waitpid $pid, 0;
		check_all();
	}
	1;
};
diag("SEED=$seed, round $round: $@") if !$good;
ok($good, "$round rounds");
note(join ', ', map { "$_ $count{$_}" } sort keys %count);
$_->cmd('LOGOUT') for @sessions;
done_testing;
