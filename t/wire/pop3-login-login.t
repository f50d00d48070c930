#!/usr/bin/perl
# USER and PASS, AUTH (RFC 5034), and what the chain is told.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Time::HiRes ();
use Wire;
use Login;
use PopLogin;

my $user = "+OK Password required.\r\n";
my $in = "+OK logged in.\r\n";
my $no = "-ERR [AUTH] Login failed.\r\n";
my $auth = "-ERR [AUTH] Authentication failed.\r\n";
my $aborted = "-ERR Authentication aborted.\r\n";
my $plain = encode_base64("\0fred\0secret", '');
my ($fred, $secret) = map { encode_base64($_, '') } 'fred', 'secret';
my $p;

# logged in, and everything behind it is the session's
my @logins = (
	['USER, PASS' => "USER fred\r\nPASS secret\r\n", "$user$in"],
	['in any case' => "user fred\r\npass secret\r\n", "$user$in"],
	['the last USER counts' => "USER x\r\nUSER fred\r\nPASS secret\r\n",
	    "$user$user$in"],
	['between them' => "USER fred\r\nCAPA x\r\nPASS secret\r\n",
	    "$user-ERR Invalid command.\r\n$in"],
	['a name with spaces' => "USER fred and co\r\nPASS secret\r\n",
	    "$user$in"],
	['PLAIN' => "AUTH PLAIN\r\n$plain\r\n", "+ \r\n$in"],
	['PLAIN at once' => "auth plain $plain\r\n", $in],
	['authzid' => 'AUTH PLAIN ' . encode_base64("fred\0fred\0secret", '') .
	    "\r\n", $in],
	['LOGIN' => "AUTH LOGIN\r\n$fred\r\n$secret\r\n",
	    "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n$in"],
	['LOGIN with a name' => "AUTH LOGIN $fred\r\n$secret\r\n",
	    "+ UGFzc3dvcmQ6\r\n$in"],
	['refused before' => "USER fred\r\nPASS wrong\r\nUSER fred\r\n" .
	    "PASS secret\r\n", "$user$no$user$in"],
);
for (@logins) {
	my ($name, $send, $want) = @$_;

	$p = pop3login();
	talk($p, "${send}one\r\ntwo\r\nBYE\r\n",
	    "$want+OK one\r\n+OK two\r\n+OK BYE\r\n", $name, 1);
	is($p->status, 7, 'with the status of the session');
}

# refused, in words that tell nothing
for (["USER fred\r\nPASS wrong\r\n", "$user$no", 'a wrong password'],
    ["USER nobody\r\nPASS secret\r\n", "$user$no", 'an unknown user'],
    ["USER fred\r\nPASS  secret\r\n", "$user$no", 'a space before it'],
    ["USER fred\r\nPASS secret \r\n", "$user$no", 'a space behind it'],
    ["USER fr\xe9d\r\nPASS secret\r\n", "$user$no", 'a name not in UTF-8'],
    ["USER fred\r\nPASS secr\xe9t\r\n", "$user$no", 'such a password'],
    ['USER ' . 'x' x 505 . "\r\nPASS " . 'y' x 505 . "\r\n", "$user$no",
	'too long for an account'],
    ['AUTH PLAIN ' . encode_base64("\0fred\0wrong", '') . "\r\n", $auth,
	'PLAIN'],
    ['AUTH PLAIN ' . encode_base64("root\0fred\0secret", '') . "\r\n", $auth,
	'PLAIN for another'],
    ["AUTH PLAIN =\r\n", $auth, 'an empty response'],
    ["AUTH LOGIN\r\n$secret\r\n$secret\r\n",
	"+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n$auth", 'LOGIN']) {
	my ($send, $want, $name) = @$_;

	$p = pop3login();
	talk($p, $send, $want, $name);
	talk($p, "USER fred\r\nPASS secret\r\n", "$user$in", 'and then in');
}

# after a failure a name has to be sent again
$p = pop3login();
talk($p, "USER fred\r\nPASS x\r\nPASS secret\r\n",
    "$user$no-ERR USER/PASS required.\r\n", 'PASS twice');
$p = pop3login();
talk($p, "USER fred\r\nAUTH PLAIN\r\n*\r\nPASS secret\r\n",
    "$user+ \r\n$aborted-ERR USER/PASS required.\r\n", 'AUTH between');

# cancelled, and not base64: no failure
$p = pop3login();
for ('*', '=', 'A', 'AGZyZWQ', 'AGZy=ZWQ', 'AGZy ZWQA', "AGZyZWQ\0",
    "AGZyZWQ\xff") {
	talk($p, "AUTH PLAIN\r\n$_\r\n", "+ \r\n$aborted",
	    'aborted: ' . s/[^ -~]/?/gr);
}
talk($p, "AUTH LOGIN\r\n$fred\r\n*\r\n",
    "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n$aborted", 'at the second step');
talk($p, "AUTH PLAIN *\r\n", $aborted, '"*" at once');
is($p->errors, '', 'nothing in the log');

# the log
$p = pop3login(env => { TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711 });
talk($p, "USER a, ip=[x]\r\nPASS y\r\nAUTH PLAIN eHg=\r\n" .
    "USER fr\xe9d\r\nPASS x\r\n", "$user$no$auth$user$no",
    'three failures end it', 1);
is($p->status, 0, 'with status 0');
my $peer = 'ip=[192.0.2.7], port=[4711]';
is($p->errors, "INFO: LOGIN FAILED, user=a? ip=?x?, $peer\n" .
    "INFO: LOGIN FAILED, method=PLAIN, $peer\n" .
    "INFO: LOGIN FAILED, method=USER, $peer\n", 'the log');

# nobody knows
my $later = "-ERR [SYS/TEMP] Temporary problem, please try again later\r\n";
for my $name ('exit111', 'exit2', 'kill') {
	$p = pop3login();
	talk($p, "USER $name\r\nPASS x\r\nCAPA\r\n", "$user$later", $name, 1);
	is($p->status, 111, 'status 111');
	like($p->errors, qr/^ERR: stub-check ended /, 'and a line');
}
$p = pop3login(chain => ['/nonexistent']);
talk($p, "AUTH PLAIN $plain\r\n", $later, 'no authenticator', 1);

# a delay, the same for all, counted from the start of the authenticator
for ("USER fred\r\nPASS wrong\r\n", "USER nobody\r\nPASS secret\r\n",
    "USER \xff\r\nPASS x\r\n", "AUTH PLAIN eHg=\r\n") {
	my $want = /USER/ ? "$user$no" : $auth;

	$p = pop3login(env => { SATCHEL_LOGIN_DELAY => 1 });
	my $t = Time::HiRes::time();
	talk($p, $_, $want, 'delayed: ' . s/[^ -~]/?/gr);
	cmp_ok(Time::HiRes::time() - $t, '>', 0.95, 'a second');
}

# the environment
$p = pop3login(env => { TCPREMOTEIP => '::ffff:192.0.2.7',
    TCPREMOTEPORT => 4711, TCPLOCALIP => '192.0.2.1', TCPLOCALPORT => 995,
    AUTHSERVICE995 => 'pop3s', AUTHENTICATED => 'root', OPTIONS => 'x',
    MAILDIR => '/x', IMAPLOGINTAG => 'a', UTF8 => 1, SATCHEL_LANGTAG => 'x' });
my %want = (TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711,
    TCPLOCALIP => '192.0.2.1', TCPLOCALPORT => 995, AUTHSERVICE => 'pop3s',
    PROTOCOL => 'POP3', AUTHENTICATED => 'fred', UTF8 => 0,
    SATCHEL_LANGTAG => 'en', POP3_TLS => '(unset)');
$want{$_} = '(unset)' for qw(OPTIONS MAILDIR IMAPLOGINTAG);
my @names = sort keys %want;
talk($p, "USER fred\r\nPASS secret\r\n" . join('', map { "ENV $_\r\n" } @names),
    $user . $in . join('', map { "+OK $_=$want{$_}\r\n" } @names),
    'what the session sees');
$p = pop3login();
talk($p, "UTF8\r\nLANG de\r\nAUTH PLAIN $plain\r\nENV UTF8\r\n" .
    "ENV SATCHEL_LANGTAG\r\nENV TCPLOCALPORT\r\n", "+OK UTF8 enabled\r\n" .
    "+OK de Sprache gewechselt.\r\n$in+OK UTF8=1\r\n" .
    "+OK SATCHEL_LANGTAG=de\r\n+OK TCPLOCALPORT=110\r\n", 'UTF8 and LANG');
for (['fred', 'fred@example.com'], ['fred@a', 'fred@a'], ['fred%a', 'fred%a']) {
	my ($name, $is) = @$_;

	$p = pop3login(env => { DEFDOMAIN => '@example.com',
		DOMAINSEP => '@%' });
	talk($p, "USER $name\r\nPASS secret\r\nENV USER\r\n",
	    "$user$in+OK USER=$is\r\n", "$name is $is");
}
done_testing();
