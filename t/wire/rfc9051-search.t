# SEARCH and UID SEARCH: every key, and what they combine to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $n = 1000000001;

sub put
{
	my ($text, $flags, $time) = @_;

	return deliver($md, text => $text, flags => $flags,
	    time => $time // 1743899400, base => $n++ . '.x');
}

# 1: seen, 6-Apr-2025 00:30 UTC
put(<<'END', 'S');
From: "Bob Builder" <bob@example.com>
To: alice@example.com,
	carol@example.com
Cc: dave@example.com
Bcc: eve@example.com
Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= from
  far
Date: Fri, 4 Apr 2025 23:30:00 -0400
Message-ID: <1@example.com>
X-Empty:

hello   big
world
END
# 2: answered and flagged, a day before
put(<<'END', 'FR', 1743811199);
From: alice@example.com
Subject: plain
Date: Sat, 5 Apr 2025 00:10:00 +0900
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable
X-Part: mimeheader

caf=E9 con=
 leche
--b
Content-Type: application/octet-stream; name=attached.bin

attachment
--b
Content-Type: message/rfc822

Subject: inner

nested
--b--
END
# 3: draft and deleted, large, no header to speak of
put("X: y\n\n" . "0123456789\n" x 1000, 'DT', 1743984000);
# 4: nothing at all
put("\n", '');

my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
ok $w->cmd('STORE 4 +FLAGS ($Fwd Work)')->ok, 'keywords';

# program => numbers
my @cases = (
	'ALL' => '1 2 3 4', 'all' => '1 2 3 4',
	'SEEN' => '1', 'UNSEEN' => '2 3 4',
	'ANSWERED' => '2', 'UNANSWERED' => '1 3 4',
	'FLAGGED' => '2', 'UNFLAGGED' => '1 3 4',
	'DRAFT' => '3', 'UNDRAFT' => '1 2 4',
	'DELETED' => '3', 'UNDELETED' => '1 2 4',
	'RECENT' => '1 2 3 4', 'NEW' => '2 3 4', 'OLD' => '',
	'KEYWORD $Fwd' => '4', 'KEYWORD work' => '4', 'KEYWORD none' => '',
	'UNKEYWORD $fwd' => '1 2 3', 'UNKEYWORD none' => '1 2 3 4',
	# combinations
	'UNSEEN UNDELETED' => '2 4', 'NOT SEEN' => '2 3 4',
	'NOT NOT SEEN' => '1', 'OR SEEN DRAFT' => '1 3',
	'NOT (OR SEEN DRAFT)' => '2 4', '(SEEN) (ALL)' => '1',
	'OR (SEEN FROM bob) (DRAFT LARGER 1000)' => '1 3',
	'OR SUBJECT plain BODY hello' => '1 2',
	'NOT FROM alice' => '1 3 4', 'NOT BODY hello' => '2 3 4',
	'SEEN BODY leche' => '', 'ALL ' => '1 2 3 4',
	# numbers
	'1' => '1', '2:3' => '2 3', '3:2' => '2 3', '*' => '4',
	'*:3' => '3 4', '1,3' => '1 3', 'UID 2:3' => '2 3',
	'UID *' => '4', 'UID 99:*' => '4', 'UID 99' => '', '2 UID 3' => '',
	'NOT 2' => '1 3 4',
	# headers
	'FROM bob' => '1', 'FROM BUILDER' => '1', 'FROM alice' => '2',
	'FROM ""' => '1 2', 'TO carol' => '1', 'TO "com, carol"' => '1',
	'CC dave' => '1', 'BCC eve' => '1', 'SUBJECT PLAIN' => '2',
	'SUBJECT "from far"' => '1', 'SUBJECT inner' => '',
	'HEADER Message-ID <1@example.com>' => '1',
	'HEADER message-id ""' => '1', 'HEADER X-Empty ""' => '1',
	'HEADER X-Empty a' => '', 'HEADER X-None ""' => '',
	'HEADER X-Part mimeheader' => '', 'HEADER X y' => '3',
	# bodies
	'BODY hello' => '1', 'BODY "big world"' => '1',
	'BODY "hello big"' => '1',
	'BODY bob' => '', 'BODY leche' => '2', 'BODY "con leche"' => '2',
	'BODY inner' => '2', 'BODY nested' => '2', 'BODY attachment' => '',
	'BODY mimeheader' => '', 'BODY ""' => '1 2 3 4',
	'TEXT "from: alice"' => '2', 'TEXT bob' => '1', 'TEXT hello' => '1',
	'TEXT mimeheader' => '2', 'TEXT "subject: inner"' => '2',
	'TEXT 0123456789' => '3', 'TEXT ""' => '1 2 3 4', 'TEXT nowhere' => '',
	'BODY "9 0123"' => '3',
	# sizes: 3 has 6 + 2 + 12000 octets, 4 has 2
	'LARGER 12007' => '3', 'LARGER 12008' => '', 'SMALLER 12008' => '1 2 4',
	'SMALLER 12009' => '1 2 3 4', 'SMALLER 2' => '', 'SMALLER 3' => '4',
	'LARGER 2' => '1 2 3', 'LARGER 1' => '1 2 3 4', 'LARGER 0' => '1 2 3 4',
	'LARGER 4294967296' => '', 'SMALLER 0' => '',
	# arrival, by the day of the server's zone
	'ON 6-Apr-2025' => '1 4', 'ON "06-Apr-2025"' => '1 4',
	'BEFORE 6-Apr-2025' => '2', 'SINCE 6-Apr-2025' => '1 3 4',
	'SINCE 7-apr-2025' => '3', 'BEFORE 1-Jan-1990' => '',
	# the Date field, its zone disregarded
	'SENTON 4-Apr-2025' => '1', 'SENTON 5-Apr-2025' => '2',
	'SENTBEFORE 5-Apr-2025' => '1', 'SENTSINCE 5-Apr-2025' => '2',
	'SENTSINCE 4-Apr-2025' => '1 2', 'NOT SENTSINCE 1-Jan-1990' => '3 4',
	# charsets
	'CHARSET UTF-8 SUBJECT plain' => '2',
	'CHARSET us-ascii SUBJECT plain' => '2',
	'CHARSET "utf-8" ALL' => '1 2 3 4',
);
while (my ($program, $numbers) = splice @cases, 0, 2) {
	my $r = $w->cmd("SEARCH $program");
	is $r->status . ' ' . join(' ', $r->numbers), "OK $numbers",
	    "SEARCH $program";
}

is join(' ', $w->cmd('SEARCH SUBJECT ', \"gr\xc3\xbc\xc3\x9fe")->numbers), '1',
    'UTF-8 in a literal';
is join(' ', $w->cmd('SEARCH CHARSET UTF-8 SUBJECT ', \"GR\xc3\x9c")->numbers),
    '1', 'capitals of UTF-8';
is join(' ', $w->cmd('SEARCH BODY ', ["caf\xc3\x89"])->numbers), '2',
    'in a body of ISO-8859-1';
is $w->cmd('SEARCH SUBJECT ', \"\xe9")->status, 'BAD', 'what is no UTF-8';

$w->script(<<'END');
C: a SEARCH SEEN
S: * SEARCH 1
S: a OK SEARCH done.
C: b SEARCH SEEN DRAFT
S: * SEARCH
S: b OK SEARCH done.
C: c SEARCH CHARSET KOI8-R ALL
S: c NO [BADCHARSET (US-ASCII UTF-8)] <any>
END
for ('5', '1:5', '0', 'UID 0', 'ON bogus', 'ON 32-Jan-2025', 'FOO', 'FROM',
    '', '()', '(SEEN', 'NOT', 'OR SEEN', 'KEYWORD \Seen', 'LARGER x',
    'CHARSET UTF-8', 'RETURN (FOO) ALL', '(' x 101 . 'SEEN' . ')' x 101,
    '(' x 100000, '1 ' x 1000 . '1') {
	my $r = $w->cmd("SEARCH $_");
	is $r->status, 'BAD', 'refused: ' . substr $_, 0, 30;
	$w->cmd('NOOP');
}
ok $w->cmd('SEARCH ' . '(' x 100 . 'SEEN' . ')' x 100)->ok, 'a hundred deep';
ok $w->cmd('SEARCH ' . 'NOT ' x 100 . 'SEEN')->ok, 'a hundred NOTs';
ok $w->cmd('SEARCH ' . '1 ' x 999 . '1')->ok, 'a thousand keys';

# what is gone is not found, and its number not reused
unlink glob "$md/cur/1000000001.x:*";
is join(' ', $w->cmd('SEARCH TEXT bob')->numbers), '', 'gone, by its text';
is join(' ', $w->cmd('UID SEARCH ALL')->numbers), '2 3 4', 'UIDs';
$w->done;

# after ENABLE
$w = Wire->new(maildir => $md);
$w->cmd('ENABLE UTF8=ACCEPT');
$w->cmd('SELECT INBOX');
is $w->cmd('SEARCH CHARSET UTF-8 ALL')->status, 'BAD',
    'no CHARSET after UTF8=ACCEPT (RFC 9755 section 3)';
ok $w->cmd("SEARCH SUBJECT \"caf\xc3\xa9\"")->ok, 'but UTF-8 in quotes';
$w->done;
$w = Wire->new(maildir => $md);
$w->cmd('ENABLE IMAP4rev2');
$w->cmd('SELECT INBOX');
$w->script(<<'END');
C: a SEARCH ALL
S: * ESEARCH (TAG "a") ALL 1:3
S: a OK SEARCH done.
C: b UID SEARCH CHARSET UTF-8 FROM alice
S: * ESEARCH (TAG "b") UID ALL 2
S: b OK SEARCH done.
C: c SEARCH FROM nobody
S: * ESEARCH (TAG "c")
S: c OK SEARCH done.
END
$w->done;

# an empty mailbox
$w = Wire->new(maildir => make_maildir());
$w->cmd('SELECT INBOX');
is join(' ', 'OK', $w->cmd("SEARCH $_")->numbers), 'OK', "empty: $_"
    for 'ALL', '1:*', '*', 'UID 1:*', 'UID *', 'NOT SEEN';
is $w->cmd('SEARCH 1')->status, 'BAD', 'empty: 1';
$w->done;
done_testing;
