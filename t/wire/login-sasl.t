#!/usr/bin/perl
# AUTHENTICATE PLAIN (RFC 4616) and LOGIN, with initial responses (RFC 4959).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Wire;
use Login;

my $no = 'NO [AUTHENTICATIONFAILED] Login failed.';
my $plain = encode_base64("\0fred\0secret", '');
my ($user, $pass) = map { encode_base64($_, '') } 'fred', 'secret';

sub fresh
{
	my $w = login();

	$w->greeting;
	return $w;
}

# what is sent, piece by piece, and what comes after each
my @good = (
	['PLAIN', "a AUTHENTICATE PLAIN" => '+ ', $plain => ''],
	['plain', "a authenticate plain $plain" => ''],
	['authzid', 'a AUTHENTICATE PLAIN ' .
	    encode_base64("fred\0fred\0secret", '') => ''],
	['LOGIN', 'a AUTHENTICATE LOGIN' => '+ VXNlcm5hbWU6',
	    $user => '+ UGFzc3dvcmQ6', $pass => ''],
	['LOGIN with a name', "a AUTHENTICATE LOGIN $user" => '+ UGFzc3dvcmQ6',
	    $pass => ''],
);
for (@good) {
	my ($name, @steps) = @$_;
	my $w = fresh();

	while (my ($send, $want) = splice @steps, 0, 2) {
		$want = 'a OK LOGIN Ok.' if $want eq '';
		exchange($w, "$send\r\n", "$want\r\n", "$name: $want");
	}
}

my @bad = (
	['other identity' => encode_base64("root\0fred\0secret", ''),
	    "a $no"],
	['no NUL' => encode_base64('fred', '') => "a $no"],
	['no password' => encode_base64("\0fred\0", '') => "a $no"],
	['three NULs' => encode_base64("\0fred\0secret\0", '') => "a $no"],
	['not UTF-8' => encode_base64("\0fr\xe9d\0secret", '') => "a $no"],
	['empty' => '=' => "a $no"],
	['not base64' => '*' => 'a BAD Not base64.'],
	['one letter' => 'A' => 'a BAD Not base64.'],
	['no padding' => 'AGZyZWQ' => 'a BAD Not base64.'],
	['padding inside' => 'AGZy=ZWQ' => 'a BAD Not base64.'],
	['a space' => 'AGZy ZWQA' => 'a BAD Not base64.'],
	['stray bits' => 'AGZyZWR=' => 'a BAD Not base64.'],
	['8-bit' => "AGZyZWQ\xff" => 'a BAD Not base64.'],
	['a NUL' => "AGZyZWQ\0" => 'a BAD Not base64.'],
	['a CR' => "AGZyZWQ\rAGZy" => 'a BAD Not base64.'],
);
my $w;
for (@bad) {
	my ($name, $response, $want) = @$_;

	$w = fresh();
	exchange($w, "a AUTHENTICATE PLAIN $response\r\n", "$want\r\n",
	    "$name, at once");
	next if $response =~ /^[=*]/;
	exchange($w, "a AUTHENTICATE PLAIN\r\n$response\r\n", "+ \r\n$want\r\n",
	    "$name, later");
	exchange($w, "b NOOP\r\n", "b OK NOOP completed\r\n", "$name: and on");
}
$w = fresh();
exchange($w, "a AUTHENTICATE PLAIN\r\n=\r\n", "+ \r\na BAD Not base64.\r\n",
    '"=" is for initial responses');

# cancelling costs nothing and counts as no failure
$w = fresh();
exchange($w, "a AUTHENTICATE PLAIN\r\n*\r\n" x 5 .
    "a AUTHENTICATE LOGIN\r\n*\r\n" x 5 .
    "a AUTHENTICATE LOGIN\r\n$user\r\n*\r\n" x 5 . "b NOOP\r\n",
    "+ \r\na BAD Cancelled.\r\n" x 5 .
    "+ VXNlcm5hbWU6\r\na BAD Cancelled.\r\n" x 5 .
    "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\na BAD Cancelled.\r\n" x 5 .
    "b OK NOOP completed\r\n", 'cancelled at each step');
is($w->errors, '', 'no failure in the log');

# what cannot be tried is logged as well
$w = fresh();
exchange($w, "a AUTHENTICATE PLAIN eHg=\r\n", "a $no\r\n");
is($w->errors, "INFO: LOGIN FAILED, method=PLAIN, ip=[127.0.0.1], port=[0]\n",
    'with the method');
$w = fresh();
exchange($w, "a AUTHENTICATE LOGIN $pass\r\n$pass\r\n",
    "+ UGFzc3dvcmQ6\r\na $no\r\n");
is($w->errors, "INFO: LOGIN FAILED, user=secret, ip=[127.0.0.1], port=[0]\n",
    'with the name');
done_testing();
