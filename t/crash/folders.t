#!/usr/bin/perl
# Folders and subscriptions, killed and failing at each system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;
use File::Temp ();
use Wire;

crash_ready();

# A Maildir with Work made by another program, where one of that name has had
# a UIDVALIDITY that the clock has not reached.
my $high = 4000000000;

sub status_of_work
{
	my (@fault) = @_;
	my $at = File::Temp::tempdir(DIR => scratch());
	my $work;

	make_maildir("$at/Maildir");
	make_folder("$at/Maildir", 'Work');
	spew("$at/Maildir/satchel-folders",
	    "satchel-folders 1\nWork\tuidvalidity=$high\n");
	my $w = Wire->new(command => [faultat(), '-g', "$at/gate", '-o',
	    "$at/list", @fault, program('imapd'), "$at/Maildir"],
	    timeout => 30);
	spew("$at/gate", '');
	my $r = $w->cmd('STATUS INBOX.Work (UIDVALIDITY)');
	unlink "$at/gate";
	$w->cmd('LOGOUT');
	return ($r->raw, split /^/, slurp("$at/list"));
}

my (undef, @calls) = status_of_work();
for my $n (grep { $calls[$_ - 1] =~ /open.*satchel-folders/ } 1 .. @calls) {
	my ($said) = status_of_work('-e', "$n:EMFILE");
	my ($v) = $said =~ /UIDVALIDITY ([0-9]+)/;
	ok(!defined $v || $v > $high,
	    'satchel-folders unread: no UIDVALIDITY that is too low')
	    or diag($said);
}

crash_test('CREATE', act => [['CREATE INBOX.New']], synced => qr/./,
    again => qr/^ALREADYEXISTS$/);

crash_test('CREATE with a special use',
    act => [['CREATE INBOX.New (USE (\Archive))']], synced => qr/./,
    again => qr/^ALREADYEXISTS$/);

crash_test('DELETE', act => [['DELETE INBOX.Work.Sub']], synced => qr/./,
    parts => 1, again => qr/^NONEXISTENT$/);

crash_test('DELETE, then CREATE',
    act => [['DELETE INBOX.Work.Sub'], ['CREATE INBOX.Work.Sub']],
    again => qr/^(?:NONEXISTENT|ALREADYEXISTS)$/, parts => 1);

crash_test('RENAME', act => [['RENAME INBOX.Work INBOX.Done']],
    synced => qr/./,
    renamed => { 'INBOX.Work' => 'INBOX.Done',
	'INBOX.Work.Sub' => 'INBOX.Done.Sub' },
    again => qr/^(?:NONEXISTENT|ALREADYEXISTS)$/, parts => 1);

crash_test('RENAME INBOX', act => [['RENAME INBOX INBOX.Old']],
    synced => qr/./,
    parts => 1, again => 0);

crash_test('SUBSCRIBE',
    act => [['SUBSCRIBE INBOX.Work.Sub'], ['UNSUBSCRIBE INBOX.Work']],
    synced => qr/./);

done_testing;
