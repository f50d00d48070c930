# Python's poplib: t/clients/poplib_session.py says what it does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('python3');
plan(skip_all => 'no poplib in this Python')
    if system(q(python3 -c 'import poplib' 2>/dev/null)) != 0;
my @files = plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $sent = temp_dir();
my $n = 0;
spew(sprintf('%s/%04d', $sent, ++$n), as_sent($_)) for @files;
my ($status, $text) = run(120, find_program('python3'),
    "$FindBin::Bin/poplib_session.py", $s->{port}, $s->{user}, $s->{password},
    $sent);
for my $line (split /\n/, $text) {
	if ($line =~ /^(not )?ok \d* ?-? ?(.*)/) {
		ok(!defined $1, $2);
	} else {
		diag($line);
	}
}
is($status, 0, 'to its end') or diag($s->log);
$s->stop;
done_testing;
