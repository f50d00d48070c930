#!/usr/bin/perl
# Lines as records of systemd's journal, with their fields.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Select;
use IO::Socket::UNIX;
use Socket;
use Test::More;
use Wire;
use Login;

my $path = temp_dir() . '/socket';
chmod 0755, $path =~ s{/socket$}{}r;
my $journal = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path)
    or plan skip_all => "no socket: $!";
chmod 0777, $path;

# The next record, as a hash; undef when none comes.
sub record
{
	IO::Select->new($journal)->can_read(10) or return;
	recv $journal, my $bytes, 65536, 0;
	like($bytes, qr/\A(?:[A-Z][A-Z_]*=[^\n]*\n)+\z/, 'a datagram');
	return { map { split /=/, $_, 2 } split /\n/, $bytes };
}

# imaplogin whose standard error is, as it is told, the journal
sub run
{
	my ($in, %o) = @_;
	my $file = temp_dir() . '/err';
	my $pid = fork // die;

	if ($pid == 0) {
		open STDERR, '>', $file;
		my ($dev, $ino) = stat STDERR;
		open my $feed, '-|', 'printf', $in or die;
		open STDIN, '<&', $feed;
		open STDOUT, '>', '/dev/null';
		%ENV = (PATH => stub_dir() . ":$ENV{PATH}", PROTO => 'TCP',
		    TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711,
		    SATCHEL_LOGIN_DELAY => 0, SATCHEL_SLOTS => '/nonexistent',
		    JOURNAL_STREAM => "$dev:$ino", SATCHEL_JOURNAL => $path,
		    map({ $_ => $ENV{$_} } grep { /^(?:AS|UBS)AN_/ } keys %ENV),
		    %{$o{env} // {}});
		if ($o{program} && $> == 0) {	# no session is root's
			$) = '65534 65534';
			$( = 65534;
			$< = $> = 65534;
		}
		exec program($o{program} // 'imaplogin'),
		    @{$o{chain} // ['false']} or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	return slurp($file);
}

is(run('a LOGIN fred x\r\n'), '', 'nothing on standard error');
my $r = record();
is($r->{MESSAGE}, 'LOGIN FAILED, user=fred, ip=[192.0.2.7], port=[4711]',
    'the line without its level');
is($r->{PRIORITY}, 6, 'which is the priority');
is($r->{SYSLOG_IDENTIFIER}, 'imaplogin', 'whose it is');
is($r->{SYSLOG_FACILITY}, 2, 'mail');
is_deeply([@$r{qw(SATCHEL_EVENT SATCHEL_USER SATCHEL_IP SATCHEL_PORT)}],
    ['LOGIN FAILED', 'fred', '192.0.2.7', 4711], 'the fields');

# no value begins a field of its own
run('a LOGIN {12+}\r\nx\nPRIORITY=0 y\r\n');
$r = record();
is($r->{PRIORITY}, 6, 'a LF in a name');
is($r->{SATCHEL_USER}, 'x?PRIORITY=0', 'is none in a field');
run('a LOGIN "x, ip=[192.0.2.66]" y\r\n');
is(record()->{SATCHEL_IP}, '192.0.2.7', 'nor is a name an address');
run('a LOGOUT\r\n');
$r = record();
is($r->{SATCHEL_EVENT}, 'LOGOUT', 'LOGOUT');
like($r->{SATCHEL_RCVD}, qr/^\d+$/, 'with counts');
run('a ID ("PRIORITY" "0")\r\nb LOGIN fred x\r\n');
$r = record();
is($r->{MESSAGE}, 'ID, ip=[192.0.2.7], port=[4711], PRIORITY=0', 'ID');
ok(!exists $r->{SATCHEL_PRIORITY} && $r->{PRIORITY} == 6,
    'a client names no field');
record();

# a session
my $maildir = make_maildir();
if ($> == 0) {
	system('chown', '-R', '65534:65534', $maildir =~ s{/Maildir$}{}r);
}
run('a LOGOUT\r\n', program => 'imapd', chain => [$maildir],
    env => { AUTHENTICATED => 'fred' });
$r = record();
is($r->{SATCHEL_EVENT}, 'LOGIN', 'LOGIN of a session');
is($r->{SATCHEL_PROTOCOL}, 'IMAP', 'its protocol');
is($r->{SYSLOG_IDENTIFIER}, 'imapd', 'and name');
$r = record();
like($r->{MESSAGE}, qr/^LOGOUT, user=fred, ip=\[.*, headers=0, body=0, rcvd=/,
    'LOGOUT');
is($r->{SATCHEL_HEADERS}, 0, 'and its fields');

# without the socket lines go where they went
like(run('a LOGIN fred x\r\n', env => { SATCHEL_JOURNAL => '/nonexistent' }),
    qr/^<6>LOGIN FAILED, user=fred, /, 'no journal');
close $journal;
like(run('a LOGIN fred x\r\n'), qr/^<6>LOGIN FAILED, user=fred, /,
    'one that is gone');
done_testing();
