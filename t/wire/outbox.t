# OUTBOX: mail is sent once, when nothing else of the command can fail.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $dir = temp_dir();
my $md = make_maildir();
my $sendmail = "$dir/sendmail";

spew($sendmail, <<"END");
#!/bin/sh
echo "\$*" >>$dir/args
cat >>$dir/sent
exec cat $dir/status >/dev/null 2>&1
END
chmod 0755, $sendmail;
spew("$dir/status", '');
make_folder($md, 'Outbox');
deliver($md, text => "A: 1\n\none\n", flags => 'S');
deliver($md, text => "A: 2\n\ntwo\n", flags => 'S');

# What sendmail got since the last look.
sub sent
{
	my $got = -e "$dir/sent" ? slurp("$dir/sent") : '';

	unlink "$dir/sent", "$dir/args";
	return $got;
}

sub stored
{
	my @files = glob "$md/.Outbox/{cur,new,tmp}/*";

	return scalar @files;
}

my %env = (OUTBOX => '.Outbox', SENDMAIL => $sendmail,
    AUTHADDR => 'alice@example.com');
my $from = "X-IMAP-Sender: alice\@example.com\n";
my $w = Wire->new(maildir => $md, env => \%env);

like $w->cmd('CAPABILITY')->last('CAPABILITY')->{raw},
    qr/ XCOURIEROUTBOX=INBOX\.Outbox\b/, 'announced';
ok $w->cmd('APPEND INBOX.Outbox ', \"To: bob\r\n\r\nhello\r\n")->ok, 'APPEND';
is slurp("$dir/args"), "-oi -t -f alice\@example.com\n", 'arguments';
is sent(), "${from}To: bob\n\nhello\n", 'the sender stands in front';
is stored(), 1, 'and it is stored';

$w->cmd('SELECT INBOX');
ok $w->cmd('COPY 1 INBOX.Outbox')->ok, 'COPY';
is sent(), "${from}A: 1\n\none\n", 'sends as well';
is $w->cmd('COPY 1:2 INBOX.Outbox')->text,
    'Only one message may be sent at a time.', 'COPY of two';
is $w->cmd('APPEND INBOX.Outbox ', ["A: 1\r\n"], ' ', ["A: 2\r\n"])->text,
    'Only one message may be sent at a time.', 'APPEND of two';
ok !$w->cmd('APPEND INBOX.Outbox ', ["A: 1\r\n"], ' ', [''])->ok, 'cancelled';
ok !$w->cmd('APPEND INBOX.Outbox ', ["A: 1\r\n"], ' x')->ok, 'trailing bytes';
ok !$w->cmd('MOVE 1 INBOX.Outbox')->ok, 'MOVE';
is sent(), '', 'nothing of these is sent';

unlink "$dir/status";
is $w->cmd('APPEND INBOX.Outbox ', ["A: 1\r\n"])->text,
    'Unable to send E-mail message.', 'sendmail fails';
is stored(), 2, 'nothing of these is stored';
sent();
spew("$dir/status", '');
spew("$md/maildirsize", "10S\n20 2\n");
is $w->cmd('APPEND INBOX.Outbox ', ["A: 1\r\n"])->code, 'OVERQUOTA',
    'over quota';
is sent(), '', 'what cannot be stored is not sent';
unlink "$md/maildirsize";
$w->done;

$w = Wire->new(maildir => $md, env => { %env, OUTBOX_MULTIPLE_SEND => 1 });
$w->cmd('SELECT INBOX');
ok $w->cmd('COPY 1:2 INBOX.Outbox')->ok, 'OUTBOX_MULTIPLE_SEND';
is sent(), "${from}A: 1\n\none\n${from}A: 2\n\ntwo\n", 'both are sent';
ok $w->cmd('APPEND INBOX.Outbox ', ["A: 3\r\n"], ' ', ["A: 4\r\n"])->ok,
    'MULTIAPPEND';
is sent(), "${from}A: 3\n${from}A: 4\n", 'both are sent';
$w->done;

$w = Wire->new(maildir => $md, env => { %env, SATCHEL_NAMESPACE => 'none' });
like $w->greeting->{raw}, qr/ XCOURIEROUTBOX=Outbox\b/, 'without a prefix';
$w->done;
done_testing;
