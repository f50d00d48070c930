# IDLE: by inotify, and by polling.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Time::HiRes ();
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
# It waits for no lock of others: DONE is answered, and the folder is looked at
# when they have gone.
{
	my $md = make_maildir();
	my $lock = "$md/tmp/courier.lock";
	my $w = Wire->new(maildir => $md);
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	$w->script(<<'END');
C: a IDLE
S: + idling
END
	spew($lock, "$$:" . (POSIX::uname())[1]);
	deliver($md, text => "x\n", base => '1000000001.x');
	Time::HiRes::sleep(0.2);
	$w->script(<<'END', 'DONE while others have the folder locked');
C: DONE
S: a OK IDLE completed.
C: b IDLE
S: + idling
END
	unlink $lock or die "$lock: $!";
	$w->script(<<'END', 'and what came meanwhile');
S: * 1 EXISTS
S: * 1 RECENT
C: DONE
S: b OK IDLE completed.
END
	$w->done;
}
done_testing;
