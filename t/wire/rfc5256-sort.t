# SORT and UID SORT (RFC 5256, RFC 5957), RETURN (RFC 5267, RFC 5182).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my @mail = (
	# subject, date, from, to, cc, seconds of arrival, octets of the body
	['Re: b', 'Mon, 1 Jan 2001 00:01:33 +0000', 'Zoe <z@x>', 'a@x', '', 50,
	    10],
	['[list] a', '31 Dec 2000 16:01:32 -0800', '"" <y@x>', 'B@x', 'c@x', 40,
	    30],
	['B (fwd)', '', '=?utf-8?q?=C3=84rger?= <a@x>', 'g: m@x;', 'b@x', 30,
	    20],
	['c', '3 Mar 2001 no time', 'yak@x', '', '', 20, 50],
	['', '3 Mar 2001 00:00:01 XYZ', 'X', 'C@x', '', 10, 40],
);
my $n = 0;
for (@mail) {
	my ($subject, $date, $from, $to, $cc, $time, $len) = @$_;
	my %f = (Subject => $subject, Date => $date, From => $from, To => $to,
	    Cc => $cc);
	my $text = join '', map { $f{$_} eq '' ? '' : "$_: $f{$_}\n" }
	    qw(Subject Date From To Cc);

	$text .= 'X: ' . 'x' x (300 - length $text) . "\n\n" . 'x' x $len;
	my $path = deliver($md, text => $text, flags => ++$n % 2 ? '' : 'S',
	    base => 1000000000 + $n . '.x');
	utime 1000000000 + $time, 1000000000 + $time, $path or die;
}
my $script = <<'END';
C: a SORT (SUBJECT) UTF-8 ALL
S: * SORT 5 2 1 3 4
S: a OK SORT done.
C: b SORT (REVERSE SUBJECT) US-ASCII ALL
S: * SORT 4 1 3 2 5
S: b OK SORT done.
C: c SORT (SUBJECT REVERSE ARRIVAL) utf-8 ALL
S: * SORT 5 2 1 3 4
S: c OK SORT done.
C: c SORT (SUBJECT ARRIVAL) utf-8 ALL
S: * SORT 5 2 3 1 4
S: c OK SORT done.
C: d SORT (ARRIVAL) UTF-8 ALL
S: * SORT 5 4 3 2 1
S: d OK SORT done.
# 3 has no date, so that of its arrival; 4 has a day only
C: e SORT (DATE) UTF-8 ALL
S: * SORT 2 1 4 5 3
S: e OK SORT done.
C: f SORT (REVERSE DATE) UTF-8 ALL
S: * SORT 3 5 4 1 2
S: f OK SORT done.
C: g SORT (SIZE) UTF-8 ALL
S: * SORT 1 3 2 5 4
S: g OK SORT done.
C: h SORT (FROM) UTF-8 ALL
S: * SORT 3 5 2 4 1
S: h OK SORT done.
# a group's name is its addr-mailbox in an ENVELOPE; no field, no text
C: i SORT (TO) UTF-8 ALL
S: * SORT 4 1 2 5 3
S: i OK SORT done.
C: j SORT (CC) UTF-8 ALL
S: * SORT 1 4 5 3 2
S: j OK SORT done.
C: k SORT (DISPLAYFROM) UTF-8 ALL
S: * SORT 3 5 2 4 1
S: k OK SORT done.
C: l SORT (REVERSE DISPLAYTO) UTF-8 ALL
S: * SORT 3 5 2 1 4
S: l OK SORT done.
C: m SORT (displayto) UTF-8 UNSEEN
S: * SORT 1 5 3
S: m OK SORT done.
# equal in all, in order; what comes again decides nothing
C: n SORT (REVERSE CC REVERSE CC CC) UTF-8 NOT 2:3
S: * SORT 1 4 5
S: n OK SORT done.
C: o SORT (DATE) UTF-8 SUBJECT "none of them"
S: * SORT
S: o OK SORT done.
C: p UID SORT (ARRIVAL) UTF-8 UID 2:4
S: * SORT 4 3 2
S: p OK SORT done.
C: q SORT (ARRIVAL) UTF-8 SUBJECT {1+}
C: b
S: * SORT 3 1
S: q OK SORT done.
# RETURN
C: r SORT RETURN () (ARRIVAL) UTF-8 ALL
S: * ESEARCH (TAG "r") ALL 5,4,3,2,1
S: r OK SORT done.
C: s UID SORT RETURN (MIN MAX COUNT ALL) (DATE) UTF-8 ALL
S: * ESEARCH (TAG "s") UID MIN 2 MAX 3 ALL 2,1,4:5,3 COUNT 5
S: s OK SORT done.
C: t SORT RETURN (MIN) (DATE) UTF-8 ALL
S: * ESEARCH (TAG "t") MIN 2
S: t OK SORT done.
C: u SORT RETURN (COUNT MIN) (DATE) UTF-8 KEYWORD none
S: * ESEARCH (TAG "u") COUNT 0
S: u OK SORT done.
C: v SORT RETURN (SAVE) (DATE) UTF-8 SEEN
S: v OK SORT done.
C: w SEARCH $
S: * SEARCH 2 4
S: w OK SEARCH done.
C: x SORT RETURN (SAVE MIN MAX) (REVERSE ARRIVAL) UTF-8 2:4
S: * ESEARCH (TAG "x") MIN 2 MAX 4
S: x OK SORT done.
C: y SORT RETURN (SAVE MAX MIN) (ARRIVAL) UTF-8 2:4
S: * ESEARCH (TAG "y") MIN 4 MAX 2
S: y OK SORT done.
C: z SORT (SUBJECT) UTF-8 $
S: * SORT 2 4
S: z OK SORT done.
C: a SORT RETURN (SAVE COUNT MAX) (ARRIVAL) UTF-8 $
S: * ESEARCH (TAG "a") MAX 2 COUNT 2
S: a OK SORT done.
C: b SORT RETURN (ALL SAVE) (DATE) X-NONE ALL
S: b NO [BADCHARSET (US-ASCII UTF-8)] <any>
C: c SEARCH $
S: * SEARCH
S: c OK SEARCH done.
C: d SORT RETURN (SAVE MAX) (ARRIVAL) UTF-8 3
S: * ESEARCH (TAG "d") MAX 3
S: d OK SORT done.
C: e SEARCH $
S: * SEARCH 3
S: e OK SEARCH done.
END
my @bad = (
	'SORT', 'SORT (DATE)', 'SORT (DATE) UTF-8', 'SORT () UTF-8 ALL',
	'SORT (REVERSE) UTF-8 ALL', 'SORT (REVERSE REVERSE DATE) UTF-8 ALL',
	'SORT (DATE REVERSE) UTF-8 ALL', 'SORT (X) UTF-8 ALL',
	'SORT (DATE', 'SORT DATE UTF-8 ALL', 'SORT (DATE)UTF-8 ALL',
	'SORT (DATE) UTF-8 ALL)', 'SORT (DATE) UTF-8 6',
	'SORT RETURN (PARTIAL 1:2) (DATE) UTF-8 ALL',
	'SORT (' . 'DATE ' x 1000 . 'DATE) UTF-8 ALL',
);
for my $times ('first', 'again') {
	my $w = Wire->new(maildir => $md);
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	$w->script($script);
	for (@bad) {
		is $w->cmd($_)->status, 'BAD', substr $_, 0, 60;
		$w->cmd('NOOP'); # too many in a row end a session
	}
	ok $w->cmd('SORT (' . 'DATE ' x 999 . 'DATE) UTF-8 ALL')->ok,
	    '1000 criteria';
	$w->done;
}

# what was kept before there were keys, and damaged
for my $change (sub { unlink "$md/satchel-cache" }, sub {
	open my $f, '+<', "$md/satchel-cache" or die;
	local $/;
	my $bytes = <$f>;
	substr($bytes, $_, 1) ^= "\1" for map { 500 + 97 * $_ } 0 .. 20;
	seek $f, 0, 0;
	print $f $bytes;
	close $f or die;
}) {
	$change->();
	my $w = Wire->new(maildir => $md);
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	ok $w->cmd('FETCH 1:* (BODYSTRUCTURE)')->ok, 'FETCH';
	$w->script($script);
	$w->done;
}

# what else is found out later leaves the keys where they are
sub command
{
	my $w = Wire->new(maildir => $md);

	ok $w->cmd('SELECT INBOX')->ok && $w->cmd($_[0])->ok, $_[0];
	$w->cmd('LOGOUT');
	$w->done;
	return -s "$md/satchel-cache";
}

unlink "$md/satchel-cache";
my @size = map { command($_) } 'SORT (DATE) UTF-8 ALL', 'FETCH 1:* ENVELOPE',
    'FETCH 1:* BODYSTRUCTURE', 'SORT (SUBJECT) UTF-8 ALL',
    'FETCH 1:* (ENVELOPE BODYSTRUCTURE)';
cmp_ok $size[0], '>', 5 * 64, 'keys are kept';
is $size[1], $size[0], 'with all that is in a header';
cmp_ok $size[2], '>', $size[1], 'then with structures';
is "$size[3] $size[4]", "$size[2] $size[2]", 'and nothing is read again';

unlink "$md/satchel-cache";
@size = map { command($_) } 'SORT (DATE) UTF-8 ALL', 'SEARCH BODY nothing',
    'SORT (DATE) UTF-8 ALL';
cmp_ok $size[1], '>', $size[0], 'SEARCH finds structures';
is $size[2], $size[1], 'and leaves the keys there as well';

# mod-sequences
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX (CONDSTORE)')->ok, 'SELECT';
ok $w->cmd('STORE 3 +FLAGS.SILENT (\Flagged)')->ok, 'STORE';
$w->script(<<'END');
C: a SORT (ARRIVAL) UTF-8 MODSEQ 1
S: * SORT 5 4 3 2 1 (MODSEQ <any>
S: a OK SORT done.
C: b SORT RETURN (ALL) (ARRIVAL) UTF-8 MODSEQ 1
S: * ESEARCH (TAG "b") ALL 5,4,3,2,1 MODSEQ <any>
S: b OK SORT done.
C: c SORT (DATE) UTF-8 MODSEQ 1 7
S: c BAD <any>
C: d SORT (DATE) UTF-8 MODSEQ 4611686018427387904 KEYWORD none
S: * SORT
S: d OK SORT done.
END
# in IMAP4rev2 the answer is the same
ok $w->cmd('ENABLE IMAP4rev2')->ok, 'ENABLE';
$w->script(<<'END');
C: f SORT (ARRIVAL) UTF-8 2:3
S: * SORT 3 2
S: f OK SORT done.
END
$w->done;

# a message that has gone
$w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
unlink glob "$md/cur/1000000002.x:*";
unlink "$md/satchel-cache";
$w->script(<<'END');
C: a SORT (DATE SUBJECT SIZE ARRIVAL DISPLAYTO) UTF-8 1,3:5
S: * SORT 1 4 5 3
S: a OK SORT done.
END
$w->done;
done_testing;
