# CONDSTORE and QRESYNC under stress: several clients on one folder, each of
# which knows the mailbox only through what these extensions tell it, while
# they and other programs change it.  Connections are lost at any moment, in
# the middle of a command too, and taken up again where the client believes to
# be.  After each round everything is fetched and compared with what each
# client believes.
#
#	STRESS_SEED	of the random numbers; printed
#	STRESS_ROUNDS	how many, default 8
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes 'sleep';
use Wire;

my $seed = $ENV{STRESS_SEED} // time ^ $$ << 4;
my $rounds = $ENV{STRESS_ROUNDS} // 8;
srand $seed;
diag "STRESS_SEED=$seed" if $ENV{STRESS_ROUNDS};
my $md = make_maildir();
make_folder($md, 'Work');
my @flags = qw(\Seen \Flagged \Answered \Draft $a $b);
my $serial = 1000000000;
sub put { return deliver($md, text => "x\n", base => $serial++ . '.x', @_) }
put(flags => '') for 1 .. 12;

# --- a client ----------------------------------------------------------------
# {flags}	UID => "flags sorted"; what it would have on disk
# {modseq}, {uidvalidity}	likewise
# {seqs}	while connected: UIDs by number, undef for those not known yet
# {qresync}	or only CONDSTORE
sub new_client
{
	my ($name, $qresync) = @_;

	return { name => $name, qresync => $qresync, flags => {}, modseq => 0, next => 0,
	    uidvalidity => 0 };
}

sub wrong { die "$_[0]{name}: $_[1] (STRESS_SEED=$seed)\n" }

sub flags_of { join ' ', sort grep { $_ ne '\Recent' } @_ }

sub forget
{
	my ($c, $uid) = @_;
	my $seqs = $c->{seqs};

	delete $c->{flags}{$uid};
	my ($at) = grep { defined $seqs->[$_] && $seqs->[$_] == $uid }
	    0 .. $#$seqs;
	($at) = grep { !defined $seqs->[$_] } 0 .. $#$seqs if !defined $at;
	wrong($c, "VANISHED $uid, which it cannot know") if !defined $at;
	splice @$seqs, $at, 1;
	return;
}

sub take_fetch
{
	my ($c, $r) = @_;
	my ($n, $att) = ($r->{n} - 1, $r->{att});
	my $uid = $att->{UID} // $c->{seqs}[$n];

	if (defined $att->{UID}) {
		wrong($c, "number $r->{n} is UID $c->{seqs}[$n], not $uid")
		    if defined $c->{seqs}[$n] && $c->{seqs}[$n] != $uid;
		$c->{seqs}[$n] = $uid;
	}
	$c->{flags}{$uid} = flags_of(@{$att->{FLAGS}})
	    if $att->{FLAGS} && defined $uid;
	$c->{seen} = $att->{MODSEQ}
	    if $att->{MODSEQ} && $att->{MODSEQ} > $c->{seen};
	return;
}

sub take
{
	my ($c, $r) = @_;

	$c->{code} = $r->{arg} if ($r->{code} // '') eq 'HIGHESTMODSEQ';
	if ($r->{type} eq 'EXISTS') {
		push @{$c->{seqs}}, undef while @{$c->{seqs}} < $r->{n};
	} elsif ($r->{type} eq 'EXPUNGE') {
		my $uid = splice @{$c->{seqs}}, $r->{n} - 1, 1;
		delete $c->{flags}{$uid} if defined $uid;
	} elsif ($r->{type} eq 'VANISHED' && $r->{earlier}) {
		delete $c->{flags}{$_} for Judge::Lex::numbers($r->{uids});
	} elsif ($r->{type} eq 'VANISHED') {
		forget($c, $_) for Judge::Lex::numbers($r->{uids});
	} elsif ($r->{type} eq 'FETCH') {
		take_fetch($c, $r);
	}
	return;
}

# The rule of section 6 for the client's own HIGHESTMODSEQ; it is no sign of
# what the client knows as long as it has messages to ask for.
sub end_command
{
	my ($c, $tagged) = @_;

	take($c, $tagged);
	if (defined $c->{code}) {
		$c->{next} = $c->{code};
	} elsif ($c->{seen} > $c->{next}) {
		$c->{next} = $c->{seen};
	}
	$c->{modseq} = $c->{next} if !grep { !defined } @{$c->{seqs}};
	return;
}

sub command
{
	my ($c, @parts) = @_;

	($c->{seen}, $c->{code}) = (0, undef);
	my $reply = $c->{w}->cmd(@parts);
	take($c, $_) for @{$reply->{untagged}};
	wrong($c, "$parts[0]: it is gone") if !$reply->{tagged};
	wrong($c, "$parts[0]: BAD") if $reply->status eq 'BAD';
	end_command($c, $reply->{tagged});
	return $reply;
}

# Fetch what is new, as a client does after EXISTS.
sub fetch_new
{
	my ($c) = @_;

	for (1 .. 10 + @{$c->{seqs}}) {
		my $seqs = $c->{seqs};
		my ($at) = grep { !defined $seqs->[$_] } 0 .. $#$seqs;
		return if !defined $at;
		my ($to) = grep { defined } @$seqs[$at .. $#$seqs];
		command($c, sprintf 'UID FETCH %d:%s (FLAGS MODSEQ)',
		    $at > 0 ? $seqs->[$at - 1] + 1 : 1,
		    defined $to ? $to - 1 : '*');
	}
	wrong($c, 'EXISTS tells of messages that are not there');
	return;
}

sub set_of { return join ',', sort { $a <=> $b } @_ }

# Connect, and be told what has changed.
sub resume
{
	my ($c) = @_;
	my @known = sort { $a <=> $b } keys %{$c->{flags}};
	my $how = !$c->{qresync} ? 'CONDSTORE' :
	    !$c->{uidvalidity} ? '' : sprintf 'QRESYNC (%d %s%s%s)',
	    $c->{uidvalidity}, $c->{modseq},
	    @known && rand > .5 ? ' ' . set_of(@known) : '',
	    @known && rand > .5 ? sprintf ' (%s %s)',
	    map { set_of(@$_) } sample(@known) : '';

	$c->{w} = Wire->new(maildir => $md);
	$c->{seqs} = [];
	$c->{w}->cmd('ENABLE QRESYNC') if $c->{qresync};
	my $since = $c->{modseq};
	($c->{seen}, $c->{code}) = (0, undef);
	my $reply = $c->{w}->cmd('SELECT INBOX' . ($how ? " ($how)" : ''));
	wrong($c, 'SELECT: ' . $reply->raw) if !$reply->ok;
	$c->{uidvalidity} = $reply->untagged_code('UIDVALIDITY');
	# the numbers: what it knows and has not vanished, then what is new
	my $exists = $reply->last('EXISTS')->{n};
	my @fetched = $reply->all('FETCH');
	delete $c->{flags}{$_} for map { Judge::Lex::numbers($_->{uids}) }
	    $reply->all('VANISHED');
	if ($c->{qresync}) {
		my @left = sort { $a <=> $b } keys %{$c->{flags}};
		wrong($c, "it knows @left, there are only $exists")
		    if @left > $exists;
		$c->{seqs} = \@left;
	}
	push @{$c->{seqs}}, undef while @{$c->{seqs}} < $exists;
	take_fetch($c, $_) for @fetched;
	$c->{next} = $reply->untagged_code('HIGHESTMODSEQ');
	$c->{modseq} = $c->{next} if !grep { !defined } @{$c->{seqs}};
	resume_condstore($c, $since) if !$c->{qresync};
	fetch_new($c);
	return;
}

# Without QRESYNC: what is there, then what has changed.
sub resume_condstore
{
	my ($c, $since) = @_;
	my @all = command($c, 'UID SEARCH ALL')->numbers;
	my %there = map { $_ => 1 } @all;

	@{$c->{seqs}}[0 .. $#all] = map { exists $c->{flags}{$_} ? $_ : undef }
	    @all;
	delete @{$c->{flags}}{grep { !$there{$_} } keys %{$c->{flags}}};
	command($c, "UID FETCH 1:* (FLAGS) (CHANGEDSINCE $since)") if $since;
	return;
}

# A few of the numbers that it believes in, with their UIDs.
sub sample
{
	my @known = @_;
	my @at = grep { rand > .5 } 0 .. $#known;

	@at = (0) if !@at;
	return [map { $_ + 1 } @at], [@known[@at]];
}

# --- what happens ------------------------------------------------------------

sub any { return $_[int rand @_] }

sub some_uids
{
	my ($c) = @_;
	my @uids = grep { defined } @{$c->{seqs}};

	return @uids ? map { any(@uids) } 0 .. rand 3 : ();
}

# What a silent STORE does to the flags that the client believes in.
sub apply
{
	my ($c, $uid, $op, @change) = @_;
	my %is = map { $_ => 1 } split / /, $c->{flags}{$uid} // return;

	%is = () if $op eq '';
	@is{@change} = (1) x @change if $op ne '-';
	delete @is{@change} if $op eq '-';
	$c->{flags}{$uid} = flags_of(keys %is);
	return;
}

sub do_store
{
	my ($c) = @_;
	my %uids = map { $_ => 1 } some_uids($c);
	my $op = any('+', '-', '');
	my @change = grep { rand > .7 } @flags;
	my $cond = rand > .6 ? " (UNCHANGEDSINCE $c->{modseq})" : '';
	my $silent = rand > .4 ? '.SILENT' : '';
	my $by_uid = rand > .4;
	my %seq = map { defined $c->{seqs}[$_] ?
	    ($c->{seqs}[$_] => $_ + 1) : () } 0 .. $#{$c->{seqs}};

	return if !%uids;
	my $set = set_of($by_uid ? keys %uids : map { $seq{$_} } keys %uids);
	my %believed = %{$c->{flags}};
	# believed before the answer comes, which may correct it
	if ($silent && !$cond) {
		apply($c, $_, $op, @change) for keys %uids;
	}
	my @seqs = @{$c->{seqs}};
	my $reply = command($c, ($by_uid ? 'UID ' : '') .
	    "STORE $set$cond ${op}FLAGS$silent (@change)");
	return if !$silent || !$cond;
	# what passed the test was answered with MODSEQ alone
	for my $r ($reply->all('FETCH')) {
		my $uid = $r->{att}{UID};
		next if $r->{att}{FLAGS} || !$uids{$uid};
		my $later = grep { $_->{att}{UID} == $uid && $_->{att}{FLAGS} }
		    $reply->all('FETCH');
		apply($c, $uid, $op, @change) if !$later;
	}
	return;
}

sub do_expunge
{
	my ($c) = @_;
	my @uids = some_uids($c);

	return if !@uids || @{$c->{seqs}} < 5;
	my $set = set_of(do { my %u = map { $_ => 1 } @uids; keys %u });
	command($c, "UID STORE $set +FLAGS (\\Deleted)");
	command($c, rand > .5 ? "UID EXPUNGE $set" : 'EXPUNGE') if rand > .2;
	return;
}

# Other programs: a delivery, a rename, a removal.
sub do_foreign
{
	my ($name) = any(glob "$md/cur/*") // return;
	my $what = rand;

	if ($what < .4) {
		put(rand > .5 ? (flags => any('', 'S', 'F')) : ());
	} elsif ($what < .8) {
		(my $to = $name) =~ s/:2,.*/':2,' . any('', 'S', 'FS', 'R')/e;
		rename $name, $to;
	} elsif (my @cur = glob "$md/cur/*") {
		unlink $name if @cur > 5;
	}
	return;
}

# The connection is lost while a command is under way: whatever has been sent
# of its answer, the client did not see.
sub do_lose
{
	my ($c) = @_;
	my ($uid) = some_uids($c);

	if (defined $uid && rand > .3) {
		$c->{w}->start(any("UID STORE $uid +FLAGS (\$a)", 'EXPUNGE',
		    'NOOP', "UID STORE $uid -FLAGS.SILENT (\\Seen \$b)"));
		sleep rand .01;
	}
	$c->{w}->kill;
	delete $c->{w};
	resume($c) if rand > .3;
	return;
}

my @do = (
	(\&do_store) x 6, (\&do_expunge) x 2, (\&do_foreign) x 3, \&do_lose,
	sub { command($_[0], 'NOOP') },
	sub { command($_[0], 'NOOP') },
	sub {
		command($_[0], sprintf 'FETCH %d (FLAGS UID MODSEQ)',
		    1 + rand @{$_[0]{seqs}}) if @{$_[0]{seqs}};
	},
	sub {
		my ($c) = @_;
		command($c, "UID FETCH 1:* (FLAGS) (CHANGEDSINCE $c->{modseq}" .
		    ($c->{qresync} ? ' VANISHED)' : ')'));
	},
	sub { command($_[0], 'UID SEARCH MODSEQ ' . ($_[0]{modseq} || 1)) },
	sub { command($_[0], 'APPEND INBOX (\Seen) ', ["x\r\n"]) },
	sub {
		my ($uid) = some_uids($_[0]);
		command($_[0], "UID COPY $uid INBOX") if defined $uid;
	},
	sub {
		my ($uid) = some_uids($_[0]);
		command($_[0], "UID MOVE $uid INBOX.Work")
		    if defined $uid && @{$_[0]{seqs}} > 5;
	},
);

# --- rounds ------------------------------------------------------------------

# What is there, as one who comes anew sees it.
sub truth
{
	my $w = Wire->new(maildir => $md);
	my %is;

	$w->cmd('EXAMINE INBOX');
	my $reply = $w->cmd('UID FETCH 1:* (FLAGS)');
	$is{$_->{att}{UID}} = flags_of(@{$_->{att}{FLAGS}})
	    for $reply->all('FETCH');
	$w->kill;
	return \%is;
}

sub settle
{
	my ($c) = @_;

	resume($c) if !$c->{w};
	for (1 .. 3) {
		command($c, 'NOOP');
		fetch_new($c);
	}
	return;
}

my @clients = map { new_client("client $_", $_ < 4) } 1 .. 5;
eval {
	resume($_) for @clients;
	for my $round (1 .. $rounds) {
		for (1 .. 60) {
			my $c = any(@clients);
			if (!$c->{w}) {
				resume($c);
				next;
			}
			any(@do)->($c);
			fetch_new($c) if $c->{w};
		}
		sleep .06; # what was changed just now is looked at again
		settle($_) for @clients;
		my $truth = truth();
		is_deeply $_->{flags}, $truth, "round $round: $_->{name}"
		    or diag "STRESS_SEED=$seed"
		    for @clients;
	}
	1;
} or fail $@;
$_->{w}->done for grep { $_->{w} } @clients;
done_testing;
