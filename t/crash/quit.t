#!/usr/bin/perl
# pop3d ended or hindered at each system call: of QUIT, what was not marked
# stays, and the answer is true; of a login, a UIDL that was told is for ever.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes ();
use Crash;
use Pop3;
use Wire;

crash_ready();

my $serial = 0;
my $all = $ENV{CRASH_ALL};

# Five messages, of 20 bytes for the quota, UIDLs in the list; some are new.
sub base
{
	my ($new) = @_;
	my $md = make_maildir(scratch() . '/' . ++$serial);
	my $list = "/3 6 777\n";

	for my $n (1 .. 5) {
		my $name = "170000000$n.m$n.t,S=20:2,";
		my $text = "Subject: m$n\n\n" . 'x' x 6 . "\n";
		if ($new && $n % 2) {
			deliver($md, text => $text, base => $name =~ s/:.*//r);
			next;
		}
		spew("$md/cur/$name", $text);
		$list .= "$name 023 $n:777:0\n";
	}
	spew("$md/courierpop3dsizelist", $list);
	spew("$md/maildirsize", "1000S\n100 5\n");
	return $md;
}

# { subject => uidl } as a session shows it; undef when it does not start.
sub look
{
	my ($w) = @_;
	my %uidl;

	for (@{$w->multi('UIDL') // return undef}) {
		my ($n, $uidl) = split ' ';
		my ($subject) = ($w->multi("TOP $n 0") // return undef)->[0];
		$uidl{$subject =~ s/Subject: //r} = $uidl;
	}
	return \%uidl;
}

sub fresh
{
	my ($md, %env) = @_;
	my $w = Pop3->new(maildir => $md, env => { HOSTNAME => 't', %env });

	die "the next session does not start\n"
	    if ($w->line // '') ne '+OK logged in.';
	my $seen = look($w);
	$w->cmd('QUIT');
	$w->wait_child(Time::HiRes::time() + 30);
	return $seen;
}

# A session under faultat: what do ($w, $gate) returns, and the calls.
sub under
{
	my ($md, $env, $do, @options) = @_;
	my ($gate, $list) = ("$md.gate", "$md.list");
	my @gate = grep { $_ eq '-g' } @options;

	@options = grep { $_ ne '-g' } @options;
	spew($list, '');
	my $w = Pop3->new(command => [faultat(), @gate ? ('-g', $gate) : (),
	    '-o', $list, @options, program('pop3d'), $md],
	    env => { HOSTNAME => 't', %$env });
	my $r = $do->($w, $gate);
	shutdown $w->{socket}, 1;
	$w->wait_child(Time::HiRes::time() + 60);
	return ($r, map { chomp; $_ } split /^/, slurp($list));
}

sub cases
{
	my ($max, @calls) = @_;
	my @cases;

	for my $n (1 .. @calls) {
		my (undef, $call, $class) = split ' ', $calls[$n - 1];
		push @cases, ['-k', $n], ['-a', $n] if $class =~ /^[cw]/;
		push @cases, map { ['-e', "$n:$_"] } 'EIO', 'EACCES'
		    if $class =~ /^c/;
		push @cases, ['-e', "$n+:ENOSPC"], ['-e', "$n:EDQUOT"]
		    if $class =~ /^c\+/;
	}
	return @cases if $all || @cases <= $max;
	return @cases[map { int $_ * @cases / $max } 0 .. $max - 1];
}

# A case of one, once more where its call did not come: how many there are
# depends on how soon the session is spoken to.  Then it asked for nothing, and
# is told at the end.  The Maildir, what do returned, the calls.
my @unmet;

sub try_case
{
	my ($made, $env, $do, @options) = @_;
	my $n = $options[-1] =~ s/\D.*//r;
	my ($md, $r, @calls);

	for (1 .. 5) {
		$md = $made->();
		($r, @calls) = under($md, $env, $do, @options);
		return ($md, $r, @calls) if @calls >= $n;
	}
	push @unmet, "@options";
	return ($md, $r, @calls);
}

sub report_unmet
{
	my ($name, $cases) = @_;

	note "$name: not met: ", join ', ', @unmet if @unmet;
	ok @unmet <= 3 || @unmet * 2 <= $cases, "$name: calls are met";
	@unmet = ();
	return;
}

sub trash
{
	my ($md) = @_;

	return { map { slurp($_) =~ /^Subject: (\S+)/ ? ($1 => 1) : () }
	    glob "$md/.Trash/cur/*" };
}

sub used
{
	my ($md) = @_;
	my (undef, @lines) = split /\n/, slurp("$md/maildirsize");
	my $sum = 0;

	$sum += /^ *(-?[0-9]+) / ? $1 : 0 for @lines;
	return $sum;
}

# --- QUIT --------------------------------------------------------------------

sub quit
{
	my ($w, $gate) = @_;

	die "it does not start\n" if ($w->line // '') ne '+OK logged in.';
	$w->cmd("DELE $_") for 1, 3, 5;
	spew($gate, '');
	my $answer = $w->cmd('QUIT') // '';
	unlink $gate;
	return $answer;
}

sub quit_faults
{
	my ($env, @case) = @_;
	my ($md, $answer, @calls) = try_case(\&base, $env, \&quit, '-g', @case);
	my $seen = fresh($md);
	my $trash = trash($md);
	my $left = grep { $seen->{"m$_"} } 1, 3, 5;
	my @bad;

	push @bad, "answer $answer"
	    if $answer !~ /^(?:\+OK|-ERR|$)/ || ($answer eq '' && $case[0] eq '-e');
	push @bad, "m$_ has UIDL " . ($seen->{"m$_"} // 'none')
	    for grep { ($seen->{"m$_"} // '') ne "UID$_-777" } 2, 4;
	push @bad, "m$_ has UIDL " . $seen->{"m$_"}
	    for grep { ($seen->{"m$_"} // "UID$_-777") ne "UID$_-777" } 1, 3, 5;
	push @bad, "$left are left after $answer" if $answer =~ /^\+/ && $left;
	push @bad, "none is left after $answer"
	    if $answer =~ /^-/ && !$left && !%$trash;
	push @bad, 'lost' if %$env &&
	    grep { !$seen->{"m$_"} == !$trash->{"m$_"} } 1, 3, 5;
	push @bad, 'quota ' . used($md)
	    if $case[0] eq '-e' && used($md) != 20 * keys %$seen &&
	    ($calls[-1] // '') !~ /maildirsize/ && "@calls" !~ /maildirsize\S* = -/;
	return map { "@case, $calls[-1]: $_" } @bad;
}

for my $env ({}, { POP3_MOVE_DELETED_TO_TRASH => 1 }) {
	my ($answer, @calls) = under(base(), $env, \&quit, '-g');
	my @cases = cases(40, @calls);
	my $name = %$env ? 'QUIT to Trash' : 'QUIT';

	is $answer, '+OK Bye-bye.', $name;
	my @bad = map { eval { quit_faults($env, @$_) }, $@ || () } @cases;
	is join("\n", @bad), '', "$name: " . @cases . ' cases';
	report_unmet($name, scalar @cases);
}

# --- the login ---------------------------------------------------------------

sub login
{
	my ($w) = @_;

	return {} if ($w->line // '') ne '+OK logged in.';
	my $seen = look($w) // {};
	$w->cmd('QUIT');
	return $seen;
}

sub login_faults
{
	my (@case) = @_;
	my ($md, $told, @calls) =
	    try_case(sub { base(1) }, {}, \&login, @case);
	my $seen = fresh($md);
	my (@bad, %owner);

	$told->{"m$_"} = "UID$_-777" for 2, 4;
	delete $told->{$_} for grep { $told->{$_} =~ /^ENOMEM/ } keys %$told;
	push @bad, keys(%$seen) . ' messages' if keys %$seen != 5;
	push @bad, map { "$_ had $told->{$_}, has $seen->{$_}" }
	    grep { $told->{$_} ne $seen->{$_} } sort keys %$told;
	push @bad, map { "$_ is given twice" }
	    grep { $owner{$_}++ } values %$seen;
	push @bad, 'another look' if join(' ', %{fresh($md)}{sort keys %$seen})
	    ne join ' ', %$seen{sort keys %$seen};
	return map { "@case, $calls[-1]: $_" } @bad;
}

my ($told, @calls) = under(base(1), {}, \&login);
is join(' ', map { "$_=$told->{$_}" } sort keys %$told), 'm1=UID6-777 ' .
    'm2=UID2-777 m3=UID7-777 m4=UID4-777 m5=UID8-777', 'a login';
my @cases = cases(60, @calls);
my @bad = map { eval { login_faults(@$_) }, $@ || () } @cases;
is join("\n", @bad), '', 'a login: ' . @cases . ' cases';
report_unmet('a login', scalar @cases);
done_testing;
