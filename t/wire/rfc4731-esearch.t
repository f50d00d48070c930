# SEARCH RETURN (MIN MAX ALL COUNT).
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
C: a SEARCH RETURN () UNSEEN
S: * ESEARCH (TAG "a") ALL 1:2,4:5,7:8,10
S: a OK SEARCH done.
C: b SEARCH RETURN (ALL) SEEN
S: * ESEARCH (TAG "b") ALL 3,6,9
S: b OK SEARCH done.
C: c SEARCH RETURN (MIN) SEEN
S: * ESEARCH (TAG "c") MIN 3
S: c OK SEARCH done.
C: d SEARCH RETURN (MAX) SEEN
S: * ESEARCH (TAG "d") MAX 9
S: d OK SEARCH done.
C: e SEARCH RETURN (max min) SEEN
S: * ESEARCH (TAG "e") MIN 3 MAX 9
S: e OK SEARCH done.
C: f SEARCH RETURN (MIN MAX) 6
S: * ESEARCH (TAG "f") MIN 6 MAX 6
S: f OK SEARCH done.
C: g SEARCH RETURN (MIN MAX) 1:2 SUBJECT 10
S: * ESEARCH (TAG "g")
S: g OK SEARCH done.
C: h SEARCH RETURN (COUNT) SEEN
S: * ESEARCH (TAG "h") COUNT 3
S: h OK SEARCH done.
C: i SEARCH RETURN (COUNT MIN MAX ALL) UNSEEN
S: * ESEARCH (TAG "i") MIN 1 MAX 10 ALL 1:2,4:5,7:8,10 COUNT 7
S: i OK SEARCH done.
C: j SEARCH RETURN (COUNT MIN MAX ALL) DRAFT
S: * ESEARCH (TAG "j") COUNT 0
S: j OK SEARCH done.
C: k]x UID SEARCH RETURN (MIN) UID 5:7
S: * ESEARCH (TAG "k]x") UID MIN 5
S: k]x OK SEARCH done.
C: l UID SEARCH RETURN (ALL) 2:4 CHARSET
S: l BAD <any>
C: m UID SEARCH RETURN (ALL) CHARSET US-ASCII 2:4
S: * ESEARCH (TAG "m") UID ALL 2:4
S: m OK SEARCH done.
C: n SEARCH RETURN (PARTIAL 1:2) ALL
S: n BAD <any>
C: o SEARCH RETURN ALL
S: o BAD <any>
C: p SEARCH RETURN (MIN
S: p BAD <any>
C: q SEARCH RETURN (MIN) CHARSET X-NONE ALL
S: q NO [BADCHARSET (US-ASCII UTF-8)] <any>
C: r SEARCH SEEN
S: * SEARCH 3 6 9
S: r OK SEARCH done.
END
$w->done;

# UIDs and numbers apart
unlink glob "$md/cur/1000000002.x:*";
$w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a SEARCH RETURN (MIN MAX ALL) SEEN
S: * ESEARCH (TAG "a") MIN 2 MAX 8 ALL 2,5,8
S: a OK SEARCH done.
C: b UID SEARCH RETURN (MIN MAX ALL) SEEN
S: * ESEARCH (TAG "b") UID MIN 3 MAX 9 ALL 3,6,9
S: b OK SEARCH done.
END
$w->done;
done_testing;
