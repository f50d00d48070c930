#!/usr/bin/perl
# STARTTLS behind a UCSPI-TLS program: security checklist 1 to 3.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Time::HiRes 'sleep';
use Wire;
use Login;
use Starttls;

my $cap = 'IMAP4rev1 IMAP4rev2 LITERAL- SASL-IR ID ENABLE';
my $auth = 'AUTH=PLAIN AUTH=LOGIN';
my $begin = "OK Begin SSL/TLS negotiation now.\r\n";
my $peer = 'ip=[192.0.2.7], port=[4711]';

sub greeted
{
	my ($cap_more, %o) = @_;
	my $s = starttls('imaplogin', %o);

	talk($s, '', "* OK [CAPABILITY $cap $cap_more] satchel ready.\r\n",
	    "greeting: $cap_more");
	return $s;
}

sub env_is
{
	my ($s, %want) = @_;

	for (sort keys %want) {
		talk($s, "e ENV $_\r\n", "e OK $_=$want{$_}\r\n",
		    "$_=$want{$_}");
	}
	return;
}

# the whole way
my %tls = (list => "SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=X\0" .
    "SSL_TLS_SNI_SERVERNAME\0TLS_CONNECTED_PROTOCOL=TLS1.3,256bits\0" .
    "SSL_EMPTY=\0LD_PRELOAD=x\0PATH=/x\0SSL_BAD-NAME=x\0AUTHORIZED=2\0" .
    "TLS_SUBJECT_CN=Fred\0SSL_\0\0");
my $s = greeted("STARTTLS $auth", %tls, env => { SSL_TLS_SNI_SERVERNAME => 'x',
	TLS_SUBJECT_CN => 'forged', IMAP_TLS_REQUIRED => 0 });
talk($s, "s STARTTLS\r\n", "s $begin");
handshake($s);
talk($s, "a CAPABILITY\r\n", "* CAPABILITY $cap $auth\r\n" .
    "a OK CAPABILITY completed\r\n", 'no second greeting, no STARTTLS');
talk($s, "b STARTTLS\r\n", "b BAD TLS is there already.\r\n",
    'checklist 3: a second STARTTLS');
talk($s, "c LOGIN fred wrong\r\n",
    "c NO [AUTHENTICATIONFAILED] Login failed.\r\n");
talk($s, "d LOGIN fred secret\r\n", "d OK LOGIN Ok.\r\n");
env_is($s, IMAP_TLS => 1, SSL_PROTOCOL => 'TLSv1.3', SSL_CIPHER => 'X',
    TLS_CONNECTED_PROTOCOL => 'TLS1.3,256bits', TLS_SUBJECT_CN => 'Fred',
    SSL_TLS_SNI_SERVERNAME => '(unset)', LD_PRELOAD => '(unset)',
    'SSL_BAD-NAME' => '(unset)', AUTHORIZED => '(unset)',
    SSLCTLFD => '(unset)', SSLREADFD => '(unset)', SSLWRITEFD => '(unset)',
    IMAPLOGINTAG => 'd');
talk($s, "z BYE\r\n", "z OK BYE\r\n");
is($s->status, 7, 'the status of the session');

# required
$s = greeted('STARTTLS LOGINDISABLED', env => { IMAP_TLS_REQUIRED => 1 });
talk($s, "a LOGIN fred secret\r\n", "a NO [PRIVACYREQUIRED] TLS required\r\n");
talk($s, "b AUTHENTICATE PLAIN AA==\r\n",
    "b NO [PRIVACYREQUIRED] TLS required\r\n");
talk($s, "s STARTTLS\r\n", "s $begin");
handshake($s);
talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n", 'then not any more');
env_is($s, IMAP_TLS => 1);

# pipelined behind the login under TLS: nothing is lost
$s = greeted("STARTTLS $auth");
talk($s, "s STARTTLS\r\n", "s $begin");
handshake($s);
talk($s, "a LOGIN fred secret\r\nb one\r\nc two\r\n",
    "a OK LOGIN Ok.\r\nb OK one\r\nc OK two\r\n", 'pipelined');

# checklist 1: what is not the client's
for my $more ("x NOOP\r\n", "x LOGIN fred secret\r\n", "\r\n", 'x', "\0",
    "HELLO\r\n", 'x' x 9000) {
	$s = greeted("STARTTLS $auth");
	my $name = substr $more =~ s/[^ -~]+/./gr, 0, 20;
	talk($s, "s STARTTLS\r\n$more", '', "same write: $name", 1);
	is($s->last_errors, "WARN: INJECTION behind STARTTLS, $peer\n", 'logged');
	is($s->status, 0, 'status 0');
}
# in a later segment before the handshake: TLS gets it, and cannot like it
$s = greeted("STARTTLS $auth");
talk($s, "s STARTTLS\r\n", "s $begin");
talk($s, "x LOGIN fred secret\r\n", '', 'two segments', 1);
like($s->last_errors, qr/^INFO: TLS FAILED, \Q$peer\E: /, 'logged');
# with the handshake in one segment
$s = greeted("STARTTLS $auth");
talk($s, "s STARTTLS\r\n", "s $begin");
talk($s, "HELLO\r\nx LOGIN fred secret\r\n", "WELCOME\r\n",
    'plain bytes in the middle of TLS');
$s->{key} = "\x80";
talk($s, "\r\ny NOOP\r\n", "* BAD Syntax error.\r\ny OK NOOP completed\r\n",
    'are no command');
# half a command is kept by nobody
$s = greeted("STARTTLS $auth");
talk($s, "s STARTTLS\r\n", "s $begin");
handshake($s);
talk($s, "N LOGIN fred secret\r\n", "N OK LOGIN Ok.\r\n");

# the state before is void: failures are not
$s = greeted("STARTTLS $auth");
talk($s, "a LOGIN fred wrong\r\ns STARTTLS\r\n",
    "a NO [AUTHENTICATIONFAILED] Login failed.\r\ns $begin");
handshake($s);
talk($s, "b LOGIN fred wrong\r\nc LOGIN fred wrong\r\nd NOOP\r\n",
    "b NO [AUTHENTICATIONFAILED] Login failed.\r\n" .
    "c NO [AUTHENTICATIONFAILED] Login failed.\r\n" .
    "* BYE Too many failures.\r\n", 'three failures, one before TLS', 1);

# TLS that does not come
$s = greeted("STARTTLS $auth", none => 1);
talk($s, "s STARTTLS\r\n", "s $begin");
talk($s, "HELLO\r\n", '', 'it fails', 1);
like($s->last_errors, qr/^INFO: TLS FAILED, \Q$peer\E: /, 'logged');
is($s->status, 0, 'status 0');
$s = greeted("STARTTLS $auth", env => { SATCHEL_LOGIN_TIMEOUT => 1 });
talk($s, "s STARTTLS\r\n", "s $begin");
talk($s, '', '', 'it takes too long', 1);
like($s->last_errors, qr/^INFO: TLS FAILED, \Q$peer\E: .*timed out/i, 'logged');
$s = greeted("STARTTLS $auth", env => { SATCHEL_LOGIN_TIMEOUT => 0 });
talk($s, "s STARTTLS\r\n", "s $begin");
handshake($s);
talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n", 'no limit of time');
$s = greeted("STARTTLS $auth", list => 'SSL_X=' . 'y' x 20000 . "\0\0");
talk($s, "s STARTTLS\r\n", "s $begin");
talk($s, "HELLO\r\n", "WELCOME\r\n", 'a list that is too long', 1);
for my $list ("\0\0", "SSL_A\0\0", "=\0\0", "\0\0SSL_PROTOCOL=x\0\0") {
	$s = greeted("STARTTLS $auth", list => $list);
	talk($s, "s STARTTLS\r\n", "s $begin");
	handshake($s);
	talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n",
	    'a list: ' . $list =~ tr/\0/:/r);
}
$s = greeted("STARTTLS $auth", early => 1);
talk($s, "s STARTTLS\r\n", "s $begin");
sleep 0.2;
handshake($s);
talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n", 'an early list');

# where it is not offered
for my $env ({ IMAP_STARTTLS => 'NO' }, { IMAPDSTARTTLS => 'no' },
    { IMAP_STARTTLS => 0, IMAPDSTARTTLS => 'YES' }, { IMAP_TLS => 1 }) {
	$s = greeted($auth, env => $env);
	talk($s, "s STARTTLS\r\n", $env->{IMAP_TLS} ?
	    "s BAD TLS is there already.\r\n" :
	    "s BAD There is no TLS here.\r\n", join ' ', %$env);
	talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n");
	env_is($s, SSLCTLFD => '(unset)');
}
$s = starttls('imaplogin', tlsd => [qw(env SSLCTLFD=77 SSLREADFD=78
    SSLWRITEFD=79)]);
talk($s, '', "* OK [CAPABILITY $cap $auth] satchel ready.\r\n",
    'descriptors that are not there');

# descriptors: not the authenticator's, not the session's, and TLS that was
# not asked for hears of that as soon as nobody can ask any more
perl_program('lists-fds', <<'END');
opendir my $d, '/proc/self/fd' or exit 111;
my @fds = grep { $_ > 2 && $_ != fileno $d } grep { /^\d+$/ } readdir $d;
print "a OK ", join(' ', map { readlink "/proc/self/fd/$_" } @fds), "\r\n";
END
$s = starttls('imaplogin', chain => ['lists-fds']);
hear($s, length "* OK [CAPABILITY $cap STARTTLS $auth] satchel ready.\r\n");
syswrite $s->{socket}, "a LOGIN fred secret\r\n";
unlike(hear($s), qr/socket/, 'no socket but the connection');
$s = greeted("STARTTLS $auth");
talk($s, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n");
my @left;
for (1 .. 100) {
	# TLS that waits is still to be waited for by the front that it forked
	@left = grep { (eval { slurp("/proc/$_/stat") } // ') Z ') !~ /\) Z / }
	    split ' ', slurp("/proc/$s->{pid}/task/$s->{pid}/children");
	last if @left == 1;
	sleep 0.05;
}
is(scalar @left, 1, 'after a login there is the session, and nobody else');

# IMAP_CAPABILITY: which AUTH= are announced
for (['IMAP4rev1 UIDPLUS', '', ''], ['IMAP4rev1 AUTH=PLAIN', '', 'AUTH=PLAIN'],
    ['IMAP4rev1', 'IMAP4rev1 AUTH=LOGIN AUTH=CRAM-MD5', '', 'AUTH=LOGIN']) {
	my ($plain, $under, $before, $after) = @$_;

	$s = greeted($before eq '' ? 'STARTTLS' : "STARTTLS $before", env => {
		IMAP_CAPABILITY => $plain, IMAP_CAPABILITY_TLS => $under });
	talk($s, "s STARTTLS\r\n", "s $begin");
	handshake($s);
	$after //= $before;
	talk($s, "a CAPABILITY\r\n", "* CAPABILITY $cap" .
	    ($after eq '' ? '' : " $after") .
	    "\r\na OK CAPABILITY completed\r\n", 'under TLS');
}
done_testing();
