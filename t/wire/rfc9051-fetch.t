# FETCH and UID FETCH: items, sections, partials, \Seen, what is gone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $time = 1743899400; # 6-Apr-2025 00:30 UTC
my $n = 1000000001;

# One message, with the name that sorts behind those before it.
sub put
{
	my ($text, $flags) = @_;

	return deliver($md, text => $text, flags => $flags // '', time => $time,
	    base => $n++ . '.x');
}

put("Subject: s\nFrom: Bob <bob\@example.com>\nX: y\n z\n\nhello\nworld\n");
put(<<'END');
Subject: top
From: a@b
Content-Type: multipart/mixed; boundary=b

--b

one
--b
Content-Type: message/rfc822

Subject: in
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: text/html; charset=utf-8

two
--c--
--b--
END
put("\n", 'S');
put('', 'S');

my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';

# --- items, in the order asked ----------------------------------------------
$w->script(<<'END');
C: a FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\Recent))
S: a OK FETCH completed.
C: b fetch 1 (uid rfc822.size internaldate)
S: * 1 FETCH (UID 1 RFC822.SIZE 67 INTERNALDATE "06-Apr-2025 00:30:00 +0000")
S: b OK FETCH completed.
C: c UID FETCH 1 FLAGS
S: * 1 FETCH (UID 1 FLAGS (\Recent))
S: c OK FETCH completed.
C: d UID FETCH 1 (FLAGS UID)
S: * 1 FETCH (FLAGS (\Recent) UID 1)
S: d OK FETCH completed.
C: e FETCH 1 FAST
S: * 1 FETCH (FLAGS (\Recent) INTERNALDATE "06-Apr-2025 00:30:00 +0000" RFC822.SIZE 67)
S: e OK FETCH completed.
C: f FETCH 1 ALL
S: * 1 FETCH (FLAGS (\Recent) INTERNALDATE "06-Apr-2025 00:30:00 +0000" RFC822.SIZE 67 ENVELOPE (NIL "s" (("Bob" NIL "bob" "example.com")) (("Bob" NIL "bob" "example.com")) (("Bob" NIL "bob" "example.com")) NIL NIL NIL NIL NIL))
S: f OK FETCH completed.
C: g FETCH 3:4 FULL
S: * 3 FETCH (FLAGS (\Seen \Recent) INTERNALDATE "06-Apr-2025 00:30:00 +0000" RFC822.SIZE 2 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))
S: * 4 FETCH (FLAGS (\Seen \Recent) INTERNALDATE "06-Apr-2025 00:30:00 +0000" RFC822.SIZE 0 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))
S: g OK FETCH completed.
C: h FETCH 2 BODYSTRUCTURE
S: * 2 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0 NIL NIL NIL NIL)("message" "rfc822" NIL NIL NIL "7bit" 115 (NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL) (("text" "html" ("charset" "utf-8") NIL NIL "7bit" 3 0 NIL NIL NIL NIL) "mixed" ("boundary" "c") NIL NIL NIL) 7 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL))
S: h OK FETCH completed.
END

# --- sections ----------------------------------------------------------------
$w->script(<<'END');
C: a FETCH 1 BODY.PEEK[]
S: * 1 FETCH (BODY[] {67}
S: Subject: s
S: From: Bob <<bob@example.com>
S: X: y
S:  z
S:
S: hello
S: world
S: )
S: a OK FETCH completed.
C: b FETCH 1 (BODY.PEEK[HEADER.FIELDS (x "From")] BODY.PEEK[TEXT])
S: * 1 FETCH (BODY[HEADER.FIELDS (x From)] {41}
S: From: Bob <<bob@example.com>
S: X: y
S:  z
S:
S:  BODY[TEXT] {14}
S: hello
S: world
S: )
S: b OK FETCH completed.
C: c FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (X From "a b")]
S: * 1 FETCH (BODY[HEADER.FIELDS.NOT (X From "a b")] {14}
S: Subject: s
S:
S: )
S: c OK FETCH completed.
C: d FETCH 1 RFC822.HEADER
S: * 1 FETCH (RFC822.HEADER {53}
S: Subject: s
S: From: Bob <<bob@example.com>
S: X: y
S:  z
S:
S: )
S: d OK FETCH completed.
C: e FETCH 1 (BODY.PEEK[]<0.7> BODY.PEEK[TEXT]<7.100> BODY.PEEK[]<67.1>)
S: * 1 FETCH (BODY[]<<0> {7}
S: Subject BODY[TEXT]<<7> {7}
S: world
S:  BODY[]<<67> {0}
S: )
S: e OK FETCH completed.
C: f FETCH 1 (BODY.PEEK[1]<<0.5> BODY.PEEK[1.1] BODY.PEEK[2] BODY.PEEK[1.HEADER])
S: * 1 FETCH (BODY[1]<<0> {5}
S: hello BODY[1.1] {0}
S:  BODY[2] {0}
S:  BODY[1.HEADER] {0}
S: )
S: f OK FETCH completed.
C: g FETCH 2 (BODY.PEEK[1] BODY.PEEK[2.HEADER] BODY.PEEK[2.1] BODY.PEEK[2.1.MIME])
S: * 2 FETCH (BODY[1] {3}
S: one BODY[2.HEADER] {58}
S: Subject: in
S: Content-Type: multipart/mixed; boundary=c
S:
S:  BODY[2.1] {3}
S: two BODY[2.1.MIME] {42}
S: Content-Type: text/html; charset=utf-8
S:
S: )
S: g OK FETCH completed.
C: h FETCH 3:4 (BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT])
S: * 3 FETCH (BODY[] {2}
S:
S:  BODY[HEADER] {2}
S:
S:  BODY[TEXT] {0}
S: )
S: * 4 FETCH (BODY[] {0}
S:  BODY[HEADER] {0}
S:  BODY[TEXT] {0}
S: )
S: h OK FETCH completed.
C: i FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\Recent))
S: i OK FETCH completed.
END

# --- \Seen -------------------------------------------------------------------
$w->script(<<'END');
C: a FETCH 1 BODY[]<<0.4>
S: * 1 FETCH (FLAGS (\Seen \Recent) BODY[]<<0> {4}
S: Subj)
S: a OK FETCH completed.
C: b FETCH 1 BODY[]<<0.4>
S: * 1 FETCH (BODY[]<<0> {4}
S: Subj)
S: b OK FETCH completed.
C: c STORE 1 FLAGS.SILENT ()
S: c OK STORE completed.
C: d UID FETCH 1 (RFC822.TEXT FLAGS)
S: * 1 FETCH (UID 1 RFC822.TEXT {14}
S: hello
S: world
S:  FLAGS (\Seen \Recent))
S: d OK FETCH completed.
C: e STORE 1 FLAGS.SILENT ()
S: e OK STORE completed.
C: f FETCH 1 (RFC822.HEADER BODY.PEEK[TEXT] BODY ENVELOPE RFC822.SIZE)
S: * 1 FETCH (RFC822.HEADER {53}
S: Subject: s
S: From: Bob <<bob@example.com>
S: X: y
S:  z
S:
S:  BODY[TEXT] {14}
S: hello
S: world
S:  BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 14 2) ENVELOPE <any> RFC822.SIZE 67)
S: f OK FETCH completed.
C: g FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\Recent))
S: g OK FETCH completed.
END
ok $w->cmd('EXAMINE INBOX')->ok, 'EXAMINE';
is $w->cmd('FETCH 1 RFC822')->fetch(1)->{RFC822},
    "Subject: s\r\nFrom: Bob <bob\@example.com>\r\nX: y\r\n z\r\n\r\n" .
    "hello\r\nworld\r\n", 'RFC822';
ok !grep({ /Seen/ } @{$w->cmd('FETCH 1 FLAGS')->fetch(1)->{FLAGS}}),
    'EXAMINE sets no flag';
ok $w->cmd('SELECT INBOX')->ok, 'SELECT again';

# --- sets ------------------------------------------------------------------
$w->script(<<'END');
C: a FETCH *:3,1 UID
S: * 1 FETCH (UID 1)
S: * 3 FETCH (UID 3)
S: * 4 FETCH (UID 4)
S: a OK FETCH completed.
C: b UID FETCH 99:* UID
S: * 4 FETCH (UID 4)
S: b OK FETCH completed.
C: c UID FETCH 99 FLAGS
S: c OK FETCH completed.
C: d FETCH 5 UID
S: d BAD <any>
C: e FETCH 0 UID
S: e BAD Error in IMAP command
C: f FETCH 1 (UID
S: f BAD Error in IMAP command
C: g FETCH 1 ()
S: g BAD Error in IMAP command
C: h FETCH 1
S: h BAD Error in IMAP command
C: ok FETCH 1 UID
S: * 1 FETCH (UID 1)
S: ok OK FETCH completed.
C: i FETCH 1 FLAGS UID
S: i BAD Error in IMAP command
C: j FETCH 1 (ALL)
S: j BAD Error in IMAP command
C: k FETCH 1 BODY[MIME]
S: k BAD Error in IMAP command
C: l FETCH 1 BODY[]<<0.0>
S: l BAD Error in IMAP command
C: m FETCH 1 BODY[0]
S: m BAD Error in IMAP command
END
my $r = $w->cmd('FETCH 1 BODY.PEEK[HEADER.FIELDS (', \'Subject', ')]');
ok $r->ok, 'a field name in a literal';

# --- 8-bit ------------------------------------------------------------------
put("Subject: caf\xc3\xa9\nFrom: \"\xc3\xa9\" <\xe9\@x>\n" .
    "Content-Type: text/plain; name=\"\xc3\xa9\"\n\n\xc3\xa9\0\n");
$w->cmd('NOOP');
$w->script(<<'END');
C: a FETCH 5 (ENVELOPE BODY BODY.PEEK[TEXT])
S: * 5 FETCH (ENVELOPE (NIL "=?UTF-8?B?Y2Fmw6k=?=" (("=?UTF-8?B?w6k=?=" NIL "=?UNKNOWN-8BIT?Q?=E9?=" "x")) (("=?UTF-8?B?w6k=?=" NIL "=?UNKNOWN-8BIT?Q?=E9?=" "x")) (("=?UTF-8?B?w6k=?=" NIL "=?UNKNOWN-8BIT?Q?=E9?=" "x")) NIL NIL NIL NIL NIL) BODY ("text" "plain" ("name" "=?UTF-8?B?w6k=?=" "charset" "us-ascii") NIL NIL "7bit" 5 1) BODY[TEXT] {5}
S: <xc3><xa9><x80>
S: )
S: a OK FETCH completed.
END
$w->cmd('CLOSE');
ok $w->cmd('ENABLE UTF8=ACCEPT')->ok, 'ENABLE';
$w->cmd('SELECT INBOX');
$r = $w->cmd('FETCH 5 (ENVELOPE BODY BODY.PEEK[HEADER.FIELDS (Subject)])');
like $r->fetch(5)->{'BODY[HEADER.FIELDS (SUBJECT)]'} //
    $r->fetch(5)->{'BODY[HEADER.FIELDS (Subject)]'}, qr/caf\xc3\xa9/,
    'headers are sent as they are';
like $r->last('FETCH')->{raw}, qr/ENVELOPE \(NIL "caf\xc3\xa9" /,
    'UTF-8 in quotes, once enabled';
$w->done;

# --- many lists of flags: as they are when each is asked for alone ------------
my $many = make_maildir();
my @letters = qw(D F R S T);
for my $i (1 .. 64) {
	deliver($many, text => "Subject: $i\n\n", time => $time,
	    base => 1000000000 + $i . '.x',
	    flags => join '', map { $i >> $_ & 1 ? $letters[$_] : () } 0 .. 4);
}
$w = Wire->new(maildir => $many, env => { IMAP_KEYWORDS => 1 });
$w->cmd('SELECT INBOX');
for my $i (1 .. 64) {
	my @words = map { $i * $_ % 7 < 3 ? "word$_" . 'x' x ($i % 23) : () }
	    1 .. 3;
	$w->cmd("STORE $i +FLAGS.SILENT (@words)") if @words;
}
my @alone = map { $w->cmd("FETCH $_ (UID FLAGS)")->last('FETCH')->{raw} }
    1 .. 64;
$r = $w->cmd('FETCH 1:* (UID FLAGS)');
is join("\n", map { $_->{raw} } $r->all('FETCH')), join("\n", @alone),
    'lists of flags are those of each message';
$w->done;

# --- gone -------------------------------------------------------------------
$w = Wire->new(maildir => $md);
$w->cmd('SELECT INBOX');
unlink glob "$md/cur/1000000002.x:*";
$w->script(<<'END');
C: a UID FETCH 1:3 BINARY.SIZE[1]
S: * 1 FETCH (UID 1 BINARY.SIZE[1] <n1>)
S: * 3 FETCH (UID 3 BINARY.SIZE[1] <n2>)
S: * 2 EXPUNGE
S: a OK FETCH completed.
END
unlink glob "$md/cur/1000000003.x:*";
$r = $w->cmd('FETCH 1:* BODY.PEEK[]');
is $r->status, 'NO', 'FETCH by number of a message that is gone';
like $r->text, qr/expunged/, '... says so';
$w->done;
done_testing;
