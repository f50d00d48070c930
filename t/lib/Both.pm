# Both: two servers on one Maildir, and what has to stay true of it.
#
# The sides are "ours" (imapd, judged) and "courier" (Debian's imapd, whose
# grammar is its own and not judged).  A message is known by its X-Mark field.
package Both;
use strict;
use warnings;
use IPC::Open2 ();
use POSIX ();
use Server;
use Wire;

# Courier's mail server, or undef: COURIER_IMAPD, or the one installed.
sub courier
{
	my ($path) = grep { defined && -x } $ENV{COURIER_IMAPD},
	    '/usr/lib/courier/courier/imapd', '/usr/bin/imapd';

	return $path;
}

my %env = (IMAP_KEYWORDS => 1, IMAP_USELOCKS => 1, TZ => 'UTC',
    IMAP_CAPABILITY => 'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE',
    IMAP_CHECK_ALL_FOLDERS => 0, AUTHENTICATED => 'ada');

sub new
{
	my ($class, $kind, $maildir) = @_;
	my $self = bless { kind => $kind, maildir => $maildir, tag => 0 },
	    $class;

	if ($kind eq 'ours') {
		$self->{wire} = Wire->new(maildir => $maildir, timeout => 60,
		    env => { IMAP_KEYWORDS => 1 });
		return $self;
	}
	(my $home = $maildir) =~ s{/[^/]+$}{};
	local %ENV = (%ENV, %env, HOME => $home);
	$self->{pid} = IPC::Open2::open2(my $out, my $in, 'sh', '-c',
	    'cd "$1" && exec "$2" "$3" 2>>"$1/courier.log"', 'sh', $home,
	    courier(), $maildir);
	@$self{qw(in out)} = ($in, $out);
	$self->line;
	return $self;
}

sub line
{
	my ($self) = @_;
	my $line;

	local $SIG{ALRM} = sub { die "courier: no answer in time\n" };
	alarm 60;
	$line = readline $self->{out};
	alarm 0;
	die "courier: it is gone\n" if !defined $line;
	return $line;
}

# A command, in text and references to literals; the whole answer as bytes.
sub cmd
{
	my ($self, @parts) = @_;

	return $self->{wire}->cmd(@parts)->raw if $self->{wire};
	my $tag = 'c' . ++$self->{tag};
	my $answer = '';
	my $in = $self->{in};
	my $out = "$tag ";
	for my $part (@parts, '') {
		if (ref $part) {
			printf $in "%s{%d}\r\n", $out, length $$part;
			$in->flush;
			do {
				my $line = $self->line;
				return $answer . $line if $line =~ /^$tag /;
				$answer .= $line if $line !~ /^\+/;
				$out = $line =~ /^\+/ ? $$part : undef;
			} while (!defined $out);
		} else {
			$out .= $part;
		}
	}
	print $in "$out\r\n";
	$in->flush;
	while (1) {
		my $line = $self->line;
		$answer .= $line;
		return $answer if $line =~ /^$tag /;
	}
}

# The same, which must succeed.
sub must
{
	my ($self, @parts) = @_;
	my $answer = $self->cmd(@parts);

	return $answer if $answer =~ /^[ct][0-9]+ OK/m;
	my $what = join '', map { ref() ? '{…}' : $_ } @parts;
	die "$self->{kind}: $what: $answer\n";
}

# { uidvalidity, uidnext, of => { mark => [uid, flags] } }
sub look
{
	my ($self, $folder) = @_;
	my %seen = (of => {});

	my $answer = $self->must("SELECT $folder");
	($seen{uidvalidity}) = $answer =~ /\[UIDVALIDITY ([0-9]+)\]/;
	my ($n) = $answer =~ /^\* ([0-9]+) EXISTS/m;
	return \%seen if !$n;
	$answer = $self->must('FETCH 1:* (UID FLAGS ' .
	    'BODY.PEEK[HEADER.FIELDS (X-Mark)])');
	for my $one (split /^(?=\* [0-9]+ FETCH)/m, $answer) {
		my ($uid) = $one =~ /UID ([0-9]+)/ or next;
		my ($mark) = $one =~ /^X-Mark: (\S+)/mi or
		    die "$self->{kind}: $folder: UID $uid has no mark: $one\n";
		my ($flags) = $one =~ /FLAGS \(([^)]*)\)/;
		die "$self->{kind}: $folder: $mark is there twice\n"
		    if $seen{of}{$mark};
		$seen{of}{$mark} = [$uid, join ' ', sort { $a cmp $b }
		    grep { $_ ne '\\Recent' } split ' ', $flags];
	}
	return \%seen;
}

sub subscribed
{
	my ($self) = @_;
	my $answer = $self->must('LSUB "" "*"');

	# Courier shows the levels above as well, \Noselect
	$answer =~ s/^\* LSUB \(\\Noselect.*\n//mg;
	return join ' ', sort $answer =~ /^\* LSUB \([^)]*\) "\." "?([^"\r]+)/mg;
}

sub close
{
	my ($self) = @_;

	$self->cmd('LOGOUT') if $self->{in} || $self->{wire};
	$self->end;
	return;
}

sub end
{
	my ($self) = @_;

	delete $self->{wire};
	if (my $pid = delete $self->{pid}) {
		CORE::close $self->{in};
		CORE::close $self->{out};
		waitpid $pid, 0;
	}
	return;
}

sub DESTROY { local ($?, $!, $@); $_[0]->end; return }

1;
