# What Courier's settings change: keywords, Trash, purge, LIST, options.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

# A Maildir with two deleted messages and one that is not.
sub mail
{
	my $md = make_maildir();

	deliver($md, text => "A: $_\n\nx\n", flags => $_ < 3 ? 'ST' : 'S',
	    base => "100000000$_.x") for 1 .. 3;
	return $md;
}

sub files
{
	my ($dir) = @_;

	return join ' ', sort map { m{([^/]+)\z} } glob "$dir/cur/*";
}

my $md = mail();
my $w = Wire->new(maildir => $md, env => { IMAP_KEYWORDS => 0 });
$w->script(<<'END');
C: a SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft)] Limited
S: * 3 EXISTS
S: * 3 RECENT
S: * OK [UIDVALIDITY <uidv>] Ok
S: * OK [UIDNEXT 4] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<any>)] Ok
S: a OK [READ-WRITE] Ok
C: b STORE 3 +FLAGS (\Flagged $Junk)
S: * 3 FETCH (FLAGS (\Flagged \Seen \Recent))
S: b OK STORE completed.
C: c APPEND INBOX ($Junk) {3+}
C: abc
S: * 4 EXISTS
S: * 4 RECENT
S: c OK [APPENDUID <uidv> 4] APPEND completed.
C: d FETCH 4 FLAGS
S: * 4 FETCH (FLAGS (\Recent))
S: d OK FETCH completed.
END
$w->done;

$md = mail();
$w = Wire->new(maildir => $md, env => { IMAP_MOVE_EXPUNGE_TO_TRASH => 1,
    IMAP_LOG_DELETIONS => 1, IMAP_OBSOLETE_CLIENT => 1 });
like $w->cmd('CAPABILITY')->last('CAPABILITY')->{raw}, qr/ XMAGICTRASH/,
    'Trash is announced';
$w->cmd('SELECT INBOX');
ok $w->cmd('UID EXPUNGE 1')->ok && $w->cmd('CLOSE')->ok, 'EXPUNGE and CLOSE';
is files("$md/.Trash"), '1000000001.x:2,S 1000000002.x:2,S',
    'what is expunged goes to Trash';
$w->script(<<'END');
C: a LIST "" *
S: * LIST (\Unmarked) "." "INBOX"
S: * LIST (\Noinferiors \Trash) "." "INBOX.Trash"
S: a OK LIST completed.
END
$w->cmd('SELECT INBOX');
ok $w->cmd('COPY 1 INBOX.Trash')->ok &&
    $w->cmd('STORE 1 +FLAGS (\Deleted)')->ok && $w->cmd('EXPUNGE')->ok,
    'what was copied';
is scalar(() = glob "$md/.Trash/cur/*"), 3, 'is not there twice';
$w->cmd('SELECT INBOX.Trash');
ok $w->cmd('STORE 1 +FLAGS (\Deleted)')->ok && $w->cmd('EXPUNGE')->ok &&
    $w->cmd('UNSELECT')->ok, 'Trash';
is scalar(() = glob "$md/.Trash/cur/*"), 2, 'what is expunged there is gone';
is $w->cmd('DELETE INBOX.Trash')->code, 'NOPERM', 'it cannot be deleted';
is $w->cmd('RENAME INBOX.Trash INBOX.x')->code, 'NOPERM', 'nor renamed';
my @log = $w->errors =~ /EXPUNGED, (.*)/g;
is "$log[0]\n", <<'END', 'the log of a move';
user=unknown, ip=[127.0.0.1], port=[0], old_name=cur/1000000001.x:2,ST, new_name=.Trash/cur/1000000001.x:2,S: only new_name will be left
END
like $log[2], qr/ old_name=cur\/1000000003\.x:2,ST\z/, 'of a removal';
$w->done;

$w = Wire->new(maildir => mail(), env => { IMAP_DISABLETHREADSORT => 1 });
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a SORT (DATE) UTF-8 ALL
S: a NO [NOPERM] This command is disabled by the system administrator.
C: b UID THREAD REFERENCES UTF-8 ALL
S: b NO [NOPERM] This command is disabled by the system administrator.
C: c THREAD
S: c BAD <any>
# RFC 5182 section 2.1: NO, so nothing is saved, and what was is gone
C: d SEARCH RETURN (SAVE) ALL
S: d OK SEARCH done.
C: e SORT RETURN (SAVE) (DATE) UTF-8 ALL
S: e NO [NOPERM] This command is disabled by the system administrator.
C: f SEARCH RETURN (COUNT) $
S: * ESEARCH (TAG "f") COUNT 0
S: f OK SEARCH done.
END
$w->done;

for my $case ([disableimap => {}, 0], [disableinsecureimap => {}, 0],
    [disableinsecureimap => { IMAP_TLS => 1 }, 1],
    [disablepop3 => {}, 1]) {
	my ($option, $env, $allowed) = @$case;
	$w = Wire->new(maildir => $md, env => { OPTIONS => "x=1,$option=1",
	    %$env });
	is $w->greeting->{raw} =~ /^\* PREAUTH/ ? 1 : 0, $allowed,
	    join ' ', $option, %$env;
}
done_testing;
