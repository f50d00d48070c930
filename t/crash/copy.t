#!/usr/bin/perl
# COPY and MOVE, killed and failing at each system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;

crash_ready();

crash_test('COPY',
    act => [['UID COPY 2,3,5 INBOX.Work']], to => 'INBOX.Work',
    synced => qr/./);

crash_test('COPY into the Trash that is purged',
    env => { IMAP_EMPTYTRASH => 'Work:7' },
    act => [['UID COPY 3,6 INBOX.Work']], to => 'INBOX.Work',
    synced => qr/./);

crash_test('MOVE',
    act => [['UID MOVE 2,3,5 INBOX.Work']], to => 'INBOX.Work', parts => 1,
    synced => qr/./);

crash_test('MOVE, then EXPUNGE',
    act => [['UID MOVE 3 INBOX.Work.Sub'], ['EXPUNGE']],
    to => 'INBOX.Work.Sub', parts => 1);

done_testing;
