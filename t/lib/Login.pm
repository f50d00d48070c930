# Login: stubs for both ends of a login chain.
#
#	use Login;
#	my $w = login();	# imaplogin stub-check stub-session
#	my $w = login(chain => ['false'], env => { … });
#
# stub-check accepts fred with the password secret and whatever is behind it
# (domain, spaces); of other names, "exitN" makes it exit with N, "kill" end
# by a signal; the rest it refuses.  It executes the rest of its arguments.
#
# stub-session says that it is ready and "TAG OK LOGIN Ok."; to each line
# "TAG ENV NAME" it answers with the variable, to any other "TAG X" with the
# line itself, until its input ends or X is BYE.
package Login;
use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Test::More ();
use Wire;

our @EXPORT = qw(login exchange check stub stub_dir userdb perl_program
    account_ids talker);

my $dir;

# A program of the test's own; the first word of perl's path may be anything.
sub stub
{
	my ($name, $text) = @_;
	my $file = stub_dir() . "/$name";

	spew($file, $text);
	chmod 0755, $file or die "$file: $!\n";
	return $file;
}

sub perl_program
{
	my ($name, $text) = @_;

	return stub($name, "#!$^X\nuse strict; use warnings;\n$text");
}

sub stub_dir
{
	return $dir if defined $dir;
	$dir = temp_dir();
	chmod 0755, $dir;
	perl_program('stub-check', <<'END');
open my $in, '<&=', 3 or exit 2;
my $all = do { local $/; <$in> };
close $in;
exit 2 if length $all > 512;
my ($name, $password, $stamp) = split /\0/, $all, -1;
exit $1 if $name =~ /^exit(\d+)/;
kill 9, $$ if $name =~ /^kill/;
exit 1 if $name !~ /^fred/ || $password ne 'secret';
@ENV{qw(USER AUTHENTICATED)} = ($name, $name);
exec { $ARGV[0] } @ARGV or exit 111;
END
	perl_program('stub-session', <<'END');
$| = 1;
if (defined $ENV{SATCHEL_READYFD}) {
	open my $ready, '>&=', $ENV{SATCHEL_READYFD} or exit 111;
	syswrite $ready, "\0";
	close $ready;
}
print "$ENV{IMAPLOGINTAG} OK LOGIN Ok.\r\n";
while (my $line = <STDIN>) {
	$line =~ s/\r?\n\z//;
	my ($tag, $rest) = split / /, $line, 2;
	$rest = "$1=" . ($ENV{$1} // '(unset)') if $rest =~ /^ENV (\S+)/;
	print "$tag OK $rest\r\n";
	last if $rest eq 'BYE';
}
exit 7;
END
	return $dir;
}

# A userdb in the stubs' folder; lines as mkuserdb takes them.  Its prefix.
sub userdb
{
	my (@lines) = @_;
	my $to = temp_dir();
	my $tool = program('mkuserdb');

	$tool =~ s{bin/mkuserdb$}{t/tool/mkuserdb};
	chmod 0755, $to;
	open my $fh, '|-', $tool, $to or die "$tool: $!\n";
	print $fh "$_\n" for @lines;
	close $fh or die "$tool: failed\n";
	return "$to/userdb";
}

# The ids an account of a test can have: root is nobody's.
sub account_ids
{
	return ($>, $) + 0) if $> != 0;
	return (65534, 65534);
}

# The process that reads the client, of a front that has just begun.
sub talker
{
	my ($front) = @_;
	my $by = time + 10;

	while (time < $by) {
		my ($pid) = slurp("/proc/$front/task/$front/children") =~
		    /^(\d+)/;
		return $pid if defined $pid;
		select undef, undef, undef, 0.01;
	}
	die "$front has no talker\n";
}

# Runs an authenticator with bytes on descriptor 3; env is all its environment
# but PATH.  Its exit status, and what it and its program have printed.
sub check
{
	my ($credentials, $command, %env) = @_;

	local $^F = 20;	# dup2 of 3 to 3 would leave it close-on-exec
	pipe my $r, my $w or die "pipe: $!\n";
	syswrite $w, $credentials;
	close $w;
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>&', \*STDOUT;
		POSIX::dup2(fileno $r, 3) == 3 or POSIX::_exit(99);
		%ENV = (PATH => $ENV{PATH}, %env);
		exec { $command->[0] } @$command or POSIX::_exit(127);
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? & 127 ? 'signal ' . ($? & 127) : $? >> 8, $text);
}

# imaplogin on a socketpair, as Wire->new; without a delay.
sub login
{
	my (%o) = @_;
	my $chain = delete $o{chain} // ['stub-check', 'stub-session'];
	my $env = delete $o{env} // {};

	return Wire->new(command => [program('imaplogin'), @$chain],
	    env => { PATH => stub_dir() . ":$ENV{PATH}",
	    SATCHEL_LOGIN_DELAY => 0,
	    SATCHEL_SLOTS => '/nonexistent', %$env }, %o);
}

# Sends bytes, and compares as many lines as are expected, or all that comes
# to the end of the stream.  One test.
sub exchange
{
	my ($w, $in, $want, $name) = @_;
	my $got = '';

	$w->raw($in);
	while (length $got < length $want) {
		my $r = $w->next // last;
		$got .= $r->{raw};
	}
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$name //= substr +($in =~ /^([^\r\n]*)/)[0], 0, 60;
	return Test::More::is($got, $want, $name);
}

1;
