#!/usr/bin/perl
# Names of mailboxes that try to be something else on disk, in each command
# that takes one: no file comes outside of a folder's own directory, and what
# was made can be listed, opened and removed by the name that LIST tells.
# Then two sessions that do it all at once.  Checklist 18 and 19.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my @bad = ('..', '.', '...', '/', '//', '/etc/passwd', '../x', '../../x',
    'a/b', 'a/../b', './a', 'a/', '.a', 'a..b', '..a', 'a.', 'a...', 'a.b..',
    "a\tb", "a\nb", "a\rb", "\x7f", "\x01", 'x' x 255, 'x' x 4096, 'x' x 65536,
    join('.', ('a') x 200), '&', '&-&', '&AGE-', '&AGEAYg-', '&AC8-', '&AC4-',
    '&AAA-', '&2AA-', '&3AA-', '&//8-', '&A-', '&AAAA', 'a&', '&U,BTFw-&ZeVnLIqe-',
    '&AAo-', "\xc0\xaf", "\xc0\xae", "\xe0\x80\xaf", "\xff", "caf\xe9",
    "\xed\xa0\x80", "\xf4\x90\x80\x80");
my @good = ('cur', 'new', 'tmp', 'courierimapkeywords', 'maildirfolder',
    'courierimapuiddb', 'satchel-folders', 'satchel-cache', 'Trash2',
    'inbox', '~', '~root', '-rf', '*', '%', '"', '\\', ' ', ' x ', 'a:2,S',
    '&-', '&ZeVnLIqe-', 'con', 'x' x 200);
# with the prefix, without, below another, and the prefix alone behind
my @forms = map { my $n = $_; ("INBOX.$n", $n, "INBOX.F.$n", "$n.INBOX") } @bad;

my $home = temp_dir();
my $md = make_maildir("$home/Maildir");
make_folder($md, 'F');
my $w = Wire->new(maildir => $md, timeout => 30);

# All paths from the home on, but what may lie in a folder.
sub tree
{
	my @found = split /\0/, `cd '$home' && find . -mindepth 1 -print0`;

	return join "\0", sort @found;
}

# What may be there: files of the Maildir, and folders with theirs.
my $may = qr{^\./Maildir(?:/\.[^/]+)?(?:/[^./][^/]*(?:/[^/]+)?)?\z};

for my $command ('SELECT @', 'EXAMINE @', 'STATUS @ (MESSAGES)', 'DELETE @',
    'CREATE @', 'SUBSCRIBE @', 'UNSUBSCRIBE @', 'RENAME @ INBOX.new',
    'RENAME INBOX.F @', 'RENAME INBOX @', 'GETQUOTAROOT @', 'LIST "" @',
    'LIST @ *', 'LSUB "" @', 'APPEND @ ~', 'COPY 1 @', 'MOVE 1 @') {
	my @wrong;

	deliver($md, text => "Subject: x\n\nx\n", flags => '', base => '1.x')
	    if !-e "$md/cur/1.x:2,";
	$w->cmd('SELECT INBOX');
	for my $form (@forms) {
		my ($head, $tail) = split /\@/, $command, -1;
		my @rest = $tail =~ / ~/ ? (' ', ["A: b\n\nx"]) : $tail;
		my $r = $w->cmd($head, [$form], @rest);
		my $status = $r->status;

		push @wrong, Judge::Lex::show($form) . ": $status"
		    if $status !~ /^(NO|BAD|OK)$/;
		# what these say to a name that there is not is OK
		next if $status ne 'OK' ||
		    $command =~ /^(?:LIST|LSUB|(UN)?SUBSCRIBE|GETQUOTAROOT)/;
		# a separator at the end says that more will come (RFC 9051
		# section 6.3.4)
		next if $command =~ /^CREATE/ && $form =~ /^INBOX(\.F)?\.a\.\z/;
		push @wrong, Judge::Lex::show($form) . ': OK';
	}
	push @wrong, "made: $_" for grep { !/$may/ } split /\0/, tree();
	is(join('; ', splice @wrong, 0, 5), '', $command);
}
ok(!-e "$md/courierimapsubscribed", 'nobody has subscribed to one');

# --- what only looks bad ------------------------------------------------------
# Each is a folder like another, under the name that LIST tells.
sub listed
{
	return map { $_->{mailbox} } $w->cmd('LIST "" *')->all('LIST');
}

for my $name (@good) {
	my @before = listed();
	my $r = $w->cmd('CREATE ', ["INBOX.$name"]);
	my %old = map { $_ => 1 } @before;
	my ($new, @more) = grep { !$old{$_} } listed();
	my @said = ($r->status);

	push @said, $w->cmd('SELECT ', [$new])->status,
	    $w->cmd('APPEND ', [$new], ' ', ["Subject: y\n\ny"])->status,
	    $w->cmd('STATUS ', [$new], ' (MESSAGES)')
	    ->last('STATUS')->{att}{MESSAGES},
	    $w->cmd('SUBSCRIBE ', [$new])->status,
	    $w->cmd('UNSUBSCRIBE ', [$new])->status,
	    $w->cmd('RENAME ', [$new], ' INBOX.G')->status,
	    $w->cmd('RENAME INBOX.G ', [$new])->status,
	    $w->cmd('UNSELECT')->status,
	    $w->cmd('DELETE ', [$new])->status if defined $new;
	is(join(' ', @said, scalar @more),
	    'OK OK OK 1 OK OK OK OK OK OK 0', Judge::Lex::show($name));
	is(join(' ', listed()), "@before", 'and gone again');
}
is(join(' ', grep { !/$may/ } split /\0/, tree()), '',
    'nothing lies where it should not');
# INBOX is one, however it is spelt
for my $name ('inbox', 'InBoX', 'INBOX') {
	is($w->cmd("CREATE $name")->status, 'NO', "CREATE $name");
	is($w->cmd("DELETE $name")->status, 'NO', "DELETE $name");
	is($w->cmd("SELECT $name")->status, 'OK', "SELECT $name");
	is($w->cmd("RENAME $name $name")->status, 'NO', "RENAME $name $name");
}

# --- two sessions at once -----------------------------------------------------
# Each moves one tree about; whatever they find, the messages are somewhere.
$w->done;
my $shared = make_maildir("$home/shared");
make_folder($shared, $_) for 'a', 'a.b', 'a.b.c';
deliver("$shared/.a.b", text => "Subject: $_\n\nx\n", flags => '')
    for 1 .. 5;
my @both = map { Wire->new(maildir => $shared, timeout => 60) } 1, 2;
my %ends;
srand($ENV{SEED} // 7);
my @names = qw(a b a.b a.b.c b.b b.b.c c);
for (1 .. 150) {
	my @replies;

	for my $session (@both) {
		my ($from, $to) = map { $names[rand @names] } 1, 2;
		my @what = ("RENAME INBOX.$from INBOX.$to",
		    "RENAME INBOX INBOX.$to", "CREATE INBOX.$to",
		    # not of what may have the messages
		    'CREATE INBOX.x', 'DELETE INBOX.x', 'RENAME INBOX.x INBOX.x.y',
		    "RENAME INBOX.$from INBOX.$from.b", 'LIST "" *');
		push @replies, $session->start($what[rand @what]);
	}
	for my $i (0, 1) {
		$both[$i]->collect($replies[$i]);
		$ends{$replies[$i]->status}++;
	}
}
is(join(' ', sort keys %ends), 'NO OK', 'each command is done or refused');
my ($one, $two) = map { my $s = $_;
	join ' ', sort map { $_->{mailbox} } $s->cmd('LIST "" *')->all('LIST') } @both;
is($one, $two, 'both see the same folders');
my @files = `find '$shared' -path '*/cur/*' -o -path '*/new/*'`;
is(scalar @files, 5, 'no message is lost, none is doubled');
my %selected = map { my $r = $both[0]->cmd("SELECT $_");
	$r->ok ? ($_ => $r->last('EXISTS')->{n}) : () } split / /, $one;
my $sum = 0;
$sum += $_ for values %selected;
is($sum, 5, 'and all can be seen');
$_->done for @both;
done_testing();
