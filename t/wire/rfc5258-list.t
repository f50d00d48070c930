# LIST-EXTENDED: empty patterns, too many wildcards.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();

make_folder($md, 'a');
my $w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a LIST "" ""
S: * LIST (\Noselect) "." ""
S: a OK LIST completed.
C: b LIST () "" ""
S: b OK LIST completed.
C: c LIST "" ("" INBOX.a)
S: * LIST (\HasNoChildren) "." "INBOX.a"
S: c OK LIST completed.
C: d LIST "INBOX.a" "" RETURN (CHILDREN)
S: d OK LIST completed.
C: e LIST (SUBSCRIBED) "INBOX." ("")
S: e OK LIST completed.
END
like $w->cmd('LIST "" ' . '*a' x 10)->text, qr/^LIST/, 'ten wildcards';
ok !$w->cmd('LIST "" ' . '%a' x 5000)->ok, 'not five thousand';
ok $w->cmd('LIST "" ' . '*%' x 5000)->ok, 'but a run of them is one';
$w->done;
done_testing;
