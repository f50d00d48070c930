# Wire: protocol tests against the built programs.
#
#	use FindBin;
#	use lib "$FindBin::Bin/../lib";
#	use Test::More;
#	use Wire;
#
#	my $md = make_maildir();
#	deliver($md, text => "Subject: hello\n\nhello\n", flags => 'S');
#	my $w = Wire->new(maildir => $md);
#	$w->script(<<'END');
#	C: a SELECT INBOX
#	S: * 1 EXISTS
#	S: * OK [UIDVALIDITY <uidvalidity>] UIDs are valid
#	…
#	END
#	my $r = $w->cmd('FETCH 1 (UID BODY[])');
#	is $r->fetch(1)->{'BODY[]'}, "Subject: hello\r\n\r\nhello\r\n";
#	$w->done;
#	done_testing;
#
# Everything that the program sends goes through the Judge, which dies where
# it breaks the grammar: that is a failed test, wherever it happens.
#
# Transcripts.  "C: " lines are sent with CRLF; "S: " lines are compared byte
# for byte with what comes (a literal's lines are S: lines as well).  In both
# <name> is a variable: in S: it takes what stands there (digits for uid…,
# n…, a number; a date-time for date…; else up to the next fixed byte) and
# must be the same the next time; in C: its value is put in.  <any> takes
# anything and forgets it; <x00> is a byte; << is "<".  Lines with other
# beginnings are ignored when empty or beginning with "#".  The next S: block
# must be exactly the next bytes, up to its last line.
package Wire;
use strict;
use warnings;
use Exporter 'import';
use Cwd ();
use File::Basename ();
use File::Temp ();
use IO::Socket::INET ();
use POSIX ();
use Socket;
use Test::More ();
use Time::HiRes ();
use Judge;
use Wire::Reply;

our @EXPORT = qw(make_maildir make_folder deliver slurp spew program root
    temp_dir);

my $root = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');
# asked for once: a test may have given its environment away
my $build = $ENV{BUILD} // 'build';
$build = "$root/$build" if $build !~ m{^/};
my $timeout = $ENV{WIRE_TIMEOUT} // 10;
$SIG{PIPE} = 'IGNORE';

sub root { return $root }

# The path of a built program; with an environment that has LD_PRELOAD, of its
# twin that has a loader to heed it.
sub program
{
	my ($name, $env) = @_;

	return "$build/t/tool/$name" if $env && $env->{LD_PRELOAD};
	return "$build/bin/$name";
}

# A directory that is removed when the test ends.
sub temp_dir
{
	return File::Temp::tempdir('satchel-t-XXXXXX', TMPDIR => 1,
	    CLEANUP => 1);
}

sub slurp
{
	my ($file) = @_;

	open my $fh, '<:raw', $file or die "$file: $!\n";
	local $/;
	return scalar(<$fh>) // '';
}

sub spew
{
	my ($file, $bytes) = @_;

	open my $fh, '>:raw', $file or die "$file: $!\n";
	print $fh $bytes or die "$file: $!\n";
	close $fh or die "$file: $!\n";
	return;
}

# An empty Maildir; without a name in a fresh temporary directory.
sub make_maildir
{
	my ($path) = @_;

	$path //= temp_dir() . '/Maildir';
	for ($path, map { "$path/$_" } qw(cur new tmp)) {
		mkdir $_, 0700 or die "$_: $!\n";
	}
	return $path;
}

# A Maildir++ folder, by its name on disk without the first dot.
sub make_folder
{
	my ($maildir, $name) = @_;
	my $path = make_maildir("$maildir/.$name");

	spew("$path/maildirfolder", '');
	return $path;
}

my $delivered = 0;

# Puts a message in: text => bytes or file => path; flags => 'FS' (cur; without
# flags new), base => unique name, time => mtime.  Returns the file's path.
sub deliver
{
	my ($maildir, %o) = @_;
	my $base = $o{base} // sprintf '%d.M%06dP%d.t', 1700000000 + $delivered,
	    $delivered, $$;
	my $text = $o{text} // slurp($o{file});
	my $name = defined $o{flags} ?
	    'cur/' . ($base =~ /:2,/ ? $base : "$base:2,$o{flags}") : "new/$base";

	$delivered++;
	spew("$maildir/tmp/$base", $text);
	utime $o{time}, $o{time}, "$maildir/tmp/$base" if defined $o{time};
	rename "$maildir/tmp/$base", "$maildir/$name" or die "$name: $!\n";
	return "$maildir/$name";
}

# Starts imapd (or program => name, command => [argv]) on a socketpair with
# maildir, args behind it, env added to a small fixed environment; reads the
# greeting unless no_greeting.  mode and seven_bit are the Judge's.
sub new
{
	my ($class, %o) = @_;
	my $maildir = $o{maildir};
	my @argv = $o{command} ? @{$o{command}} :
	    (program($o{program} // 'imapd', $o{env}),
	    defined $maildir ? $maildir : (), @{$o{args} // []});
	my $self = $class->blank(%o);

	die "$argv[0]: not there: run make first\n" if !-x $argv[0];
	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC)
	    or die "socketpair: $!\n";
	$self->{stderr} = temp_dir() . '/stderr';
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		close $ours;
		child($self, $theirs, \@argv, $o{env} // {});
	}
	close $theirs;
	@$self{qw(socket pid)} = ($ours, $pid);
	$self->greeting if !$o{no_greeting};
	return $self;
}

# The same over TCP, to a server that runs already.
sub connect
{
	my ($class, $port, %o) = @_;
	my $self = $class->blank(%o);

	$self->{socket} = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port, Timeout => $timeout)
	    or die "127.0.0.1:$port: $@\n";
	$self->greeting if !$o{no_greeting};
	return $self;
}

sub blank
{
	my ($class, %o) = @_;

	return bless {
		judge => Judge->new(map { $_ => $o{$_} }
		    grep { exists $o{$_} } qw(mode seven_bit)),
		queue => [], vars => {}, tag => 0, eof => 0,
		timeout => $o{timeout} // $timeout, wire_log => '',
	}, $class;
}

sub child
{
	my ($self, $socket, $argv, $env) = @_;
	my $home = File::Basename::dirname($self->{stderr});

	open STDIN, '<&', $socket or POSIX::_exit(111);
	open STDOUT, '>&', $socket or POSIX::_exit(111);
	open STDERR, '>', $self->{stderr} or POSIX::_exit(111);
	%ENV = (PATH => $ENV{PATH}, HOME => $home, TZ => 'UTC',
	    map({ $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN|LSAN)_/ } keys %ENV),
	    %$env);
	delete @ENV{grep { !defined $ENV{$_} } keys %ENV};
	$SIG{PIPE} = 'DEFAULT';
	exec_as_owner($self->{as_owner}, @$argv) if defined $self->{as_owner};
	exec { $argv->[0] } @$argv or POSIX::_exit(127);
}

# Becomes the owner of what an authenticator would find, and runs a program
# though it may lie where that owner cannot go.
sub exec_as_owner
{
	my ($of, @argv) = @_;
	my ($uid, $gid) = (stat $of)[4, 5];

	local $^F = 255;
	open my $program, '<', $argv[0] or POSIX::_exit(127);
	if ($> == 0 && $uid) {
		$) = "$gid $gid";
		POSIX::setgid($gid);
		POSIX::setuid($uid);
	}
	exec { '/proc/self/fd/' . fileno $program } @argv or POSIX::_exit(127);
}

sub errors
{
	my ($self) = @_;

	return defined $self->{stderr} && -s $self->{stderr} ?
	    slurp($self->{stderr}) : '';
}

sub give_up
{
	my ($self, $why) = @_;
	my $errors = $self->errors;

	die "wire: $why\n" . ($errors ne '' ? "stderr: $errors\n" : '') .
	    "last bytes: \"" . Judge::Lex::show(substr $self->{wire_log}, -300) .
	    "\"\n";
}

# Takes what the program has sent; false at the end of the stream.  Waits
# until something comes, at most until the deadline.
sub fill
{
	my ($self, $by) = @_;
	my $left = $by - Time::HiRes::time();
	my $bits = '';

	vec($bits, fileno $self->{socket}, 1) = 1;
	$self->give_up('nothing more came in time')
	    if $left <= 0 || !select $bits, undef, undef, $left;
	my $n = sysread $self->{socket}, my $bytes, 1 << 18;
	if (!$n) {
		$self->{eof} = 1;
		$self->{judge}->finish;
		return 0;
	}
	$self->{wire_log} = substr $self->{wire_log} . $bytes, -4000
	    if length $bytes < 4000 || ($self->{wire_log} = '') eq '';
	push @{$self->{queue}}, $self->{judge}->feed($bytes);
	return 1;
}

sub deadline { return Time::HiRes::time() + $_[0]{timeout} }

# The next response, or undef at the end of the stream.
sub next
{
	my ($self) = @_;
	my $by = $self->deadline;

	while (!@{$self->{queue}}) {
		return undef if $self->{eof} || !$self->fill($by);
	}
	return shift @{$self->{queue}};
}

# Is there a response within so many seconds?  It is not taken.
sub waiting
{
	my ($self, $seconds) = @_;
	my $by = Time::HiRes::time() + ($seconds // 0);

	while (!@{$self->{queue}} && !$self->{eof}) {
		my $left = $by - Time::HiRes::time();
		my $bits = '';
		vec($bits, fileno $self->{socket}, 1) = 1;
		return 0 if !select $bits, undef, undef, $left > 0 ? $left : 0;
		$self->fill($self->deadline);
	}
	return scalar @{$self->{queue}};
}

sub greeting
{
	my ($self) = @_;

	$self->{greeting} //= $self->next // $self->give_up('no greeting');
	return $self->{greeting};
}

# Sends bytes as they are; reads meanwhile, so that neither side waits for
# the other for ever.
sub raw
{
	my ($self, $bytes) = @_;
	my $by = $self->deadline;
	my $at = 0;

	$self->{socket}->blocking(0);
	while ($at < length $bytes) {
		my ($r, $w) = ('', '');
		vec($r, fileno $self->{socket}, 1) = !$self->{eof};
		vec($w, fileno $self->{socket}, 1) = 1;
		$self->give_up('it reads no more')
		    if !select $r, $w, undef, $by - Time::HiRes::time();
		if (vec $w, fileno $self->{socket}, 1) {
			my $n = syswrite $self->{socket}, $bytes, 1 << 16, $at;
			last if !defined $n && !$!{EAGAIN};
			$at += $n // 0;
			$by = $self->deadline if $n;
		}
		$self->fill($by) if !$self->{eof} &&
		    vec $r, fileno $self->{socket}, 1;
	}
	$self->{socket}->blocking(1);
	return $self;
}

# "STORE" or "UID STORE", of a command line behind its tag
sub command_name
{
	my ($line) = @_;

	return 'UID ' . uc $1 if $line =~ /^UID ([a-z]+)/i;
	return uc +($line =~ /^([^ \r\n]*)/)[0];
}

# Sends a command, in parts: a reference to bytes is a literal, for which the
# program is asked first; ['bytes'] is a literal+.  Returns a Wire::Reply with
# what came up to the tagged response.
sub cmd
{
	my ($self, @parts) = @_;
	my $reply = $self->start(@parts);

	$self->collect($reply) if !$reply->{tagged};
	return $reply;
}

# The same without waiting for the end: for IDLE and AUTHENTICATE, then
#	$w->collect($reply, 'continue'); $w->raw("DONE\r\n");
#	$w->collect($reply);
sub start
{
	my ($self, @parts) = @_;
	my $tag = sprintf 't%d', ++$self->{tag};
	my $reply = Wire::Reply->new($tag);
	my $out = "$tag ";

	$self->{judge}->sent($tag, command_name($parts[0]));
	for my $part (@parts) {
		if (ref $part eq 'ARRAY') {
			$out .= sprintf "{%d+}\r\n%s", length $part->[0],
			    $part->[0];
		} elsif (ref $part) {
			$self->raw($out . sprintf "{%d}\r\n", length $$part);
			return $reply if !$self->collect($reply, 'continue');
			$out = $$part;
		} else {
			$out .= $part;
		}
	}
	$self->raw("$out\r\n");
	return $reply;
}

# Reads into the reply up to its tagged response, or to a continuation when
# that is asked for; true when that came.
sub collect
{
	my ($self, $reply, $want) = @_;

	while (defined(my $r = $self->next)) {
		return 1 if $want && $r->{kind} eq $want;
		$self->give_up('a continuation that nothing asked for')
		    if $r->{kind} eq 'continue';
		if ($r->{kind} eq 'tagged') {
			$reply->end($r);
			return 0;
		}
		$reply->add($r);
	}
	$reply->end(undef);
	return 0;
}

# --- transcripts -------------------------------------------------------------

sub substitute
{
	my ($self, $line) = @_;

	$line =~ s/(<<)|<x([0-9a-f]{2})>|<([a-z][a-z0-9-]*)>/
	    defined $1 ? '<' : defined $2 ? chr hex $2 :
	    $self->{vars}{$3} \/\/ die "wire: no value for <$3>\n"/gex;
	return $line;
}

my $date_time = qr/[ 0-9][0-9]-[A-Z][a-z]{2}-[0-9]{4} [0-9:]{8} [-+][0-9]{4}/;

# The pattern for a block of S: lines, and its variables in their order.
sub pattern
{
	my ($self, $text) = @_;
	my ($re, @names) = ('');

	while ($text =~ /\G(?:(<<)|<x([0-9a-f]{2})>|<([a-z][a-z0-9-]*)>|(.))/gs) {
		if (defined $1) {
			$re .= '<';
		} elsif (defined $2) {
			$re .= quotemeta chr hex $2;
		} elsif (defined $4) {
			$re .= quotemeta $4;
		} elsif (defined $self->{vars}{$3}) {
			$re .= quotemeta $self->{vars}{$3};
		} elsif ((my @at = grep { $names[$_] eq $3 } 0 .. $#names) &&
		    $3 ne 'any') {
			$re .= '\\' . ((grep { $names[$_] eq $3 } 0 .. $#names)[0] + 1);
		} else {
			push @names, $3;
			$re .= $3 =~ /^(?:uid|n[0-9]*$|number)/ ? '([0-9]+)' :
			    $3 =~ /^date/ ? "($date_time)" : '([^\r\n]*?)';
		}
	}
	return (qr/\A$re\z/, @names);
}

sub check_block
{
	my ($self, $expected, $tag, $name) = @_;
	my ($re, @names) = $self->pattern($expected);
	my $lines = $expected =~ tr/\n//;
	my $got = '';

	while (($got =~ tr/\n//) < $lines) {
		my $r = $self->next // last;
		$got .= $r->{raw};
		last if $r->{kind} eq 'tagged' && $r->{tag} eq ($tag // '');
	}
	if ($got =~ $re) {
		for my $i (0 .. $#names) {
			$self->{vars}{$names[$i]} = substr $got, $-[$i + 1],
			    $+[$i + 1] - $-[$i + 1] if $names[$i] ne 'any';
		}
		return 1;
	}
	local $Test::Builder::Level = $Test::Builder::Level + 3;
	Test::More::is(shown($got), shown($self->known($expected)), $name);
	return 0;
}

sub shown
{
	my ($s) = @_;

	$s =~ s/\r\n/\n/g;
	$s =~ s/([^\n\x20-\x7e])/sprintf '<x%02x>', ord $1/ge;
	return $s;
}

sub known
{
	my ($self, $s) = @_;

	$s =~ s/<([a-z][a-z0-9-]*)>/$self->{vars}{$1} \/\/ "<$1>"/ge;
	return $s;
}

# Plays a transcript; one test.  True when all was as it says.
sub script
{
	my ($self, $text, $name) = @_;
	my ($expected, $tag) = ('', undef);
	my $sub = sub {
		return 1 if $expected eq '';
		my $good = $self->check_block($expected, $tag, $name);
		$expected = '';
		return $good;
	};

	$name //= ($text =~ /^C: (.*)/m)[0] // 'the server speaks';
	for my $line (split /\n/, $text) {
		if ($line =~ /^S: ?(.*)$/s) {
			$expected .= "$1\r\n";
		} elsif ($line =~ /^C: ?(.*)$/s) {
			return 0 if !$sub->();
			my $send = $self->substitute($1);
			if ($send =~ /^([^ ]+) (.*)/) {
				$tag = $1;
				$self->{judge}->sent($tag, command_name($2));
			}
			$self->raw("$send\r\n");
		} elsif ($line !~ /^\s*(?:#|$)/) {
			die "wire: neither C: nor S: line: $line\n";
		}
	}
	return 0 if !$sub->();
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::ok(1, $name);
}

# The value of a variable of the transcripts.
sub var { return $_[0]{vars}{$_[1]} }

# --- the end -----------------------------------------------------------------

# Ends our side and waits: nothing more may come, and the program must exit
# with the status (default 0).  One test.
sub done
{
	my ($self, $status, $name) = @_;
	my $by = $self->deadline;
	my $left;

	shutdown $self->{socket}, 1;
	1 while !$self->{eof} && $self->fill($by);
	$left = join '', map { $_->{raw} } @{$self->{queue}};
	$left =~ s/^\* BYE [^\r\n]*\r\n\z//;
	my $got = defined $self->{pid} ? $self->wait_child($by) : 0;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::is("exit $got" . ($left eq '' ? '' : ", left: $left"),
	    'exit ' . ($status // 0), $name // 'nothing more, and a clean end') ||
	    Test::More::diag($self->errors);
}

sub wait_child
{
	my ($self, $by) = @_;

	while (waitpid($self->{pid}, POSIX::WNOHANG()) == 0) {
		$self->give_up('it does not exit')
		    if Time::HiRes::time() > $by;
		Time::HiRes::sleep(0.005);
	}
	my $status = $?;
	delete $self->{pid};
	return $status & 127 ? 'signal ' . ($status & 127) : $status >> 8;
}

# Kills the program with a signal and waits for it.
sub kill
{
	my ($self, $signal) = @_;

	return if !defined $self->{pid};
	CORE::kill($signal // 'KILL', $self->{pid});
	return $self->wait_child($self->deadline);
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
