# Dovecot: a private one, brought up by the scripts of ../shared/peers, in a
# directory of its own on free ports.
package Dovecot;
use strict;
use warnings;
use Test::More ();
use Server;
use Wire;

# Skips the test where there is none.
sub start
{
	my ($class) = @_;
	my $shared = $ENV{SHARED} // root() . '/../shared';
	my $up = "$shared/peers/dovecot-up";
	my $why = !-x $up ? 'no ../shared/peers here' : $< != 0 ? 'not root' :
	    !find_program('dovecot') || !-x '/usr/lib/dovecot/imap' ?
	    'no dovecot here' : undef;

	Test::More::plan(skip_all => $why) if defined $why;
	my $self = bless { dir => temp_dir(), shared => $shared, n => 0 },
	    $class;
	chmod 0755, $self->{dir};
	$self->{port} = free_port();
	local $ENV{DOVECOT_IMAP_PORT} = $self->{port};
	local $ENV{"DOVECOT_${_}_PORT"} = free_port() for qw(IMAPS);
	local $ENV{DOVECOT_POP3_PORT} = free_port();
	local $ENV{DOVECOT_POP3S_PORT} = free_port();
	local $ENV{DOVECOT_IMAPS_PORT} = free_port();
	my ($status, $text) = run(60, $up, $self->{dir});
	die "$up: $text\n" if $status != 0;
	$self->{up} = 1;
	return $self;
}

# A judged session on the next account, whose Maildir the sub has filled.
sub session
{
	my ($self, $fill) = @_;
	my $user = 'u' . ++$self->{n};
	my $maildir = make_maildir("$self->{dir}/mail/$user");

	$fill->($maildir);
	system('chown', '-R', 'vmail:vmail', $maildir) == 0
	    or die "chown failed\n";
	my $w = Wire->connect($self->{port}, timeout => 60);
	my $r = $w->cmd("LOGIN $user pass");
	die 'LOGIN: ' . $r->text . "\n" if !$r->ok;
	return $w;
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!, $@);
	system("$self->{shared}/peers/dovecot-down '$self->{dir}' >/dev/null")
	    if $self->{up};
	return;
}

1;
