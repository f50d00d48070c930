#!/usr/bin/perl
# New mail, its UIDs and the repairs at SELECT, killed and failing at each
# system call.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Crash;
use Wire;

crash_ready();

my $look = ['FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])'];

sub mail
{
	my ($dir, $base, $name, @more) = @_;

	return deliver($dir, base => $base,
	    text => message_text($name) =~ s/\r//gr, @more);
}

sub new_mail
{
	my ($maildir) = @_;

	mail($maildir, "170000003$_.$_.t", "n$_") for 1 .. 3;
	mail($maildir, '1700000034.4.t', 'n4', flags => 'RS');
}

crash_test('SELECT with new mail', build => \&new_mail,
    prepare => [['NOOP']], act => [['SELECT INBOX'], $look],
    synced => qr/uiddb/);

crash_test('EXAMINE with new mail', build => \&new_mail,
    prepare => [['NOOP']], act => [['EXAMINE INBOX'], $look],
    synced => qr/uiddb/);

crash_test('SELECT without courierimapuiddb',
    build => sub {
	my ($maildir) = @_;
	new_mail($maildir);
	unlink "$maildir/courierimapuiddb";
    },
    prepare => [['NOOP']], act => [['SELECT INBOX'], $look],
    synced => qr/satchel-folders/);

crash_test('SELECT after Courier: rewritten database, pending keywords',
    build => sub {
	my ($maildir) = @_;
	my $db = "$maildir/courierimapuiddb";
	my @lines = split /^/, slurp($db);

	$lines[0] =~ s/ 0+(?=[1-9])/ /g;
	spew($db, join '', @lines, "2 1699999999.gone.t\n");
	my ($base) = (slurp($db) =~ /^3 (.*)$/m)[0];
	spew("$maildir/courierimapkeywords/$base", "alpha\nfrom-courier\n");
	new_mail($maildir);
    },
    prepare => [['NOOP']], act => [['SELECT INBOX'], $look],
    synced => qr/uiddb/);

crash_test('STATUS with new mail', build => \&new_mail,
    act => [['STATUS INBOX.Work (MESSAGES UIDNEXT UIDVALIDITY)']]);

crash_test('STATUS without courierimapuiddb',
    build => sub { unlink "$_[0]/.Work/courierimapuiddb" },
    act => [['STATUS INBOX.Work (MESSAGES UIDNEXT UIDVALIDITY)']]);

# What STATUS makes is synced by the one who gives the first UID.
crash_test('STATUS without courierimapuiddb, then SELECT',
    build => sub { unlink "$_[0]/.Work/courierimapuiddb" },
    act => [['STATUS INBOX.Work (UIDVALIDITY)'], ['SELECT INBOX.Work']],
    synced => qr/uiddb/, late => 1);

crash_test('STATUS without courierimapuiddb, then COPY',
    build => sub { unlink glob "$_[0]/.Work/{courierimapuiddb,cur/*}" },
    prepare => [['SELECT INBOX']],
    act => [['STATUS INBOX.Work (UIDVALIDITY)'], ['UID COPY 3 INBOX.Work']],
    to => 'INBOX.Work', synced => qr/uiddb/, late => 1);

done_testing;
