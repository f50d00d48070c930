# getmail6: keeps mail and knows it again, then takes it away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('getmail');
# it adds to headers, and makes multiparts anew
my @files = grep { slurp($_) =~ /^From:.*\n\n./ms &&
    slurp($_) !~ m{multipart/|message/}i } plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $n = @files;
my $dir = temp_dir();
my $to = make_maildir("$dir/to");
my $user = '';
if ($> == 0) {	# it delivers nothing as root
	$user = 'user = nobody';
	chmod 0755, $dir;
	system('chown', '-R', 'nobody', $to) == 0 or die "chown failed\n";
}

sub getmail
{
	my ($all, $delete) = @_;

	spew("$dir/getmailrc", <<"END");
[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
port = $s->{port}
username = $s->{user}
password = $s->{password}
timeout = 20
[destination]
type = Maildir
path = $to/
$user
[options]
read_all = $all
delete = $delete
received = false
delivered_to = false
verbose = 1
END
	my %before = map { $_ => 1 } glob "$to/new/*";
	my @r;

	# it may miss the end of the child that delivers, and gives up then;
	# what has come comes again
	for (1 .. 3) {
		@r = run(180, find_program('getmail'), "--getmaildir=$dir");
		last if $r[1] !~ /waiting child pid [0-9]+ timed out/;
		unlink grep { !$before{$_} } glob "$to/new/*";
	}
	return @r;
}

my ($status, $text) = getmail('false', 'false');
is($status, 0, 'it fetches all') or diag($text, $s->log);
my @got = map { slurp($_) } glob "$to/new/*";
is(scalar @got, $n, 'as many as there are') or diag($text);
my %seen = map { s/\A.*?\n\n//sr => 1 } @got;
my @other = grep { !$seen{$_} } map { as_sent($_, "\n") =~
    s/\A.*?\n\n//sr } @files;
is("@other", '', 'as they are');
($status, $text) = getmail('false', 'false');
is($status, 0, 'again') or diag($text);
is(scalar(my @again = glob "$to/new/*"), $n, 'nothing is new');
($status, $text) = getmail('true', 'true');
is($status, 0, 'it fetches all and deletes') or diag($text, $s->log);
is(scalar(my @left = glob "$s->{maildir}/{cur,new}/*"), 0, 'none is left');
$s->stop;
done_testing;
