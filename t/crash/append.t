#!/usr/bin/perl
# APPEND, killed and failing at each system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;

crash_ready();

my $date = '"01-Feb-2020 03:04:05 +0000"';

crash_test('APPEND',
    act => [["APPEND INBOX (\\Seen) $date ", [message_text('n1')]]],
    adds => [['INBOX', 'n1']], synced => qr/./);

crash_test('APPEND with keywords to another folder',
    act => [['APPEND INBOX.Work (\Flagged wish news) ',
	[message_text('n1')]]],
    adds => [['INBOX.Work', 'n1']], synced => qr/./);

crash_test('MULTIAPPEND',
    prepare => [['NOOP']],
    act => [['APPEND INBOX.Work (\Seen a1) ', [message_text('n1')], ' ',
	[message_text('n2')], ' (\Draft)', ' ', [message_text('n3')]]],
    adds => [['INBOX.Work', 'n1', 'n2', 'n3']], synced => qr/./);

crash_test('two APPENDs to a folder that no session has seen',
    prepare => [['NOOP']],
    build => sub {
	my ($maildir) = @_;
	unlink "$maildir/.Work.Sub/courierimapuiddb";
    },
    act => [['APPEND INBOX.Work.Sub ', [message_text('n1')]],
	['APPEND INBOX.Work.Sub ', [message_text('n2')]]],
    adds => [['INBOX.Work.Sub', 'n1'], ['INBOX.Work.Sub', 'n2']],
    # its first UIDs may be lost, with their UIDVALIDITY, until it has answered
    synced => qr/^(?!.*uiddb is a name)/);

done_testing;
