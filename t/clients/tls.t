#!/usr/bin/perl
# Real clients through tlsd -i, on both protocols.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Tls;
use Wire;

tls_ready();
my $ca = authority('Test CA');
my $pem = certificate('localhost', ca => $ca);
my @files = grep { slurp($_) =~ /^From:.*\n\n./ms } plain_corpus();
my $n = @files;
my $imap = Server->start(tls => $pem, messages => \@files);
my $pop3 = Server->start(tls => $pem, messages => \@files,
    protocol => 'pop3');
my $user = "$imap->{user}:$imap->{password}";
chmod 0644, $ca->{cert};
sub by_name { return $_[0] =~ s/127\.0\.0\.1/localhost/r }

SKIP: {
	skip('no curl here', 6) if !find_program('curl');
	my @curl = (find_program('curl'), '-sS', '--max-time', 20, '-u', $user,
	    '--ipv4', '--cacert', $ca->{cert});
	my ($status, $text) = run(30, @curl, '-X', 'STATUS INBOX (MESSAGES)',
	    by_name($imap->url));
	is($status, 0, 'curl: imaps, verified') or diag($text, $imap->log);
	like($text, qr/MESSAGES $n\)/, 'curl: it counts');
	($status, $text) = run(30, @curl, by_name($imap->url('INBOX;UID=1')));
	is($text, as_sent($files[0]), 'curl: and fetches');
	($status, $text) = run(30, @curl, by_name($pop3->url('1')));
	is($status, 0, 'curl: pop3s') or diag($text, $pop3->log);
	is($text =~ s/\r\n\z//r, as_sent($files[0]) =~ s/\r\n\z//r,
	    'curl: the same message');
	($status) = run(30, find_program('curl'), '-sS', '-u', $user,
	    $imap->url);
	is($status, 60, 'curl: another authority is not believed');
}
SKIP: {
	skip('no gnutls-cli here', 3) if !find_program('gnutls-cli');
	for my $v ('1.3', '1.2') {
		my ($status, $text) = run(30, '/bin/sh', '-c', '(sleep 1; ' .
		    'echo a LOGOUT; sleep 1) | exec gnutls-cli --crlf ' .
		    "--x509cafile '$ca->{cert}' --alpn imap " .
		    "--priority NORMAL:-VERS-ALL:+VERS-TLS$v " .
		    "-p $imap->{port} localhost");
		like($text, qr/^a OK/m, "gnutls-cli: TLS $v") or
		    diag($text, $imap->log);
		like($text, qr/Application protocol: imap/,
		    'gnutls-cli: ALPN') if $v eq '1.3';
	}
}
SKIP: {
	skip('no fetchmail here', 2) if !find_program('fetchmail');
	my $dir = temp_dir();
	mkdir "$dir/got";
	spew("$dir/mda",
	    "#!/bin/sh\ncat >\"\$(mktemp $dir/got/XXXXXXXX)\"\n");
	chmod 0755, "$dir/mda";
	spew("$dir/rc", "set no bouncemail\nset invisible\n" .
	    "poll localhost protocol POP3 port $pop3->{port} timeout 20\n" .
	    "user $pop3->{user} password $pop3->{password} is root here ssl\n" .
	    "sslcertck sslcertfile $ca->{cert} keep pass8bits\n" .
	    "mda '$dir/mda'\n");
	chmod 0600, "$dir/rc";
	local @ENV{qw(HOME FETCHMAILHOME)} = ($dir, $dir);
	my ($status, $text) = run(120, find_program('fetchmail'), '-f',
	    "$dir/rc", '--nodetach', '--nosyslog', '-i', "$dir/ids",
	    '--pidfile', "$dir/pid");
	is($status, 0, 'fetchmail') or diag($text, $pop3->log);
	is(scalar(my @got = glob "$dir/got/*"), $n, 'fetchmail: all of them');
}
SKIP: {
	skip('no mbsync here', 2) if !find_program('mbsync');
	my $dir = temp_dir();
	mkdir "$dir/mail";
	spew("$dir/rc", <<"END");
IMAPAccount there
Host localhost
Port $imap->{port}
User $imap->{user}
Pass $imap->{password}
SSLType IMAPS
SystemCertificates no
CertificateFile $ca->{cert}
Timeout 60

IMAPStore far
Account there

MaildirStore near
Path $dir/mail/
Inbox $dir/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
SyncState *
END
	my ($status, $text) = run(120, find_program('mbsync'), '-c', "$dir/rc",
	    '-a');
	is($status, 0, 'mbsync') or diag($text, $imap->log);
	is(scalar(my @got = glob "$dir/mail/INBOX/{cur,new}/*"), $n,
	    'mbsync: all of them');
}
SKIP: {
	skip('no python3 here', 1) if !find_program('python3');
	my ($status, $text) = run(60, 'python3', '-c', <<"END");
import imaplib, ssl
c = ssl.create_default_context(cafile='$ca->{cert}')
m = imaplib.IMAP4_SSL('localhost', $imap->{port}, ssl_context=c)
m.login('$imap->{user}', '$imap->{password}')
print(m.select()[1][0].decode(), m.socket().version())
m.logout()
END
	like($text, qr/^$n TLSv1\.3$/m, 'imaplib') or diag($imap->log);
}
$_->stop for $imap, $pop3;
done_testing;
