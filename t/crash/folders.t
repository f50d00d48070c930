#!/usr/bin/perl
# Folders and subscriptions, killed and failing at each system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;

crash_ready();

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
