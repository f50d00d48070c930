#!/usr/bin/perl
# The chain with our own TLS in front: tlsd, a login, a session.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Wire;
use Login;
use PopLogin ();

for (qw(tlsd tlsd-engine checkpw-userdb imapd)) {
	plan skip_all => "$_ is not built" if !-x program($_);
}
plan skip_all => 'no openssl' if !`openssl version 2>/dev/null`;

my $dir = temp_dir();
chmod 0755, $dir;
PopLogin::stubs();

sub openssl
{
	system('sh', '-c', '"$@" >/dev/null 2>&1', 'x', 'openssl', @_) == 0
	    or die "openssl @_\n";
	return;
}

# a certificate for name, by itself or by ca; the files' prefix
sub certificate
{
	my ($name, $subject, $ca) = @_;
	my $to = "$dir/$name";

	openssl(qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
	    -days 2 -subj), $subject, '-keyout', "$to.key", '-out', "$to.crt",
	    $ca ? ('-CA', "$ca.crt", '-CAkey', "$ca.key") : ());
	spew("$to.pem", slurp("$to.key") . slurp("$to.crt"));
	return $to;
}

my $server = certificate('server', '/CN=localhost');

# One connection: command with the socket as 0 and 1.  The port, and a sub
# that waits for its end and gives the log.
sub serve
{
	my ($env, @command) = @_;
	my $log = temp_dir() . '/log';
	my $listen = IO::Socket::INET->new(Listen => 5,
	    LocalAddr => '127.0.0.1') or die "listen: $!\n";
	my $pid = fork // die;

	if ($pid == 0) {
		my $c = $listen->accept or POSIX::_exit(1);
		open STDIN, '<&', $c;
		open STDOUT, '>&', $c;
		open STDERR, '>', $log;
		close $c;
		close $listen;
		%ENV = (PATH => stub_dir() . ":$ENV{PATH}",
		    TLS_CERTFILE => "$server.pem", SATCHEL_LOGIN_DELAY => 0,
		    SATCHEL_SLOTS => '/nonexistent',
		    map({ $_ => $ENV{$_} } grep { /^(?:AS|UBS)AN_/ } keys %ENV),
		    %$env);
		exec @command or POSIX::_exit(127);
	}
	return ($listen->sockport, sub {
		waitpid $pid, 0;
		return slurp($log);
	});
}

# What s_client prints, to whom lines are typed.
sub s_client
{
	my ($port, $lines, @options) = @_;
	my $in = temp_dir() . '/in';

	spew($in, $lines);
	open my $out, '-|', 'sh', '-c', 'in=$1; shift; ' .
	    'timeout 20 openssl s_client "$@" <"$in" 2>/dev/null', 'x', $in,
	    '-connect', "127.0.0.1:$port", '-quiet', @options or die;
	local $/;
	return scalar(<$out>) // '';
}

my @imap = (program('imaplogin'), 'stub-check', 'stub-session');
my @pop = (program('pop3login'), 'stub-check', 'stub-pop3');
my ($port, $end) = serve({ IMAP_TLS_REQUIRED => 1 }, program('tlsd'), @imap);
my $said = s_client($port, "c CAPABILITY\r\na LOGIN fred secret\r\n" .
    "b ENV SSL_PROTOCOL\r\nd ENV IMAP_TLS\r\nz BYE\r\n", '-starttls', 'imap');
unlike($said, qr/STARTTLS/, 'STARTTLS: not announced a second time');
$said =~ s/\r//g;
like($said, qr/^a OK LOGIN Ok\.\nb OK SSL_PROTOCOL=TLSv1\.[23]\nd OK IMAP_TLS=1$/m,
    'a login, all sent at once');
is($end->(), '', 'nothing in the log');

($port, $end) = serve({}, program('tlsd'), @pop);
$said = s_client($port, "CAPA\r\nUSER fred\r\nPASS secret\r\n" .
    "ENV POP3_TLS\r\nBYE\r\n", '-starttls', 'pop3');
unlike($said, qr/^STLS/m, 'STLS: not a second time');
like($said, qr/^\+OK logged in\.\r\n\+OK POP3_TLS=1\r\n\+OK BYE\r\n\z/m,
    'a login');
is($end->(), '', 'nothing in the log');

($port, $end) = serve({}, program('tlsd'), '-i', @imap);
$said = s_client($port, "a LOGIN fred secret\r\nb ENV IMAP_TLS\r\nz BYE\r\n");
like($said, qr/^\* OK \[CAPABILITY (?!.*STARTTLS).*\] satchel ready\.\r$/m,
    'TLS at once: a greeting without STARTTLS');
like($said, qr/^a OK LOGIN Ok\.\r\nb OK IMAP_TLS=1\r$/m, 'and a login');
$end->();

# security checklist 1 and 2, with the real thing
for my $more ("b LOGIN fred secret\r\n", "\x16\x03\x01") {
	($port, $end) = serve({}, program('tlsd'), @imap);
	my $c = IO::Socket::INET->new("127.0.0.1:$port") or die;
	my $line = <$c>;
	like($line, qr/STARTTLS/, 'announced');
	syswrite $c, "a STARTTLS\r\n$more";
	my $rest = do { local $/; <$c> };
	is($rest // '', '', 'something behind it: no answer');
	like($end->(), qr/^WARN: INJECTION behind STARTTLS, ip=\[127/m, 'log');
}
# and no TLS at all
($port, $end) = serve({}, program('tlsd'), @imap);
my $c = IO::Socket::INET->new("127.0.0.1:$port") or die;
syswrite $c, "a LOGIN fred secret\r\nb ENV SSLCTLFD\r\nz BYE\r\n";
$said = do { local $/; <$c> };
like($said, qr/^a OK LOGIN Ok\.\r\nb OK SSLCTLFD=\(unset\)\r$/m,
    'a login without TLS');
is($end->(), '', 'nothing in the log');

# EXTERNAL, from a certificate to the account
my ($uid, $gid) = account_ids();
my $home = temp_dir();
chmod 0755, $home;
make_maildir("$home/Maildir");
system('chown', '-R', "$uid:$gid", $home) == 0 or die;
my $users = userdb("fred\@example.com\tuid=$uid|gid=$gid|home=$home|" .
    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69');
SKIP: {
	my ($ca, $fred, $mary) = eval {
		my $by = certificate('ca', '/CN=Our CA');
		($by, map { certificate($_,
		    "/CN=$_/emailAddress=$_\@example.com", $by) } 'fred', 'mary');
	};
	skip 'this openssl signs nothing', 3 if !defined $mary;
	for (['fred', $fred, qr/^a OK \[.*\] LOGIN Ok/m], ['mary', $mary,
		qr/^a NO \[AUTHENTICATIONFAILED\]/m],
	    ['nobody', undef, qr/^a NO Unknown authentication mechanism/m]) {
		my ($name, $who, $want) = @$_;

		($port, $end) = serve({ USERDB => $users,
			TLS_VERIFYPEER => 'PEER', TLS_TRUSTCERTS => "$ca.crt",
			TLS_EXTERNAL => 'emailAddress' }, program('tlsd'),
		    program('imaplogin'), program('checkpw-userdb'),
		    program('imapd'), 'Maildir');
		$said = s_client($port, "a AUTHENTICATE EXTERNAL =\r\n" .
		    "z LOGOUT\r\n", '-starttls', 'imap', defined $who ?
		    ('-cert', "$who.crt", '-key', "$who.key") : ());
		like($said, $want, "EXTERNAL: $name");
		$end->();
	}
}
done_testing();
