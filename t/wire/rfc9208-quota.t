# QUOTA: what can be had back, and what is over the limit.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();

make_folder($md, 'Sent');
spew("$md/maildirsize", "30S,3C\n");
deliver($md, text => "A: 1\n\none\n", flags => 'ST');
deliver($md, text => "A: 2\n\ntwo\n", flags => 'S');
my $w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a STATUS INBOX (DELETED DELETED-STORAGE)
S: * STATUS "INBOX" (DELETED 1 DELETED-STORAGE 10)
S: a OK STATUS completed.
C: b APPEND INBOX {1000000000}
S: b NO [OVERQUOTA] You exceeded your mail quota.
C: c APPEND INBOX (\Deleted) {50+}
C: A: 567890123456789012345678901234567890123456789
C:
S: c OK [APPENDUID <uidv> <uid>] APPEND completed.
C: d APPEND INBOX {50+}
C: A: 567890123456789012345678901234567890123456789
C:
S: d NO [OVERQUOTA] You exceeded your mail quota.
C: e APPEND INBOX.Sent {20+}
C:
C:
C:
C:
C:
C:
C:
C:
C:
C:
C:
S: e OK [APPENDUID <n1> 1] APPEND completed.
END
$w->done;
is scalar(() = glob "$md/{cur,new,tmp}/*"), 3, 'nothing else is there';
done_testing;
