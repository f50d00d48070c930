# Caches below a root of their own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $root = temp_dir();
deliver($md, text => "Subject: $_\n\n$_\n", flags => 'S') for 1 .. 3;
my $folder = make_folder($md, 'Work');
deliver($folder, text => "Subject: w\n\nw\n", flags => '');
my @there = stat $md;
my $own = sprintf '%s/%x-%x', $root, @there[0, 1];

sub session
{
	my (@commands) = @_;
	my $w = Wire->new(maildir => $md, env => { SATCHEL_INDEX_ROOT => $root });
	my @r = map { $w->cmd($_) } @commands;

	$w->done(0, "a session: $commands[0]");
	return @r;
}

sub strays
{
	return map { s{^\Q$md\E/}{}r } glob
	    "$md/satchel-{index,cache,list,status}* $folder/satchel-*";
}

select undef, undef, undef, 0.1;
session('SELECT INBOX', 'FETCH 1:* (ENVELOPE BODYSTRUCTURE)',
    ('STATUS INBOX.Work (MESSAGES)') x 2, 'SELECT INBOX.Work',
    'FETCH 1 ENVELOPE');
ok(-f "$own/$_", $_) for 'INBOX/satchel-index', 'INBOX/satchel-cache',
    '.Work/satchel-index', 'satchel-status';
is((stat $own)[2] & 07777, 0700, 'for nobody else');
is(join(' ', strays()), '', 'nothing beside the messages');
my ($r) = session('SELECT INBOX');
my ($high) = $r->raw =~ /HIGHESTMODSEQ ([0-9]+)/;
($r) = session('SELECT INBOX');
like($r->raw, qr/HIGHESTMODSEQ $high\b/, 'it is used');
sub index_of
{
	my $text = join '', `@{[program('satchel-index')]} @_ 2>&1`;

	return ($? >> 8) . " $text";
}

like(index_of($md), qr/^1 fault: there is none$/, 'none beside the messages');
like(index_of('-r', $root, $md), qr/^0 .*^messages 3$/ms,
    'satchel-index finds it there');
like(index_of('-v', '-r', $root, $folder), qr/^0 .*^messages 1$/ms,
    "a folder's, too");
like(index_of('-r', $root, "$md/."), qr/^0 .*^messages 3$/ms,
    'whatever the path is like');
like(index_of('-r', "$root/none", $md), qr/^1 \S+: nothing below \S+: /,
    'no such root');
session('RENAME INBOX.Work INBOX.Play');
ok(-f "$own/.Play/satchel-index" && !-e "$own/.Work",
    'renamed with its folder');
session('DELETE INBOX.Play');
ok(!-e "$own/.Play", 'removed with it');

for my $case ('others may write', 'no directory', 'a link') {
	system 'rm', '-rf', $own;
	if ($case eq 'others may write') {
		mkdir $own;
		chmod 0777, $own;
	} elsif ($case eq 'no directory') {
		spew($own, '');
	} else {
		my $other = temp_dir();
		symlink $other, $own;
	}
	($r) = session('SELECT INBOX', 'FETCH 1:* (FLAGS ENVELOPE)',
	    'STATUS INBOX (MESSAGES)');
	like($r->raw, qr/^\* 3 EXISTS/m, "$case: served");
	is(join(' ', glob("$own/*"), strays()), '', "$case: nothing kept");
}
system 'rm', '-rf', $root;
($r) = session('SELECT INBOX', 'FETCH 1:* (FLAGS ENVELOPE)');
like($r->raw, qr/^\* 3 EXISTS/m, 'no root: served');
is(join(' ', strays()), '', 'no root: nothing kept');
done_testing;
