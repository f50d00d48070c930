#!/usr/bin/perl
# What is known of a message is known of its copies: they are not read again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $ask = '(ENVELOPE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])';
my $md = make_maildir();

make_folder($md, 'Work');
deliver($md, text => "Subject: Aaaa $_\nFrom: a\@example.org\n\nx\n",
    flags => '', base => "100000000$_.x") for 1 .. 4;
deliver("$md/.Work", text => "Subject: Aaaa 0\n\nx\n", flags => '',
    base => '1000000000.x');

# The subjects that a client is told of, one character for each message.
sub subjects
{
	my ($w, $folder) = @_;

	ok $w->cmd("SELECT $folder")->ok, "SELECT $folder";
	my $r = $w->cmd("FETCH 1:* $ask");
	return join '', $r->raw =~ /Subject: Aaaa (\S)/g;
}

# The files get other subjects; nothing else that tells is changed.
sub falsify
{
	for my $file (glob "$md/.Work/cur/*") {
		my $mtime = (stat $file)[9];
		my $text = slurp($file) =~ s/Aaaa \S/Aaaa ?/r;

		unlink $file or die "$file: $!\n";
		spew($file, $text);
		utime $mtime, $mtime, $file or die "$file: $!\n";
	}
	return;
}

my $w = Wire->new(maildir => $md);
is subjects($w, 'INBOX.Work'), '0', 'one that is read there';
is subjects($w, 'INBOX'), '1234', 'and others here';
ok $w->cmd('COPY 1,3 INBOX.Work')->ok, 'COPY';
ok $w->cmd('MOVE 2 INBOX.Work')->ok, 'MOVE';
my $got = Wire->new(maildir => $md);
ok $got->cmd('EXAMINE INBOX.Work')->ok, 'EXAMINE';
falsify();
is subjects($got, 'INBOX.Work'), '0132', 'are told from what was known';
ok $w->cmd('COPY 3 INBOX')->ok, 'COPY to the folder that is open';
is subjects($w, 'INBOX'), '1344', 'is no other';

make_folder($md, 'Fresh');
ok $w->cmd('COPY 1 INBOX.Fresh')->ok, 'COPY to where nothing was read';
ok !-e "$md/.Fresh/satchel-cache", 'begins no cache';
is subjects($w, 'INBOX.Fresh'), '1', 'and it is read there';

done_testing;
