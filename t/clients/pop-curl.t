# curl: list, fetch, top, delete, by each way to log in.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('curl');
my @files = plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $n = @files;
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

my $list = curl('');
is(() = $list =~ /^\d+ \d+\r?$/mg, $n, 'it lists the messages');
like(curl('', '-I', '-X', 'STAT'), qr/\A\z/, 'STAT');
my %uid = curl('', '-X', 'UIDL') =~ /^(\d+) (\S+)\r?$/mg;
is(scalar keys %uid, $n, 'it lists the UIDs');
for my $how ('PLAIN', 'LOGIN') {
	is(curl('1', '--login-options', "AUTH=$how"), as_sent($files[0]),
	    "by AUTH $how");
}

my $bad = 0;
my $max = $n < 40 ? $n : 40;
for my $i (1 .. $max) {
	my ($status, $text) = run(30, @curl, $s->url($i));
	next if $status == 0 && $text eq as_sent($files[$i - 1]);
	$bad++;
	diag("$files[$i - 1]: exit $status, ", length $text, ' bytes');
}
is($bad, 0, 'it fetches messages as they are');
like(curl('', '-X', 'TOP 1 0'), qr/^Subject: [^\r\n]*\r\n(?:.*\r\n)?\r\n\z/ms,
    'the top of one');
curl('1', '-I', '-X', 'DELE');
is(() = curl('') =~ /^\d+ \d+\r?$/mg, $n - 1, 'it deletes one');
my %left = curl('', '-X', 'UIDL') =~ /^(\d+) (\S+)\r?$/mg;
is(join(' ', map { $left{$_} } 1 .. $n - 1),
    join(' ', map { $uid{$_} } 2 .. $n), 'the others keep their UIDs');

my ($status) = run(30, find_program('curl'), '-sS', '--max-time', 20, '-u',
    "$s->{user}:wrong", $s->url(''));
is($status, 67, 'a wrong password is refused');
$s->stop;
done_testing;
