# Judge::Mailbox: responses on mailboxes and sessions: RFC 9051 sections 7.2
# to 7.4, RFC 3501, 2342, 2971, 4314, 4731, 5256, 5258, 5464, 7162, 9208.
package Judge::Mailbox;
use strict;
use warnings;
no warnings 'recursion';
use Exporter 'import';
use Judge::Lex;
use Judge::Code;

our @EXPORT = qw(%untagged);

*in = \$Judge::Lex::in;
our $in;

my @oflag = qw(Noinferiors HasChildren HasNoChildren Subscribed Remote
    All Archive Drafts Flagged Important Junk Sent Trash
    Memos Scheduled Snoozed);
my @sflag = qw(NonExistent Noselect Marked Unmarked);
my %oflag = map { (lc "\\$_") => 1 } @oflag;
my %sflag = map { (lc "\\$_") => 1 } @sflag;

# mbx-list-flags: one sflag at most, no flag twice.  The others that stand
# in @oflag are registered (RFC 6154, 8457, 9979); there is no flag-extension
# beyond those.
sub mbx_list_flags
{
	my (%seen, @s);

	my $list = list_of('mbx-list-flags', sub {
		lit('\\', 'mbx-list-flags: "\\"');
		my $flag = '\\' . atom('mbx-list-flags');
		my $known = lc $flag;
		fail("mbx-list-flags: $flag twice") if $seen{$known}++;
		push @s, $flag if $sflag{$known};
		fail("mbx-list-flags: $flag is not registered")
		    if !$sflag{$known} && !$oflag{$known};
		return $flag;
	});
	fail("mbx-list-flags: one mbx-list-sflag, not @s") if @s > 1;
	fail('mbx-list-flags: one child-mbox-flag')
	    if $seen{'\\haschildren'} && $seen{'\\hasnochildren'};
	fail('mbx-list-flags: \\Noinferiors beside \\HasChildren (RFC 9051 7.3.1)')
	    if $seen{'\\haschildren'} && $seen{'\\noinferiors'};
	return $list;
}

# mbox-list-extended-item; CHILDINFO and OLDNAME have values of their own
sub list_extended
{
	my %ext;

	list_of('mbox-list-extended', sub {
		my $tag = uc astring('mbox-list-extended-item-tag');
		fail('mbox-list-extended-item-tag')
		    if $tag !~ /^(?:VENDOR\.)?[-A-Z0-9_.]+$/;
		fail("mbox-list-extended: $tag twice") if exists $ext{$tag};
		sp('mbox-list-extended-item');
		$ext{$tag} = $tag eq 'CHILDINFO' ?
		    list_of('CHILDINFO', sub { quoted('CHILDINFO') }, 1) :
		    $tag eq 'OLDNAME' ?
		    list_of('OLDNAME', sub { mailbox('OLDNAME') }, 1)->[0] :
		    tagged_ext_val();
		return $tag;
	});
	return \%ext;
}

# mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
#                SP mailbox [SP mbox-list-extended]
sub mailbox_list
{
	my ($r) = @_;

	sp('mailbox-list');
	$r->{flags} = mbx_list_flags();
	sp('mailbox-list');
	$r->{delimiter} = delimiter('mailbox-list');
	sp('mailbox-list');
	$r->{mailbox} = mailbox('mailbox-list');
	$r->{extended} = list_extended() if $r->{type} eq 'LIST' && peek(' ');
	return;
}

my %status = (
	MESSAGES => \&number, UIDNEXT => \&nz_number,
	UIDVALIDITY => \&nz_number, UNSEEN => \&number, DELETED => \&number,
	SIZE => \&number64, 'DELETED-STORAGE' => \&number64,
	RECENT => sub {
		fail('RECENT is not in IMAP4rev2') if $Judge::Lex::rev2;
		return number('RECENT');
	},
	HIGHESTMODSEQ => sub { number64('mod-sequence-valzer') },
	APPENDLIMIT => sub { is_nil() ? undef : number('APPENDLIMIT') },
	MAILBOXID => sub { Judge::Fetch::objectid() },
);

# "STATUS" SP mailbox SP "(" [status-att-list] ")"
sub r_status
{
	my ($r) = @_;
	my %att;

	sp('STATUS');
	$r->{mailbox} = mailbox('STATUS');
	sp('STATUS');
	list_of('status-att-list', sub {
		my $name = uc atom('status-att');
		fail("status-att: no $name") if !$status{$name};
		fail("status-att: $name twice") if exists $att{$name};
		sp('status-att-val');
		$att{$name} = $status{$name}->("STATUS $name");
		return $name;
	});
	$r->{att} = \%att;
	return;
}

sub numbers_and_modseq
{
	my ($r) = @_;

	$r->{numbers} = [];
	while (peek(' ')) {
		if (peek('(')) {
			lit('MODSEQ ', 'search-sort-mod-seq');
			$r->{modseq} = mod_sequence();
			lit(')', 'search-sort-mod-seq: ")"');
			fail('search-sort-mod-seq: no number before it')
			    if !@{$r->{numbers}};
			return;
		}
		push @{$r->{numbers}}, nz_number($r->{type});
	}
	return;
}

sub r_search
{
	my ($r) = @_;

	fail('SEARCH: IMAP4rev2 has ESEARCH') if $Judge::Lex::rev2;
	numbers_and_modseq($r);
	return;
}

my %esearch = (
	MIN => sub { nz_number('MIN') }, MAX => sub { nz_number('MAX') },
	ALL => \&sequence_set, COUNT => sub { number('COUNT') },
	MODSEQ => \&mod_sequence,
	PARTIAL => sub {
		lit('(', 'PARTIAL');
		fail('PARTIAL') if $in !~ /\G(-?[1-9]\d*:-?[1-9]\d*) /gc;
		my $range = $1;
		my $set = is_nil() ? undef : sequence_set();
		lit(')', 'PARTIAL: ")"');
		return [$range, $set];
	},
);

# "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
sub r_esearch
{
	my ($r) = @_;

	$r->{data} = {};
	if (peek(' (')) {
		lit('TAG ', 'search-correlator');
		$r->{tag} = tag_string();
		lit(')', 'search-correlator: ")"');
	}
	$r->{uid} = peek(' UID') ? 1 : 0;
	while (peek(' ')) {
		fail('search-modifier-name')
		    if $in !~ /\G([-_.A-Z][-_.A-Z0-9:]*) /gci;
		my $name = uc $1;
		fail("search-return-data: $name twice")
		    if exists $r->{data}{$name};
		$r->{data}{$name} = $esearch{$name} ? $esearch{$name}->() :
		    tagged_ext_val();
	}
	my $d = $r->{data};
	fail('ESEARCH: MIN, MAX or ALL of no match')
	    if defined $d->{COUNT} && $d->{COUNT} == 0 &&
	    grep { exists $d->{$_} } qw(MIN MAX ALL);
	return;
}

# namespace = nil / "(" 1*namespace-descr ")"
sub namespace
{
	my @list;

	return undef if is_nil();
	lit('(', 'namespace');
	do {
		my %n;
		lit('(', 'namespace-descr');
		$n{prefix} = string('namespace-descr');
		sp('namespace-descr');
		$n{delimiter} = delimiter('namespace-descr');
		while (peek(' ')) {
			my $name = string('namespace-response-extension');
			sp('namespace-response-extension');
			$n{ext}{$name} = list_of('namespace-response-extension',
			    sub { string('namespace-response-extension') }, 1);
		}
		lit(')', 'namespace-descr: ")"');
		push @list, \%n;
	} while (!peek(')'));
	return \@list;
}

sub r_namespace
{
	my ($r) = @_;

	for (qw(personal other shared)) {
		sp('NAMESPACE');
		$r->{$_} = namespace();
	}
	return;
}

# enable-data = "ENABLED" *(SP capability)
sub r_enabled
{
	my ($r) = @_;

	$r->{capabilities} = [];
	push @{$r->{capabilities}}, atom('ENABLED') while peek(' ');
	return;
}

# id_params_list ::= "(" #(string SPACE nstring) ")" / nil (RFC 2971: at most
# 30 pairs, names of 30 octets, values of 1024, none twice)
sub r_id
{
	my ($r) = @_;
	my %seen;

	sp('ID');
	return if is_nil();
	list_of('id_params_list', sub {
		my $name = string('ID: field');
		sp('ID');
		my $value = nstring('ID: value');
		fail("ID: $name twice") if $seen{lc $name}++;
		fail('ID: field of more than 30 octets') if length $name > 30;
		fail('ID: value of more than 1024 octets')
		    if length($value // '') > 1024;
		$r->{fields}{$name} = $value;
		return $name;
	});
	fail('ID: more than 30 fields') if keys %seen > 30;
	return;
}

# RFC 9208
sub r_quota
{
	my ($r) = @_;

	sp('QUOTA');
	$r->{root} = astring('quota-root-name');
	sp('QUOTA');
	# the empty list is what RFC 2087 had and erratum or not is served
	list_of('quota-list', sub {
		my $name = uc atom('resource-name');
		sp('quota-resource');
		my $usage = number64('resource-usage');
		sp('quota-resource');
		$r->{resources}{$name} = [$usage, number64('resource-limit')];
		return $name;
	});
	return;
}

sub r_quotaroot
{
	my ($r) = @_;

	sp('QUOTAROOT');
	$r->{mailbox} = mailbox('QUOTAROOT');
	$r->{roots} = [];
	push @{$r->{roots}}, astring('quota-root-name') while peek(' ');
	return;
}

sub rights
{
	my $value = astring('rights');

	fail('rights: lower-case letters and digits')
	    if $value =~ /[^a-z0-9]/;
	return $value;
}

# RFC 4314: acl-data, listrights-data, myrights-data
sub r_acl
{
	my ($r) = @_;

	sp('ACL');
	$r->{mailbox} = mailbox('ACL');
	while (peek(' ')) {
		my $who = astring('identifier');
		sp('acl-data');
		$r->{rights}{$who} = rights();
	}
	return;
}

sub r_listrights
{
	my ($r) = @_;

	sp('LISTRIGHTS');
	$r->{mailbox} = mailbox('LISTRIGHTS');
	sp('LISTRIGHTS');
	$r->{identifier} = astring('identifier');
	sp('LISTRIGHTS');
	$r->{rights} = [rights()];
	push @{$r->{rights}}, rights() while peek(' ');
	return;
}

sub r_myrights
{
	my ($r) = @_;

	sp('MYRIGHTS');
	$r->{mailbox} = mailbox('MYRIGHTS');
	sp('MYRIGHTS');
	$r->{rights} = rights();
	return;
}

# RFC 5464: "METADATA" SP mailbox SP (entry-values / entry-list)
sub r_metadata
{
	my ($r) = @_;

	sp('METADATA');
	$r->{mailbox} = mailbox('METADATA');
	sp('METADATA');
	if (next_is('(')) {
		list_of('entry-values', sub {
			my $entry = astring('entry');
			sp('entry-value');
			$r->{entries}{$entry} = next_is('~') ?
			    literal8('value') : nstring('value');
			return $entry;
		}, 1);
		return;
	}
	do {
		push @{$r->{names}}, astring('entry');
	} while (peek(' '));
	return;
}

# thread-list = "(" (thread-members / thread-nested) ")"
sub thread_list
{
	my @list;

	lit('(', 'thread-list');
	if (next_is_digit()) {
		push @list, nz_number('thread-members');
		while (peek(' ')) {
			last if next_is('(');
			push @list, nz_number('thread-members');
		}
	}
	my $nested = 0;
	while (next_is('(')) {
		push @list, thread_list();
		$nested++;
	}
	fail('thread-nested = 2*thread-list') if $nested == 1 || !@list;
	lit(')', 'thread-list: ")"');
	return \@list;
}

sub r_thread
{
	my ($r) = @_;

	$r->{threads} = [];
	return if !peek(' ');
	do {
		push @{$r->{threads}}, thread_list();
	} while (next_is('('));
	return;
}

# expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids
sub r_vanished
{
	my ($r) = @_;

	$r->{earlier} = peek(' (EARLIER)') ? 1 : 0;
	sp('VANISHED');
	$r->{uids} = uid_set();
	return;
}

our %untagged = (
	LIST => \&mailbox_list, LSUB => \&mailbox_list, STATUS => \&r_status,
	SEARCH => \&r_search, ESEARCH => \&r_esearch,
	SORT => \&numbers_and_modseq, THREAD => \&r_thread,
	NAMESPACE => \&r_namespace, ENABLED => \&r_enabled, ID => \&r_id,
	QUOTA => \&r_quota, QUOTAROOT => \&r_quotaroot, ACL => \&r_acl,
	LISTRIGHTS => \&r_listrights, MYRIGHTS => \&r_myrights,
	METADATA => \&r_metadata, VANISHED => \&r_vanished,
	CAPABILITY => sub { $_[0]{capabilities} = capabilities() },
	FLAGS => sub {
		sp('FLAGS');
		$_[0]{flags} = flag_list('flag');
	},
);

1;
