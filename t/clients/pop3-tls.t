# POP3 clients over TLS, from the first byte and by STLS: each takes all
# messages as they are.
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
# getmail adds to headers, and makes multiparts anew
my @files = grep { slurp($_) =~ /^From:.*\n\n./ms &&
    slurp($_) !~ m{multipart/|message/}i } plain_corpus();
my $n = @files;
my %server = map { $_ => Server->start(tls => $pem, messages => \@files,
    protocol => 'pop3', on_demand => $_ eq 'STLS',
    env => { POP3_TLS_REQUIRED => 1 }) } qw(TLS STLS);
our @want = sort map { as_sent($_, "\n") } @files;

chmod 0644, $ca->{cert};

# The messages in a Maildir; without the header when clients add to that.
sub in_maildir
{
	my ($to, $bodies) = @_;

	return sort map { my $t = slurp($_); $bodies ? $t =~ s/\A.*?\n\n//sr :
	    $t } glob "$to/{cur,new}/*";
}

sub same
{
	my ($what, @got) = @_;


	is(scalar @got, $n, "$what: all of them");
	return ok(join("\0", @got) eq join("\0", @want),
	    "$what: as they are");
}

sub curl
{
	my ($how, $s) = @_;
	my @got;

	for my $i (1 .. 5) {
		my ($status, $text) = run(30, find_program('curl'), '-sS',
		    '--max-time', 20, '--ssl-reqd', '--ipv4', '--cacert',
		    $ca->{cert}, '-u', "$s->{user}:$s->{password}",
		    $s->url($i) =~ s/127\.0\.0\.1/localhost/r);
		is($text =~ s/\r\n\z//r, as_sent($files[$i - 1]) =~ s/\r\n\z//r,
		    "curl, $how: message $i") or diag($s->log);
	}
	return;
}

sub mpop
{
	my ($how, $s) = @_;
	my $dir = temp_dir();
	my $to = make_maildir("$dir/to");

	local $ENV{HOME} = $dir;
	my ($status, $text) = run(120, find_program('mpop'),
	    '--host=localhost', "--port=$s->{port}", "--user=$s->{user}",
	    "--passwordeval=echo $s->{password}", '--tls=on',
	    '--tls-starttls=' . ($how eq 'STLS' ? 'on' : 'off'),
	    "--tls-trust-file=$ca->{cert}", "--delivery=maildir,$to",
	    "--uidls-file=$dir/uidls", '--received-header=off', '--keep=on',
	    '--timeout=20');
	is($status, 0, "mpop, $how") or diag($text, $s->log);
	same("mpop, $how", in_maildir($to));
	return;
}

sub fetchmail
{
	my ($how, $s) = @_;
	my $dir = temp_dir();

	mkdir "$dir/new";
	spew("$dir/mda", "#!/bin/sh\ncat >\"\$(mktemp $dir/new/XXXXXXXX)\"\n");
	chmod 0755, "$dir/mda";
	spew("$dir/rc", "set no bouncemail\nset invisible\n" .
	    "poll localhost protocol POP3 port $s->{port} timeout 20\n" .
	    "user $s->{user} password $s->{password} is root here\n" .
	    ($how eq 'STLS' ? "sslproto 'TLS1.2+'\n" : "ssl\n") .
	    "sslcertck sslcertfile $ca->{cert} keep pass8bits no rewrite\n" .
	    "no mimedecode mda '$dir/mda'\n");
	chmod 0600, "$dir/rc";
	local @ENV{qw(HOME FETCHMAILHOME)} = ($dir, $dir);
	my ($status, $text) = run(120, find_program('fetchmail'), '-f',
	    "$dir/rc", '--nodetach', '--nosyslog', '-i', "$dir/ids",
	    '--pidfile', "$dir/pid");
	is($status, 0, "fetchmail, $how") or diag($text, $s->log);
	local @want = sort map { as_sent($_, "\n") =~ s/\A.*?\n\n//sr } @files;
	same("fetchmail, $how", in_maildir($dir, 1));
	return;
}

sub getmail
{
	my ($how, $s) = @_;
	my $dir = temp_dir();
	my $to = make_maildir("$dir/to");
	my $user = '';

	if ($> == 0) {	# it delivers nothing as root
		$user = 'user = nobody';
		chmod 0755, $dir;
		system('chown', '-R', 'nobody', $to) == 0 or die "chown\n";
	}
	spew("$dir/getmailrc", <<"END");
[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = $s->{port}
username = $s->{user}
password = $s->{password}
ca_certs = $ca->{cert}
timeout = 20
[destination]
type = Maildir
path = $to/
$user
[options]
delete = false
received = false
delivered_to = false
END
	my ($status, $text) = run(120, find_program('getmail'),
	    "--getmaildir=$dir");
	is($status, 0, "getmail, $how") or diag($text, $s->log);
	local @want = sort map { as_sent($_, "\n") =~ s/\A.*?\n\n//sr } @files;
	same("getmail, $how", in_maildir($to, 1));
	return;
}

sub netpop3
{
	my ($how, $s) = @_;
	my %tls = (SSL_ca_file => $ca->{cert}, SSL_verifycn_name => 'localhost');
	my $p = Net::POP3->new('localhost', Port => $s->{port}, Timeout => 20,
	    $how eq 'STLS' ? () : (SSL => 1, %tls));

	ok($p && ($how ne 'STLS' || $p->starttls(%tls)), "Net::POP3, $how")
	    or return diag($s->log);
	is($p->login($s->{user}, $s->{password}), $n, "Net::POP3, $how: login");
	# it leaves the line ends of the network in, over TLS
	same("Net::POP3, $how", sort map {
		join('', @{$p->get($_)}) =~ s/\r\n/\n/gr } 1 .. $n);
	$p->quit;
	return;
}

sub poplib
{
	my ($how, $s) = @_;
	my ($status, $text) = run(60, 'python3', '-c', <<"END");
import poplib, ssl, sys
c = ssl.create_default_context(cafile='$ca->{cert}')
if '$how' == 'STLS':
    p = poplib.POP3('localhost', $s->{port}, 20)
    assert 'STLS' in p.capa()
    p.stls(c)
    assert 'STLS' not in p.capa()
else:
    p = poplib.POP3_SSL('localhost', $s->{port}, timeout=20, context=c)
p.user('$s->{user}')
p.pass_('$s->{password}')
for i in range(1, p.stat()[0] + 1):
    sys.stdout.buffer.write(b'\\n'.join(p.retr(i)[1]) + b'\\n\\0')
p.quit()
END
	same("poplib, $how", sort split /\0/, $text) or diag($text, $s->log);
	return;
}

our %client = (curl => \&curl, mpop => \&mpop, fetchmail => \&fetchmail,
    getmail => \&getmail, netpop3 => \&netpop3, poplib => \&poplib);
my %needs = (netpop3 => 'perl', poplib => 'python3');

for my $name (sort keys %client) {
	for my $how (sort keys %server) {
		next if $name eq 'getmail' && $how eq 'STLS'; # it knows none
		SKIP: {
			skip("no $name here", 1)
			    if !find_program($needs{$name} // $name) ||
			    $name eq 'netpop3' && !eval { require Net::POP3 };
			$client{$name}->($how, $server{$how});
		}
	}
}
my $w = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $server{STLS}{port}) or die "connect: $!\n";
my $line = <$w>;
print $w "USER ada\r\n";
$line = <$w>;
like($line, qr/^-ERR /, 'not without TLS');
$_->stop for values %server;
done_testing;
