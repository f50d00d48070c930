# Debian's courier-imap and ours on one Maildir, with maildrop's programs, in
# random alternation and then at the same time: no UID changes or is given
# twice, UIDVALIDITY, keywords, flags and subscriptions stay.
#
# STEPS (150), SECONDS (8) for the second half, SEED repeats a run;
# SIDES="courier courier" tests this test.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Both;
use Server;
use Wire;

plan(skip_all => 'no courier-imap here (COURIER_IMAPD=its imapd)')
    if !defined Both::courier();
my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");
my @sides = split ' ', $ENV{SIDES} // 'ours courier';
my $dir = temp_dir();
my $maildir = make_maildir("$dir/Maildir");
my %open = map { $_ => Both->new($_, $maildir) } @sides;
my %known; # folder => { uidvalidity, top, of => { mark => [uid, flags] } }
my %subscribed;
my $marks = 0;

sub pick { return $_[rand @_] }

sub message
{
	my $mark = 'm' . ++$marks . ".$$";

	return ($mark, "Subject: $mark\nX-Mark: $mark\n\n" .
	    "text\n" x int rand 20);
}

# A folder's directory.
sub on_disk
{
	my ($folder) = @_;

	return $folder eq 'INBOX' ? $maildir :
	    "$maildir/" . substr $folder, 5;
}

# Sees a folder with one side and holds it against what is known of it.
sub check
{
	my ($kind, $folder, $news) = @_;
	my $see = $open{$kind}->look($folder);
	my $k = $known{$folder} //= { uidvalidity => $see->{uidvalidity},
		top => 0, of => {} };

	die "$kind: $folder: UIDVALIDITY $k->{uidvalidity} became " .
	    "$see->{uidvalidity}\n" if $k->{uidvalidity} != $see->{uidvalidity};
	for my $mark (sort keys %{$see->{of}}) {
		my ($uid, $flags) = @{$see->{of}{$mark}};
		my $was = $k->{of}{$mark};
		die "$kind: $folder: UID $uid given again\n"
		    if !$was && $uid <= $k->{top};
		die "$kind: $folder: $mark was UID $was->[0], is $uid\n"
		    if $was && $was->[0] != $uid;
		die "$kind: $folder: $mark had ($was->[1]), has ($flags)\n"
		    if $was && defined $was->[1] && $was->[1] ne $flags;
		$k->{of}{$mark} = [$uid, $flags];
	}
	for my $mark (sort keys %{$k->{of}}) {
		die "$kind: $folder: $mark is lost\n" if !$see->{of}{$mark};
		$k->{top} = $k->{of}{$mark}[0]
		    if $k->{top} < $k->{of}{$mark}[0];
	}
	return;
}

sub check_all
{
	for my $folder (sort keys %known) {
		check($_, $folder) for @sides;
	}
	my $want = join ' ', sort keys %subscribed;
	for my $kind (@sides) {
		my $is = $open{$kind}->subscribed;
		die "$kind: subscribed ($is), not ($want)\n" if $is ne $want;
	}
	return;
}

# --- one step ----------------------------------------------------------------

sub deliver_here
{
	my ($kind, $folder) = @_;
	my ($mark, $text) = message();

	deliver(on_disk($folder), text => $text, base => "$mark.host");
	return "new mail in $folder";
}

sub deliverquota
{
	my ($kind, $folder) = @_;
	my ($mark, $text) = message();

	my $program = find_program('deliverquota') or return 'no deliverquota';
	open my $fh, '|-', $program, on_disk($folder) or die "deliverquota: $!\n";
	print $fh $text;
	CORE::close($fh) or die "deliverquota: exit $?\n";
	return "deliverquota into $folder";
}

sub append
{
	my ($kind, $folder) = @_;
	my ($mark, $text) = message();
	my $flags = pick('', '(\\Seen) ', '(\\Flagged \\Seen) ');

	$text =~ s/\n/\r\n/g;
	my $answer = $open{$kind}->must("APPEND $folder $flags", \$text);
	my ($uid) = $answer =~ /\[APPENDUID [0-9]+ ([0-9]+)\]/
	    or die "$kind: no APPENDUID: $answer\n";
	$known{$folder}{of}{$mark} = [$uid, undef] if $known{$folder};
	die "$kind: $folder: APPENDUID $uid was given before\n"
	    if $known{$folder} && $uid <= $known{$folder}{top};
	return "APPEND to $folder";
}

# A message of the folder that this side has open.
sub some
{
	my ($kind, $folder) = @_;

	$open{$kind}->must("SELECT $folder");
	my @marks = sort keys %{$known{$folder}{of}};
	return @marks ? pick(@marks) : undef;
}

sub store
{
	my ($kind, $folder) = @_;
	my $mark = some($kind, $folder) // return 'nothing to flag';
	my ($uid, $flags) = @{$known{$folder}{of}{$mark}};
	my $flag = pick('\\Seen', '\\Flagged', '\\Answered', '$Goat', 'Boat',
	    'Tower');
	my %has = map { $_ => 1 } split ' ', $flags // '';
	my $how = $has{$flag} ? '-' : '+';

	$open{$kind}->must("UID STORE $uid ${how}FLAGS ($flag)");
	$has{$flag} ? delete $has{$flag} : $has{$flag}++;
	$known{$folder}{of}{$mark}[1] = join ' ', sort keys %has;
	return "UID STORE $uid $how$flag in $folder";
}

sub expunge
{
	my ($kind, $folder) = @_;
	my $mark = some($kind, $folder) // return 'nothing to expunge';
	my $uid = $known{$folder}{of}{$mark}[0];

	$open{$kind}->must("UID STORE $uid +FLAGS (\\Deleted)");
	$open{$kind}->must("UID EXPUNGE $uid");
	delete $known{$folder}{of}{$mark};
	return "expunge UID $uid in $folder";
}

sub copy
{
	my ($kind, $folder) = @_;
	my $mark = some($kind, $folder) // return 'nothing to copy';
	my $to = pick(grep { !$known{$_}{of}{$mark} } sort keys %known)
	    // return 'it is everywhere';
	my ($uid, $flags) = @{$known{$folder}{of}{$mark}};

	my $answer = $open{$kind}->must("UID COPY $uid $to");
	my ($new) = $answer =~ /\[COPYUID [0-9]+ [0-9]+ ([0-9]+)\]/
	    or die "$kind: no COPYUID: $answer\n";
	die "$kind: $to: COPYUID $new was given before\n"
	    if $new <= $known{$to}{top};
	$known{$to}{of}{$mark} = [$new, $flags];
	return "UID COPY $uid of $folder to $to";
}

# Only ours has MOVE; Courier finds the message elsewhere under a new UID.
sub move
{
	my ($kind, $folder) = @_;

	return 'no MOVE' if $kind ne 'ours';
	my $mark = some($kind, $folder) // return 'nothing to move';
	my $to = pick(grep { !$known{$_}{of}{$mark} } sort keys %known)
	    // return 'it is everywhere';
	my ($uid, $flags) = @{delete $known{$folder}{of}{$mark}};
	my $answer = $open{$kind}->must("UID MOVE $uid $to");
	my ($new) = $answer =~ /\[COPYUID [0-9]+ [0-9]+ ([0-9]+)\]/
	    or die "$kind: no COPYUID: $answer\n";
	die "$kind: $to: COPYUID $new was given before\n"
	    if $new <= $known{$to}{top};
	$known{$to}{of}{$mark} = [$new, $flags];
	return "UID MOVE $uid of $folder to $to";
}

# A folder goes, with all that is in it, and may come back: then with another
# UIDVALIDITY.  (Courier takes two seconds for it.)
sub delete_folder
{
	my ($kind, $folder) = @_;

	return 'not the INBOX' if $folder eq 'INBOX' || rand > 0.3;
	my $old = delete $known{$folder};
	$open{$_}->must('SELECT INBOX') for @sides;
	$open{$kind}->must("DELETE $folder");
	$open{$kind}->cmd("CREATE $folder");
	check($_, $folder) for @sides;
	die "$folder: deleted and made again, the same UIDVALIDITY\n"
	    if $known{$folder}{uidvalidity} == $old->{uidvalidity};
	return "DELETE and CREATE $folder";
}

# Another program sets a flag in the name.
sub rename_flag
{
	my ($kind, $folder) = @_;
	my ($file) = glob on_disk($folder) . '/cur/*:2,*';

	return 'nothing to rename' if !defined $file || $file =~ /:2,.*[RT]/;
	my ($mark) = slurp($file) =~ /^X-Mark: (\S+)/mi;
	(my $new = $file) =~ s/:2,([A-Z]*)$/':2,' . join '', sort
	    split(m{}, $1), 'R'/e;
	rename $file, $new or return 'it was gone';
	my $m = $known{$folder}{of}{$mark};
	$m->[1] = join ' ', sort split(' ', $m->[1] // ''), '\\Answered' if $m;
	return "flag in the name in $folder";
}

sub create
{
	my ($kind) = @_;
	my $folder = 'INBOX.f' . keys %known;

	return 'enough folders' if keys %known > 5;
	$open{$kind}->must("CREATE $folder");
	check($kind, $folder);
	return "CREATE $folder";
}

sub maildirmake
{
	my $folder = 'INBOX.g' . keys %known;
	my $program = find_program('maildirmake') or return 'no maildirmake';

	return 'enough folders' if keys %known > 5;
	system($program, '-f', substr($folder, 6), $maildir) == 0
	    or die "maildirmake: exit $?\n";
	check($sides[rand @sides], $folder);
	return "maildirmake $folder";
}

sub subscribe
{
	my ($kind, $folder) = @_;
	my $how = $subscribed{$folder} ? 'UNSUBSCRIBE' : 'SUBSCRIBE';

	$open{$kind}->must("$how $folder");
	$subscribed{$folder} ? delete $subscribed{$folder} :
	    $subscribed{$folder}++;
	return "$how $folder";
}

sub reopen
{
	my ($kind) = @_;

	$open{$kind}->close;
	$open{$kind} = Both->new($kind, $maildir);
	return 'a new session';
}

my @steps = (\&deliver_here, \&deliverquota, (\&append) x 3, (\&store) x 5,
    \&expunge, (\&copy) x 2, (\&move) x 2,
    \&delete_folder, \&rename_flag, \&create, \&maildirmake,
    \&subscribe, \&reopen);

# --- in alternation ----------------------------------------------------------

check($sides[rand @sides], 'INBOX');
my @history;
my $failed = !eval {
	for (1 .. $ENV{STEPS} // 150) {
		my $kind = pick(@sides);
		my $folder = pick(sort keys %known);
		push @history, "$kind: …";
		$history[-1] = "$kind: " . pick(@steps)->($kind, $folder);
		check_all();
	}
	1;
};
ok(!$failed, 'in alternation, each step checked') or
    diag($@, join "\n", 'the last steps:', grep { defined }
    @history[($#history > 12 ? -12 : -@history) .. -1]);

# --- at the same time --------------------------------------------------------

# A child: works until the time is over, writes down each UID it was told.
sub work
{
	my ($kind, $n, $file) = @_;
	my $end = time + ($ENV{SECONDS} // 8);
	my $side = Both->new($kind, $maildir);
	my @told;

	srand $seed + $n;
	for (my $i = 0; time < $end; $i++) {
		my $folder = pick('INBOX', 'INBOX.both');
		my $mark = "w$n-$i.$$";
		my $text = "X-Mark: $mark\r\n\r\ntext\r\n";
		my $answer = $side->must("APPEND $folder ", \$text);
		my ($uid) = $answer =~ /\[APPENDUID [0-9]+ ([0-9]+)\]/
		    or die "$kind: no APPENDUID: $answer\n";
		push @told, "$folder $mark $uid\n";
		$side->must("SELECT $folder");
		$side->must("UID STORE $uid +FLAGS (W$n \\Flagged)");
		next if rand > 0.2;
		$side->must("UID STORE $uid +FLAGS (\\Deleted)");
		$side->must("UID EXPUNGE $uid");
		$told[-1] =~ s/ / -/;
	}
	$side->close;
	spew($file, join '', @told);
	return;
}

if (!$failed) {
	$open{$sides[0]}->cmd('CREATE INBOX.both');
	check($_, 'INBOX.both') for @sides;
	$_->close for values %open;
	my %pid;
	for my $n (1 .. 4) {
		my $kind = $sides[$n % @sides];
		my $pid = fork // die "fork: $!\n";
		if ($pid == 0) {
			eval { work($kind, $n, "$dir/told$n"); 1 } or
			    print STDERR "# $@";
			my $status = $@ ? 1 : 0;
			File::Temp::cleanup(); # what this process made
			POSIX::_exit($status);
		}
		$pid{$pid} = "$kind $n";
	}
	for (sort keys %pid) {
		waitpid $_, 0;
		is($?, 0, "$pid{$_} works beside the others");
	}
	%open = map { $_ => Both->new($_, $maildir) } @sides;
	my %see = map { my $kind = $_; map { ("$kind $_" =>
	    $open{$kind}->look($_)) } 'INBOX', 'INBOX.both' } @sides;
	my (@wrong, %given);
	for my $line (map { split /\n/, slurp($_) } glob "$dir/told*") {
		my ($folder, $gone, $mark, $uid) =
		    $line =~ /^(\S+) (-?)(\S+) (\d+)$/;
		push @wrong, "$folder: UID $uid was told for $mark and $given{$folder}{$uid}"
		    if $given{$folder}{$uid};
		$given{$folder}{$uid} = $mark;
		for my $kind (@sides) {
			my $is = $see{"$kind $folder"}{of}{$mark};
			my ($n) = $mark =~ /^w(\d+)/;
			push @wrong, "$kind: $folder: $mark was told $uid, is " .
			    ($is ? "$is->[0] ($is->[1])" : 'gone')
			    if $gone ? $is : !$is || $is->[0] != $uid ||
			    $is->[1] ne "W$n \\Flagged";
		}
	}
	my $told = 0;
	$told += keys %$_ for values %given;
	is(join("\n", @wrong > 10 ? @wrong[0 .. 9] : @wrong), '',
	    "$told messages: as told, to each side");
	ok(eval { check_all(); 1 }, 'and the rest is as it was') or diag($@);
}
$_->close for values %open;
done_testing;
