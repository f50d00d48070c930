#!/usr/bin/perl
# STORE, EXPUNGE and their kind, killed and failing at each system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;

crash_ready();

crash_test('STORE flags',
    act => [['UID STORE 2:6 +FLAGS (\Answered \Draft)']], parts => 1);

crash_test('STORE keywords',
    act => [['UID STORE 2,3 +FLAGS (alpha new1)'],
	['UID STORE 5 -FLAGS ($Gamma)']], parts => 1);

crash_test('STORE flags and keywords',
    act => [['UID STORE 3,5 FLAGS (\Flagged other)']], parts => 1);

crash_test('EXPUNGE',
    act => [['UID STORE 3 +FLAGS.SILENT (\Deleted)'], ['EXPUNGE']],
    parts => 1);

crash_test('UID EXPUNGE',
    prepare => [['SELECT INBOX'],
	['UID STORE 2:7 +FLAGS.SILENT (\Deleted)']],
    act => [['UID EXPUNGE 3,5']], parts => 1);

# RFC 9051 section 6.4.1 has no NO for it
crash_test('CLOSE', act => [['CLOSE']], parts => 1, lax => 1);

crash_test('EXPUNGE to Trash',
    env => { IMAP_MOVE_EXPUNGE_TO_TRASH => 1 },
    act => [['EXPUNGE']], parts => 1);

done_testing;
