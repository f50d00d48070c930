#!/usr/bin/perl
# checkpw-userdb: statuses, services, what the program behind it finds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $program = program('checkpw-userdb');
plan skip_all => 'built without gdbm' if !-x $program;
my ($uid, $gid) = account_ids();
my $top = temp_dir();
chmod 0755, $top;
my $home = "$top/home";
mkdir $home;
chown $uid, $gid, $home;
my $md5 = '{MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69';	# secret
my $sha = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=';
my $other = '{SHA256}gPLt29hO50EjzvPaQHjF+WiZrW8d7gFGmbJRVBUaSTA=';
my $ids = "uid=$uid|gid=$gid|home=$home";
my $users = userdb(
	"fred\t$ids|systempw=$md5",
	"full\t$ids|mail=Mail/Box|quota=10S|options=group=x,disablepop3=1|" .
	    "shell=/bin/false|gecos=Full F|systempw=$sha",
	"imap\t$ids|imappw=$md5|systempw=!",
	"pop\t$ids|pop3pw=$md5|imappw=*",
	"fr\xe9d\@example.com\t$ids|systempw=$md5",
	"hours\t$ids|systempw=\$6\$rounds=999999999\$salt\$" . 'x' x 86,
	"none\t$ids", "locked\t$ids|systempw=!$md5", "empty\t$ids|systempw=",
	"root\tuid=0|gid=$gid|home=$home|systempw=$md5",
	"wheel\tuid=$uid|gid=0|home=$home|systempw=$md5",
	"nouid\tgid=$gid|home=$home|systempw=$md5",
	"nohome\tuid=$uid|gid=$gid|systempw=$md5",
	"relative\tuid=$uid|gid=$gid|home=home|systempw=$md5",
	"gone\tuid=$uid|gid=$gid|home=$top/gone|systempw=$md5",
	"other\tuid=" . ($uid + 1) . "|gid=$gid|home=$home|systempw=$md5",
);
my @env = (USERDB => $users);

# name, password, expected status, environment
my @cases = (
	['fred', 'secret', 0], ['fred', 'wrong', 1], ['fred', '', 1],
	['fred', 'secret ', 1], ['full', 'secret', 0],
	['FRED', 'secret', 1], ['fre', 'secret', 1], ['fredd', 'secret', 1],
	['', 'secret', 1], ['', '', 1], ["fr\xe9d\@example.com", 'secret', 0],
	['none', 'secret', 1], ['locked', 'secret', 1], ['empty', '', 1],
	["$uid=", 'secret', 1], ["fred\n", 'secret', 1],
	['imap', 'secret', 0, PROTOCOL => 'IMAP'],
	['imap', 'secret', 0, AUTHSERVICE => 'imap'],
	['imap', 'secret', 0, TCPLOCALPORT => 993],
	['imap', 'secret', 1, TCPLOCALPORT => 110],
	['imap', 'secret', 1],
	['pop', 'secret', 0, TCPLOCALPORT => 110],
	['pop', 'secret', 0, PROTOCOL => 'POP3'],
	['pop', 'secret', 1, PROTOCOL => 'IMAP'],
	['root', 'secret', 1], ['wheel', 'secret', 1], ['nouid', 'secret', 1],
	['nohome', 'secret', 111], ['relative', 'secret', 111],
	['gone', 'secret', 111], ['gone', 'wrong', 1],
	['fred', 'secret', 111, USERDB => '/nonexistent/userdb'],
);
push @cases, ['other', 'secret', 111] if $> != 0;
for (@cases) {
	my ($name, $password, $want, %env) = @$_;
	my ($got, $out) = check("$name\0$password\0\0",
	    [$program, 'sh', '-c', 'echo ran'], @env, %env);
	my $label = join ' ', "$name/$password", %env;

	$label =~ s/[^ -~]/?/g;
	is($got, $want, $label);
	is($out =~ /ran/ ? 1 : 0, $want == 0 ? 1 : 0, "$label: it runs");
}

# how it is called
is((check("fred\0secret\0\0", [$program], @env))[0], 2, 'no program');
is((check("fred\0secret", [$program, 'true'], @env))[0], 2, 'half a record');
is((check("fred\0secret\0" . 'x' x 498 . "\0", [$program, 'true'], @env))[0], 0,
    '511 bytes');
is((check("fred\0secret\0" . 'x' x 500 . "\0", [$program, 'true'], @env))[0], 2,
    '513 bytes');
is((check("fred\0secret\0", [$program, 'true'], @env))[0], 0, 'no timestamp');
is((check("fred\0secret\0\0", [$program, '/nonexistent'], @env))[0], 111,
    'nothing to run');
is((check("fred\0secret\0\0", [$program, 'sh', '-c', 'exit 42'], @env))[0], 42,
    'the status is that of the program');
is(system("$program true 3<&-") >> 8, 2, 'no descriptor 3');

# a stored value that would take hours, and a session that may
my @short = (@env, SATCHEL_CHECK_TIMEOUT => 1);
is((check("hours\0x\0\0", [$program, 'true'], @short))[0], 'signal 14',
    'a check ends in time');
is((check("fred\0secret\0\0", [$program, 'sleep', 2], @short))[0], 0,
    'what comes behind it does not');

# what the program finds
my $script = 'echo "$(id -u) $(id -g) $(id -G)"; pwd -P; for i in USER ' .
    'AUTHENTICATED HOME SHELL MAILDIR MAILDIRQUOTA OPTIONS KEPT; do eval ' .
    'echo \"$i=\${$i-unset}\"; done; echo "$@"; [ -e /proc/self/fd/3 ] && ' .
    'echo fd3; :';
my @run = ($program, 'sh', '-c', $script, 'x', 'a  b', 'c');
my $groups = $> == 0 ? $gid : join ' ', split ' ', `id -G`;
my ($status, $out) = check("full\0secret\0\0", \@run, @env, KEPT => 1,
    MAILDIR => '/x', HOME => '/x');
is($out, "$uid $gid $groups\n$home\nUSER=full\nAUTHENTICATED=full\n" .
    "HOME=$home\nSHELL=/bin/false\nMAILDIR=Mail/Box\nMAILDIRQUOTA=10S\n" .
    "OPTIONS=group=x,disablepop3=1\nKEPT=1\na  b c\n", 'all fields');
($status, $out) = check("fred\0secret\0\0", \@run, @env, MAILDIR => '/x',
    MAILDIRQUOTA => 'x', OPTIONS => 'x', AUTHENTICATED => 'x');
is($out, "$uid $gid $groups\n$home\nUSER=fred\nAUTHENTICATED=fred\n" .
    "HOME=$home\nSHELL=/bin/sh\nMAILDIR=unset\nMAILDIRQUOTA=unset\n" .
    "OPTIONS=\nKEPT=unset\na  b c\n", 'the least fields');

# the programs beside it are found first, also from a relative directory
stub('which-one', "#!/bin/sh\necho stub\n");
my $bin = "$top/bin";
mkdir $bin;
spew("$bin/which-one", "#!/bin/sh\necho beside\n");
chmod 0755, "$bin/which-one";
system('cp', $program, "$bin/checkpw-userdb");
$ENV{PATH} = stub_dir() . ":$ENV{PATH}";
($status, $out) = check("fred\0secret\0\0",
    ["$bin/checkpw-userdb", 'which-one'], @env);
is($out, "beside\n", 'what lies beside it comes first');
($status, $out) = check("fred\0secret\0\0", ['sh', '-c',
    "cd $top && exec bin/checkpw-userdb which-one"], @env);
is($out, "beside\n", 'from a relative directory as well');

# a home out of a skeleton
my $skel = "$top/skel";
mkdir $_ for $skel, "$skel/Maildir", map { "$skel/Maildir/$_" } qw(cur new tmp);
($status, $out) = check("gone\0secret\0\0", [$program, 'sh', '-c',
    'ls -d Maildir/cur'], @env, AUTH_MKHOMEDIR_SKEL => $skel);
is($out, $> == 0 || -w $top ? "Maildir/cur\n" : $out, 'a home is made');
is((stat "$top/gone")[4], $uid, 'and is the account\'s');

# the work for a name that is not there
SKIP: {
	skip 'not under sanitizers', 1 if ($ENV{BUILD} // '') =~ /san|cover/;
	my $slow = userdb(map { "u$_\t$ids|systempw=" . crypt('secret',
	    '$6$rounds=200000$salt') } 1 .. 3);
	my %cpu;

	# processor time of the children: what else the machine does is not in it
	for my $name (('u1', 'nobody') x 3) {
		my @before = times;
		check("$name\0wrong\0\0", [$program, 'true'], USERDB => $slow);
		my @after = times;
		$cpu{$name} += $after[2] + $after[3] - $before[2] - $before[3];
	}
	my ($known, $unknown) = @cpu{qw(u1 nobody)};
	ok($unknown > $known / 2 && $known > $unknown / 2,
	    sprintf 'unknown name: %.1f ms, wrong password: %.1f ms',
	    1e3 * $unknown, 1e3 * $known);
}

# behind imaplogin
my $w = login(chain => [$program, 'stub-session'], env => { @env });
$w->greeting;
exchange($w, "a LOGIN imap wrong\r\nb LOGIN imap secret\r\nc ENV MAILDIR\r\n",
    "a NO [AUTHENTICATIONFAILED] Login failed.\r\nb OK LOGIN Ok.\r\n" .
    "c OK MAILDIR=(unset)\r\n", 'behind imaplogin');
$w = login(chain => ['checkpw-userdb', 'stub-session'], env => { @env });
$w->greeting;
exchange($w, "a LOGIN full secret\r\nb ENV MAILDIR\r\n", "a OK LOGIN Ok.\r\n" .
    "b OK MAILDIR=Mail/Box\r\n", 'found beside imaplogin');
$w = login(chain => [$program, 'stub-session'], env => { USERDB => '/none' });
$w->greeting;
exchange($w, "a LOGIN full secret\r\n",
    'a NO [UNAVAILABLE] Temporary problem, ' . "please try again later\r\n",
    'no database');
done_testing();
