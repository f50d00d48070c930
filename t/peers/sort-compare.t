# SORT and THREAD beside Dovecot's, over headers made at random: references to
# what is there, was there and comes later, subjects in many forms, addresses,
# dates with and without zones.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Dovecot;
use Wire;

my $dovecot = Dovecot->start;

srand($ENV{SEED} // 5256);

sub one_of
{
	return $_[rand @_];
}

my @words = qw(alpha Beta gamma DELTA =?utf-8?q?=C3=A9psilon?=
    =?iso-8859-1?q?z=E9ta?=);
my @before = ('', '', '', 'Re: ', 'RE:', 're[2]: ', 'Fwd: ', '[list] ',
    '[list] Re: ', 'Re: [list] [two] ', 'fw :', "Re:\t ");
my @after = ('', '', '', ' (fwd)', ' (FWD) (fwd)', "\n\t ");

sub subject
{
	my $s = one_of(@before) . one_of(@words) . one_of('', ' ' .
	    one_of(@words)) . one_of(@after);

	return one_of($s, $s, $s, $s, "[fwd: $s]", 'Re:', '[list]', '');
}

sub address
{
	my ($name, $local) = (one_of(@words), one_of(qw(ann Bob carol DAVE)));

	return one_of("$name <$local\@example.org>", "$local\@example.net",
	    "\"$name x\" <$local\@example.org>, other\@example.org",
	    "<$local\@example.com>", "$name <" . lc($local) . '@example.org>');
}

# References only go to smaller numbers: where they contradict each other, who
# is whose answer is for each server to say.  (An empty THREAD is not asked for:
# Dovecot's has a space at its end.)
sub header
{
	my ($n) = @_;
	my @ids = map { sprintf '<%03d@x>', $_ } sort { $a <=> $b }
	    map { int rand $n } 1 .. int rand 4;
	my $date = sprintf '%d %s 200%d %02d:%02d:00 %s', 1 + rand 28,
	    one_of(qw(Jan Feb Mar)), rand 3, rand 24, rand 60,
	    one_of('+0000', '-0800', '+0530', 'GMT');
	my @h = ("Subject: " . subject(), "From: " . address(),
	    "To: " . address(), "Message-ID: " . sprintf '<%03d@x>', $n);

	push @h, "Cc: " . address() if rand() < .5;
	push @h, "Date: $date" if rand() < .9;
	push @h, one_of("References: @ids", 'References: ' .
	    join("\n\t", @ids), "In-Reply-To: $ids[0]") if @ids;
	return join "\n", @h, '', 'x' x rand 500, '';
}

my @header = map { header($_) } 1 .. 200;
@header = map { $header[$_ * 77 % 200] } 0 .. 199;
# some are missing
splice @header, $_ * 15, 1 for reverse 1 .. 10;
my $fill = sub {
	my ($maildir) = @_;
	my $n = 0;

	deliver($maildir, text => $_, flags => ++$n % 3 ? '' : 'S',
	    base => 1700000000 + $n . '.x', time => 1700000000 + $n * 7919 % 1000)
	    for @header;
};
my $ours = make_maildir();
$fill->($ours);
my @w = (Wire->new(maildir => $ours), $dovecot->session($fill));
for my $w (@w) {
	ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
}
my @keys = qw(ARRIVAL CC DATE FROM SIZE SUBJECT TO DISPLAYFROM DISPLAYTO);
for my $command (map({ ("SORT ($_) UTF-8 ALL", "SORT (REVERSE $_) UTF-8 SEEN") }
    @keys), 'SORT (SUBJECT REVERSE DATE) UTF-8 ALL',
    'UID SORT (FROM TO CC) UTF-8 UNSEEN',
    'THREAD ORDEREDSUBJECT UTF-8 ALL', 'THREAD REFERENCES UTF-8 ALL',
    'UID THREAD REFERENCES UTF-8 SEEN', 'THREAD REFERENCES UTF-8 SUBJECT alpha') {
	my ($word) = $command =~ /(SORT|THREAD)/;
	my ($o, $t) = map { my $r = $_->cmd($command);
	    $r->ok ? $r->last($word)->{raw} : $r->text } @w;

	s/\s+\z// for $o, $t;
	is $o, $t, $command;
}
# Roundcube's and aerc's
for my $command ('UID SORT RETURN (ALL) (REVERSE ARRIVAL) UTF-8 ALL',
    'SORT RETURN (MIN MAX COUNT) (DATE) UTF-8 ALL',
    'SORT RETURN (COUNT) (DATE) UTF-8 SUBJECT none') {
	my ($o, $t) = map { my $r = $_->cmd($command);
	    $r->ok ? $r->last('ESEARCH')->{raw} : $r->text } @w;

	s/TAG "[^"]*"// for $o, $t;
	is join(' ', sort split / (?=[A-Z]{3})/, $o =~ s/\s+\z//r),
	    join(' ', sort split / (?=[A-Z]{3})/, $t =~ s/\s+\z//r), $command;
}
done_testing;
