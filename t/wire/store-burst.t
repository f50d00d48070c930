# STOREs that follow each other are one change of the index, and keep nobody
# out of the folder who has to wait for their client.
use strict;
use warnings;
use Fcntl ':flock';
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Handle;
use IO::Select;
use Test::More;
use Time::HiRes qw(sleep);
use Wire;

my $md = make_maildir();
deliver($md, text => "x\n", flags => '', base => "100000000$_.x") for 1 .. 3;

sub selected
{
	my $w = Wire->new(maildir => $md);

	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
	return $w;
}

sub flags
{
	my ($r, $seq) = @_;

	return join ' ', sort grep { !/Recent/ } @{$r->fetch($seq)->{FLAGS}};
}

my $other = selected();
my $w = selected();
my $r = $w->cmd('STORE 1 +FLAGS (\Seen)');
ok $r->ok, 'STORE';
$r = $other->cmd('NOOP');
is flags($r, 1), '\Seen', 'seen by another session';
ok $w->cmd('STORE 1 -FLAGS (\Seen)')->ok, 'STORE';
ok $w->cmd('COPY 1 INBOX')->ok, 'what needs the lock again is no STORE';
ok $other->cmd('NOOP')->ok, 'NOOP';
$r = $other->cmd('FETCH 1:4 (FLAGS)');
is join(',', map { flags($r, $_) } 1 .. 4), ',,,', 'and all is seen';

# a client that stops in the middle of the next command
sub is_locked
{
	open my $tmp, '<', "$md/tmp" or die "tmp: $!\n";
	return !flock $tmp, LOCK_EX | LOCK_NB;
}

for my $part ('b STO', "b STORE {30}\r\n", "b STORE {30000+}\r\nxx") {
	my $locked = 0;

	for my $sign (('+', '-') x 4) {
		my $half = selected();
		my $got = '';

		syswrite $half->{socket}, "a STORE 1 ${sign}FLAGS (\\Seen)\r\n";
		while ($got !~ /a OK/) {
			sysread $half->{socket}, $got, 4096, length $got or last;
		}
		syswrite $half->{socket}, $part;
		sleep 0.1;
		$locked += is_locked();
		kill 'KILL', $half->{pid};
		waitpid $half->{pid}, 0;
	}
	is $locked, 0, 'not locked after "' . $part =~ s/\s+/ /gr . '"';
}

# what is not in the index yet is not undone by what is
my $many = make_maildir();
deliver($many, text => "Subject: $_\n\nx\n", flags => '',
    base => sprintf('1000000%03d.x', $_)) for 1 .. 400;
my $slow = Wire->new(maildir => $many);
my $quick = Wire->new(maildir => $many);
$_->cmd('SELECT INBOX') for $slow, $quick;
ok $quick->cmd('STORE 3 +FLAGS (\Deleted)')->ok, 'STORE';
ok $quick->cmd('EXPUNGE')->ok, 'EXPUNGE';
ok $quick->cmd('FETCH 1:* (ENVELOPE)')->ok, 'so much that the index is new';
sleep 0.1;
$r = $slow->cmd('UID STORE 2 +FLAGS (\Flagged)');
is flags($r, 2), '\Flagged', 'stored by one who is told of an EXPUNGE';
is flags($slow->cmd('FETCH 2 (FLAGS)'), 2), '\Flagged', 'and still so';
$_->done for $slow, $quick;

# a client that sends, and does not read
my $burst = selected();
my $sock = $burst->{socket};
$sock->blocking(0);
my $n = 0;
while (IO::Select->new($sock)->can_write(1)) {
	my $sent = syswrite $sock, join '', map {
		sprintf "x%d STORE %d %sFLAGS (\\Flagged)\r\n", $_, 1 + $_ % 3,
		    $_ % 2 ? '+' : '-' } 1 .. 100;
	last if !defined $sent || ++$n == 10_000;
}
ok $n < 10_000, 'a session that waits for its client';
ok $other->cmd('STORE 1 +FLAGS (\Draft)')->ok, 'does not keep others waiting';
kill 'KILL', $burst->{pid};
waitpid $burst->{pid}, 0;
$other->done;
$w->done;
done_testing;
