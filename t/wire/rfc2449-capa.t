# CAPA, response codes, and settings that change what is announced or done.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Pop3;
use Wire;

sub mail
{
	my $md = make_maildir();

	deliver($md, text => "A: $_\n\nx\n", flags => $_ == 2 ? 'T' : '',
	    base => "100000000$_.x,S=8") for 1 .. 3;
	spew("$md/courierpop3dsizelist", "/3 1 777\n");
	return give_away($md);
}

sub files
{
	my ($dir) = @_;

	return join ' ', sort map { m{([^/]+)\z} } glob "$dir/cur/*";
}

my $md = mail();

# --- CAPA --------------------------------------------------------------------
sub capa
{
	my $w = Pop3->new(maildir => $md, env => { @_ });

	$w->line;
	my $capa = $w->multi('CAPA');
	is $w->{first}, "+OK Here's what I can do:", join ' ', 'CAPA', @_;
	return { map { /^(\S+) ?(.*)/ ? ($1 => $2) : () } @$capa };
}

my $plain = capa();
for (qw(TOP USER UIDL PIPELINING RESP-CODES AUTH-RESP-CODE LANG)) {
	is $plain->{$_}, '', "$_";
}
is $plain->{UTF8}, 'USER', 'UTF8 USER';
like $plain->{IMPLEMENTATION}, qr/^satchel/, 'IMPLEMENTATION';
ok !exists $plain->{$_}, "no $_" for qw(STLS EXPIRE LOGIN-DELAY);
is capa(SATCHEL_POP3_EXPIRE => 'never')->{EXPIRE}, 'NEVER', 'EXPIRE NEVER';
is capa(SATCHEL_POP3_EXPIRE => 30)->{EXPIRE}, '30', 'EXPIRE 30';
is capa(SATCHEL_POP3_LOGIN_DELAY => 90)->{'LOGIN-DELAY'}, '90', 'LOGIN-DELAY';
is capa(POP3AUTH => 'PLAIN')->{SASL}, 'PLAIN', 'SASL stays listed';

# --- what ends a login -------------------------------------------------------
sub refused
{
	my ($answer, %env) = @_;
	my $w = Pop3->new(maildir => $md, env => \%env);

	is $w->line, $answer, join ' ', map { "$_=$env{$_}" } sort keys %env;
	$w->done if $answer =~ /^-/;
	return $w->errors;
}

refused('-ERR [SYS/PERM] POP3 access disabled for this account.',
    OPTIONS => 'x=1,disablepop3=1');
refused('-ERR [SYS/PERM] POP3 access disabled via insecure connection.',
    OPTIONS => 'disableinsecurepop3=1');
refused('+OK logged in.', OPTIONS => 'disableinsecurepop3=1', POP3_TLS => 1);
refused('+OK logged in.', OPTIONS => 'disablepop3=0,disableimap=1');
ok !-e "$md/satchel-pop3-login", 'no delay, no file';
refused('+OK logged in.', SATCHEL_POP3_LOGIN_DELAY => 90, USER => 'joe',
    TCPREMOTEIP => '192.0.2.1');
refused('-ERR [LOGIN-DELAY] Too soon after the last login.',
    SATCHEL_POP3_LOGIN_DELAY => 90, TCPREMOTEIP => '192.0.2.1');
utime 1, time - 91, "$md/satchel-pop3-login";
refused('+OK logged in.', SATCHEL_POP3_LOGIN_DELAY => 90,
    AUTHENTICATED => 'joe');
refused('+OK logged in.', SATCHEL_POP3_LOGIN_DELAY => 90);
{
	my $w = Pop3->new(maildir => "$md/none");

	is $w->line, '-ERR [SYS/TEMP] Unable to open the Maildir.', 'no Maildir';
	$w->done;
	like $w->errors, qr/^ERR: .*none: No such file/, 'the log';
}
{
	my $home = temp_dir();

	rename $md, "$home/Maildir" or die;
	$md = "$home/Maildir";
	give_away($md);
	chmod 01755, $home or die;
	my @argv = ('/bin/sh', '-c', "cd $home && exec \"\$0\" ./Maildir",
	    program('pop3d'));
	my $w = Pop3->new(command => \@argv, env => { AUTHENTICATED => 'joe' },
	    as_owner => $md);
	is $w->line, '-ERR [SYS/TEMP] Your account is temporarily unavailable ' .
	    '(+t bit set on home directory).', 'locked';
	$w->done;
	is $w->errors, "INFO: LOCKED, user=joe, ip=[127.0.0.1], port=[0]\n",
	    'the log';
	$w = Pop3->new(command => \@argv);
	is $w->line, '+OK logged in.', 'by hand nobody is locked out';
	$w->cmd('QUIT');
	$w->done;
	chmod 0700, $home;
}

# --- log lines ---------------------------------------------------------------
spew("$md/maildirsize", "1000S\n24 3\n");
give_away($md);
my $w = Pop3->new(maildir => $md, env => { AUTHENTICATED => 'joe',
    AUTHADDR => 'joe@example.com', TCPREMOTEIP => '192.0.2.1',
    TCPREMOTEPORT => 4711, POP3_TLS => 1, POP3_LOG_DELETIONS => 1 });
$w->script(<<'END');
S: +OK logged in.
C: TOP 1 0
S: +OK headers follow.
S: A: 1
S:
S: .
C: DELE 1
S: +OK Deleted.
C: DELE 2
S: +OK Deleted.
C: QUIT
S: +OK Bye-bye.
END
$w->done;
is $w->errors, <<'END', 'the log';
INFO: LOGIN, user=joe@example.com, ip=[192.0.2.1], port=[4711], stls=1
INFO: DELETED, user=joe@example.com, ip=[192.0.2.1], port=[4711], filename=cur/1000000001.x,S=8:2,
INFO: DELETED, user=joe@example.com, ip=[192.0.2.1], port=[4711], filename=cur/1000000002.x,S=8:2,T
INFO: LOGOUT, user=joe@example.com, ip=[192.0.2.1], port=[4711], top=6, retr=0, rcvd=31, sent=90, time=0, stls=1
END
is slurp("$md/maildirsize"), "1000S\n24 3\n" . sprintf("%12d %12d\n", -8, -1),
    'the quota: one line, without what was deleted by IMAP';

# --- Trash -------------------------------------------------------------------
$md = mail();
spew("$md/maildirsize", "1000S\n16 2\n");
give_away($md);
$w = Pop3->new(maildir => $md, env => { POP3_MOVE_DELETED_TO_TRASH => 1 });
$w->script(<<'END');
S: +OK logged in.
C: DELE 3
S: +OK Deleted.
C: DELE 2
S: +OK Deleted.
C: QUIT
S: +OK Bye-bye.
END
$w->done;
is files($md), '1000000001.x,S=8:2,', 'deleted';
is files("$md/.Trash"), '1000000002.x,S=8:2, 1000000003.x,S=8:2,',
    'but moved to Trash';
is slurp("$md/maildirsize"), "1000S\n16 2\n" . sprintf("%12d %12d\n", -8, -1),
    'where nothing counts';
$w = Pop3->new(maildir => $md, env => { POP3_MOVE_DELETED_TO_TRASH => 1,
    IMAP_TRASHFOLDERNAME => 'a/b' });
$w->script(<<'END');
S: +OK logged in.
C: DELE 1
S: +OK Deleted.
C: QUIT
S: -ERR [SYS/TEMP] Some deleted messages not removed.
END
$w->done;
is files($md), '1000000001.x,S=8:2,', 'what cannot be moved is not removed';
like $w->errors, qr/^ERR: 1 messages not removed: Invalid/m, 'the log';

# --- what makes a session begin ----------------------------------------------
$md = mail();
pipe my $ready, my $out or die;
fcntl $out, 2, 0; # F_SETFD: it is inherited
give_away($md);
$w = Pop3->new(maildir => $md, env => { SATCHEL_READYFD => fileno $out,
    MAILDIR => '/nonexistent' });
close $out;
is sysread($ready, my $byte, 10), 1, 'the front is told';
is $w->line, '+OK logged in.', 'by hand the argument counts';
$w->done;
give_away($md);
$w = Pop3->new(maildir => '/nonexistent', env => { AUTHENTICATED => 'joe',
    MAILDIR => $md }, as_owner => $md);
is $w->line, '+OK logged in.', 'behind a login MAILDIR';
$w->done;
is qx("@{[program('pop3d')]}" a b 2>&1), "usage: pop3d [-n | Maildir]\n",
    'usage';
is $? >> 8, 100, 'its status';
like qx(POP3AUTH=PLAIN "@{[program('pop3d')]}" -n),
    qr/^POP3AUTH=PLAIN\tenvironment\n.*^SATCHEL_POP3_UIDL=courier\tdefault$/ms,
    '-n';

# --- loginexec ---------------------------------------------------------------
spew("$md/loginexec", "#!/bin/sh\ncat\necho here >seen\n");
chmod 0700, "$md/loginexec";
give_away($md);
$w = Pop3->new(maildir => $md);
is $w->line, '+OK logged in.', 'loginexec is silent';
$w->done;
is slurp("$md/seen"), "here\n", 'and was run in the Maildir';
ok !-e "$md/loginexec", 'once';
done_testing;
