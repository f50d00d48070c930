# Memory: what a process still knows.
#
#	need_memory();		# skips the test where nothing can be seen
#	is(pieces($pid, $secret), '', 'forgotten');
package Memory;
use strict;
use warnings;
no warnings 'portable';	# addresses are of 64 bits
use Exporter 'import';
use POSIX ();
use Test::More ();
use Time::HiRes 'sleep';
use Wire;

our @EXPORT = qw(need_memory pieces front_pieces children_of);

sub need_memory
{
	Test::More::plan(skip_all => 'memory is another with sanitizers')
	    if ($ENV{BUILD} // '') =~ /san|cover/;
	Test::More::plan(skip_all => 'nobody but root can look into a front')
	    if $> != 0;
	Test::More::plan(skip_all => 'the memory of a child cannot be read')
	    if !can_look();
	return;
}

sub can_look
{
	my $pid = fork // die;

	if ($pid == 0) {
		sleep 60;
		POSIX::_exit(0);
	}
	my $can = open my $mem, '<', "/proc/$pid/mem";
	kill KILL => $pid;
	waitpid $pid, 0;
	return $can;
}

# What of text a process has in writable memory or in its environment: a
# piece of six characters is found.
sub pieces
{
	my ($pid, $text) = @_;
	my $any = join '|', map { quotemeta substr $text, $_, 6 }
	    0 .. length($text) - 6;
	my %found;

	# a caged session's are root's: of its own user nobody can look
	return '' if $> != 0 && ((stat "/proc/$pid/mem")[4] // 0) != $>;
	open my $maps, '<', "/proc/$pid/maps" or
	    return -e "/proc/$pid" ? 'no maps' : '';	# or it has ended
	open my $mem, '<:raw', "/proc/$pid/mem" or return 'no memory';
	while (my $line = <$maps>) {
		my ($from, $to) = $line =~ /^(\w+)-(\w+) rw/ or next;
		($from, $to) = map { hex } $from, $to;
		sysseek $mem, $from, 0 or next;
		sysread $mem, my $bytes, $to - $from or next;
		$found{$1} = 1 while $bytes =~ /($any)/g;
	}
	return join ' ', sort keys %found;
}

# The front overwrites the password once the authenticator runs: it may not
# have come to that when the session speaks.
sub front_pieces
{
	my ($pid, $text) = @_;
	my $found;

	for (1 .. 20) {
		return '' if ($found = pieces($pid, $text)) eq '';
		sleep 0.05;
	}
	return $found;
}

# Of a front: its talker, as long as it is there, and the session.
sub children_of
{
	my ($pid) = @_;

	return split ' ', slurp("/proc/$pid/task/$pid/children");
}

1;
