# mpop: pipelines; keeps mail and knows it again, then takes it away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('mpop');
my @files = plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $n = @files;
my $dir = temp_dir();
my $to = make_maildir("$dir/to");

sub mpop
{
	my (@more) = @_;

	local $ENV{HOME} = $dir;
	return run(120, find_program('mpop'), '--host=127.0.0.1',
	    "--port=$s->{port}", "--user=$s->{user}",
	    "--passwordeval=echo $s->{password}", '--tls=off',
	    "--delivery=maildir,$to", "--uidls-file=$dir/uidls",
	    '--received-header=off', '--timeout=20', @more);
}

for my $auth ('user', 'plain', 'login') {
	my ($status, $text) = mpop("--auth=$auth", '--serverinfo');
	is($status, 0, "--serverinfo, $auth") or diag($text);
}
my ($status, $text) = mpop('--auth=plain', '--keep=on', '--pipelining=on');
is($status, 0, 'it fetches all') or diag($text, $s->log);
my @got = map { slurp($_) } glob "$to/new/*";
is(scalar @got, $n, 'as many as there are');
is(join("\0", sort @got), join("\0", sort map { as_sent($_, "\n") } @files),
    'as they are');
($status, $text) = mpop('--auth=user', '--keep=on', '--pipelining=auto');
is($status, 0, 'again') or diag($text);
is(scalar(my @again = glob "$to/new/*"), $n, 'nothing is new');
($status, $text) = mpop('--auth=login', '--keep=off', '--only-new=off');
is($status, 0, 'it fetches all and deletes') or diag($text, $s->log);
is(scalar(my @left = glob "$s->{maildir}/{cur,new}/*"), 0, 'none is left');
($status, $text) = run(60, find_program('mpop'), '--host=127.0.0.1',
    "--port=$s->{port}", "--user=$s->{user}", '--passwordeval=echo no',
    '--tls=off', '--auth=user', "--delivery=maildir,$to",
    "--uidls-file=$dir/uidls");
isnt($status, 0, 'a wrong password is refused');
$s->stop;
done_testing;
