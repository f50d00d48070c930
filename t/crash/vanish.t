#!/usr/bin/perl
# Messages that other programs remove, rename, replace or cut while a session
# shows or sends them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes ();
use Crash;
use Wire;

my $size = 8 << 20; # no socket's buffers hold that

sub some_maildir
{
	my $maildir = make_maildir();
	my @paths = map { deliver($maildir, flags => '',
	    base => "170000000$_.$_.t",
	    text => message_text("m$_") =~ s/\r//gr) } 1 .. 4;

	return ($maildir, @paths);
}

# --- gone before it is asked for ---------------------------------------------
{
	my ($maildir, @at) = some_maildir();
	my $w = Wire->new(maildir => $maildir);
	my $what = '(UID FLAGS RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[])';

	ok($w->cmd('SELECT INBOX')->ok, 'four messages');
	unlink $at[1];
	rename $at[2], "$at[2]FS" or die;
	my $r = $w->cmd("FETCH 1:4 $what");
	like($r->status, qr/^(?:OK|NO)$/, 'FETCH with one message gone');
	is($r->fetch(1)->{'BODY[]'}, message_text('m1'), 'the first is sent');
	ok(!$r->fetch(2)->{'BODY[]'}, 'of the second no octets');
	is($r->fetch(3)->{'BODY[]'}, message_text('m3'),
	    'the renamed one is found');
	is($r->fetch(4)->{'BODY[]'}, message_text('m4'), 'so is the fourth');
	like($w->cmd('STORE 2 +FLAGS (\Flagged)')->status, qr/^(?:OK|NO)$/,
	    'STORE on what is gone');
	my $copy = $w->cmd('UID COPY 2 INBOX');
	like($copy->status, qr/^(?:OK|NO)$/, 'COPY of what is gone');
	$r = $w->cmd('NOOP');
	is(join(' ', map { $_->{n} } map { $_->all('EXPUNGE') } $copy, $r), 2,
	    'then it is expunged');
	$r = $w->cmd('FETCH 1:3 (UID FLAGS)');
	is(join(' ', map { $r->fetch($_)->{UID} } 1 .. 3), '1 3 4',
	    'the others keep their UIDs');
	is(join(' ', sort grep { !/Recent/ } @{$r->fetch(2)->{FLAGS}}),
	    '\Flagged \Seen', 'and have the flags of the other program');
	$w->done;
}

# --- the folder gone ----------------------------------------------------------
{
	my ($maildir) = some_maildir();
	my $work = make_folder($maildir, 'Work');

	deliver($work, text => message_text('w1') =~ s/\r//gr, flags => '');
	my $w = Wire->new(maildir => $maildir);
	ok($w->cmd('SELECT INBOX.Work')->ok, 'a folder');
	system 'rm', '-rf', $work;
	my $r = $w->cmd('NOOP');
	like($r->status, qr/^(?:OK|NO|EOF)$/, 'NOOP when it is removed');
	if ($r->status ne 'EOF') {
		$r = $w->cmd('FETCH 1:* (BODY.PEEK[])');
		ok(!grep({ $_->{'BODY[]'} } values %{$r->fetch}),
		    'nothing is shown of it');
		ok(!-e $work, 'and it is not made again');
	}
}

# --- changed while it is sent ---------------------------------------------------

# What comes of a FETCH of a large message after $change->($path) was done to
# it under way: the octets announced, and those that came up to the end of
# the connection or of the literal.
sub interrupted
{
	my ($change) = @_;
	my $maildir = make_maildir();
	my $line = 'x' x 62 . "\n";
	my $text = "Subject: large\n\n" . $line x ($size / 64);
	my $path = deliver($maildir, text => $text, flags => 'S');
	my $w = Wire->new(maildir => $maildir);
	my ($got, $n) = ('', 0);

	die if !$w->cmd('SELECT INBOX')->ok;
	$w->raw("a FETCH 1 (BODY.PEEK[])\r\n");
	# it is being sent when the first octets are here
	sysread($w->{socket}, $got, 4096) or die "nothing came\n";
	Time::HiRes::sleep(0.02);
	$change->($path);
	$w->{socket}->blocking(1);
	while ($got !~ /\r\na (?:OK|NO|BAD)[^\r]*\r\n\z/) {
		$n = sysread($w->{socket}, $got, 1 << 18, length $got);
		last if !$n;
	}
	my ($announced) = $got =~ /^\* 1 FETCH \(.*?\{([0-9]+)\}\r\n/
	    or die 'no literal: ' . substr $got, 0, 200;
	substr $got, 0, $+[0], '';
	my $whole = "Subject: large\r\n\r\n" . ('x' x 62 . "\r\n") x ($size / 64);
	close $w->{socket};
	waitpid $w->{pid}, 0;
	my $status = $?;
	delete $w->{pid};
	is($status & 127, 0, 'no signal ends the session');
	return ($announced, $got, $whole, $n);
}

for (['cut', sub { truncate $_[0], $size / 8 or die }],
    ['cut to nothing', sub { truncate $_[0], 0 or die }]) {
	my ($name, $change) = @$_;
	my ($announced, $got, $whole, $open) = interrupted($change);
	cmp_ok(length $got, '<', $announced, "$name: the literal is not filled");
	ok(!$open, 'the connection ends');
	is(substr($whole, 0, length $got), $got, 'what came is of the message');
}
for (['removed', sub { unlink $_[0] or die }],
    ['renamed', sub { rename $_[0], "$_[0]F" or die }],
    ['lengthened', sub {
	open my $fh, '>>', $_[0] or die;
	print $fh "more\n";
	close $fh;
    }]) {
	my ($name, $change) = @$_;
	my ($announced, $got, $whole) = interrupted($change);
	is(substr($got, 0, $announced), $whole, "$name: all comes, and no more");
	like(substr($got, $announced), qr/^\)\r\na OK/, 'and the end after it');
}

done_testing;
