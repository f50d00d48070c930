# What the Judge accepts and what it refuses, by rule.  Each row is a mode
# and a response without its CRLF.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Judge;

my $adr = '(NIL NIL "a" "b")';
my $text = '"text" "plain" NIL NIL NIL "7bit" 5';
my $env = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)';
my $global = '"message" "global" NIL NIL NIL "7bit" 9';

sub judge
{
	my ($mode, $bytes) = @_;
	my $judge = Judge->new(mode => $mode, greeting => 0);

	return eval {
		my @r = $judge->feed($bytes);
		$judge->finish;
		$r[0];
	};
}

sub fetch { return "* 1 FETCH ($_[0])" }
sub body { return fetch("BODY ($_[0])") }
sub structure { return fetch("BODYSTRUCTURE ($_[0])") }
sub internaldate { return fetch("INTERNALDATE \"$_[0]\"") }

sub envelope
{
	my (%of) = @_;

	return fetch('ENVELOPE (' . join(' ', map { $of{$_} // 'NIL' }
	    qw(date subject from sender reply_to to cc bcc irt id)) . ')');
}

my @accept = (
	# resp-text and its codes
	[rev1 => '* OK hello'],
	[rev1 => 'a OK done'],
	[rev1 => 'a] NO [ALERT] no'],
	[rev1 => '* BYE bye'],
	[rev1 => '* BAD [CLIENTBUG] what'],
	[rev1 => '* OK text with {5}'],
	[rev1 => '* ok [capability imap4REV1 ID] x'],
	[rev2 => '* OK [CAPABILITY IMAP4rev2 IMAP4rev1] x'],
	[rev1 => '* OK [UIDNEXT 4294967295] x'],
	[rev1 => '* OK [UNSEEN 3] x'],
	[rev1 => '* OK [PERMANENTFLAGS (\\Seen $a \\*)] x'],
	[rev1 => '* OK [PERMANENTFLAGS ()] x'],
	[rev1 => 'a OK [APPENDUID 3 4] x'],
	[rev1 => 'a OK [APPENDUID 3 4:6,9] x'],
	[rev1 => 'a OK [COPYUID 3 1:3,7 4:6,9] x'],
	[rev1 => 'a NO [BADCHARSET (US-ASCII "UTF-8")] x'],
	[rev1 => 'a NO [BADCHARSET] x'],
	[rev1 => 'a OK [XNEW any thing "at ( all] x'],
	[rev1 => 'a OK [HIGHESTMODSEQ 9223372036854775807] x'],
	[rev1 => 'a OK [MODIFIED 7,9:12] x'],
	[rev1 => '* OK [INPROGRESS ("a" 3 9)] x'],
	[rev1 => '* OK [INPROGRESS] x'],
	[rev2 => 'a OK '],
	[rev2 => "a OK gr\xc3\xbc\xc3\x9fe"],
	[rev1 => '+ idling'],
	[rev1 => '+ '],
	[rev1 => '+ YWJj'],
	[rev1 => '+ YWI='],
	# mailboxes
	[rev1 => '* LIST () "." INBOX'],
	[rev1 => '* LIST (\\HasChildren \\Noselect) "." "INBOX.a b"'],
	[rev1 => '* LIST (\\Noselect) NIL ""'],
	[rev1 => '* LIST () "\\\\" a'],
	[rev1 => '* LIST () "/" ~a'],
	[rev1 => "* LIST () \".\" {3}\r\na\"b"],
	[rev1 => '* LIST (\\NonExistent \\Subscribed) "." a ' .
	    '("CHILDINFO" ("SUBSCRIBED"))'],
	[rev1 => '* LIST () "." a (OLDNAME (b))'],
	[rev1 => '* LIST () "." a ("X" (1 (b "c")) Y 1:4)'],
	[rev1 => '* LIST () "." "&AOk-t&AOk-"'],
	[rev1 => '* LIST () "." a&-b'],
	[rev1 => '* LIST () "." "&2D3eAA-"'],
	[rev2 => "* LIST () \".\" \"\xc3\xa9t\xc3\xa9\""],
	[utf8 => "* LIST () \".\" \"\xc3\xa9\""],
	[rev2 => "* LIST () \".\" {2}\r\n\xc3\xa9"],
	[rev1 => '* LSUB () "." INBOX.a'],
	[rev1 => '* FLAGS (\\Answered $Forwarded)'],
	[rev1 => '* FLAGS ()'],
	[rev1 => '* STATUS a (MESSAGES 0 UIDNEXT 1 SIZE 99999999999)'],
	[rev1 => '* STATUS a ()'],
	[rev1 => '* STATUS a (RECENT 1 APPENDLIMIT NIL)'],
	[rev1 => '* SEARCH'],
	[rev1 => '* SEARCH 1 5 3'],
	[rev1 => '* SEARCH 1 2 (MODSEQ 5)'],
	[rev1 => '* ESEARCH'],
	[rev1 => '* ESEARCH (TAG "a1") UID COUNT 2 ALL 4:5'],
	[rev1 => '* ESEARCH (TAG a1) MIN 1 MAX 4'],
	[rev1 => '* SORT'],
	[rev1 => '* SORT 3 2'],
	[rev1 => '* THREAD'],
	[rev1 => '* THREAD (1 2)(3)((4)(5))(6 (7)(8 9))'],
	[rev1 => '* NAMESPACE (("INBOX." ".")) NIL (("" "/")("a" NIL))'],
	[rev1 => '* NAMESPACE (("" "/" "X-P" ("a" "b"))) NIL NIL'],
	[rev1 => '* CAPABILITY IMAP4rev1 AUTH=PLAIN'],
	[rev1 => '* ENABLED'],
	[rev1 => '* ENABLED CONDSTORE'],
	[rev1 => '* ID NIL'],
	[rev1 => '* ID ("name" "x" "version" NIL)'],
	[rev1 => '* QUOTA "" (STORAGE 10 512)'],
	[rev1 => '* QUOTAROOT INBOX "" a'],
	[rev1 => '* ACL INBOX u lrs'],
	[rev1 => '* MYRIGHTS INBOX lrs'],
	[rev1 => '* LISTRIGHTS INBOX u "" l r'],
	[rev1 => '* METADATA "" (/shared/comment "x" /private/a NIL)'],
	[rev1 => '* METADATA INBOX /shared/comment /private/a'],
	[rev1 => '* VANISHED (EARLIER) 3:5,9'],
	# messages
	[rev1 => '* 0 EXISTS'],
	[rev1 => '* 0 RECENT'],
	[rev1 => '* 1 EXPUNGE'],
	[rev1 => fetch('FLAGS (\\Recent \\Seen $a)')],
	[rev1 => fetch('FLAGS () UID 4')],
	[rev1 => internaldate(' 1-Jan-2025 00:00:00 +0000')],
	[rev1 => internaldate('29-Feb-2024 23:59:60 -1130')],
	[rev1 => fetch('RFC822.SIZE 4294967295')],
	[rev2 => fetch('RFC822.SIZE 4294967296')],
	[rev1 => fetch("BODY[] {3}\r\n\xff\n\r")],
	[rev1 => fetch('BODY[] NIL')],
	[rev1 => fetch('BODY[1.2.MIME] "a\\"b\\\\"')],
	[rev1 => fetch('BODY[HEADER.FIELDS (a "b c")]<7> ""')],
	[rev1 => fetch('BODY[3.HEADER.FIELDS.NOT (a)] ""')],
	[rev1 => fetch("BINARY[1] ~{2}\r\n\0a")],
	[rev1 => fetch('BINARY[]<3> "x" BINARY.SIZE[1.2] 5')],
	[rev1 => fetch('RFC822.HEADER "a" RFC822.TEXT NIL RFC822 ""')],
	[rev1 => fetch('MODSEQ (5) EMAILID (M1) SAVEDATE NIL')],
	[utf8 => fetch("BODY[TEXT] \"\xe2\x82\xac\"")],
	# envelope
	[rev1 => envelope()],
	[rev1 => envelope(date => '"x"', subject => "{1}\r\n\xe9")],
	[rev1 => envelope(from => "($adr$adr)", sender => "($adr)",
	    reply_to => "($adr)")],
	[rev1 => envelope(to =>
	    '((NIL NIL "g" NIL)' . "$adr(NIL NIL NIL NIL))")],
	[rev1 => envelope(to => '((NIL NIL "g" NIL)(NIL NIL NIL NIL))')],
	[utf8 => envelope(subject => "\"\xc3\xa9\"")],
	# body
	[rev1 => body("$text 1")],
	[rev1 => structure("$text 1")],
	[rev1 => structure("$text 1 NIL")],
	[rev1 => structure("$text 1 \"m\" (\"attachment\" " .
	    '("filename" "x")) ("de" "en") "loc"')],
	[rev1 => structure("$text 1 NIL (\"inline\" NIL) \"de\"")],
	[rev1 => body('"a" "b" ("c" "d" "e" "f") "<i>" "d" "x" 0')],
	[rev1 => body("($text 1)($text 1) \"mixed\"")],
	[rev1 => structure("($text 1) \"mixed\" (\"boundary\" \"x\") " .
	    'NIL NIL NIL')],
	[rev1 => body('"message" "rfc822" NIL NIL NIL "7bit" 9 ' .
	    "$env ($text 1) 4")],
	[rev1 => body($global)],
	[utf8 => body($global)],
	[utf8 => body("$global $env ($text 1) 4")],
	[rev2 => body("$global $env ($text 1) 4")],
);

my @refuse = (
	['no space', rev1 => '*OK hello'],
	['two spaces', rev1 => '*  OK hello'],
	['no text', rev1 => '* OK'],
	['empty text', rev1 => '* OK '],
	['code without text', rev1 => '* OK [ALERT]'],
	['empty text behind a code', rev1 => '* OK [ALERT] '],
	['no code', rev1 => '* OK [] x'],
	['code not closed', rev1 => '* OK [ALERT x'],
	['argument where there is none', rev1 => '* OK [READ-ONLY 1] x'],
	['8-bit text', rev1 => "* OK gr\xc3\xbc\xc3\x9fe"],
	['8-bit text with UTF8', utf8 => "* OK \xc3\xbc"],
	['broken UTF-8', rev2 => "* OK \xc3"],
	['NUL in a text', rev1 => "* OK a\0b"],
	['CR in a text', rev1 => "* OK a\rb"],
	['bare LF', rev1 => "* OK a\n* OK b"],
	['tag with +', rev1 => 'a+ OK x'],
	['tag with "', rev1 => 'a" OK x'],
	['8-bit tag', rev1 => "\xe9 OK x"],
	['untagged PREAUTH later', rev1 => '* PREAUTH x'],
	['tagged BYE', rev1 => 'a BYE x'],
	['no such response', rev1 => '* HELLO x'],
	['no such numbered response', rev1 => '* 1 HELLO'],
	['capability without base', rev1 => '* CAPABILITY IMAP4'],
	['capability, two spaces', rev1 => '* CAPABILITY  IMAP4rev1'],
	['capability, space behind', rev1 => '* CAPABILITY IMAP4rev1 '],
	['both LITERALs', rev1 => '* CAPABILITY IMAP4rev1 LITERAL+ LITERAL-'],
	['capability twice', rev1 => '* CAPABILITY IMAP4rev1 ID ID'],
	['uidnext zero', rev1 => '* OK [UIDNEXT 0] x'],
	['uidnext with zero in front', rev1 => '* OK [UIDNEXT 01] x'],
	['uidnext of 33 bits', rev1 => '* OK [UIDNEXT 4294967296] x'],
	['UNSEEN in rev2', rev2 => '* OK [UNSEEN 1] x'],
	['\\Recent permanent', rev1 => '* OK [PERMANENTFLAGS (\\Recent)] x'],
	['flags not in brackets', rev1 => '* OK [PERMANENTFLAGS \\Seen] x'],
	['appenduid short', rev1 => 'a OK [APPENDUID 3] x'],
	['copyuid with star', rev1 => 'a OK [COPYUID 3 1:* 2:3] x'],
	['copyuid sizes', rev1 => 'a OK [COPYUID 3 1:3 4:5] x'],
	['empty charsets', rev1 => 'a NO [BADCHARSET ()] x'],
	['mod-sequence zero', rev1 => 'a OK [HIGHESTMODSEQ 0] x'],
	['mod-sequence of 64 bits',
	    rev1 => 'a OK [HIGHESTMODSEQ 9223372036854775808] x'],
	['progress at its goal', rev1 => '* OK [INPROGRESS ("a" 9 9)] x'],
	['+ alone', rev1 => '+'],
	['+ without space', rev1 => '+idling'],
	# mailboxes
	['no flags', rev1 => '* LIST "." a'],
	['list flag twice', rev1 => '* LIST (\\Remote \\remote) "." a'],
	['two sflags', rev1 => '* LIST (\\Noselect \\Marked) "." a'],
	['both children', rev1 =>
	    '* LIST (\\HasChildren \\HasNoChildren) "." a'],
	['unknown list flag', rev1 => '* LIST (\\Foo) "." a'],
	['keyword as list flag', rev1 => '* LIST (Foo) "." a'],
	['space in the flags', rev1 => '* LIST ( \\Noselect) "." a'],
	['delimiter of two', rev1 => '* LIST () ".." a'],
	['delimiter empty', rev1 => '* LIST () "" a'],
	['delimiter not quoted', rev1 => '* LIST () . a'],
	['name empty', rev1 => '* LIST () "." '],
	['name with space', rev1 => '* LIST () "." a b'],
	['name with bracket', rev1 => '* LIST () "." a(b'],
	['name with wildcard', rev1 => '* LIST () "." a%b'],
	['8-bit atom', utf8 => "* LIST () \".\" \xc3\xa9"],
	['8-bit name', rev1 => "* LIST () \".\" \"\xc3\xa9\""],
	['8-bit name in a literal', rev1 => "* LIST () \".\" {2}\r\n\xc3\xa9"],
	['shift not closed', rev1 => '* LIST () "." "&AOk"'],
	['shifted ASCII', rev1 => '* LIST () "." "&AGE-"'],
	['shift with /', rev1 => '* LIST () "." "&AO/-"'],
	['two shifts in a row', rev1 => '* LIST () "." "&AOk-&AOk-"'],
	['half a surrogate pair', rev1 => '* LIST () "." "&2D0-"'],
	['bits behind', rev1 => '* LIST () "." "&AOl-"'],
	['control in a name', rev2 => "* LIST () \".\" \"a\x01\""],
	['broken name', rev2 => "* LIST () \".\" \"\xff\""],
	['LSUB extended', rev1 => '* LSUB () "." a (X (b))'],
	['\\Recent in FLAGS', rev1 => '* FLAGS (\\Seen \\Recent)'],
	['\\* in FLAGS', rev1 => '* FLAGS (\\Seen \\*)'],
	['flag twice', rev1 => '* FLAGS (a A)'],
	['unknown system flag', rev1 => '* FLAGS (\\Foo)'],
	['flag with ]', rev1 => '* FLAGS (a])'],
	['two spaces between flags', rev1 => '* FLAGS (a  b)'],
	['status item twice', rev1 => '* STATUS a (SIZE 1 SIZE 1)'],
	['status without brackets', rev1 => '* STATUS a MESSAGES 1'],
	['status UIDNEXT 0', rev1 => '* STATUS a (UIDNEXT 0)'],
	['status negative', rev1 => '* STATUS a (MESSAGES -1)'],
	['status RECENT in rev2', rev2 => '* STATUS a (RECENT 1)'],
	['search zero', rev1 => '* SEARCH 0'],
	['search, space behind', rev1 => '* SEARCH 1 '],
	['search in rev2', rev2 => '* SEARCH 1'],
	['esearch dollar', rev1 => '* ESEARCH ALL $'],
	['esearch star', rev1 => '* ESEARCH ALL 1:*'],
	['esearch all of none', rev1 => '* ESEARCH COUNT 0 ALL 1'],
	['esearch all empty', rev1 => '* ESEARCH ALL '],
	['esearch tag', rev1 => '* ESEARCH (TAG) COUNT 1'],
	['sort, space behind', rev1 => '* SORT '],
	['thread, space behind', rev1 => '* THREAD '],
	['thread nested once', rev1 => '* THREAD (1 (2))'],
	['thread, space between', rev1 => '* THREAD (1) (2)'],
	['two namespaces', rev1 => '* NAMESPACE NIL NIL'],
	['namespace empty', rev1 => '* NAMESPACE () NIL NIL'],
	['namespace prefix NIL', rev1 => '* NAMESPACE ((NIL ".")) NIL NIL'],
	['id atom', rev1 => '* ID (name "x")'],
	['id odd', rev1 => '* ID ("name")'],
	['quota without list', rev1 => '* QUOTA ""'],
	['quota short', rev1 => '* QUOTA "" (STORAGE 10)'],
	# messages
	['fetch zero', rev1 => '* 0 FETCH (FLAGS ())'],
	['expunge zero', rev1 => '* 0 EXPUNGE'],
	['exists, more', rev1 => '* 1 EXISTS 2'],
	['recent in rev2', rev2 => '* 1 RECENT'],
	['fetch of nothing', rev1 => fetch('')],
	['fetch without brackets', rev1 => '* 1 FETCH FLAGS ()'],
	['fetch, no end', rev1 => '* 1 FETCH (UID 1'],
	['fetch, two spaces', rev1 => fetch('UID 1  FLAGS ()')],
	['fetch, space at the end', rev1 => fetch('UID 1 ')],
	['unknown item', rev1 => fetch('FOO 1')],
	['uid zero', rev1 => fetch('UID 0')],
	['flags without space', rev1 => fetch('FLAGS()')],
	['\\Recent in rev2', rev2 => fetch('FLAGS (\\Recent)')],
	['date without quotes', rev1 =>
	    fetch('INTERNALDATE 01-Jan-2025 00:00:00 +0000')],
	['one-digit day', rev1 => internaldate('1-Jan-2025 00:00:00 +0000')],
	['day 0', rev1 => internaldate('00-Jan-2025 00:00:00 +0000')],
	['30 February', rev1 => internaldate('30-Feb-2024 00:00:00 +0000')],
	['29 February', rev1 => internaldate('29-Feb-2023 00:00:00 +0000')],
	['hour 24', rev1 => internaldate('01-Jan-2025 24:00:00 +0000')],
	['zone by name', rev1 => internaldate('01-Jan-2025 00:00:00 GMT')],
	['zone of three', rev1 => internaldate('01-Jan-2025 00:00:00 +100')],
	['size of 33 bits', rev1 => fetch('RFC822.SIZE 4294967296')],
	['size of 64 bits', rev2 => fetch('RFC822.SIZE 9223372036854775808')],
	['literal with NUL', rev1 => fetch("BODY[] {3}\r\na\0b")],
	['literal short', rev1 => fetch("BODY[] {9}\r\na")],
	['literal long', rev1 => fetch("BODY[] {1}\r\nabc")],
	['literal+', rev1 => fetch("BODY[] {3+}\r\nabc")],
	['literal8 for BODY', rev1 => fetch("BODY[] ~{3}\r\nabc")],
	['atom for BODY', rev1 => fetch('BODY[] abc')],
	['NUL in quotes', rev1 => fetch("BODY[] \"a\0\"")],
	['CR in quotes', rev1 => fetch("BODY[] \"a\rb\"")],
	['8-bit in quotes', rev1 => fetch("BODY[] \"\xc3\xa9\"")],
	['broken UTF-8 in quotes', utf8 => fetch("BODY[] \"\xe9\"")],
	['overlong UTF-8', utf8 => fetch("BODY[] \"\xc0\x80\"")],
	['surrogate', utf8 => fetch("BODY[] \"\xed\xa0\x80\"")],
	['other escape', rev1 => fetch('BODY[] "\\n"')],
	['section zero', rev1 => fetch('BODY[0] ""')],
	['section with dot', rev1 => fetch('BODY[1.] ""')],
	['section MIME alone', rev1 => fetch('BODY[MIME] ""')],
	['section without fields', rev1 => fetch('BODY[HEADER.FIELDS] ""')],
	['section, no fields', rev1 => fetch('BODY[HEADER.FIELDS ()] ""')],
	['PEEK echoed', rev1 => fetch('BODY.PEEK[] ""')],
	['length echoed', rev1 => fetch('BODY[]<0.5> ""')],
	['BINARY of HEADER', rev1 => fetch('BINARY[HEADER] ""')],
	['BINARY.SIZE NIL', rev1 => fetch('BINARY.SIZE[1] NIL')],
	['RFC822 in rev2', rev2 => fetch('RFC822 ""')],
	['modseq bare', rev1 => fetch('MODSEQ 5')],
	# envelope
	['envelope short', rev1 =>
	    fetch('ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL)')],
	['envelope long', rev1 =>
	    fetch('ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)')],
	['subject atom', rev1 => envelope(subject => 'hello')],
	['8-bit subject', rev1 => envelope(subject => "\"\xe9\"")],
	['empty addresses', rev1 => envelope(to => '()')],
	['space between addresses', rev1 => envelope(to => "($adr $adr)")],
	['address of three', rev1 => envelope(to => '((NIL NIL "a"))')],
	['mailbox NIL with host', rev1 => envelope(to => '((NIL NIL NIL "h"))')],
	['named mark', rev1 => envelope(to => '(("n" NIL NIL NIL))')],
	['end of no group', rev1 => envelope(to => '((NIL NIL NIL NIL))')],
	['group without end', rev1 => envelope(to => '((NIL NIL "g" NIL))')],
	['group in a group', rev1 => envelope(to =>
	    '((NIL NIL "g" NIL)(NIL NIL "h" NIL)(NIL NIL NIL NIL))')],
	['sender not defaulted', rev1 => envelope(from => "($adr)",
	    reply_to => "($adr)")],
	# body
	['type NIL', rev1 => body('NIL NIL NIL NIL NIL "7bit" 5')],
	['encoding NIL', rev1 => body('"a" "b" NIL NIL NIL NIL 5')],
	['octets NIL', rev1 => body('"a" "b" NIL NIL NIL "7bit" NIL')],
	['text without lines', rev1 => body($text)],
	['lines of another type', rev1 =>
	    body('"image" "png" NIL NIL NIL "base64" 5 1')],
	['text type in a literal', rev1 =>
	    body("{4}\r\ntext \"plain\" NIL NIL NIL \"7bit\" 5 1")],
	['parameter without value', rev1 =>
	    body('"a" "b" ("c") NIL NIL "7bit" 5')],
	['parameters empty', rev1 => body('"a" "b" () NIL NIL "7bit" 5')],
	['parameter NIL', rev1 => body('"a" "b" ("c" NIL) NIL NIL "7bit" 5')],
	['extension in BODY', rev1 => body("$text 1 NIL")],
	['extension in BODY, multipart', rev1 =>
	    body("($text 1) \"mixed\" NIL")],
	['extension in an inner part', rev1 =>
	    body("($text 1 NIL) \"mixed\"")],
	['body-extension', rev1 => structure("$text 1 NIL NIL NIL NIL NIL")],
	['disposition string', rev1 => structure("$text 1 NIL \"inline\"")],
	['disposition without parameters', rev1 =>
	    structure("$text 1 NIL (\"inline\")")],
	['languages empty', rev1 => structure("$text 1 NIL NIL ()")],
	['multipart of none', rev1 => body('"mixed"')],
	['space between parts', rev1 =>
	    body("($text 1) ($text 1) \"mixed\"")],
	['no space behind parts', rev1 => body("($text 1)\"mixed\"")],
	['message without body', rev1 =>
	    body('"message" "rfc822" NIL NIL NIL "7bit" 9')],
	['message without lines', rev1 => body('"message" "rfc822" ' .
	    "NIL NIL NIL \"7bit\" 9 $env ($text 1)")],
	['global with a body in rev1', rev1 =>
	    body("$global $env ($text 1) 4")],
	['global without a body in rev2', rev2 => body($global)],
);

for (@accept) {
	my ($mode, $line) = @$_;
	ok(judge($mode, "$line\r\n"), Judge::Lex::show("$mode: $line")) or
	    diag $@;
}
for (@refuse) {
	my ($why, $mode, $line) = @$_;
	ok(!judge($mode, "$line\r\n"), "refused: $why");
}

# cut anywhere, the same responses come out
my $stream = "* OK hi {3}\r\n* 2 EXISTS\r\n* 1 FETCH (BODY[] {6}\r\na\r\n{9}" .
    " BODY[1] {0}\r\n BODY[TEXT] \"{4}\" UID 3)\r\n* 2 FETCH (BODY[] {6}" .
    "\r\n {1}\r\n UID 5)\r\na OK x\r\n";
for my $step (1 .. length $stream) {
	my $judge = Judge->new;
	my @r;
	push @r, $judge->feed($_) for unpack "(a$step)*", $stream;
	is(join('|', map { $_->{type} } @r), 'OK|EXISTS|FETCH|FETCH|OK',
	    "in pieces of $step");
}

# what a session may say when
sub session
{
	my (@steps) = @_;
	my $judge = Judge->new;

	return eval {
		for (@steps) {
			if (ref) {
				$judge->sent(@$_);
			} else {
				$judge->feed("$_\r\n");
			}
		}
		1;
	};
}

my @open = ('* PREAUTH x', [a => 'SELECT'], '* 3 EXISTS', 'a OK x');
ok(!session('* 1 EXISTS'), 'refused: a greeting of another kind');
ok(!session('* NO x'), 'refused: a greeting with NO');
ok(session(@open), 'a session');
ok(!session(@open, 'a OK x'), 'refused: a tag twice');
ok(!session(@open, 'b OK x'), 'refused: a tag of nobody');
ok(session(@open, [b => 'NOOP'], '* 1 EXPUNGE', '* 2 EXISTS', 'b OK x'),
    'EXPUNGE in NOOP');
ok(!session(@open, [b => 'NOOP'], '* 2 EXISTS'), 'refused: EXISTS falls');
ok(!session(@open, [b => 'NOOP'], '* 4 FETCH (UID 1)'),
    'refused: a number above EXISTS');
ok(!session(@open, [b => 'FETCH'], '* 1 EXPUNGE'),
    'refused: EXPUNGE in FETCH');
ok(session(@open, [b => 'UID FETCH'], '* 1 EXPUNGE'), 'EXPUNGE in UID FETCH');
ok(!session(@open, '* 1 EXPUNGE'), 'refused: EXPUNGE and no command');
ok(session(@open, [b => 'EXAMINE'], '* 1 EXISTS', 'b OK x'),
    'another mailbox is smaller');
ok(session('* PREAUTH x', [a => 'ENABLE'], '* ENABLED IMAP4rev2',
    "a OK \xc3\xa9"), 'ENABLED changes the grammar');
my @qresync = ('* PREAUTH x', [a => 'ENABLE'], '* ENABLED QRESYNC', 'a OK x',
    [b => 'SELECT'], '* 3 EXISTS', '* OK [HIGHESTMODSEQ 4] x');
my $flags = '* 1 FETCH (UID 1 FLAGS () MODSEQ (5))';
ok(session(@qresync, '* VANISHED (EARLIER) 4', $flags, 'b OK x',
    [c => 'NOOP'], '* VANISHED 1:2', $flags, '* 1 EXISTS', 'c OK x',
    [d => 'UID FETCH'], '* VANISHED (EARLIER) 1',
    '* 1 FETCH (UID 3)', 'd OK x'), 'QRESYNC');
ok(!session(@open, [b => 'NOOP'], '* VANISHED 1'),
    'refused: VANISHED without QRESYNC');
ok(!session(@qresync, 'b OK x', [c => 'NOOP'], '* 1 EXPUNGE'),
    'refused: EXPUNGE with QRESYNC');
ok(session(@qresync[0 .. 5], '* OK [NOMODSEQ] x', 'b OK x', [c => 'NOOP'],
    '* 1 EXPUNGE', '* 1 FETCH (FLAGS ())'), 'but for NOMODSEQ');
ok(!session(@qresync, 'b OK x', [c => $_], '* VANISHED 1'),
    "refused: VANISHED in $_") for qw(FETCH STORE SEARCH);
ok(!session(@qresync, 'b OK x', '* VANISHED 1'),
    'refused: VANISHED and no command');
ok(!session(@qresync, 'b OK x', [c => 'NOOP'], '* VANISHED 1:4'),
    'refused: VANISHED of more than there is');
ok(!session(@qresync, 'b OK x', [c => 'NOOP'], '* VANISHED 1:2', '* 2 EXISTS',
    '* 3 FETCH (UID 1 FLAGS () MODSEQ (5))'),
    'refused: a number above EXISTS behind VANISHED');
ok(!session(@qresync, 'b OK x', [c => 'NOOP'], '* VANISHED (EARLIER) 1'),
    'refused: VANISHED (EARLIER) in NOOP');
ok(!session(@qresync, 'b OK x', [c => 'UID FETCH'], $flags,
    '* VANISHED (EARLIER) 1'), 'refused: VANISHED (EARLIER) behind FETCH');
ok(!session(@qresync, 'b OK x', [c => 'STORE'], $_),
    "refused with CONDSTORE: $_")
    for '* 1 FETCH (FLAGS () MODSEQ (5))', '* 1 FETCH (UID 1 FLAGS ())';
ok(!session('* PREAUTH x', [a => 'ENABLE'], '* ENABLED IMAP4rev2',
    '* 1 RECENT'), 'refused: RECENT behind ENABLED');

# as deep as a message may be, without harm
my $deep = 5000;
ok(judge('rev1', body('(' x $deep . "($text 1)" . ' "mixed")' x $deep .
    ' "mixed"') . "\r\n"), "$deep levels");
done_testing;
