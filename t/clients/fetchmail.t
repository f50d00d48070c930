# fetchmail: keeps mail and knows it again, then takes it away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('fetchmail');
my @files = grep { slurp($_) =~ /^From:.*\n\n./ms } plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $n = @files;
my $dir = temp_dir();
mkdir "$dir/got";
spew("$dir/mda", "#!/bin/sh\ncat >\"\$(mktemp $dir/got/XXXXXXXX)\"\n");
chmod 0755, "$dir/mda";

sub fetch
{
	my (@more) = @_;

	spew("$dir/rc", "set no bouncemail\nset invisible\npoll 127.0.0.1 " .
	    "protocol POP3 port $s->{port} uidl timeout 20\n" .
	    "user $s->{user} password $s->{password} is root here\n" .
	    "sslproto '' no rewrite no mimedecode pass8bits @more\n" .
	    "mda '$dir/mda'\n");
	chmod 0600, "$dir/rc";
	local $ENV{FETCHMAILHOME} = $dir;
	return run(120, find_program('fetchmail'), '-f', "$dir/rc",
	    '--nodetach', '--nosyslog', '-i', "$dir/ids",
	    '--pidfile', "$dir/pid");
}

# bodies, since headers get a line for each server on the way
sub bodies
{
	return sort map { s/\A.*?\n\n//sr } @_;
}

my ($status, $text) = fetch('keep');
is($status, 0, 'it fetches all') or diag($text, $s->log);
my @got = map { slurp($_) } glob "$dir/got/*";
is(scalar @got, $n, 'as many as there are');
my @want = bodies(map { as_sent($_, "\n") } @files);
@got = bodies(@got);
my %seen = map { $_ => 1 } @got;
my @other = grep { !$seen{$_} } @want;
is("@other", '', 'as they are');
($status, $text) = fetch('keep');
is($status, 1, 'the next time nothing is new') or diag($text);
deliver($s->{maildir}, text => "From: x\@example.org\n\nnew\n",
    base => '1800000000.M1P1.t');
system('chown', '-R', $s->{owner}, $s->{home}) if $s->{owner};
($status, $text) = fetch('keep');
is($status, 0, 'one is');
is(scalar(my @all = glob "$dir/got/*"), $n + 1, 'only that is fetched');
($status, $text) = fetch('no keep', 'fetchall');
is($status, 0, 'it fetches all and deletes') or diag($text, $s->log);
is(scalar(my @left = glob "$s->{maildir}/{cur,new}/*"), 0, 'none is left');
$s->stop;
done_testing;
