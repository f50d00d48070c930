#!/usr/bin/perl
# listen and makeimapaccess: couriertcpd's access file, from text and back.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;
use Super;
use Listen;

plan skip_all => 'built without gdbm' if !-x program('makeimapaccess');
my $dir = temp_dir();
chmod 0755, $dir;
my $dat = "$dir/access.dat";
my @names = qw(FOO BAR BAZ MAXCPERIP TCPREMOTEIP);
my @chain = (env_stub(), @names);

# Exit status and standard error.
sub make
{
	my (@args) = @_;
	my $err = "$dir/err";
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		open STDERR, '>', $err;
		exec { program('makeimapaccess') } 'makeimapaccess', @args;
	}
	waitpid $pid, 0;
	return ($? >> 8, slurp($err));
}

sub rules
{
	my ($text) = @_;

	spew("$dir/access", $text);
	return make("$dir/access");
}

# What one from this address is told; '' when it is not let in.
sub told
{
	my ($l, $address) = @_;
	my $c = $l->connect(LocalAddr => $address);

	shutdown $c, 1;
	return all($c);
}

sub env
{
	my ($address, %want) = @_;

	return join('', map { "$_=" . ($want{$_} // '(unset)') . "\n" }
	    @names[0 .. 3]) . "TCPREMOTEIP=$address\n";
}

is_deeply([rules(<<'END')], [0, ''], 'makeimapaccess');
# comment
127.0.0.1	allow,FOO="a, b",BAR,BAZ='x "y"'
127.0.0		allow,FOO=net
127.0.1.	deny
127.0.2.8/30	deny
127.0.3.1	allow,MAXCPERIP=1
127.1		deny
127.1.2		allow
END
my $l = Listen->start(['-x', $dat, '-C', 5], \@chain, env => { FOO => 'old' });
is(told($l, '127.0.0.1'), env('127.0.0.1', FOO => 'a, b', BAR => '',
    BAZ => 'x "y"'), 'an address');
is(told($l, '127.0.0.2'), env('127.0.0.2', FOO => 'net'), 'its network');
is(told($l, '127.0.1.1'), '', 'a network that is denied');
my $from = qr/ip=\[127\.0\.1\.1\], port=\[\d+\]/;
ok(until_true(sub { $l->log =~ /^INFO: refused, $from$/m }), 'and logged');
is(told($l, '127.0.2.7'), env('127.0.2.7', FOO => 'old'), 'before a block');
is(told($l, "127.0.2.$_"), '', "in a block: $_") for 8, 11;
is(told($l, '127.0.2.12'), env('127.0.2.12', FOO => 'old'), 'behind it');
is(told($l, '127.1.1.1'), '', 'a larger network');
is(told($l, '127.1.2.1'), env('127.1.2.1', FOO => 'old'),
    'and what is let in of it');
is(told($l, '127.2.0.1'), env('127.2.0.1', FOO => 'old'), 'no rule: let in');
my $one = $l->connect(LocalAddr => '127.0.3.1');
my $want = env('127.0.3.1', FOO => 'old', MAXCPERIP => 1);
is(all($one, $want), $want, 'MAXCPERIP is told');
is(told($l, '127.0.3.1'), '', 'and is the limit');
close $one;
is(told($l, '127.0.0.1'), env('127.0.0.1', FOO => 'a, b', BAR => '',
    BAZ => 'x "y"'), 'no variable stays for the next one');

# new rules, and rules that are none
is_deeply([rules("*\tdeny\n127.0.0.9\tallow\n")], [0, ''], 'other rules');
is(told($l, '127.0.0.2'), env('127.0.0.2', FOO => 'net'), 'not yet read');
$l->signal('HUP');
ok(until_true(sub { told($l, '127.0.0.2') eq '' }), 'SIGHUP: denied by *');
is(told($l, '127.0.0.9'), env('127.0.0.9', FOO => 'old'), 'but one');
is_deeply([rules("127.0.0.9\tallow\nnonsense\n")],
    [100, "makeimapaccess: $dir/access:2: no address with allow or deny\n"],
    'a wrong line is told');
ok(!-e "$dat.new", 'and nothing left');
$l->signal('HUP');
is(told($l, '127.0.0.2'), '', 'the old database stays');
spew($dat, "no database\n");
$l->signal('HUP');
ok(until_true(sub { $l->log =~
    /^ERR: \Q$dat\E: .*; the old rules stay$/m }), 'a file that is none');
is(told($l, '127.0.0.9'), env('127.0.0.9', FOO => 'old'), 'changes nothing');
is(told($l, '127.0.0.2'), '', 'for nobody');
is(Listen->start(['-x', $dat], \@chain)->end, 111, 'but none begins with it');
is(Listen->start(['-x', "$dir/none"], \@chain)->end, 111, 'nor without one');

# a directory: in the order of names, without what editors leave
mkdir "$dir/d";
spew("$dir/d/20", "127.0.0.1\tallow,FOO=20\n");
spew("$dir/d/10", "127.0.0.1\tallow,FOO=10\n127.0.0.2\tallow,FOO=10");
spew("$dir/d/$_", "broken\n") for '30~', '.40', '#50#';
is_deeply([make("$dir/d", $dat)], [0, ''], 'a directory');
$l = Listen->start(['-x', $dat], \@chain);
is(told($l, '127.0.0.1'), env('127.0.0.1', FOO => 20), 'the last one counts');
is(told($l, '127.0.0.2'), env('127.0.0.2', FOO => 10),
    'a line without an end');
is((make("$dir/none", $dat))[0], 111, 'no text');
mkdir "$dir/d/sub";
is_deeply([make("$dir/d", $dat)],
    [111, "makeimapaccess: $dir/d/sub: Invalid argument\n"], 'no file');
is((make('a', 'b', 'c'))[0], 100, 'usage');
is((make('-x'))[0], 100, 'no option');

# the address that a client connects to
is_deeply([rules("*.1\tdeny\n127.0.0.1\tdeny\n")], [0, ''], 'local rules');
$l = Listen->start(['-x', $dat], \@chain);
is(told($l, '127.0.0.2'), env('127.0.0.2'), 'not asked without -L');
$l = Listen->start(['-L', '-x', $dat], \@chain);
is(told($l, '127.0.0.2'), '', 'with -L: denied by address');
rules("127.0.0.1\tdeny\n127.0.0.1.$l->{port}\tallow,BAR=port\n" .
    "127.0.0.2\tallow,BAZ=1\n*\tallow\n");
$l->signal('HUP');
ok(until_true(sub { told($l, '127.0.0.2') eq
    env('127.0.0.2', BAR => 'port', BAZ => 1) }),
    'address and port before address; both rules count');

# Courier's setting
$l = Listen->start([], \@chain, env => { IMAPACCESSFILE => "$dir/access" });
is(told($l, '127.0.0.1'), '', 'IMAPACCESSFILE');
$l = Listen->start([], \@chain, env => { IMAPACCESSFILE => "$dir/none" });
is(told($l, '127.0.0.1'), env('127.0.0.1'), 'is not used when not made');

# IPv6
rules("::1\tallow,FOO=six\n");
$l = Listen->start(['-x', $dat], \@chain, list => '[::1]:0');
SKIP: {
	skip 'no IPv6', 1 if !$l->{port};
	my $c = $l->connect6($l->{port});
	shutdown $c, 1;
	is(all($c), env('::1', FOO => 'six'), 'IPv6');
}
done_testing();
