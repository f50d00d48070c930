#!/usr/bin/perl
# Every argument of every command against every kind of thing that an argument
# can be, each refused or done, with bounded memory, and the session goes on.
# Checklist 13 to 16.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => 1000000000 + $_ . '.x') for 1 .. 3;

my $w;

sub fresh
{
	$w->done if $w;
	$w = Wire->new(maildir => $md, timeout => 60);
	$w->cmd('SELECT INBOX');
	return;
}

# its peak memory, in KiB
sub peak
{
	my ($mark) = slurp("/proc/$w->{pid}/status") =~ /^VmHWM:\s+(\d+)/m;

	return $mark // 0;
}

# Sends a command, and says how it ended; a BYE needs a new session.
sub status
{
	my $r = eval { $w->cmd(@_) };

	die $@ if !$r;
	if (!$r->{tagged} || $r->status eq 'OK' && $_[0] =~ /^LOGOUT/) {
		$w = undef;
		fresh();
		return $r->{tagged} ? 'OK' : 'BYE';
	}
	# ten mistakes in a row are too many
	$w->cmd('NOOP') if $r->status eq 'BAD';
	return $r->status;
}

# --- checklist 13: what is an argument, and how much of it -------------------
# Each command with its arguments; @ stands for one that is tried.
my @commands = ('SELECT @', 'EXAMINE @', 'CREATE @', 'DELETE @', 'RENAME @ x',
    'RENAME x @', 'SUBSCRIBE @', 'UNSUBSCRIBE @', 'STATUS @ (MESSAGES)',
    'STATUS INBOX @', 'LIST @ x', 'LIST "" @', 'LIST (@) "" x',
    'LIST "" (@)', 'LIST "" x RETURN @', 'LSUB @ x', 'LSUB "" @',
    "APPEND \@ {1+}\r\nx", 'APPEND x @', "APPEND x (\@) {1+}\r\nx", 'GETQUOTA @',
    'GETQUOTAROOT @', 'SETQUOTA @ ()', 'SETQUOTA "ROOT" @', 'ENABLE @',
    'ID @', 'ID ("x" @)', 'FETCH @ UID', 'FETCH 1 @', 'FETCH 1 (@)',
    'FETCH 1 BODY.PEEK[@]', 'FETCH 1 BODY.PEEK[HEADER.FIELDS (@)]',
    'FETCH 1 BODY.PEEK[]<@>', 'FETCH 1 (UID) @', 'UID FETCH @ UID',
    'STORE @ FLAGS ()', 'STORE 1 @ ()', 'STORE 1 FLAGS @',
    'STORE 1 +FLAGS (@)', 'STORE 1 (@) FLAGS ()', 'COPY @ x', 'COPY 1 @',
    'MOVE @ x', 'MOVE 1 @', 'UID EXPUNGE @', 'SEARCH @', 'SEARCH FROM @',
    'SEARCH HEADER @ x', 'SEARCH HEADER x @', 'SEARCH BODY @',
    'SEARCH SINCE @', 'SEARCH KEYWORD @', 'SEARCH CHARSET @ ALL',
    'SEARCH RETURN @ ALL', 'SEARCH UID @', 'SEARCH LARGER @', 'NOOP @',
    'IDLE x@', 'CAPABILITY @', 'NAMESPACE @', 'LOGOUT @', 'CHECK @',
    'CLOSE @', 'UNSELECT @', 'EXPUNGE @', '@');
my %long = (word => 'x' x 300000, number => '1' x 300000,
    set => '1,' x 150000 . '1', quoted => '"' . 'y' x 300000 . '"',
    open => '"' . 'y' x 300000, spaces => ' ' x 300000);
my %odd = (nul => "a\0b", eight => "\xff", cr => "a\rb", parens => '((()',
    closing => ')))', braces => '{', star => '*', percent => '%%%',
    empty => '', empties => '""', open => '"', backslash => '"\\',
    escape => '"\\a"', minus => '{-1}', hex => '{0x4}',
    beyond => '18446744073709551616', nil => 'NIL', list => '()');

fresh();
for my $c (@commands) {
	my @bad;

	for my $kind (sort keys %long) {
		my $got = status($c =~ s/\@/$long{$kind}/r);
		push @bad, "long $kind: $got" if $got !~ /^(BAD|NO|OK)$/;
	}
	for my $kind (sort keys %odd) {
		my $got = status($c =~ s/\@/$odd{$kind}/r);
		push @bad, "$kind: $got" if $got !~ /^(BAD|NO|OK|BYE)$/;
	}
	# as a literal, asked for and at once, of one byte too many and of NUL
	my ($head, $tail) = split /\@/, $c, -1;
	for my $bytes ('x' x 262145, "\0", "\xff\xfe", '') {
		my $plus = status($head, [$bytes], $tail);
		push @bad, "literal+ of @{[length $bytes]}: $plus"
		    if $plus !~ /^(BAD|NO|OK|BYE)$/;
		my $asked = status($head, \$bytes, $tail);
		push @bad, "literal of @{[length $bytes]}: $asked"
		    if $asked !~ /^(BAD|NO|OK|BYE)$/;
	}
	is(join(', ', @bad), '', $c eq '@' ? 'no command' : $c);
	status('NOOP');
	status('SELECT INBOX');
}

# a command in all: a megabyte, whatever it is made of
fresh();
is(status('SEARCH', map {; ' SUBJECT ', ['y' x 200000] } 1 .. 6), 'BAD',
    'six literals of 200000 bytes');
is(status('SELECT', map {; ' ', ['y'] } 1 .. 1000), 'BAD', 'a thousand literals');
is(status('LIST "" (' . join(' ', ('a') x 101) . ')'), 'BAD', '101 patterns');
is(status('ID (' . join(' ', map {; "\"k$_\" \"v\"" } 1 .. 31) . ')'), 'BAD',
    '31 pairs in ID');
is(status('STORE 1 FLAGS (' . join(' ', map { "k" . $_ } 1 .. 1001) . ')'), 'BAD',
    '1001 keywords');
is(status('STORE 1 FLAGS (' . 'k' x 251 . ')'), 'BAD', 'a keyword of 251 bytes');

# --- checklist 14: LIST -------------------------------------------------------
# A wildcard may match anything, so that a wrong way of matching takes for ever
# with a name this long: 2 ** 100 steps.
my $many = make_maildir();
make_folder($many, 'a' x 200 . $_) for 1 .. 300;
my $lister = Wire->new(maildir => $many, timeout => 60);
is($lister->cmd('LIST "" "' . '*a' x 100 . '*b"')->status, 'NO',
    'more wildcards than may be');
my $listed = $lister->cmd('LIST "" "' . '*a' x 99 . '*b"');
ok($listed->ok, 'a hundred wildcards');
is(scalar(() = $listed->all('LIST')), 0, 'match none');
$listed = $lister->cmd('LIST "" "' . '%*' x 5000 . '"');
is(scalar(() = $listed->all('LIST')), 301, '10000 that are one match all');
$listed = $lister->cmd('LIST "" "' . '*a' x 99 . '*7"');
is(scalar(() = $listed->all('LIST')), 30, 'those that end so');
$lister->done;

# --- checklist 15: SEARCH, and sets ------------------------------------------
is(status('SEARCH ' . 'NOT ' x 10000 . 'ALL'), 'BAD', '10000 NOT');
is(status('SEARCH ' . 'OR ALL ' x 10000 . 'ALL'), 'BAD', '10000 OR');
is(status('SEARCH ' . '(' x 10000 . 'ALL' . ')' x 10000), 'BAD', '10000 (');
is(status('SEARCH ' . join ',', 1 .. 100000), 'BAD', 'a line too long');
is(status('UID SEARCH UID ' . join(',', ('1:*') x 100000)), 'OK',
    '100000 ranges');
is(status('UID SEARCH UID ' . join(',', ('9') x 100001)), 'BAD', 'one more');
for (['3:1', '1 2 3'], ['*', 3], ['4294967295', ''], ['*:4294967295', 3],
    ['4294967295:*', 3], ['2:*,1:2,3:1,*', '1 2 3'], ['1,1,1', 1],
    ['4294967295:1', '1 2 3']) {
	my ($set, $want) = @$_;
	is(join(' ', $w->cmd("UID SEARCH UID $set")->numbers), $want, "the set $set");
}
is(status("UID SEARCH UID $_"), 'BAD', "refused: $_")
    for split(/ /, '4294967296 0 0:1 1: :1 1,,2 ,1 1, 1:2:3 -1 1*'), '1 :2',
    '18446744073709551617';

# --- checklist 16: FETCH ------------------------------------------------------
is(status('FETCH 1 (' . join(' ', ('BODY.PEEK[]') x 1000000) . ')'), 'BAD',
    'a million items');
is(status('FETCH 1 (' . join(' ', ('UID') x 201) . ')'), 'BAD', '201 items');
my $twice = $w->cmd('FETCH ' . join(',', ('1') x 50000) . ' (UID)');
is(scalar(() = $twice->all('FETCH')), 1, 'one message 50000 times is one');
is($w->cmd('FETCH 1 BODY.PEEK[]<4294967295.1>')->fetch(1)
    ->{'BODY[]<4294967295>'}, '', 'nothing lies that far behind');
is(length $w->cmd('FETCH 1 BODY.PEEK[]<0.4294967295>')->fetch(1)
    ->{'BODY[]<0>'}, 17, 'and no more than there is is sent');
is(status("FETCH 1 BODY.PEEK[]<$_>"), 'BAD', "refused: <$_>")
    for qw(0.0 -1.1 0 . 1. .1 0.1.1 x),
    '18446744073709551616.1';
is(status('FETCH 1 BODY.PEEK[' . join('.', ('1') x 129) . ']'), 'BAD',
    'a part 129 deep');
is(status('FETCH 1 BODY.PEEK[' . join('.', ('1') x 100000) . ']'), 'BAD',
    '100000 deep');
is(status('FETCH 1 BODY.PEEK[HEADER.FIELDS (' . 'X ' x 200 . 'X)]'), 'BAD',
    '201 names of fields');

SKIP: {
	skip('memory is another with sanitizers', 1)
	    if ($ENV{BUILD} // '') =~ /san|cover/;
	my $peak = peak();
	fresh();
	my $small = peak();
	cmp_ok($peak - $small, '<', 8192, 'all of it in ' .
	    ($peak - $small) . ' KiB');
}
done_testing();
