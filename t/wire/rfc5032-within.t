# SEARCH YOUNGER and OLDER.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $now = time;
my $n = 1000000001;
deliver($md, text => "x\n", flags => '', base => $n++ . '.x',
    time => $now - $_)
    for 10, 3600, 86400, 10 * 86400;
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
my @cases = (
	'YOUNGER 1' => '', 'YOUNGER 1000' => '1', 'YOUNGER 4000' => '1 2',
	'YOUNGER 4294967295' => '1 2 3 4', 'OLDER 1' => '1 2 3 4',
	'OLDER 1000' => '2 3 4', 'OLDER 86400' => '3 4',
	'OLDER 864000' => '4', 'OLDER 4294967295' => '',
	'OLDER 1000 YOUNGER 86000' => '2', 'NOT YOUNGER 1000' => '2 3 4',
);
while (my ($program, $numbers) = splice @cases, 0, 2) {
	is join(' ', $w->cmd("SEARCH $program")->numbers), $numbers, $program;
}
for ('YOUNGER 0', 'OLDER', 'OLDER x', 'YOUNGER 4294967296', 'OLDER -1') {
	is $w->cmd("SEARCH $_")->status, 'BAD', "refused: $_";
}
$w->done;
done_testing;
