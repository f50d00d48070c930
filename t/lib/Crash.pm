# Crash: an operation of imapd, ended or hindered at each of its system calls,
# and what a fresh session finds afterwards.
#
#	use Crash;
#	crash_test('COPY',
#	    act => [['UID COPY 3,5 INBOX.Work']], to => 'INBOX.Work');
#	done_testing;
#
# Each case has its own copy of one Maildir: INBOX with five messages, Work
# with two, Work.Sub with one, UIDs with gaps, flags and keywords.  The
# session prepares (default: SELECT INBOX), then acts, and only the calls of
# the acts are counted (t/tool/faultat.c).
#
#	kill	SIGKILL before each call that changes something or answers
#	error	each call fails with errors that it can have; then the session
#		must still work, and doing it again must succeed
#
# Which calls there are is found by rehearsal.  A session looks at its folder
# when some milliseconds have passed, so that it may make others then: a case
# whose call does not come in several tries is skipped, and with more than half
# of them the test fails.
#
# What is then there is compared with what is there when nothing goes wrong,
# after 0, 1 ... acts (stages).  With n acts acknowledged every message is
# where stage n or stage n + 1 has it; no other, none doubled, each with its
# content; a UID that was ever told belongs to its message and no other;
# UIDVALIDITY, subscriptions and the directory are as they should be; no lock
# is waited for.  Names of messages are their subjects.
#
# Settings of a test:
#
#	act	commands (parts as for Wire->cmd)
#	prepare	the commands before that
#	env	imapd's environment
#	build	sub ($maildir): changes of the common Maildir
#	to	the folder of COPYUID
#	adds	for each act [folder, names]: of APPENDUID
#	renamed	{ old => new }: folders that keep their UIDs
#	again	0: after a failure it is not tried again; or a pattern of a
#		response code that is as good as OK then
#	synced	a pattern of the places that are on the disk before an answer
#	late	how many answers come before anything need be there
#	lax	1: OK does not promise that it was done
#	parts	1: a command that failed may have been done in part
#
# CRASH_ALL=1 visits every call with every error; else a sample.
package Crash;
use strict;
use warnings;
use Exporter 'import';
use File::Path ();
use File::Temp ();
use POSIX ();
use Test::More;
use Time::HiRes ();
use Crash::Sync ();
use Wire;

our @EXPORT = qw(crash_test crash_ready message_text observe copy_tree
    base_maildir scratch faultat);

my $all = $ENV{CRASH_ALL};
my $tries = 5; # to have the same call again
my $lock_seconds = 20; # a busy machine; a live lock is waited for longer
my $scratch;

# Where it is quick to sync.
sub scratch
{
	my @where = $ENV{CRASH_TMPDIR} // grep { -d && -w } '/dev/shm';

	$scratch //= File::Temp::tempdir('satchel-t-XXXXXX', CLEANUP => 1,
	    @where ? (DIR => $where[0]) : (TMPDIR => 1));
	return $scratch;
}

sub faultat
{
	return program('faultat') =~ s{/bin/faultat$}{/t/tool/faultat}r;
}

# Skips the test where nothing can be traced.
sub crash_ready
{
	plan(skip_all => 'faultat is not built') if !-x faultat();
	system faultat(), 'true';
	plan(skip_all => 'processes cannot be traced here')
	    if $? >> 8 == 77;
	return;
}

sub message_text
{
	my ($name) = @_;

	return "From: <a\@example.org>\r\nSubject: $name\r\n\r\n" .
	    "This is $name, and no other.\r\n" x (1 + length($name) % 3);
}

sub put
{
	my ($folder, $name, %o) = @_;

	return deliver($folder, text => message_text($name) =~ s/\r//gr,
	    base => '17000000' . sprintf('%02d', $o{n}) . ".$name.t",
	    defined $o{flags} ? (flags => $o{flags}) : ());
}

# --- the Maildir -------------------------------------------------------------

# Commands of one session that must all succeed.
sub session
{
	my ($maildir, $env, @commands) = @_;
	my $w = Wire->new(maildir => $maildir, env => $env);

	for (@commands) {
		my $r = $w->cmd(@$_);
		die "$_->[0]: " . $r->raw if !$r->ok;
	}
	shutdown $w->{socket}, 1;
	reap($w);
	return;
}

sub base_maildir
{
	my $maildir = scratch() . '/base';
	my ($work, $sub);
	my $n = 0;

	make_maildir($maildir);
	$work = make_folder($maildir, 'Work');
	$sub = make_folder($maildir, 'Work.Sub');
	put($maildir, $_->[0], n => ++$n, flags => $_->[1])
	    for ['x1', ''], ['m1', 'S'], ['m2', ''], ['x2', 'T'], ['m3', 'FS'],
	    ['m4', 'T'], ['m5', 'RS'];
	put($work, $_, n => ++$n, flags => 'S') for qw(y1 w1 w2);
	put($sub, 's1', n => ++$n, flags => 'F');
	session($maildir, {}, ['SELECT INBOX'],
	    ['STORE 1,4 +FLAGS.SILENT (\Deleted)'], ['UID EXPUNGE 1,4'],
	    ['UID STORE 3,5 +FLAGS.SILENT (alpha Beta)'],
	    ['UID STORE 5,6 +FLAGS.SILENT ($Gamma)'],
	    ['SUBSCRIBE INBOX'], ['SUBSCRIBE INBOX.Work'],
	    ['SELECT INBOX.Work.Sub'], ['SELECT INBOX.Work'],
	    ['UID STORE 1 +FLAGS.SILENT (\Deleted)'], ['EXPUNGE'],
	    ['UID STORE 3 +FLAGS.SILENT (wish)']);
	return $maildir;
}

sub copy_tree
{
	my ($from, $to) = @_;

	mkdir $to, (stat $from)[2] & 07777 or die "$to: $!\n";
	opendir my $dir, $from or die "$from: $!\n";
	for (readdir $dir) {
		next if /^\.\.?$/;
		if (-d "$from/$_") {
			copy_tree("$from/$_", "$to/$_");
			next;
		}
		my $mtime = (stat _)[9];
		spew("$to/$_", slurp("$from/$_"));
		utime $mtime, $mtime, "$to/$_";
	}
	return $to;
}

sub files
{
	my ($dir) = @_;

	opendir my $d, $dir or return ();
	return sort grep { !/^\.\.?$/ } readdir $d;
}

sub folder_dirs
{
	my ($maildir) = @_;

	return ($maildir, map { "$maildir/$_" }
	    grep { /^\.[^.]/ && -d "$maildir/$_/cur" } files($maildir));
}

# What no crash may leave behind outside of tmp.
sub strangers
{
	my ($maildir) = @_;
	my @bad;

	for my $dir (folder_dirs($maildir)) {
		my $short = $dir eq $maildir ? 'INBOX' : $dir =~ s{.*/}{}r;
		push @bad, map { "$short/$_ is there" } grep {
			!/^(?:cur|new|tmp|maildirfolder|maildirsize)$/ &&
			!/^courierimap(?:uiddb|keywords|subscribed)$/ &&
			!/^satchel-(?:index(?:\.new)?|cache|status)$/ &&
			!($dir eq $maildir && /^(?:satchel-folders|\..*)$/)
		} files($dir);
		push @bad, map { "$short/cur/$_ is there" }
		    grep { !/^[^.:][^:]*(?::2,[A-Za-z]*)?$/ } files("$dir/cur");
		push @bad, "$short keeps its lock"
		    if -e "$dir/tmp/courier.lock";
		push @bad, map { "$short: $_" } uiddb_faults($dir);
	}
	push @bad, map { "$_ is there without cur" }
	    grep { /^\.[^.]/ && !-d "$maildir/$_/cur" } files($maildir);
	return @bad;
}

sub uiddb_faults
{
	my ($dir) = @_;
	my (%uid, %base, @bad);

	return 'no courierimapuiddb' if !-e "$dir/courierimapuiddb";
	my ($head, @lines) = split /^/, slurp("$dir/courierimapuiddb");
	$head =~ /^1 +[0-9]+ +([0-9]+) *\n$/ or
	    return "courierimapuiddb begins with $head";
	my $next = $1;
	for (@lines) {
		if (!/^([0-9]+) ([^:\n]+)\n$/) {
			push @bad, "courierimapuiddb has a line $_";
			next;
		}
		push @bad, "UID $1 is in courierimapuiddb twice" if $uid{$1}++;
		push @bad, "$2 is in courierimapuiddb twice" if $base{$2}++;
		push @bad, "UID $1 is not below uidnext $next" if $1 >= $next;
	}
	return @bad;
}

# --- what a fresh session sees -----------------------------------------------

sub reap
{
	my ($w) = @_;
	my $by = Time::HiRes::time() + 60;

	return if !defined $w->{pid};
	close $w->{socket};
	while (waitpid($w->{pid}, POSIX::WNOHANG()) == 0) {
		if (Time::HiRes::time() > $by) {
			diag('it does not end');
			last;
		}
		Time::HiRes::sleep(0.0005);
	}
	delete $w->{pid};
	delete $w->{socket};
	return;
}

# { name, validity, next, list => [[uid, name, flags, keywords]] }
sub look
{
	my ($w, $folder) = @_;
	my $r = $w->cmd("SELECT \"$folder\"");
	my @list;

	die "SELECT $folder: " . $r->raw if !$r->ok;
	my %f = (validity => $r->untagged_code('UIDVALIDITY'),
	    next => $r->untagged_code('UIDNEXT') // 0);
	if ($r->last('EXISTS')->{n} > 0) {
		$r = $w->cmd('FETCH 1:* (UID FLAGS BODY.PEEK[])');
		die "FETCH in $folder: " . $r->raw if !$r->ok;
	}
	my $of = $r->fetch;
	for my $n (sort { $a <=> $b } keys %$of) {
		my $m = $of->{$n};
		my $body = $m->{'BODY[]'} // '';
		my ($name) = $body =~ /^Subject: (.*?)\r$/m;
		$name //= '(none)';
		$name .= ' (damaged)' if $body ne message_text($name);
		my @flags = sort grep { !/^\\Recent$/i } @{$m->{FLAGS}};
		push @list, [$m->{UID}, $name,
		    join(' ', grep { /^\\/ } @flags),
		    join(' ', grep { !/^\\/ } @flags)];
	}
	$f{list} = \@list;
	return \%f;
}

# Everything, as { folders => { name => look() }, subs, seconds }; dies when
# the session does not work.
sub observe
{
	my ($maildir, $env) = @_;
	my $start = Time::HiRes::time();
	my $w = Wire->new(maildir => $maildir, timeout => 30,
	    env => { HOSTNAME => 't', %{$env // {}} });
	my $lsub = $w->cmd('LSUB "" "*"');
	my $list = $w->cmd('LIST "" "*"');
	my %o = (subs => join ' ', sort map { $_->{mailbox} }
	    $lsub->all('LSUB'));

	die 'LSUB, LIST: ' . $lsub->raw . $list->raw
	    if !$lsub->ok || !$list->ok;
	for ($list->all('LIST')) {
		next if grep { /^\\(?:NoSelect|NonExistent)$/i } @{$_->{flags}};
		$o{folders}{$_->{mailbox}} = look($w, $_->{mailbox});
	}
	shutdown $w->{socket}, 1;
	1 while !$w->{eof} && $w->fill($w->deadline);
	reap($w);
	$o{seconds} = Time::HiRes::time() - $start;
	my ($complaint) = grep { !/^INFO: / } split /^/, $w->errors;
	die "it complains: $complaint" if defined $complaint;
	return \%o;
}

# Where each message is: { name => ["folder|flags|keywords", ...] }
sub places
{
	my ($o) = @_;
	my %at;

	for my $folder (sort keys %{$o->{folders}}) {
		push @{$at{$_->[1]}}, "$folder|$_->[2]|$_->[3]"
		    for @{$o->{folders}{$folder}{list}};
	}
	@$_ = sort @$_ for values %at;
	return \%at;
}

# --- comparing ---------------------------------------------------------------

# Between two stages of one message in one folder flags and keywords may
# change one after the other.
sub between
{
	my ($one, $other) = @_;
	my @a = split /\|/, $one->[0] // '', -1;
	my @b = split /\|/, $other->[0] // '', -1;

	return () if @$one != 1 || @$other != 1 || $a[0] ne $b[0];
	return ("$a[0]|$a[1]|$b[2]", "$a[0]|$b[1]|$a[2]");
}

sub place_faults
{
	my ($got, $from, $to) = @_;
	my %name = (%$got, %$from, %$to);
	my @bad;

	for my $name (sort grep { !/^probe/ } keys %name) {
		my $is = join ' + ', @{$got->{$name} // []};
		my @may = ($from->{$name} // [], $to->{$name} // []);
		my @good = ((map { join ' + ', @$_ } @may), between(@may));
		next if grep { $_ eq $is } @good;
		push @bad, sprintf '%s is at "%s", not at "%s"', $name, $is,
		    join '" or "', $good[0], $good[1] ne $good[0] ? $good[1] :
		    ();
	}
	return @bad;
}

sub folder_faults
{
	my ($o, $from, $to, $known) = @_;
	my ($f, $g) = ($from->{folders}, $to->{folders});
	my @bad;


	for (sort keys %{$o->{folders}}) {
		my $validity = $o->{folders}{$_}{validity};
		push @bad, "folder $_ came from nowhere"
		    if !$f->{$_} && !$g->{$_};
		push @bad, "$_ has UIDVALIDITY $validity, had $known->{$_}"
		    if $f->{$_} && $g->{$_} && $known->{$_} &&
		    $known->{$_} == $f->{$_}{validity} &&
		    $known->{$_} == $g->{$_}{validity} &&
		    $known->{$_} != $validity;
	}
	for (grep { $g->{$_} } sort keys %$f) {
		push @bad, "folder $_ is lost" if !$o->{folders}{$_};
	}
	push @bad, "subscribed are $o->{subs}"
	    if $o->{subs} ne $from->{subs} && $o->{subs} ne $to->{subs};
	return @bad;
}

# known: { folder => { validity => { uid => name } } }
sub uid_faults
{
	my ($o, $known) = @_;
	my @bad;

	for my $folder (sort keys %{$o->{folders}}) {
		my $f = $o->{folders}{$folder};
		my $of = $known->{$folder}{$f->{validity}} // {};
		my %uid = reverse %$of;
		my ($last) = sort { $b <=> $a } keys %$of;
		push @bad, "$folder: UIDVALIDITY $f->{validity} after $_"
		    for grep { $_ > $f->{validity} } keys %{$known->{$folder}};
		for (@{$f->{list}}) {
			my ($uid, $name) = @$_;
			push @bad, "$folder: UID $uid was $of->{$uid}, is $name"
			    if ($of->{$uid} // $name) ne $name;
			push @bad, "$folder: $name had UID $uid{$name}, has $uid"
			    if ($uid{$name} // $uid) != $uid;
		}
		push @bad, "$folder: UIDNEXT $f->{next} after UID $last"
		    if $last && $f->{next} && $f->{next} <= $last;
	}
	return @bad;
}

# What courierimapuiddb has of a Maildir's folders: ({ folder => validity },
# { folder => { validity => { uid => name } } }).
sub stored
{
	my ($maildir, $renamed) = @_;
	my (%validity, %known);

	for my $dir (folder_dirs($maildir)) {
		my $folder = 'INBOX' . substr $dir, length $maildir;
		my (%name, $head, @lines);
		$folder =~ s{^INBOX/}{INBOX};
		next if !-e "$dir/courierimapuiddb";
		for my $file (glob "$dir/cur/* $dir/new/*") {
			my ($name) = slurp($file) =~ /^Subject: (.*)$/m;
			$name{$file =~ s{.*/([^:]*).*}{$1}r} = $name;
		}
		($head, @lines) = split /^/, slurp("$dir/courierimapuiddb");
		$validity{$folder} = 0 + (split ' ', $head)[1];
		for my $as ($folder, $renamed->{$folder} // ()) {
			my $of = $known{$as}{$validity{$folder}} = {};
			for (@lines) {
				my ($uid, $base) = /^([0-9]+) (.*)$/ or next;
				$of->{0 + $uid} = $name{$base} if $name{$base};
			}
		}
	}
	return (\%validity, \%known);
}

# The same of what a session has seen.
sub know
{
	my ($o) = @_;
	my %known;

	for my $folder (keys %{$o->{folders}}) {
		my $f = $o->{folders}{$folder};
		$known{$folder}{$f->{validity}} =
		    { map { $_->[0] => $_->[1] } @{$f->{list}} };
	}
	return \%known;
}

# --- one case ----------------------------------------------------------------

my $serial = 0;

sub start
{
	my ($t, @fault) = @_;
	my $at = scratch() . '/' . ++$serial;
	my %c = (at => $at, maildir => "$at/Maildir", gate => "$at/gate",
	    list => "$at/list", told => {}, ok => 0, status => '');

	mkdir $at, 0755 or die "$at: $!\n";
	copy_tree($t->{maildir}, $c{maildir});
	$c{w} = Wire->new(command => [faultat(), '-g', $c{gate},
	    '-o', $c{list}, @fault, program('imapd'), $c{maildir}],
	    env => { HOSTNAME => 't', %{$t->{env} // {}} }, timeout => 30);
	for (@{$t->{prepare} // [['SELECT INBOX']]}) {
		my $r = $c{w}->cmd(@$_);
		die "$_->[0]: " . $r->raw if !$r->ok;
		learn($t, \%c, $_->[0], $r);
	}
	return \%c;
}

# What the client is told of UIDs.
sub learn
{
	my ($t, $c, $command, $r, $n) = @_;
	my $arg = $r->arg;

	if ($command =~ /^(?:SELECT|EXAMINE) "?([^ "]+)/) {
		$c->{folder} = $1;
		$c->{validity} = $r->untagged_code('UIDVALIDITY');
		$c->{said}{$1} = $c->{validity}
		    if !grep { ($_->{code} // '') eq 'UIDNOTSTICKY' } $r->all;
	}
	$c->{said}{$_->{mailbox}} = $_->{att}{UIDVALIDITY}
	    for $r->all('STATUS');
	if ($r->code eq 'APPENDUID') {
		my ($folder, @names) = @{$t->{adds}[$n]};
		@{$c->{told}{$folder}{$arg->{uidvalidity}}}
		    {Judge::Lex::numbers($arg->{uids})} = @names;
	}
	my ($copy) = $r->code eq 'COPYUID' ? $arg :
	    $r->untagged_code('COPYUID');
	if ($copy) {
		my $from = $t->{known}{$c->{folder}}{$c->{validity}};
		@{$c->{told}{$t->{to}}{$copy->{uidvalidity}}}
		    {Judge::Lex::numbers($copy->{to})} =
		    @$from{Judge::Lex::numbers($copy->{from})};
	}
	my $fetched = $r->fetch;
	for (values %$fetched) {
		my ($subject) = grep { /^BODY\[HEADER/ } keys %$_;
		$c->{told}{$c->{folder}}{$c->{validity}}{$_->{UID}} =
		    $_->{$subject} =~ s/^Subject: (.*?)\s*$/$1/r
		    if $subject && $_->{UID};
	}
	return;
}

# Does the acts up to the first that does not succeed.
sub act
{
	my ($t, $c) = @_;

	spew($c->{gate}, '');
	for my $act (@{$t->{act}}) {
		my $r = eval { $c->{w}->cmd(@$act) };
		if (!$r) {
			die $@ if !$c->{w}{eof};
			$c->{status} = 'EOF';
			last;
		}
		learn($t, $c, $act->[0], $r, $c->{ok});
		$c->{status} = $r->status;
		last if !$r->ok;
		$c->{ok}++;
	}
	unlink $c->{gate};
	return;
}

sub listed
{
	my ($c) = @_;

	return map { chomp; $_ } split /^/, slurp($c->{list});
}

# After the session: what is wrong, between two stages.
sub faults
{
	my ($t, $c, $from, $to) = @_;
	my ($validity, $known) = stored($t->{maildir}, $t->{renamed} // {});
	my $n = 0;

	for my $folder (keys %{$c->{told}}) {
		for my $validity (keys %{$c->{told}{$folder}}) {
			my $told = $c->{told}{$folder}{$validity};
			@{$known->{$folder}{$validity}}{keys %$told} =
			    values %$told;
		}
	}
	for my $dir (folder_dirs($c->{maildir})) {
		put($dir, 'probe' . ++$n, n => 50 + $n);
	}
	my $o = eval { observe($c->{maildir}, $t->{env}) };
	return "the next session: $@" if !$o;
	my @bad = (place_faults(places($o), places($from), places($to)),
	    folder_faults($o, $from, $to, $validity), uid_faults($o, $known),
	    strangers($c->{maildir}));
	for (sort keys %{$c->{said}}) {
		my $is = $o->{folders}{$_}{validity};
		push @bad, "$_ was said to have UIDVALIDITY $c->{said}{$_}"
		    if $is && $c->{said}{$_} && $is != $c->{said}{$_};
	}
	push @bad, sprintf 'the next session took %.1f s', $o->{seconds}
	    if $o->{seconds} > $lock_seconds;
	my $later = eval { observe($c->{maildir}, $t->{env}) };
	return (@bad, "the session after that: $@") if !$later;
	push @bad, uid_faults($later, know($o)),
	    place_faults(places($later), places($o), places($o));
	return map { my $s = $_; chomp $s; $s } @bad;
}

sub clean_up
{
	my ($c) = @_;

	if ($c->{w}) {
		eval { reap($c->{w}) };
		delete $c->{w};
	}
	File::Path::remove_tree($c->{at});
	return;
}

# --- the tests ---------------------------------------------------------------

# The state after 0, 1 ... acts when nothing goes wrong, and the calls.
sub rehearse
{
	my ($t) = @_;

	for my $n (0 .. @{$t->{act}}) {
		my %some = (%$t, act => [@{$t->{act}}[0 .. $n - 1]]);
		my $c = start(\%some);
		act(\%some, $c);
		die "without a fault: $t->{act}[$n - 1][0]: $c->{status}\n"
		    if $c->{ok} != $n;
		reap($c->{w});
		$t->{stages}[$n] = observe($c->{maildir}, $t->{env});
		$t->{calls} = [listed($c)];
		clean_up($c);
	}
	for (1 .. $tries) { # until nothing happens by chance
		my @before = map { call_of($_) } @{$t->{calls}};
		my $c = start($t);
		act($t, $c);
		$t->{calls} = [listed($c)];
		clean_up($c);
		my @after = map { call_of($_) } @{$t->{calls}};
		last if "@before" eq "@after";
	}
	return;
}

sub report
{
	my ($name, $count, @bad) = @_;

	ok(!@bad, "$name ($count)");
	diag(map { "  $_\n" } @bad > 12 ? (@bad[0 .. 11], '...') : @bad)
	    if @bad;
	return;
}

# Every k-th of a list, such that at most max are left.
sub sample
{
	my ($max, @list) = @_;

	return @list if $all || @list <= $max;
	return @list[map { int $_ * @list / $max } 0 .. $max - 1];
}

# The session after it, and its calls: any will do for the last, but it must
# have come so far.
sub kill_case
{
	my ($t, $option, $n) = @_;
	my ($c, @list);

	for (1 .. $tries) {
		clean_up($c) if $c;
		$c = start($t, $option, $n);
		if (!eval { act($t, $c); 1 }) {
			my $why = $@;
			clean_up($c);
			die $why;
		}
		reap($c->{w});
		@list = listed($c);
		last if @list >= $n;
	}
	return ($c, @list);
}

sub kill_tests
{
	my ($t) = @_;
	my @at = grep { $t->{calls}[$_ - 1] =~ /^\d+ \w+ [cw]/ }
	    1 .. @{$t->{calls}};
	my @cases = map { ['-k', $_] } sample($t->{kills} // 40, @at);
	my (@bad, @missed);

	push @cases, map { ['-a', $_] } @at if $all;
	for my $case (@cases) {
		my ($c, @list) = eval { kill_case($t, @$case) };
		if (!$c) {
			push @bad, "@$case: $@";
			next;
		}
		my $line = $list[-1];
		push @missed, "@$case" if @list < $case->[1];
		my $from = $t->{stages}[$c->{ok}];
		my $to = $t->{stages}[$c->{ok} + 1] // $from;
		push @bad, map { "@$case, $line: $_" }
		    faults($t, $c, $from, $to);
		clean_up($c);
	}
	report("$t->{name}: killed", scalar(@cases) . ' calls', @bad);
	report_missed("$t->{name}: killed", scalar @cases, @missed);
	return;
}

# Errors that a call can have.
sub errors_of
{
	my ($n, $line) = @_;
	my (undef, $call, $class) = split ' ', $line;
	my @errors = $class =~ /^r/ || $line =~ m{/tmp/} ? ('EIO') :
	    ('EIO', 'EACCES');

	return () if $class =~ /^w/;
	@errors = ('EMFILE', @errors) if $call =~ /^open|^inotify/;
	@errors = ('ENOLCK', 'EINTR') if $call =~ /^flock|^fcntl/;
	@errors = ('EIO', 'EINTR') if $call =~ /^p?(?:read|write)$/;
	@errors = ('EIO') if $call =~ /sync$|^p?read$|^getdents/;
	@errors = ('EPERM') if $call =~ /^utimens|^fch/;
	my @options = map { ['-e', "$n:$_"] } @errors;
	push @options, ['-e', "$n+:ENOSPC"], ['-e', "$n:EDQUOT"]
	    if $class =~ /\+/;
	push @options, ['-s', $n] if $call =~ /^p?write$/;
	return @options;
}

# The session after a failure: it still works, and can do it now.
sub go_on
{
	my ($t, $c, $line) = @_;
	my $again = $t->{again} // 1;
	my $r;

	if ($c->{w}{eof} || $c->{status} eq 'EOF') {
		# a literal that was announced cannot be taken back
		return () if $line =~ m{ pread r .*/(?:cur|new)/[^ ]+ = -};
		return 'the session ended';
	}
	return "answer $c->{status}" if $c->{status} !~ /^(?:OK|NO)$/;
	$r = $c->{w}->cmd('NOOP');
	return 'then NOOP: ' . $r->raw if !$r->ok;
	return () if $c->{status} eq 'OK' || !$again;
	for (; $c->{ok} < @{$t->{act}}; $c->{ok}++) {
		my @parts = @{$t->{act}[$c->{ok}]};
		$r = $c->{w}->cmd(@parts);
		learn($t, $c, $parts[0], $r, $c->{ok});
		# what may not be written is left alone from then on
		return () if $r->code eq 'NOPERM' && $line =~ / = -13$/;
		return "again: $parts[0]: " . $r->raw
		    if !$r->ok && ($again eq '1' || $r->code !~ $again);
	}
	return ();
}

# The session after the call of that line failed: what is wrong.
sub error_faults
{
	my ($t, $c, $line) = @_;
	my $failed = $c->{ok};
	my @bad;

	if ($c->{status} eq 'NO' && !$t->{parts}) {
		# what failed has not been done: seen before it is done again
		my $o = eval { observe($c->{maildir}, $t->{env}) };
		push @bad, !$o ? "then another session: $@" :
		    place_faults(places($o), (places($t->{stages}[$failed]))
		    x 2);
	}
	push @bad, eval { go_on($t, $c, $line) };
	push @bad, $@ if $@;
	reap($c->{w});
	my $to = $t->{stages}[$c->{ok}];
	my $from = $t->{lax} ? $t->{stages}[0] : $to;
	$to = $t->{stages}[$c->{ok} + 1] // $to if $c->{ok} == $failed;
	push @bad, faults($t, $c, $from, $to);
	return @bad;
}

# A call of the list, without what differs each time.
sub call_of
{
	my ($line) = @_;

	return $line =~ s/^[0-9]+ | = .*//gr =~
	    s{(17000000[0-9]+\.[a-z][0-9])|[0-9][0-9A-F]*}{$1 // '0'}ger;
}

# The number that a call has in another list.
sub number_in
{
	my ($n, $calls, @list) = @_;
	my @same = map { call_of($_) eq call_of($calls->[$n - 1]) } @$calls;
	my $nth = grep { $_ } @same[0 .. $n - 1];

	for (0 .. $#list) {
		next if call_of($list[$_]) ne call_of($calls->[$n - 1]);
		return $_ + 1 if --$nth == 0;
	}
	return undef;
}

# Whether the call met its fault, and what was wrong then.
sub error_case
{
	my ($t, $option, $fault) = @_;
	my ($n, $rest) = $fault =~ /^([0-9]+)(.*)/;
	my $at = $n;

	# A session looks when some time has passed, so that on a busy machine
	# the n-th call may be another.
	for (1 .. $tries) {
		my $c = start($t, $option, "$at$rest");
		act($t, $c);
		my @list = listed($c);
		my $is = number_in($n, $t->{calls}, @list);
		if (($is // 0) == $at) {
			my @bad = error_faults($t, $c, $list[$at - 1]);
			clean_up($c);
			return (1, map { "$option $fault, $list[$at - 1]: $_" }
			    @bad);
		}
		clean_up($c);
		# what it does after a fault tells nothing of what it did before
		$at = ($is // $at) < $at ? $is : @list < $at ? $n : $at + 1;
	}
	return 0;
}

# Cases that asked nothing, since the session made other calls each time.
sub report_missed
{
	my ($name, $cases, @missed) = @_;
	my $text = "$name: not met: " . join ', ', @missed;

	return if !@missed;
	if (@missed > 3 && @missed * 2 > $cases) {
		fail($text);
		return;
	}
	SKIP: {
		skip $text, 1;
	}
	return;
}

sub error_tests
{
	my ($t) = @_;
	my @cases = sample($t->{errors} // 24,
	    map { errors_of($_, $t->{calls}[$_ - 1]) } 1 .. @{$t->{calls}});
	my (@bad, @missed);

	for (@cases) {
		my ($hit, @found) = eval { error_case($t, @$_) };
		push @bad, $@ ? "@$_: $@" : @found;
		push @missed, "@$_" if defined $hit && !$hit;
	}
	report("$t->{name}: failing", scalar(@cases) . ' cases', @bad);
	report_missed("$t->{name}: failing", scalar @cases, @missed);
	return;
}

# A process that is not dumpable hides its places from those who are not root.
sub sync_test
{
	my ($t) = @_;

	SKIP: {
		skip "$t->{name}: the list shows no places", 1
		    if grep { / \?/ } @{$t->{calls}};
		report("$t->{name}: synced", scalar(@{$t->{calls}}) . ' calls',
		    Crash::Sync::unsynced($t->{synced}, $t->{late} // 0,
		    @{$t->{calls}}));
	}
	return;
}

sub crash_test
{
	my ($name, %t) = @_;
	my $base = scratch() . '/base';

	base_maildir() if !-d $base;
	$t{name} = $name;
	$t{maildir} = scratch() . '/' . ++$serial;
	copy_tree($base, $t{maildir});
	$t{build}->($t{maildir}) if $t{build};
	$t{known} = (stored($t{maildir}, {}))[1];
	if (!eval { rehearse(\%t); 1 }) {
		report("$name: without a fault", 'rehearsal', $@);
		return;
	}
	sync_test(\%t) if $t{synced};
	kill_tests(\%t);
	error_tests(\%t);
	File::Path::remove_tree($t{maildir});
	return;
}

1;
