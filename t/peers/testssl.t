#!/usr/bin/perl
# testssl.sh finds nothing to complain about but what is chosen so: the client
# orders the ciphers, and some of TLS 1.2 have CBC, for clients that want it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Tls;
use Wire;

my ($testssl) = grep { defined } map { find_program($_) } 'testssl',
    'testssl.sh';
plan(skip_all => 'no testssl.sh here') if !defined $testssl;
tls_ready();
my $s = Tls->start(env => { TLS_CERTFILE => certificate('localhost') });
my ($status, $text) = run(300, $testssl, '--quiet', '--color', 0, '--warnings',
    'off', '--fast', '-p', '-s', '-U', '127.0.0.1:' . $s->{port});
my @bad = grep { /NOT ok|VULNERABLE/ && !/not vulnerable|LUCKY13/ }
    split /\n/, $text;
is("@bad", '', 'testssl.sh') or diag($text);
like($text, qr/TLS 1\.3 +offered \(OK\)/, 'it has seen TLS 1.3');
$s->stop;
done_testing;
