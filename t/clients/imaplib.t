# Python's imaplib.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('python3');
my ($status) = run(20, find_program('python3'), '-c', 'import imaplib');
plan(skip_all => 'no imaplib here') if $status != 0;

my $s = Server->start(messages => [corpus()]);
local $ENV{PYTHONDONTWRITEBYTECODE} = 1;
($status, my $text) = run(60, find_program('python3'),
    "$FindBin::Bin/session.py", @$s{qw(port user password)});
print $text;
$s->stop;
if ($status != 0 || $text !~ /^1\.\.[0-9]+\n\z/m) {
	print STDERR "# session.py: exit $status\n", map { "# $_\n" }
	    split /\n/, $s->log;
	exit 1;
}
exit 0;
