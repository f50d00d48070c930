# IDLE: by inotify, and by polling.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

for my $env ({}, { IMAP_ENHANCEDIDLE => 0, IMAP_IDLE_TIMEOUT => 1 }) {
	my $md = make_maildir();
	my $file = deliver($md, text => "x\n", base => '1000000001.x');
	my $w = Wire->new(maildir => $md, env => $env);
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	$w->script(<<'END');
C: a IDLE
S: + idling
END
	deliver($md, text => "y\n", base => '1000000002.x');
	$w->script(<<'END');
S: * 2 EXISTS
S: * 2 RECENT
END
	rename "$md/cur/1000000001.x:2,", "$md/cur/1000000001.x:2,S" or die $!;
	$w->script(<<'END');
S: * 1 FETCH (FLAGS (\Seen \Recent))
END
	unlink "$md/cur/1000000001.x:2,S" or die $!;
	$w->script(<<'END');
S: * 1 EXPUNGE
C: DONE
S: a OK IDLE completed.
C: b IDLE
S: + idling
C: NOOP
S: b BAD Error in IMAP command
C: c UNSELECT
S: c OK mailbox closed.
C: d IDLE
S: + idling
C: done
S: d OK IDLE completed.
C: e IDLE x
S: e BAD Error in IMAP command
END
	$w->done;
}
done_testing;
