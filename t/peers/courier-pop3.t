# Debian's courier-pop and ours on one Maildir, in random alternation with
# deliveries, IMAP's changes of flags and deletions: no UIDL changes or is
# given twice, numbers and octets stay true.
#
# STEPS (200), SEED repeats a run; COURIER_POP3D=its courierpop3d.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Pop3;
use Wire;

my ($courier) = grep { defined && -x } $ENV{COURIER_POP3D},
    '/usr/lib/courier/courier/courierpop3d';
plan(skip_all => 'no courier-pop here') if !defined $courier;

my $seed = $ENV{SEED} // time;
my $steps = $ENV{STEPS} // 200;
srand $seed;
note("SEED=$seed");
my $md = make_maildir();
my (%uidl, %owner, %text); # of marks
my $marks = 0;
my @log;

sub deliver_some
{
	for (0 .. rand 4) {
		my $mark = 'm' . ++$marks;
		my $eol = rand 4 < 1 ? "\r\n" : "\n";
		$text{$mark} = "X-Mark: $mark$eol$eol" .
		    "line .$eol.dot$eol" x int(rand 9) .
		    (rand 4 < 1 ? 'no end' : '');
		deliver($md, text => $text{$mark}, base => sprintf('%d.%s.x',
		    1700000000 + int rand 1000, $mark));
	}
	return;
}

sub change_flags
{
	for my $path (glob "$md/cur/*") {
		next if rand 3 < 2;
		(my $to = $path) =~ s/:2,.*/':2,' . ('', 'S', 'FS', 'T')[rand 4]/e;
		rename $path, $to or die "$path: $!\n";
	}
	return;
}

# The octets of a message as it should be sent.
sub octets
{
	my ($mark) = @_;
	my $sent = $text{$mark} =~ s/\r?\n/\r\n/gr;

	$sent .= "\r\n" if $sent !~ /\n\z/;
	return length $sent;
}

sub session
{
	my ($kind) = @_;
	my @bad;

	give_away($md);
	my $w = Pop3->new(maildir => $md, env => { AUTHENTICATED => 'ada' },
	    $kind eq 'courier' ? (command => [$courier, $md]) : ());
	my $greeting = $w->line // 'nothing';
	return ("$kind: $greeting") if $greeting !~ /^\+OK/;
	my @list = map { (split ' ')[1] } @{$w->multi('UIDL')};
	my @octets = map { (split ' ')[1] } @{$w->multi('LIST')};
	for my $i (1 .. @list) {
		my $top = join "\n", @{$w->multi("TOP $i 0") //
		    return ("$kind: TOP $i: $w->{first}")};
		my ($mark) = $top =~ /X-Mark: (\w+)/;
		my $uidl = $list[$i - 1];
		push @bad, "$mark had $uidl{$mark}, has $uidl"
		    if ($uidl{$mark} //= $uidl) ne $uidl;
		push @bad, "$uidl was of $owner{$uidl}, is of $mark"
		    if ($owner{$uidl} //= $mark) ne $mark;
		push @bad, "$mark has $octets[$i - 1] octets, not " .
		    octets($mark) if $kind eq 'ours' &&
		    $octets[$i - 1] != octets($mark);
		$w->multi("RETR $i") if rand 4 < 1;
		$w->cmd("DELE $i") if rand 6 < 1;
	}
	$w->cmd('QUIT') if rand 4 > 1;
	shutdown $w->{socket}, 1;
	$w->wait_child(Time::HiRes::time() + 30);
	return map { "$kind: $_" } @bad;
}

for my $step (1 .. $steps) {
	my $what = ('ours', 'courier', 'mail', 'flags')[rand 4];

	push @log, $what;
	my @bad = $what eq 'mail' ? deliver_some() : $what eq 'flags' ?
	    change_flags() : session($what);
	if (@bad) {
		fail("step $step");
		diag("SEED=$seed", @log > 9 ? @log[-9 .. -1] : @log);
		diag(@bad);
		done_testing;
		exit;
	}
}
pass("$steps steps, $marks messages, " . keys(%uidl) . ' UIDLs');
done_testing;
