#!/usr/bin/perl
# checkpw-passwd: users out of passwd and shadow files of the test's own, which
# root can put in their place in a mount namespace; without, refusals alone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $program = program('checkpw-passwd');
plan skip_all => 'not built' if !-x $program;

is((check("nobody-of-that-name\0x\0\0", [$program, 'true']))[0], 1,
    'no such user');
is((check("\0\0\0", [$program, 'true']))[0], 1, 'no name');
is((check("x\0x\0\0", [$program]))[0], 2, 'no program');
is((check("x\0x", [$program, 'true']))[0], 2, 'half a record');
is((check("x\0" . 'x' x 600, [$program, 'true']))[0], 2, 'too much');

my $top = temp_dir();
chmod 0755, $top;
my $can = $> == 0 &&
    system("unshare -m mount --bind $top $top 2>/dev/null") == 0;
if (!$can) {
	diag 'no mount namespaces: accepted users are not tested';
	done_testing();
	exit;
}
my $home = "$top/home";
mkdir $home;
chown 4711, 4712, $home;
my $day = int(time / 86400);
my $hash = crypt 'secret', '$6$rounds=1000$salt';
spew("$top/passwd", "root:x:0:0::/root:/bin/sh\n" . join '',
    map { "$_:4711:4712:F:$home:/bin/bash\n" }
    qw(fred:x old:x late:x fresh:x locked:x none:x noshadow:x), "inline:$hash",
    'empty:');
spew("$top/passwd", slurp("$top/passwd") . "wheel:x:4711:0::$home:\n");
spew("$top/group", "staff:x:4712:\nsales:x:4713:fred\nother:x:4714:late\n");
spew("$top/shadow", join '', map { "$_\n" } "root:$hash:1:0:99999:7:::",
    "fred:$hash:1:0:99999:7:::", "old:$hash:1:0:99999:7::" . ($day - 1) . ':',
    "late:$hash:" . ($day - 10) . ':0:5:7:::', "fresh:$hash:$day:0:5:7::" .
    ($day + 1) . ':', "locked:!$hash:1:0:99999:7:::", 'none::1:0:99999:7:::',
    "wheel:$hash:1:0:99999:7:::");
chmod 0600, "$top/shadow";
my $bind = join ' && ', map { "mount --bind $top/$_ /etc/$_" }
    qw(passwd group shadow);
my $script = 'echo "$(id -u) $(id -g) $(id -G)"; pwd -P; echo "$USER ' .
    '$AUTHENTICATED $HOME $SHELL [$OPTIONS] ${MAILDIR-unset}"';

sub ask
{
	my ($name, $password) = @_;

	return check("$name\0$password\0\0", ['unshare', '-m', 'sh', '-c',
	    "$bind && exec \"\$@\"", 'x', $program, 'sh', '-c', $script],
	    MAILDIR => '/x');
}

for (['fred', 'secret', 0], ['fred', 'wrong', 1], ['fred', '', 1],
    ['old', 'secret', 1], ['late', 'secret', 1], ['fresh', 'secret', 0],
    ['locked', 'secret', 1], ['none', '', 1], ['noshadow', 'secret', 1],
    ['inline', 'secret', 0], ['empty', '', 1], ['root', 'secret', 1],
    ['wheel', 'secret', 1], ['nobody', 'secret', 1]) {
	my ($name, $password, $want) = @$_;
	my ($status, $out) = ask($name, $password);

	is($status, $want, "$name/$password");
	is($out, "4711 4712 4712" . ($name eq 'fred' ? ' 4713' : '') .
	    "\n$home\n$name $name $home /bin/bash [] unset\n", "$name: then")
	    if $want == 0;
}
done_testing();
