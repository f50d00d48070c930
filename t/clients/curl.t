# curl: list, fetch, append, search.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('curl');
my @files = corpus();
my $s = Server->start(messages => \@files);
my @curl = (find_program('curl'), '-sS', '--max-time', 20, '-u',
    "$s->{user}:$s->{password}");

# What curl prints for a path; one test that it succeeds.
sub curl
{
	my ($path, @more) = @_;
	my ($status, $text) = run(30, @curl, @more, $s->url($path));

	is($status, 0, "curl @more $path") or diag($text, $s->log);
	return $text;
}

like(curl(''), qr/^\* LIST \([^)]*\) "\." "?INBOX"?\r?$/m, 'it lists INBOX');
like(curl('', '-X', 'STATUS INBOX (MESSAGES)'),
    qr/MESSAGES @{[scalar @files]}\)/, 'it counts');

# bare LF is CRLF on the wire, NUL is 0x80
my $bad = 0;
for my $n (1 .. 60) {
	my ($status, $text) = run(30, @curl, $s->url("INBOX;MAILINDEX=$n"));
	my $expected = slurp($files[$n - 1]);
	$expected =~ s/\r?\n/\r\n/g;
	$expected =~ tr/\0/\x80/;
	next if $status == 0 && $text eq $expected;
	$bad++;
	diag("$files[$n - 1]: exit $status, ", length $text, ' bytes');
}
is($bad, 0, 'it fetches messages as they are');
like(curl('INBOX;UID=1;SECTION=HEADER.FIELDS%20(SUBJECT)'),
    qr/^Subject: The key to the lighthouse\r\n\r\n\z/, 'a section');

my $text = "Subject: from curl\r\nFrom: c\@example.org\r\n\r\nhello\r\n";
my $upload = temp_dir() . '/upload';
spew($upload, $text);
curl('INBOX', '-T', $upload);
my $n = @files + 1;
is(curl("INBOX;MAILINDEX=$n"), $text, 'what was appended');
like(curl('INBOX?SUBJECT%20%22from%20curl%22'), qr/^\* SEARCH $n\r?$/m,
    'it is found');
curl('INBOX', '-X', "STORE $n +FLAGS.SILENT (\\Deleted)");

my ($status) = run(30, find_program('curl'), '-sS', '--max-time', 20, '-u',
    "$s->{user}:wrong", $s->url(''));
is($status, 67, 'a wrong password is refused');
$s->stop;
done_testing;
