# SEARCH RETURN (SAVE) and "$".
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => $_ % 3 ? '' : 'S',
    base => 1000000000 + $_ . '.x')
    for 1 .. 10;
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
# nothing is saved yet: valid, and no message
C: a FETCH $ UID
S: a OK FETCH completed.
C: b SEARCH RETURN (SAVE) SEEN
S: b OK SEARCH done.
C: c FETCH $ UID
S: * 3 FETCH (UID 3)
S: * 6 FETCH (UID 6)
S: * 9 FETCH (UID 9)
S: c OK FETCH completed.
C: d UID FETCH $ FLAGS
S: * 3 FETCH (UID 3 FLAGS (\Seen \Recent))
S: * 6 FETCH (UID 6 FLAGS (\Seen \Recent))
S: * 9 FETCH (UID 9 FLAGS (\Seen \Recent))
S: d OK FETCH completed.
# without SAVE it stays
C: e SEARCH RETURN () UNSEEN 1:2
S: * ESEARCH (TAG "e") ALL 1:2
S: e OK SEARCH done.
C: f SEARCH $ 5:9
S: * SEARCH 6 9
S: f OK SEARCH done.
C: g UID SEARCH UID $ NOT 6
S: * SEARCH 3 9
S: g OK SEARCH done.
C: h SEARCH RETURN (SAVE FOO) ALL
S: h BAD <any>
C: i SEARCH $
S: * SEARCH 3 6 9
S: i OK SEARCH done.
# RFC 9051 table 4
C: j SEARCH RETURN (SAVE MIN) SEEN
S: * ESEARCH (TAG "j") MIN 3
S: j OK SEARCH done.
C: k SEARCH $
S: * SEARCH 3
S: k OK SEARCH done.
C: l SEARCH RETURN (SAVE MAX) SEEN
S: * ESEARCH (TAG "l") MAX 9
S: l OK SEARCH done.
C: m SEARCH $
S: * SEARCH 9
S: m OK SEARCH done.
C: n UID SEARCH RETURN (SAVE MIN MAX) SEEN
S: * ESEARCH (TAG "n") UID MIN 3 MAX 9
S: n OK SEARCH done.
C: o SEARCH $
S: * SEARCH 3 9
S: o OK SEARCH done.
C: p SEARCH RETURN (SAVE COUNT MIN) SEEN
S: * ESEARCH (TAG "p") MIN 3 COUNT 3
S: p OK SEARCH done.
C: q SEARCH NOT $
S: * SEARCH 1 2 4 5 7 8 10
S: q OK SEARCH done.
# a NO with SAVE empties it
C: r SEARCH RETURN (SAVE) CHARSET X-NONE ALL
S: r NO [BADCHARSET (US-ASCII UTF-8)] <any>
C: s SEARCH $
S: * SEARCH
S: s OK SEARCH done.
C: t SEARCH RETURN (SAVE) DRAFT
S: t OK SEARCH done.
C: u FETCH $ FLAGS
S: u OK FETCH completed.
END

# pipelined
$w->{judge}->sent(x => 'SEARCH');
$w->{judge}->sent(y => 'FETCH');
$w->raw("x SEARCH RETURN (SAVE) 2:4\r\ny FETCH \$ UID\r\n");
$w->script(<<'END');
S: x OK SEARCH done.
S: * 2 FETCH (UID 2)
S: * 3 FETCH (UID 3)
S: * 4 FETCH (UID 4)
S: y OK FETCH completed.
END

# what is expunged leaves it
unlink glob "$md/cur/1000000003.x:*";
$w->cmd('NOOP');
$w->script(<<'END');
C: a UID FETCH $ UID
S: * 2 FETCH (UID 2)
S: * 3 FETCH (UID 4)
S: a OK FETCH completed.
END
$w->cmd('SELECT INBOX');
is join(' ', $w->cmd('SEARCH $')->numbers), '', 'SELECT empties it';
$w->done;
done_testing;
