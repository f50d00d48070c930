# Every command of RFC 1939, its answers and refusals, to the byte.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Pop3;
use Wire;

my $md = make_maildir();
my $n = 1000000001;

sub put
{
	my ($text, $flags) = @_;

	return deliver($md, text => $text, flags => $flags,
	    base => $n++ . '.x');
}

sub files
{
	return join ' ', sort map { m{([^/]+)\z} } glob "$md/{cur,new}/*";
}

# --- an empty maildrop -------------------------------------------------------
my $w = Pop3->new(maildir => $md);
$w->script(<<'END');
S: +OK logged in.
C: STAT
S: +OK 0 0
C: LIST
S: +OK POP3 clients that break here, they violate STD53.
S: .
C: UIDL
S: +OK
S: .
C: LIST 1
S: -ERR Invalid message number.
C: QUIT
S: +OK Bye-bye.
END
$w->done;
ok !-e "$md/courierpop3dsizelist", 'nothing is written for nothing';

# --- messages ----------------------------------------------------------------
spew("$md/courierpop3dsizelist", "/3 1 1795289527\n");
put("From: a\nSubject: one\n\nbody 1\n", '');
put("From: a\n\n.\n..x\n\n.y", 'T');
put('');
put("A: b\r\n\r\nCRLF\r\n");
$w = Pop3->new(maildir => $md);
$w->script(<<'END');
S: +OK logged in.
C: STAT
S: +OK 4 72
C: LIST
S: +OK POP3 clients that break here, they violate STD53.
S: 1 33
S: 2 25
S: 3 0
S: 4 14
S: .
C: list 2
S: +OK 2 25
C: UIDL
S: +OK
S: 1 UID1-1795289527
S: 2 UID2-1795289527
S: 3 UID3-1795289527
S: 4 UID4-1795289527
S: .
C: UiDl 4
S: +OK 4 UID4-1795289527
C: TOP 1 0
S: +OK headers follow.
S: From: a
S: Subject: one
S:
S: .
C: RETR 1
S: +OK 33 octets follow.
S: From: a
S: Subject: one
S:
S: body 1
S: .
C: RETR 2
S: +OK 25 octets follow.
S: From: a
S:
S: ..
S: ...x
S:
S: ..y
S: .
C: RETR 3
S: +OK 0 octets follow.
S: .
C: RETR 4
S: +OK 14 octets follow.
S: A: b
S:
S: CRLF
S: .
C: TOP 2 2
S: +OK headers follow.
S: From: a
S:
S: ..
S: ...x
S: .
C: TOP 2 99999999999999999999999
S: +OK headers follow.
S: From: a
S:
S: ..
S: ...x
S:
S: ..y
S: .
C: TOP 4 0
S: +OK headers follow.
S: A: b
S:
S: .
C: TOP 3 1
S: +OK headers follow.
S: .
C: NOOP
S: +OK Yup.
C: DELE 1
S: +OK Deleted.
C: DELE 1
S: -ERR Invalid message number.
C: RETR 1
S: -ERR Invalid message number.
C: LIST 1
S: -ERR Invalid message number.
C: STAT
S: +OK 3 39
C: LIST
S: +OK POP3 clients that break here, they violate STD53.
S: 2 25
S: 3 0
S: 4 14
S: .
C: RSET
S: +OK Resurrected.
C: STAT
S: +OK 4 72
C: DELE 3
S: +OK Deleted.
END
is files(), '1000000001.x:2,S 1000000002.x:2,ST 1000000003.x:2,S ' .
    '1000000004.x:2,S', 'RETR sets \Seen';
$w->done(0, 'the connection drops');
is scalar(() = glob "$md/cur/*"), 4, 'nothing is deleted';
is slurp("$md/courierpop3dsizelist"), <<'END', 'the list';
/3 5 1795289527
1000000001.x:2, 033 1:1795289527:0
1000000002.x:2,T 025 2:1795289527:0
1000000003.x:2, 00 3:1795289527:0
1000000004.x:2, 014 4:1795289527:0
END

# --- what is refused ---------------------------------------------------------
$w = Pop3->new(maildir => $md);
my $long = 'x' x 300;
my $fits = 'NOOP' . ' ' x 249;
$w->script(<<"END", 'refusals');
S: +OK logged in.
C:
S: -ERR Invalid command.
C: RETR
S: -ERR Invalid command.
C: RETR 1x
S: -ERR Invalid message number.
C: RETR -1
S: -ERR Invalid message number.
C: RETR 0
S: -ERR Invalid message number.
C: RETR 5
S: -ERR Invalid message number.
C: RETR 4294967297
S: -ERR Invalid message number.
C: RETR 1 2
S: -ERR Invalid command.
C: TOP 1
S: -ERR Invalid command.
C: TOP 1 -1
S: -ERR Invalid command.
C: TOP 1 1x
S: -ERR Invalid command.
C: TOP 1 1 1
S: -ERR Invalid command.
C: TOP x 1
S: -ERR Invalid message number.
C: STAT 1
S: -ERR Invalid command.
C: STAT  
S: +OK 4 72
C: USER a
S: -ERR Invalid command.
C: PASS a
S: -ERR Invalid command.
C: STLS
S: -ERR Invalid command.
C: AUTH PLAIN
S: -ERR Invalid command.
C: APOP a b
S: -ERR Invalid command.
C: LAST
S: -ERR Invalid command.
C: NOOP<x00>
S: -ERR Invalid command.
C: $long
S: -ERR Invalid command.
C: $fits
S: +OK Yup.
C: $fits 
S: -ERR Invalid command.
C: NOOP
S: +OK Yup.
END
$w->raw("NOOP\nSTAT\nQUIT\n");
$w->script(<<'END', 'lines may end in LF');
S: +OK Yup.
S: +OK 4 72
S: +OK Bye-bye.
END
$w->done;

# --- QUIT --------------------------------------------------------------------
$w = Pop3->new(maildir => $md);
$w->script(<<'END', 'all in one segment');
C: DELE 1
C: DELE 3
C: RETR 4
C: QUIT
C: NOOP
S: +OK logged in.
S: +OK Deleted.
S: +OK Deleted.
S: +OK 14 octets follow.
S: A: b
S:
S: CRLF
S: .
S: +OK Bye-bye.
END
$w->done;
is files(), '1000000002.x:2,ST 1000000004.x:2,S', 'they are gone';
like $w->errors, qr/^INFO: LOGIN, user=nobody, ip=\[127\.0\.0\.1\], port=\[0\]
INFO: LOGOUT, user=nobody, ip=\[127\.0\.0\.1\], port=\[0\], top=0, retr=14, rcvd=30, sent=98, time=0
\z/, 'the log';
put("New: 1\n\n");
$w = Pop3->new(maildir => $md);
$w->script(<<'END', 'UIDLs of what is left, and of what is new');
S: +OK logged in.
C: UIDL
S: +OK
S: 1 UID2-1795289527
S: 2 UID4-1795289527
S: 3 UID5-1795289527
S: .
C: QUIT
S: +OK Bye-bye.
END
$w->done;

# --- what others do meanwhile ------------------------------------------------
$md = make_maildir();
put("M: $_\n\n", 'S') for 1 .. 4;
my ($one, $two, $three, $four) = sort glob "$md/cur/*";
$w = Pop3->new(maildir => $md);
is $w->line, '+OK logged in.', 'four messages';
unlink $one or die;
rename $two, "${two}T" or die;
rename $three, "${three}T" or die;
$w->script(<<'END', 'gone, and renamed');
C: RETR 1
S: -ERR Can't open the message file - it's gone!
C: RETR 2
S: +OK 8 octets follow.
S: M: 2
S:
S: .
C: DELE 1
S: +OK Deleted.
C: DELE 3
S: +OK Deleted.
C: DELE 4
S: +OK Deleted.
END
rename $four, "${four}T" or die;
$w->script(<<'END', 'gone is gone');
C: QUIT
S: +OK Bye-bye.
END
$w->done;
is files(), '1000000007.x:2,ST', 'whatever their names are now';

# --- a client that leaves in the middle of what it pipelined -----------------
my $last = put("M: last\n\n", '');
$w = Pop3->new(maildir => $md);
is $w->line, '+OK logged in.', 'a client in a hurry';
CORE::kill('STOP', $w->{pid});
$w->raw("RETR 2\r\nDELE 2\r\nQUIT\r\n");
close delete $w->{socket};
CORE::kill('CONT', $w->{pid});
is $w->wait_child(time + 10), 0, 'it is gone';
like files(), qr/ /, 'what was not sent is not removed';
unlink "${last}S";

# --- a message that shrinks --------------------------------------------------
my $big = put("M: big\n\n" . ("x" x 70 . "\n") x 200000, 'S');
my $next = put("M: next\n\n", 'S');
$w = Pop3->new(maildir => $md);
is $w->line, '+OK logged in.', 'a large message';
$w->raw("RETR 2\r\nRETR 3\r\nQUIT\r\n");
is $w->line, '+OK 14400010 octets follow.', 'is sent';
truncate $big, 100 or die;
my $rest = '';
$rest .= "$_\n" while defined($_ = $w->line);
unlike $rest, qr/^(?:\.|\+OK.*)$/m, 'no dot where it is cut, and nothing more';
$w->done;
like $w->errors, qr/^INFO: I\/O error disconnect, .* retr=/m, 'the log says so';
done_testing;
