# THREAD and UID THREAD (RFC 5256).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $n = 0;

sub mail
{
	my ($time, $header) = @_;

	return deliver($md, text => "$header\nx\n", flags => ++$n % 2 ? '' : 'S',
	    base => 1000000000 + $n . '.x', time => 1000000000 + $time);
}

mail(1, "Message-ID: <1\@x>\nSubject: One\n");
mail(2, "Message-ID: <2\@x>\nSubject: Re: One\nIn-Reply-To: <1\@x>\n");
# folded, quoted; the last one counts, In-Reply-To does not
mail(3, "Message-ID: <3\@x>\nSubject: Three\nReferences: <\"1\"\@x>\n\t" .
    "<2\@x>\nIn-Reply-To: <9\@x>\n");
# no valid reference there
mail(4, "Message-ID: <4\@x>\nSubject: Four\nReferences: none\n" .
    "In-Reply-To: yours of today <1\@x>\n");
mail(6, "Message-ID: <5\@x>\nSubject: Five\nReferences: <gone\@x>\n");
mail(5, "Message-ID: <6\@x>\nSubject: Six\nReferences: <gone\@x>\n");
mail(7, "Subject: =?utf-8?q?=C3=9Cber?=\n");
mail(8, "Subject: Fwd: =?iso-8859-1?q?=FCber?=\n");
mail(9, "\n");
mail(10, "Message-ID: <1\@x>\nSubject: a second one\n");
my $script = <<'END';
C: a THREAD REFERENCES UTF-8 ALL
S: * THREAD (1 (2 3)(4))((6)(5))(7 8)(9)(10)
S: a OK THREAD done.
C: b THREAD ORDEREDSUBJECT UTF-8 ALL
S: * THREAD (1 2)(3)(4)(6)(5)(7 8)(9)(10)
S: b OK THREAD done.
C: c UID THREAD REFERENCES US-ASCII UID 2:5
S: * THREAD ((2 3)(4))(5)
S: c OK THREAD done.
C: d thread references utf-8 subject "not there"
S: * THREAD
S: d OK THREAD done.
C: e THREAD ORDEREDSUBJECT UTF-8 SUBJECT {3+}
C: one SEEN
S: * THREAD (2)(10)
S: e OK THREAD done.
C: f THREAD REFERENCES X-NONE ALL
S: f NO [BADCHARSET (US-ASCII UTF-8)] <any>
C: g THREAD REFS UTF-8 ALL
S: g BAD <any>
C: h THREAD REFERENCES ALL
S: h BAD <any>
C: i THREAD REFERENCES UTF-8 11
S: i BAD <any>
C: j THREAD RETURN () REFERENCES UTF-8 ALL
S: j BAD <any>
END
for my $times ('first', 'again') {
	my $w = Wire->new(maildir => $md);
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	$w->script($script);
	$w->done;
}

# what was found by reading whole messages
unlink "$md/satchel-cache";
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
ok $w->cmd('FETCH 1:* (ENVELOPE BODYSTRUCTURE)')->ok, 'FETCH';
$w->script($script);
# numbers and UIDs apart; the second of that identifier is the first now
unlink glob "$md/cur/1000000001.x:*";
$w->done;
$w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a UID THREAD REFERENCES UTF-8 ALL
S: * THREAD ((6)(5))(7 8)(9)(10 (2 3)(4))
S: a OK THREAD done.
C: b THREAD REFERENCES UTF-8 3
S: * THREAD (3)
S: b OK THREAD done.
END
$w->done;

# MODSEQ adds nothing to the answer (RFC 7162 section 3.1.9)
$w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX (CONDSTORE)')->ok, 'SELECT';
$w->script(<<'END');
C: a THREAD REFERENCES UTF-8 MODSEQ 1 1:2
S: * THREAD (1 2)
S: a OK THREAD done.
END
$w->done;

# an empty mailbox
$w = Wire->new(maildir => make_maildir());
my $offers = $w->cmd('CAPABILITY')->last('CAPABILITY')->{raw};
like $offers, qr/ \Q$_\E[ \r]/, "$_ is announced"
    for qw(SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES
    I18NLEVEL=1);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a THREAD REFERENCES UTF-8 ALL
S: * THREAD
S: a OK THREAD done.
C: b UID THREAD ORDEREDSUBJECT UTF-8 1:*
S: * THREAD
S: b OK THREAD done.
C: c SORT (DATE) UTF-8 ALL
S: * SORT
S: c OK SORT done.
END
$w->done;
done_testing;
