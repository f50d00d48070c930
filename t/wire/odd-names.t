# File names that would be two lines of a list: shown, once, under one UID.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: plain\n\nx\n", flags => '', base => '1.plain');
spew("$md/cur/2.a\n1 1.plain", "Subject: cur\n\nx\n");
spew("$md/new/3.b\n9 other", "Subject: new\n\nx\n");
my $w = Wire->new(maildir => $md);
my @uids;
for (1 .. 2) {
	ok($w->cmd('SELECT INBOX')->ok, 'SELECT');
	is($w->cmd('STATUS INBOX (MESSAGES)')->last('STATUS')->{att}{MESSAGES},
	    3, 'three messages');
	my $r = $w->cmd('FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
	push @uids, join ' ', map { $r->fetch($_)->{UID} } 1 .. 3;
}
is($uids[1], $uids[0], 'the same UIDs the second time');
unlike(slurp("$md/courierimapuiddb"), qr/^1 1\.plain\n.*^1 /ms, 'one line each');
unlike(join(' ', glob "$md/*/*"), qr/\n/, 'no such name is left');
$w->done;
done_testing;
