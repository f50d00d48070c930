#!/usr/bin/perl
# sendmail may be setgid (Postfix's postdrop, for one): it gains its group
# although the session that sends has given up all rights to gain any.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Cage;
use File::Copy;
use Wire;

my $top = temp_dir();
my $md = "$top/home/Maildir";
my $sendmail = "$top/sendmail";
# root's choice, or a second group of the user's
my ($group) = $> == 0 ? (12345) :
    grep { $_ != $) + 0 } split ' ', $);

plan skip_all => 'this user has one group only' if !defined $group;
chmod 0755, $top;
mkdir "$top/home" or die;
make_maildir($md);
make_folder($md, 'Outbox');
give("$top/home");
copy(tool('sendmail'), $sendmail) or die "sendmail: $!";
chown -1, $group, $sendmail or die "chown: $!";
chmod 02755, $sendmail or die "chmod: $!";
spew("$top/log", '');
chmod 0666, "$top/log";
system account_command('/bin/sh', '-c',
    "SENDMAIL_LOG=$top/log $sendmail </dev/null");
plan skip_all => 'set-group-id has no effect here'
    if slurp("$top/log") !~ /^$group /;
spew("$top/log", '');

my $w = Wire->new(command => [account_command(program('imapd'), $md)],
    env => { OUTBOX => '.Outbox', SENDMAIL => $sendmail, USER => 'ada',
    SENDMAIL_LOG => "$top/log", HEADERFROM => '' });
ok $w->cmd('APPEND INBOX.Outbox ', \"To: bob\r\n\r\nhello\r\n")->ok, 'APPEND';
is slurp("$top/log"), "$group may 15 -oi -t -f ada\n",
    'sendmail has its group';
like slurp("/proc/$w->{pid}/status"), qr/^NoNewPrivs:\s+1$/m,
    'the session may gain nothing';
ok $w->cmd('APPEND INBOX.Outbox ', \"To: eve\r\n\r\nhello\r\n")->ok, 'again';
is scalar(() = slurp("$top/log") =~ /\n/g), 2, 'sends again';

# the helper has nothing of the session's, and goes with it
my ($helper) = slurp("/proc/$w->{pid}/task/$w->{pid}/children") =~ /(\d+)/;
my @open = map { m{/(\d+)$} } glob "/proc/$helper/fd/*";
is "@open", '0 1 2 3', 'descriptors of the helper';
$w->kill;
my $by = time + 10;
select undef, undef, undef, 0.01 while -e "/proc/$helper" && time < $by;
ok !-e "/proc/$helper", 'killed with the session';
done_testing;
