# Cage: tests of what a session can still do.
#
#	use Cage;			# skips the test where there is no cage
#	my ($said, $status) = escape($maildir, 'read', '/etc/passwd');
#
# t/tool/escape makes the attempt; run as root, it is nobody that makes
# it.
package Cage;
use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Test::More ();
use Wire;

our @EXPORT = qw(escape account_command tool give);

# Is it there, in this build and in this kernel?
sub import_check
{
	my $config = program('x') =~ s{/bin/x$}{/config.h}r;

	Test::More::plan(skip_all => 'this build has no cage')
	    if slurp($config) !~ /HAVE_CAGE 1/;
	# all architectures have the same number; 1 asks for the version
	my $abi = syscall 444, 0, 0, 1;
	Test::More::plan(skip_all => 'this kernel has no Landlock')
	    if $abi < 2;
	return;
}
import_check();

sub tool
{
	my ($name) = @_;

	return program('x') =~ s{/bin/x$}{/t/tool/$name}r;
}

# The files are the account's.
sub give
{
	return if $> != 0;
	system('chown', '-R', '65534:65534', @_) == 0 or die "chown: $?\n";
	return;
}

# A command that runs another as the account's user.
sub account_command
{
	return @_ if $> != 0;
	return ($^X, '-e', <<'END', @_);
use POSIX ();
$^F = 255;
open my $program, '<', $ARGV[0] or POSIX::_exit(127);
$) = '65534 65534';
POSIX::setgid(65534);
POSIX::setuid(65534);
# by its descriptor: the way to it may be closed now
exec { '/proc/self/fd/' . fileno $program } @ARGV or POSIX::_exit(127);
END
}

# What it prints, and its exit status or "signal n".  env is added.
sub escape
{
	my ($maildir, $attempt, $argument, %o) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0) {
		open STDIN, '<', $o{input} // '/dev/null';
		open STDERR, '>', $o{log} // '/dev/null';
		%ENV = (PATH => $ENV{PATH}, %{$o{env} // {}});
		my @command = account_command(tool('escape'), $maildir,
		    $attempt, $argument // ());
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	my $status = $?;
	chomp $text;
	return $text if $status == 0;
	return $status & 127 ? 'signal ' . ($status & 127) : 'exit '
	    . ($status >> 8);
}

1;
