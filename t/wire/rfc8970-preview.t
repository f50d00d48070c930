# PREVIEW (RFC 8970), by its examples.  t/unit/preview.c has the texts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $base = 1000000000;
sub put
{
	my ($text) = @_;

	deliver($md, text => $text, flags => '', base => $base++ . '.x');
	return;
}
put("Subject: 1\n\nPreview text!\n");
put("Subject: 2\n\n");
put("Subject: 3\nContent-Type: text/plain; charset=iso-8859-1\n\n" .
    "gr\xfc\xdfe \"quoted\"\\\n");
put("Subject: 4\nContent-Type: text/html\n\n<style>p {}</style>" .
    "<p>a &amp; b</p>" . ('<p>more</p>' x 10000));
put("Subject: 5\n\n" . ('word ' x 100) . "\n");
my $w = Wire->new(maildir => $md);
like $w->greeting->{raw}, qr/ PREVIEW /, 'it is announced';
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
my $more = 'a & b' . (' more' x 39);
my $words = ('word ' x 39) . 'word';
$w->script(<<"END");
C: A1 FETCH 1 (PREVIEW)
S: * 1 FETCH (PREVIEW "Preview text!")
S: A1 OK FETCH completed.
C: A2 FETCH 1 (RFC822.SIZE PREVIEW)
S: * 1 FETCH (RFC822.SIZE 29 PREVIEW "Preview text!")
S: A2 OK FETCH completed.
# nothing to show is empty, never NIL
C: A3 FETCH 2 PREVIEW
S: * 2 FETCH (PREVIEW "")
S: A3 OK FETCH completed.
# UTF-8, whatever was enabled: a literal may have it
C: A4 FETCH 3 PREVIEW
S: * 3 FETCH (PREVIEW {17}
S: gr<xc3><xbc><xc3><x9f>e "quoted"\\)
S: A4 OK FETCH completed.
# LAZY: what is large is not at hand
C: B1 FETCH 1:5 (PREVIEW (LAZY))
S: * 1 FETCH (PREVIEW "Preview text!")
S: * 2 FETCH (PREVIEW "")
S: * 3 FETCH (PREVIEW {17}
S: gr<xc3><xbc><xc3><x9f>e "quoted"\\)
S: * 4 FETCH (PREVIEW NIL)
S: * 5 FETCH (PREVIEW "$words")
S: B1 OK FETCH completed.
C: B2 UID FETCH 4 (PREVIEW)
S: * 4 FETCH (UID 4 PREVIEW "$more")
S: B2 OK FETCH completed.
# but where its structure is asked for as well
C: B3 FETCH 4 (PREVIEW (LAZY) BODY)
S: * 4 FETCH (PREVIEW "$more" BODY ("text" "html" ("charset" "us-ascii") NIL NIL "7bit" 110035 1))
S: B3 OK FETCH completed.
# example 3
C: C2 SEARCH RETURN (SAVE) SUBJECT 1
S: C2 OK SEARCH done.
C: C3 FETCH \$ (UID PREVIEW (LAZY))
S: * 1 FETCH (UID 1 PREVIEW "Preview text!")
S: C3 OK FETCH completed.
# it sets no flag
C: C4 FETCH 1 (PREVIEW FLAGS)
S: * 1 FETCH (PREVIEW "Preview text!" FLAGS (\\Recent))
S: C4 OK FETCH completed.
C: D1 FETCH 1 (PREVIEW (EAGER))
S: D1 BAD <any>
C: D2 FETCH 1 (PREVIEW ())
S: D2 BAD <any>
C: D3 ENABLE UTF8=ACCEPT
S: * ENABLED UTF8=ACCEPT
S: D3 OK Options enabled
C: D4 FETCH 3 PREVIEW
S: * 3 FETCH (PREVIEW "gr<xc3><xbc><xc3><x9f>e \\"quoted\\"\\\\")
S: D4 OK FETCH completed.
END
$w->done;
done_testing;
