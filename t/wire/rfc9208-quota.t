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
END
$w->done;
done_testing;
