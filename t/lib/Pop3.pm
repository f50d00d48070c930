# Pop3: transcripts of POP3 sessions with the built pop3d.
#
#	use Pop3;
#	my $w = Pop3->new(maildir => $md);
#	$w->script(<<'END');
#	S: +OK logged in.
#	C: STAT
#	S: +OK 1 120
#	C: QUIT
#	S: +OK Bye-bye.
#	END
#	$w->done;
#
# "C: " lines are sent with CRLF, all up to the next "S: " line at once;
# "S: " lines are what comes, byte for byte.  <x00> is a byte.
package Pop3;
use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Socket;
use Test::More ();
use Time::HiRes ();
use Wire;

our @EXPORT = qw(give_away);

my $timeout = $ENV{WIRE_TIMEOUT} // 10;
$SIG{PIPE} = 'IGNORE';

# Behind a login nobody serves root: the Maildir, and the directory that it
# is in, belong to somebody else when the test is run by root.
sub give_away
{
	my ($maildir) = @_;

	return $maildir if $> != 0;
	system('chown', '-R', 'daemon:', $maildir =~ s{/[^/]*\z}{}r) == 0
	    or die "chown: $?\n";
	return $maildir;
}

# maildir, args, env as for Wire; command => [argv]; run by root behind a
# login, it becomes the owner of as_owner (or maildir) first.
sub new
{
	my ($class, %o) = @_;
	my @argv = $o{command} ? @{$o{command}} : (program('pop3d'),
	    defined $o{maildir} ? $o{maildir} : (), @{$o{args} // []});

	die "$argv[0]: not there: run make first\n" if !-x $argv[0];
	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC)
	    or die "socketpair: $!\n";
	my $self = bless { socket => $ours, got => '', eof => 0,
	    stderr => temp_dir() . '/stderr', as_owner =>
	    $o{as_owner} }, $class;
	$self->{as_owner} //= $o{maildir} if grep { exists $o{env}{$_} }
	    qw(AUTHENTICATED TCPREMOTEIP SATCHEL_READYFD);
	$self->{pid} = fork // die "fork: $!\n";
	if ($self->{pid} == 0) {
		close $ours;
		# the environment, and what it is not: Wire has the rest
		Wire::child($self, $theirs, \@argv, $o{env} // {});
	}
	close $theirs;
	return $self;
}

# Takes what has come; false at the end of the stream, or when nothing comes.
sub fill
{
	my ($self, $by) = @_;
	my ($left, $bits) = ($by - Time::HiRes::time(), '');

	vec($bits, fileno $self->{socket}, 1) = 1;
	return 0 if $self->{eof} || $left <= 0 ||
	    !select $bits, undef, undef, $left;
	my $n = sysread $self->{socket}, $self->{got}, 1 << 18,
	    length $self->{got};
	$self->{eof} = 1 if !$n;
	return $n;
}

sub raw
{
	my ($self, $bytes) = @_;

	while (length $bytes) {
		my $n = syswrite $self->{socket}, $bytes;
		last if !$n;
		substr $bytes, 0, $n, '';
	}
	return $self;
}

# The next line, without its CRLF; undef at the end.
sub line
{
	my ($self) = @_;
	my $by = Time::HiRes::time() + $timeout;

	while ($self->{got} !~ /\n/) {
		return undef if !$self->fill($by);
	}
	$self->{got} =~ s/\A(.*?)\r?\n//s;
	return $1;
}

# Sends a command, returns its answer: the first line.
sub cmd
{
	my ($self, $line) = @_;

	$self->raw("$line\r\n");
	return $self->line;
}

# The same for an answer of several lines: all after the first and before the
# dot, unstuffed; undef for -ERR, and when the dot did not come.
sub multi
{
	my ($self, $line) = @_;
	my $first = $self->cmd($line);
	my @lines;

	$self->{first} = $first;
	return undef if !defined $first || $first !~ /^\+OK/;
	while (defined(my $l = $self->line)) {
		return \@lines if $l eq '.';
		push @lines, $l =~ s/^\.//r;
	}
	return undef;
}

sub shown
{
	my ($s) = @_;

	$s =~ s/\r\n/\n/g;
	$s =~ s/([^\n\x20-\x7e])/sprintf '<x%02x>', ord $1/ge;
	return $s;
}

sub bytes
{
	return $_[0] =~ s/<x([0-9a-f]{2})>/chr hex $1/ger;
}

# Exactly these bytes come next?  Says so when not.
sub expect
{
	my ($self, $want, $name) = @_;
	my $by = Time::HiRes::time() + $timeout;
	my $n = length $want;

	while (length $self->{got} < $n &&
	    $self->{got} eq substr $want, 0, length $self->{got}) {
		last if !$self->fill($by);
	}
	my $got = substr $self->{got}, 0, $n, '';
	return 1 if $got eq $want;
	local $Test::Builder::Level = $Test::Builder::Level + 2;
	Test::More::is(shown($got . $self->{got}), shown($want), $name);
	return 0;
}

# Plays a transcript; one test.
sub script
{
	my ($self, $text, $name) = @_;
	my ($send, $want) = ('', '');

	$name //= ($text =~ /^C: (.*)/m)[0] // 'the server speaks';
	for my $line (split(/\n/, $text), undef) {
		my ($side, $rest) = ($line // 'C: ') =~ /^([CS]): ?(.*)$/s;
		next if !defined $side; # a comment
		if ($side eq 'S') {
			$self->raw($send);
			$send = '';
			$want .= bytes($rest) . "\r\n";
			next;
		}
		return 0 if $want ne '' && !$self->expect($want, $name);
		$want = '';
		$send .= bytes($rest) . "\r\n" if defined $line;
	}
	$self->raw($send);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::ok(1, $name);
}

sub errors
{
	my ($self) = @_;

	return -s $self->{stderr} ? slurp($self->{stderr}) : '';
}

# Ends our side: nothing more may come, and the program exits with status.
sub done
{
	my ($self, $status, $name) = @_;
	my $by = Time::HiRes::time() + $timeout;

	shutdown $self->{socket}, 1;
	1 while $self->fill($by);
	my $exit = $self->wait_child($by);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::is("exit $exit" . ($self->{got} eq '' ? '' :
	    ', left: ' . shown($self->{got})), 'exit ' . ($status // 0),
	    $name // 'nothing more, and a clean end') ||
	    Test::More::diag($self->errors);
}

sub wait_child
{
	my ($self, $by) = @_;

	while (waitpid($self->{pid}, POSIX::WNOHANG()) == 0) {
		die "pop3: it does not exit\n" if Time::HiRes::time() > $by;
		Time::HiRes::sleep(0.005);
	}
	delete $self->{pid};
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

sub kill
{
	my ($self, $signal) = @_;

	return if !defined $self->{pid};
	CORE::kill($signal // 'KILL', $self->{pid});
	return $self->wait_child(Time::HiRes::time() + $timeout);
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!, $@);
	close $self->{socket} if $self->{socket};
	return if !defined $self->{pid};
	CORE::kill('KILL', $self->{pid});
	waitpid $self->{pid}, 0;
	return;
}

1;
