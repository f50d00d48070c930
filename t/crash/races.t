#!/usr/bin/perl
# Three sessions and other programs on one folder, in turn and at the same
# time: every session's numbers, UIDs and flags are those of the disk.
#
# Once with the file system's own time stamps, once with whole seconds
# (t/tool/coarse.c), so that everything happens within one tick of the clock.
# CRASH_SEED=n repeats a run of the first part, CRASH_SECONDS=n lasts longer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Crash;
use Wire;

my $seconds = $ENV{CRASH_SECONDS} // ($ENV{CRASH_ALL} ? 20 : 1.5);
my $seed = $ENV{CRASH_SEED} // time & 0xffffff;
my %letter = (D => '\Draft', F => '\Flagged', R => '\Answered', S => '\Seen',
    T => '\Deleted');
my $fields = 'BODY.PEEK[HEADER.FIELDS (SUBJECT)]';
my $serial = 0;
my @bad;
my $late = 0;
my $last = ''; # what was done before the last look

sub wrong
{
	push @bad, join '', @_ if @bad < 20;
	return;
}

# --- the disk ----------------------------------------------------------------

sub subject
{
	my ($path) = @_;

	open my $fh, '<', $path or return undef;
	while (defined(my $line = <$fh>)) {
		return $1 if $line =~ /^Subject: (.*)/;
	}
	return undef;
}

# { name => flags }
sub disk
{
	my ($maildir) = @_;
	my %on;

	for my $path (glob "$maildir/cur/* $maildir/new/*") {
		my $name = subject($path) // next;
		my ($letters) = $path =~ /:2,(.*)/;
		wrong("$name is on the disk twice") if exists $on{$name};
		$on{$name} = join ' ', sort map { $letter{$_} // () }
		    split //, $letters // '';
	}
	return \%on;
}

sub some_file
{
	my ($maildir) = @_;
	my @all = glob "$maildir/cur/*";

	return @all ? $all[rand @all] : undef;
}

# What other programs do; the words for it.
my @raw = (
	sub {
		my ($maildir, $who) = @_;
		my $name = $who . ++$serial;
		deliver($maildir, text => message_text($name) =~ s/\r//gr,
		    base => 1700000000 + $serial . ".$name.t");
		return "$name delivered";
	},
	sub {
		my ($maildir, $who) = @_;
		my $name = $who . ++$serial;
		deliver($maildir, text => message_text($name) =~ s/\r//gr,
		    base => 1700000000 + $serial . ".$name.t", flags => 'F');
		return "$name delivered to cur";
	},
	(sub {
		my ($maildir) = @_;
		my $path = some_file($maildir) // return 'nothing';
		my $flags = join '', grep { rand 2 < 1 } qw(D F R S);
		my $to = $path =~ s/(?::.*)?$/:2,$flags/r;
		return 'nothing' if $to eq $path || !rename $path, $to;
		return "$path gets $flags";
	}) x 3,
	sub {
		my ($maildir) = @_;
		my $path = some_file($maildir) // return 'nothing';
		return 'nothing' if rand 3 < 1 || !unlink $path;
		return "$path removed";
	},
);

# --- a session and what it was told --------------------------------------------

sub open_session
{
	my ($maildir, $env, $command, $uids) = @_;
	my $s = { w => Wire->new(maildir => $maildir, env => $env,
	    timeout => 60), list => [], uids => $uids, command => $command };
	my $r = $s->{w}->cmd("$command INBOX");

	wrong("$command: ", $r->raw) if !$r->ok;
	$s->{validity} = $r->untagged_code('UIDVALIDITY');
	take($s, $r);
	return $s;
}

# One UID, one message, in all sessions, for ever.
sub note_uid
{
	my ($s, $uid, $name) = @_;
	my $u = $s->{uids};

	wrong("after \"$last\": UID $uid is $name, was $u->{name}{$uid}")
	    if ($u->{name}{$uid} //= $name) ne $name;
	wrong("after \"$last\": $name has UID $uid, had $u->{uid}{$name}")
	    if ($u->{uid}{$name} //= $uid) != $uid;
	return;
}

sub take
{
	my ($s, $r) = @_;
	my $list = $s->{list};

	for ($r->all) {
		if ($_->{type} eq 'EXISTS') {
			push @$list, {} while @$list < $_->{n};
		} elsif ($_->{type} eq 'EXPUNGE') {
			splice @$list, $_->{n} - 1, 1;
		} elsif ($_->{type} eq 'FETCH') {
			take_fetch($s, $list->[$_->{n} - 1], $_->{att}, $_->{n});
		}
	}
	return;
}

sub take_fetch
{
	my ($s, $m, $att, $n) = @_;
	my ($subject) = grep { /^BODY\[/ } keys %$att;

	return if !$m;
	if (defined $att->{UID}) {
		wrong("after \"$last\": message $n has UID $att->{UID}, ",
		    "had $m->{uid}") if ($m->{uid} //= $att->{UID}) !=
		    $att->{UID};
	}
	if ($subject && ($att->{$subject} // '') =~ /^Subject: (.*?)\r/) {
		$m->{name} = $1;
		note_uid($s, $m->{uid}, $1);
	}
	$m->{flags} = join ' ', sort grep { /^\\/ && $_ ne '\Recent' }
	    @{$att->{FLAGS}} if $att->{FLAGS};
	return;
}

sub command
{
	my ($s, @parts) = @_;
	my $r = $s->{w}->cmd(@parts);

	wrong("$parts[0]: ", $r->raw) if $r->status !~ /^(?:OK|NO)$/;
	take($s, $r);
	return $r;
}

# Look, and be told of what is new.
sub look
{
	my ($s) = @_;

	command($s, 'NOOP');
	my @new = grep { !defined $s->{list}[$_ - 1]{name} }
	    1 .. @{$s->{list}};
	command($s, 'FETCH ' . join(',', @new) . " (UID FLAGS $fields)") if @new;
	return;
}

sub differences
{
	my ($s, $on, $what) = @_;
	my (%told, @found);
	my $before = 0;

	for my $m (@{$s->{list}}) {
		my $name = $m->{name} // '?';
		$told{$name} = $m->{flags};
		push @found, "$what: after \"$last\": UIDs do not rise"
		    if ($m->{uid} // 0) <= $before;
		$before = $m->{uid} // $before;
	}
	for (sort keys %{{%told, %$on}}) {
		my ($disk, $here) = ($on->{$_}, $told{$_});
		push @found, "$what: after \"$last\": $_: the disk has " .
		    ($disk // 'nothing') . ', the session ' .
		    ($here // 'nothing') if ($disk // '-') ne ($here // '-');
	}
	return @found;
}

# A session looks again some milliseconds after a change of its own, not at
# once: what others do in the same tick may be seen that much later.
sub compare
{
	my ($s, $maildir, $what) = @_;

	return if !differences($s, disk($maildir), $what);
	$late++;
	sleep 0.05;
	look($s);
	wrong($_) for differences($s, disk($maildir), $what);
	return;
}

# What a session does itself; it must have a message.
sub random_command
{
	my ($s, $who) = @_;
	my $n = @{$s->{list}};
	my $seq = $n ? 1 + int rand $n : 0;
	my $m = $s->{list}[$seq - 1];
	my @flags = grep { rand 2 < 1 } qw(\Draft \Flagged \Answered \Seen);
	my $kind = int rand 8;

	return 'NOOP' if $kind == 0 || !$n;
	return "FETCH 1:* (UID FLAGS)" if $kind == 1;
	return 'UID FETCH ' . ($m->{uid} // 1) . " (FLAGS $fields)"
	    if $kind == 2;
	return 'CHECK' if $s->{command} eq 'EXAMINE';
	return "STORE $seq FLAGS (@flags)" if $kind <= 4;
	return 'EXPUNGE' if $kind == 5;
	return "STORE $seq +FLAGS (\\Deleted)" if $kind == 6 && rand 3 < 1;
	my $name = $who . ++$serial;
	return ("APPEND INBOX (@flags) ", [message_text($name)]);
}

sub sessions
{
	my ($maildir, $env) = @_;
	my $uids = {};

	return map { open_session($maildir, $env, $_, $uids) }
	    qw(SELECT SELECT EXAMINE);
}

# --- in turn --------------------------------------------------------------------

sub in_turn
{
	my ($env, $what) = @_;
	my $maildir = make_maildir(scratch() . '/turn' . ++$serial);
	my $by = time + $seconds;
	my ($n, @s) = (0);

	$raw[$_ % 2]->($maildir, 'first') for 1 .. 8;
	@s = sessions($maildir, $env);
	look($_) for @s;
	while (time < $by && !@bad) {
		$n++;
		if (rand 3 < 2) {
			$last = $raw[rand @raw]->($maildir, 'raw');
		} else {
			my $s = $s[rand @s];
			my @command = random_command($s, 'own');
			$last = $command[0];
			command($s, @command);
		}
		next if rand 4 < 1; # several changes before the next look
		my @look = grep { rand 2 < 1 } @s;
		look($_) for @look;
		compare($_, $maildir, "$_->{command}, $what") for @look;
	}
	$_->{w}->done for @s;
	return $n;
}

# --- at the same time --------------------------------------------------------------

sub others
{
	my ($maildir, $seed_of_it) = @_;
	my $pid = fork // die "fork: $!\n";

	return $pid if $pid != 0;
	srand $seed_of_it;
	my $go_on = 1;
	local $SIG{TERM} = sub { $go_on = 0 };
	my $i = 0;
	while ($go_on && $i++ < 1e6) {
		$raw[rand @raw]->($maildir, "p$$-");
		sleep rand 0.004;
	}
	POSIX::_exit(0);
}

sub together
{
	my ($env, $what) = @_;
	my $maildir = make_maildir(scratch() . '/both' . ++$serial);
	my $by = time + $seconds;
	my ($n, @s) = (0);

	$raw[$_ % 2]->($maildir, 'first') for 1 .. 8;
	@s = sessions($maildir, $env);
	$last = 'all at once';
	my @pids = map { others($maildir, $seed + $_) } 1, 2;
	while (time < $by && !@bad) {
		my @r = map { [$_, $_->{w}->start(random_command($_, 'own'))] }
		    @s;
		for (@r) {
			my ($s, $r) = @$_;
			$s->{w}->collect($r) if !$r->{tagged};
			wrong('answer: ', $r->raw)
			    if $r->status !~ /^(?:OK|NO)$/;
			take($s, $r);
			$n++;
		}
		look($s[rand @s]) if rand 3 < 1;
	}
	kill 'TERM', @pids;
	waitpid $_, 0 for @pids;
	look($_) for @s;
	compare($_, $maildir, "$_->{command}, $what") for @s;
	$_->{w}->done for @s;
	my $fresh = open_session($maildir, $env, 'SELECT', $s[0]{uids});
	look($fresh);
	compare($fresh, $maildir, "a fresh session, $what");
	is($fresh->{validity}, $s[0]{validity}, 'one UIDVALIDITY');
	$fresh->{w}->done;
	return $n;
}

# --- moving ----------------------------------------------------------------------

# Selects a folder, and reads it: { uid => name }
sub read_folder
{
	my ($w, $folder) = @_;
	my %name;

	my $r = $w->cmd("SELECT $folder");
	wrong("SELECT $folder: ", $r->raw) if !$r->ok;
	return {} if !$r->last('EXISTS')->{n};
	my $of = $w->cmd("FETCH 1:* (UID $fields)")->fetch;
	for my $att (values %$of) {
		my ($subject) = grep { /^BODY\[/ } keys %$att;
		$name{$att->{UID}} = $1
		    if ($att->{$subject} // '') =~ /^Subject: (.*?)\r/;
	}
	return \%name;
}

# Two sessions move all messages to and fro between two folders, each what
# it gets hold of, while somebody changes flags.
sub moving
{
	my ($env, $what) = @_;
	my $maildir = make_maildir(scratch() . '/move' . ++$serial);
	my $work = make_folder($maildir, 'Work');
	my @folders = ('INBOX', 'INBOX.Work');
	my $by = time + $seconds;
	my (%told, @names);
	my $n = 0;

	for (1 .. 12) {
		push @names, ($raw[1]->($maildir, 'm') =~ /^(\S+)/)[0];
	}
	my @w = map { Wire->new(maildir => $maildir, env => $env,
	    timeout => 60) } 1, 2;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		local $SIG{TERM} = sub { POSIX::_exit(0) };
		for (1 .. 1e6) {
			$raw[2]->($_ % 2 ? $maildir : $work);
			sleep rand 0.004;
		}
		POSIX::_exit(0);
	}
	while (time < $by && !@bad) {
		my ($from, $to) = @folders[$n % 2, 1 - $n % 2];
		my @seen = map { read_folder($_, $from) } @w;
		my @r = map { $_->start("UID MOVE 1:* $to") } @w;
		for (0, 1) {
			$w[$_]->collect($r[$_]) if !$r[$_]{tagged};
			wrong('MOVE: ', $r[$_]->raw)
			    if $r[$_]->status !~ /^(?:OK|NO)$/;
			my $c = $r[$_]->untagged_code('COPYUID') // next;
			my @from = Judge::Lex::numbers($c->{from});
			my @to = Judge::Lex::numbers($c->{to});
			for my $i (0 .. $#from) {
				my $name = $seen[$_]{$from[$i]} // next;
				my $was = $told{$to}{$to[$i]} //= $name;
				wrong("$to: UID $to[$i] was $was, is $name")
				    if $was ne $name;
			}
		}
		$n++;
	}
	kill 'TERM', $pid;
	waitpid $pid, 0;
	my %at;
	for my $folder (@folders) {
		my $name = read_folder($w[0], $folder);
		push @{$at{$name->{$_}}}, $folder for keys %$name;
		for (keys %$name) {
			my $was = $told{$folder}{$_} // $name->{$_};
			wrong("$folder: UID $_ is $name->{$_}, was $was")
			    if $was ne $name->{$_};
		}
	}
	for (@names) {
		wrong("$_ is in ", join ' and ', @{$at{$_} // ['no folder']})
		    if @{$at{$_} // []} != 1;
	}
	$_->done for @w;
	return $n;
}

# --- all of it -------------------------------------------------------------------

my $shim = faultat() =~ s/faultat$/coarse.so/r;

srand $seed;
for (['fine stamps', {}], ['whole seconds', { LD_PRELOAD => $shim,
    ASAN_OPTIONS => 'verify_asan_link_order=0:detect_leaks=0' }]) {
	my ($name, $env) = @$_;
	SKIP: {
		skip "$shim is not built", 3 if $env->{LD_PRELOAD} && !-e $shim;
		for (['in turn', \&in_turn], ['at the same time', \&together],
		    ['moving', \&moving]) {
			my ($how, $run) = @$_;
			@bad = ();
			$late = 0;
			my $n = eval { $run->($env, $name) } // 0;
			push @bad, $@ if $@;
			ok(!@bad, "$name, $how ($n steps, $late late)") or
			    diag("CRASH_SEED=$seed\n", map { "  $_\n" } @bad);
		}
	}
}

done_testing;
