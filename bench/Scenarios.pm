# Scenarios: what is measured, what counts as an answer, what to reach.
#
# A scenario is { name, sizes, tree, keep, pop3, needs, prepare, before, settle,
# samples, script, check, after, floor }.
#	name	of the scenario; each of its steps that has a name is a figure
#	sizes	of the folder; those of realistic mail where it is missing
#	million	also with a million small messages
#	cold	without index files
#	tree	"empty" or "folders" in place of the folder of that size
#	wears	the tree is of no use behind it
#	needs	a capability
#	prepare	done before each round, for each server
#	before	a script that is run and not measured
#	settle	wait then, as a client who comes later would find it
#	samples	sessions in each round
#	script	one session; steps as bench/drive.c has them, the times of
#		steps with the same name are added
#	check	figure => [what, number]: what is count, number or words
#	same	words, where all servers should give as many
#	state	UIDVALIDITY and HIGHESTMODSEQ are asked for before prepare
#	hold	many sessions at once
#	after	looks at what is on disk, dies where something is not
#	floor	figure => [[kind, arguments], ...]: jobs of bench/floor.c, whose
#		times are added; "null" is a step with the null server, times
#		a number of commands; an "octets" stands for those of our answer
#	per	figures are divided by it
# Subs get { dir, size, n, round, sample, prefix, mail }: n is how many messages
# the folder has by now.
package Scenarios;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(scenarios %target %most);

my $env = 'FETCH 1:* (FLAGS UID RFC822.SIZE INTERNALDATE ENVELOPE)';
my $bs = 'FETCH 1:* (BODYSTRUCTURE)';
my $hdr = 'FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE ' .
    'MESSAGE-ID REFERENCES)])';
my @small = qw(1k 10k 100k);	# realistic mail
my @quick = qw(1k 10k);		# what takes the peers too long at 100k

# figure => { size => [times faster than the better peer, times the floor,
# times faster than Dovecot with its processes for logins kept] }
our %target = (
	'start.greeting' => { '-' => [2.5, 1.5] },
	'start.session' => { '-' => [2.5, 1.5] },
	'select.first' => { '10k' => [3, 3], '100k' => [4, 3] },
	'select.warm' => { '10k' => [4, 4] },
	'select.warm-session' => { '10k' => [3, 1.5] },
	'changed.10new' => { '10k' => [10, 7], '100k' => [100, 7] },
	'changed.100flags' => { '10k' => [5, 2] },
	'fetch-env.cold' => { '10k' => [3, 2] },
	'fetch-env.warm' => { '10k' => [15, 5], '100k' => [20, 5] },
	'fetch-bs.cold' => { '10k' => [4, 2] },
	'fetch-bs.warm' => { '10k' => [5, 4] },
	'fetch-hdr.cold' => { '10k' => [6, 3.5] },
	'fetch-hdr.warm' => { '10k' => [8, 5] },
	'fetch-flags.warm' => { '10k' => [4, 5] },
	'fetch-body.cold' => { '10k' => [4, 2] },
	'fetch-body.warm' => { '10k' => [2.5, 1.6] },
	'store-all' => { '10k' => [1.5, 1.5] },
	'store-single' => { '10k' => [1.3, 1.7], '100k' => [1.3, 1.7] },
	'copy-1000' => { '10k' => [4, 2] },
	'move-1000' => { '10k' => [7, 2] },
	'expunge-half' => { '10k' => [2.5, 2] },
	'append' => { '1k' => [5, 2.7], '10k' => [15, 2.7] },
	'multiappend' => { '10k' => [1.4, 1.3] },
	'append-25MB' => { '1k' => [1.6] },
	'list.warm' => { '-' => [7, 3] },
	'status-x500.warm' => { '-' => [2, 2.2] },
	'list-status.warm' => { '-' => [5, 3] },
	'resync-flags.session' => { '10k' => [5] },
	'resync-qresync.session' => { '10k' => [4] },
	'pop3-open.cold' => { '10k' => [2.5] },
	'pop3-open.warm' => { '10k' => [13] },
	'pop3-retr' => { '10k' => [3] },
	'pop3-dele-quit' => { '10k' => [1.3] },
	'login.c1' => { '1k' => [3, undef, 2] },
	'login.c50' => { '1k' => [4, undef, 1.5] },
);

# figure => { size => KiB of private memory }
our %most = (
	'hold.chain' => { '10k' => 320 },
	'hold-tls.chain' => { '10k' => 1228 },
);

my $select = ['-', 'cmd', 'EXISTS', 1, 'SELECT INBOX'];
my $greet = ['-', 'greet'];
my $end = ['-', 'end', 'LOGOUT'];
my $quit = ['-', 'end', 'QUIT'];

# A command on all messages, in a session that has selected the folder.
sub on_all
{
	my ($figure, $word, $text) = @_;

	return [$greet, $select, [$figure, 'cmd', $word, 1, $text], $end];
}

# FETCH of all, without index files and with them.
sub fetch
{
	my ($name, $text, $cold, $warm, @sizes) = @_;
	my $octets = ['answer', 'octets'];

	return ({
		name => "$name.cold", sizes => [@sizes], cold => 1,
		script => sub { on_all("$name.cold", 'FETCH', $text) },
		check => sub { +{ "$name.cold" => ['count', $_[0]{n}] } },
		floor => { "$name.cold" => [map { $_ eq 'octets' ? $octets :
		    [$_] } @$cold] },
	}, {
		name => "$name.warm", sizes => [@sizes], settle => 1,
		before => sub { on_all('-', 'FETCH', $text) }, samples => 2,
		script => sub { on_all("$name.warm", 'FETCH', $text) },
		check => sub { +{ "$name.warm" => ['count', $_[0]{n}] } },
		floor => { "$name.warm" => [map { $_ eq 'octets' ? $octets :
		    [$_] } @$warm] },
	});
}

# SEARCH, SORT, THREAD: the numbers in the answer must be as many everywhere.
sub search
{
	my ($name, $text, $floor, $modes, @sizes) = @_;
	my ($word) = $text =~ /^(\w+)/;
	my ($needs) = $text =~ /^(SORT|THREAD)/;
	my %s = (sizes => [@sizes], needs => $needs, same => 'words');

	return map { my $figure = "$name.$_"; +{
		%s, name => $figure, cold => $_ eq 'cold',
		settle => $_ eq 'warm',
		before => $_ eq 'warm' ? sub { on_all('-', $word, $text) } :
		    undef,
		samples => $_ eq 'warm' ? 3 : 1,
		script => sub { on_all($figure, $word, $text) },
		check => sub { +{ $figure => ['count', 1] } },
		floor => { $figure => $_ eq 'warm' && $floor ne 'bodies' ?
		    [['null', 1]] : [[$floor]] },
	} } @$modes;
}

sub rename_files
{
	my ($dir, $n, $change) = @_;

	opendir my $d, "$dir/cur" or die "$dir/cur: $!\n";
	my @names = sort grep { !/^\./ } readdir $d;
	my $every = int(@names / $n) || 1;
	for my $i (0 .. $n - 1) {
		my $old = $names[$i * $every];
		my $new = $change->($old);
		rename "$dir/cur/$old", "$dir/cur/$new" or die "rename: $!\n";
	}
	return;
}

sub toggle
{
	my ($name) = @_;
	my ($base, $flags) = $name =~ /^(.*:2,)(\w*)$/ or return "$name:2,F";

	return $flags =~ /F/ ? $base . $flags =~ s/F//r :
	    $base . join '', sort 'F', split //, $flags;
}

sub deliver
{
	my ($c, $n) = @_;

	$c->{mail}->('-n', $n, $c->{dir}, 3_000_000 + $c->{n});
	$c->{n} += $n;
	return;
}

# How many files a folder has whose name matches.
sub files
{
	my ($dir, $like) = @_;
	my $n = 0;

	for my $sub ('cur', 'new') {
		opendir my $d, "$dir/$sub" or next;
		$n += grep { !/^\./ && $_ =~ $like } readdir $d;
	}
	return $n;
}

sub must_be
{
	my ($what, $n, $want) = @_;

	$n == $want or die "$what: $n on disk, not $want\n";
	return;
}

sub pop3_open
{
	my ($figure) = @_;

	return [[$figure, 'greet'], [$figure, 'pop', '', 1, 'STAT'],
		[$figure, 'list', '', 1, 'UIDL'],
		[$figure, 'list', '', 1, 'LIST'], $quit];
}

sub scenarios
{
	return ({
		name => 'start', tree => 'empty', samples => 10,
		script => sub { [['start.greeting', 'greet'],
		    ['start.session', 'end', 'LOGOUT']] },
		floor => { 'start.greeting' => [['null', 'greet']],
		    'start.session' => [['null', 'session']] },
	}, {
		name => 'select.first', cold => 1, million => 1,
		script => sub { on_select('select.first') },
		check => sub { +{ 'select.first' => ['number', $_[0]{n}] } },
		floor => { 'select.first' => [['readdir']] },
	}, {
		name => 'select.warm', settle => 1, million => 1,
		before => sub { on_select('-') }, samples => 5,
		script => sub { [$greet, ['select.warm', 'cmd', 'EXISTS', 1,
		    'SELECT INBOX'], ['select.warm-session', 'end', 'LOGOUT']] },
		check => sub { +{ 'select.warm' => ['number', $_[0]{n}] } },
		floor => { 'select.warm' => [['null', 1]],
		    'select.warm-session' => [['null', 'session']] },
	}, {
		name => 'status.warm', settle => 1, million => 1,
		before => sub { on_select('-') }, samples => 3,
		script => sub { [$greet, ['status.warm', 'cmd', 'STATUS', 1,
		    'STATUS INBOX (MESSAGES UNSEEN UIDNEXT)'], $end] },
		check => sub { +{ 'status.warm' => ['count', 1] } },
		floor => { 'status.warm' => [['null', 1]] },
	}, {
		name => 'changed.10new', settle => 1, million => 1,
		prepare => sub { deliver($_[0], 10) },
		script => sub { on_select('changed.10new', 60) },
		check => sub { +{ 'changed.10new' => ['number', $_[0]{n}] } },
		floor => { 'changed.10new' => [['null', 1], ['rename', 10]] },
	}, {
		name => 'changed.10new-left', settle => 1, million => 1,
		prepare => sub { deliver($_[0], 10) },
		script => sub { on_select('changed.10new-left') },
		check => sub {
			+{ 'changed.10new-left' => ['number', $_[0]{n}] } },
		floor => { 'changed.10new-left' => [['null', 1],
		    ['rename', 10]] },
	}, {
		name => 'changed.100flags', settle => 1,
		prepare => sub { rename_files($_[0]{dir}, 100, \&toggle) },
		script => sub { on_select('changed.100flags') },
		check => sub {
			+{ 'changed.100flags' => ['number', $_[0]{n}] } },
		floor => { 'changed.100flags' => [['readdir']] },
	},
	    fetch('fetch-env', $env, ['bodies', 'octets'], ['octets'], @small),
	    fetch('fetch-bs', $bs, ['bodies', 'octets'], ['octets'], @quick),
	    fetch('fetch-hdr', $hdr, ['heads', 'octets'], ['octets'], @quick),
	{
		name => 'fetch-flags.warm', settle => 1, million => 1,
		before => sub { on_all('-', 'FETCH', 'FETCH 1:* (FLAGS)') },
		samples => 3, script => sub { on_all('fetch-flags.warm',
		    'FETCH', 'FETCH 1:* (FLAGS)') },
		check => sub { +{ 'fetch-flags.warm' => ['count', $_[0]{n}] } },
		floor => { 'fetch-flags.warm' => [['answer', 'octets']] },
	},
	    fetch('fetch-body', 'FETCH 1:* (BODY.PEEK[])', ['send'], ['send'],
		@quick),
	    search('search-subject', 'SEARCH SUBJECT "garden"', 'heads',
		['cold', 'warm'], @quick),
	    search('search-from', 'SEARCH FROM "hopper"', 'heads', ['warm'],
		@quick),
	    search('search-since', 'SEARCH SINCE 20-Sep-2020', 'heads',
		['warm'], @quick),
	    search('search-unseen', 'SEARCH UNSEEN', 'heads', ['warm'],
		@quick),
	    search('search-body', 'SEARCH BODY "nobodysaysthis"', 'bodies',
		['cold', 'warm'], @quick),
	    search('sort-date', 'SORT (DATE) UTF-8 ALL', 'heads',
		['cold', 'warm'], @quick),
	    search('sort-subject', 'SORT (SUBJECT) UTF-8 ALL', 'heads',
		['warm'], @quick),
	    search('thread-refe', 'THREAD REFERENCES UTF-8 ALL', 'heads',
		['cold', 'warm'], @quick),
	{
		name => 'resync-flags', settle => 1, sizes => [@quick],
		prepare => \&busy_day,
		script => sub { [$greet, $select, ['-', 'cmd', 'FETCH', 1,
		    'UID FETCH 1:* (FLAGS)'],
		    ['resync-flags.session', 'end', 'LOGOUT']] },
	}, {
		name => 'resync-qresync', settle => 1, sizes => [@quick],
		needs => 'QRESYNC', state => 1, prepare => \&busy_day,
		script => sub { [$greet, ['-', 'cmd', '', 1, 'ENABLE QRESYNC'],
		    ['-', 'cmd', 'EXISTS', 1, 'SELECT INBOX (QRESYNC (' .
		    $_[0]{state} . '))'],
		    ['resync-qresync.session', 'end', 'LOGOUT']] },
	}, {
		name => 'pop3-open.cold', pop3 => 1, cold => 1,
		sizes => [@small],
		script => sub { pop3_open('pop3-open.cold') },
		check => sub { +{ 'pop3-open.cold' => ['count', $_[0]{n}] } },
		floor => { 'pop3-open.cold' => [['bodies']] },
	}, {
		name => 'pop3-open.warm', pop3 => 1, settle => 1,
		sizes => [@small], samples => 3,
		before => sub { pop3_open('-') },
		script => sub { pop3_open('pop3-open.warm') },
		check => sub { +{ 'pop3-open.warm' => ['count', $_[0]{n}] } },
		floor => { 'pop3-open.warm' => [['null', 'session'],
		    ['answer', 'octets']] },
	}, {
		name => 'pop3-retr', pop3 => 1, sizes => [@small],
		script => sub { [$greet, ['pop3-retr', 'lists', '', $_[0]{n},
		    'RETR %d'], $quit] },
		floor => { 'pop3-retr' => [['send'], ['null', 'n']] },
	}, {
		name => 'store-all', samples => 2, sizes => [@small],
		million => 1,
		script => sub { on_all('store-all', 'FETCH', 'STORE 1:* ' .
		    ($_[0]{sample} % 2 ? '-' : '+') .
		    'FLAGS.SILENT (\Deleted)') },
		after => sub { must_be('store-all', files($_[0]{dir}, qr/T/),
		    $_[0]{sample} % 2 ? 0 : $_[0]{n}) },
		floor => { 'store-all' => [['rename', 'n']] },
	}, {
		name => 'store-single', samples => 2, million => 1,
		script => sub { [$greet, $select, ['store-single', 'each',
		    'FETCH', 1000, 'STORE %d ' . ($_[0]{sample} % 2 ? '-' :
		    '+') . 'FLAGS (\Answered)'], $end] },
		check => sub { +{ 'store-single' => ['count', 1000] } },
		after => sub { must_be('store-single', files($_[0]{dir},
		    qr/R/), $_[0]{sample} % 2 ? 0 : 1000) },
		floor => { 'store-single' => [['rename', 1000],
		    ['null', 1000]] },
	}, {
		name => 'copy-1000', sizes => [@small],
		script => sub { my $to = to_folder('c', $_[0]); [$greet,
		    ['-', 'cmd', '', 1, "CREATE $_[0]{prefix}$to"], $select,
		    ['copy-1000', 'cmd', '', 1,
		    "COPY 1:1000 $_[0]{prefix}$to"], $end] },
		after => sub { must_be('copy-1000', files(
		    "$_[0]{dir}/." . to_folder('c', $_[0]), qr/./), 1000) },
		floor => { 'copy-1000' => [['link', 1000]] },
	}, {
		name => 'append', million => 1, per => 100,
		script => sub { [$greet, ['append', 'append', 4096, 100,
		    'APPEND INBOX'], $end] },
		after => sub { $_[0]{n} += 100; must_be('append',
		    files($_[0]{dir}, qr/./), $_[0]{n}) },
		floor => { 'append' => [['append', 100, 4096]] },
	}, {
		name => 'multiappend', sizes => [@quick], per => 100,
		needs => 'MULTIAPPEND',
		script => sub { [$greet, ['multiappend', 'multi', 4096, 100,
		    'APPEND INBOX'], $end] },
		after => sub { $_[0]{n} += 100; must_be('multiappend',
		    files($_[0]{dir}, qr/./), $_[0]{n}) },
		floor => { 'multiappend' => [['multi', 100, 4096]] },
	}, {
		name => 'move-1000', sizes => [@quick], wears => 1,
		needs => 'MOVE',
		script => sub { my $to = to_folder('m', $_[0]); [$greet,
		    ['-', 'cmd', '', 1, "CREATE $_[0]{prefix}$to"], $select,
		    ['move-1000', 'cmd', 'EXPUNGE', 1,
		    "MOVE 1:1000 $_[0]{prefix}$to"], $end] },
		after => sub { must_be('move-1000', files(
		    "$_[0]{dir}/." . to_folder('m', $_[0]), qr/./), 1000) },
		floor => { 'move-1000' => [['move', 1000]] },
	}, {
		name => 'expunge-half', sizes => [@small], wears => 1,
		prepare => sub { rename_files($_[0]{dir}, $_[0]{n} / 2,
		    sub { $_[0] . 'T' }) },
		before => sub { on_select('-') },
		script => sub { on_all('expunge-half', 'EXPUNGE', 'EXPUNGE') },
		check => sub { +{ 'expunge-half' => ['count', $_[0]{n} / 2] } },
		after => sub { must_be('expunge-half', files($_[0]{dir},
		    qr/./), $_[0]{n} / 2) },
		floor => { 'expunge-half' => [['unlink', 'half']] },
	}, {
		name => 'pop3-dele-quit', pop3 => 1, sizes => [@quick],
		wears => 1, before => sub { pop3_open('-') },
		script => sub { [$greet, ['pop3-dele-quit', 'pops', '',
		    $_[0]{n}, 'DELE %d'], ['pop3-dele-quit', 'close',
		    'QUIT']] },
		after => sub { must_be('pop3-dele-quit', files($_[0]{dir},
		    qr/./), 0) },
		floor => { 'pop3-dele-quit' => [['unlink', 'n'],
		    ['null', 'n']] },
	}, {
		name => 'append-25MB', sizes => ['1k'], wears => 1,
		script => sub { [$greet, ['append-25MB', 'append', 25_000_000,
		    1, 'APPEND INBOX'], $end] },
		after => sub { must_be('append-25MB', files($_[0]{dir},
		    qr/./), $_[0]{n} + 1) },
		floor => { 'append-25MB' => [['append', 1, 24_600_000]] },
	}, {
		name => 'list.warm', tree => 'folders', settle => 1,
		before => sub { on_folders('-') }, samples => 3,
		script => sub { on_folders('list.warm') },
		check => sub { +{ 'list.warm' => ['count', 501] } },
		floor => { 'list.warm' => [['folders']] },
	}, {
		name => 'status-x500.cold', tree => 'folders', cold => 1,
		script => sub { on_each_folder($_[0], 'status-x500.cold') },
		check => sub { +{ 'status-x500.cold' => ['count', 500] } },
		floor => { 'status-x500.cold' => [['stats'],
		    ['null', 500]] },
	}, {
		name => 'status-x500.warm', tree => 'folders', settle => 1,
		before => sub { on_each_folder($_[0], '-') }, samples => 3,
		script => sub { on_each_folder($_[0], 'status-x500.warm') },
		check => sub { +{ 'status-x500.warm' => ['count', 500] } },
		floor => { 'status-x500.warm' => [['stats'],
		    ['null', 500]] },
	}, {
		name => 'list-status.warm', tree => 'folders', settle => 1,
		needs => 'LIST-STATUS', samples => 3,
		before => sub { on_folders('-', ' RETURN (STATUS (MESSAGES ' .
		    'UNSEEN UIDNEXT UIDVALIDITY))') },
		script => sub { on_folders('list-status.warm',
		    ' RETURN (STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY))',
		    'STATUS') },
		check => sub { +{ 'list-status.warm' => ['count', 501] } },
		floor => { 'list-status.warm' => [['stats'], ['folders']] },
	}, {
		name => 'hold', sizes => ['10k', '100k'], hold => 1,
		million => 1, before => sub { on_select('-') }, settle => 1,
		script => sub { [$greet, $select, ['hold', 'hold'], $end] },
	});
}

sub to_folder
{
	my ($letter, $c) = @_;

	return "$letter$c->{round}x$c->{sample}";
}

# With a time that the client stays for, in ms.
sub on_select
{
	my ($figure, $stays) = @_;

	return [$greet, [$figure, 'cmd', 'EXISTS', 1, 'SELECT INBOX'],
		$stays ? ['-', 'rest', '', $stays, ''] : (), $end];
}

sub on_folders
{
	my ($figure, $more, $word) = @_;

	return [$greet, [$figure, 'cmd', $word // 'LIST', 1, 'LIST "" "*"' .
	    ($more // '')], $end];
}

sub on_each_folder
{
	my ($c, $figure) = @_;

	return [$greet, [$figure, 'each', 'STATUS', 500, 'STATUS ' .
	    "$c->{prefix}f%d (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)"], $end];
}

# What a client finds who comes back: mail, and flags set elsewhere.
sub busy_day
{
	my ($c) = @_;

	deliver($c, 10);
	rename_files($c->{dir}, 100, \&toggle);
	return;
}

1;
