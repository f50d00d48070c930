# Servers: who is measured, and how a session of each is started.
#
# Each is a line of @table: its name, what a folder's name begins with, and
# what runs on one end of a socket, logged in.  What is not here is left out.
package Servers;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(servers user);

my @table = (
	# name, prefix of folders, finds and prepares it, its programs
	['dovecot', '', \&dovecot],
	['courier', 'INBOX.', \&courier],
);

# Sessions do not run as root; nobody else's files are touched.
sub user
{
	return [$>, (split ' ', $))[0]] if $> != 0;
	my ($uid, $gid) = (getpwnam 'nobody')[2, 3];

	return [$uid, $gid];
}

# { name, prefix, env, imap => [...], pop3 => [...] }; %s in an argument or in
# the environment is the Maildir.
sub servers
{
	my ($build, $dir, $say) = @_;
	my @found = (ours('ours', $build));

	# "old=/usr/local/libexec/satchel": another one of ours
	for (split ' ', $ENV{BENCH_EXTRA} // '') {
		my ($name, $where) = /^(\w+)=(.+)$/
		    or die "BENCH_EXTRA: $_ is not NAME=DIRECTORY\n";
		push @found, ours($name, $where);
	}
	for (@table) {
		my ($name, $prefix, $prepare) = @$_;
		my $s = $prepare->($dir);

		if (!ref $s) {
			$say->("$name is left out: $s");
			next;
		}
		push @found, { %$s, name => $name, prefix => $prefix };
	}
	return @found;
}

sub ours
{
	my ($name, $where) = @_;

	for my $program ('imapd', 'pop3d') {
		-x "$where/$program" or die "no $where/$program\n";
	}
	return { name => $name, prefix => 'INBOX.', where => $where,
		env => { IMAP_KEYWORDS => 1 }, imap => ["$where/imapd", '%s'],
		pop3 => ["$where/pop3d", '%s'] };
}

# Settings are read once, as its master process does for all sessions.
sub dovecot
{
	my ($dir) = @_;
	my ($uid, $gid) = @{user()};

	for my $program (qw(/usr/lib/dovecot/imap /usr/lib/dovecot/pop3
	    /usr/bin/doveconf)) {
		-x $program or return "no $program";
	}
	mkdir "$dir/dovecot";
	open my $conf, '>', "$dir/dovecot/conf" or die "$dir/dovecot: $!\n";
	print $conf <<"END";
protocols = imap pop3
mail_location = maildir:~/Maildir
mail_fsync = optimized
mail_uid = $uid
mail_gid = $gid
first_valid_uid = 1
log_path = $dir/dovecot/log
base_dir = $dir/dovecot/run
state_dir = $dir/dovecot/run
stats_writer_socket_path =
ssl = no
END
	close $conf;
	my %env;
	for (`env -i PATH=\$PATH doveconf -c $dir/dovecot/conf -m imap \\
	    -e /usr/bin/env`) {
		/^(\w+)=(.*)$/ and $env{$1} = $2;
	}
	defined $env{DOVECONF_ENV} or return 'doveconf says no settings';
	$env{MAIL_LOCATION} = 'maildir:%s';
	# it expects that its login process has greeted
	return { env => \%env, imap => ['/usr/lib/dovecot/imap'],
		pop3 => ['/usr/lib/dovecot/pop3'], no_pop3_greeting => 1 };
}

# Debian has the two peers exclude each other; the packages are unpacked, not
# installed, where the programs are not there.
sub courier
{
	my ($dir) = @_;
	my $root = -x '/usr/bin/imapd' ? '' : "$dir/courier/root";

	if (!-x "$root/usr/bin/imapd") {
		system("mkdir -p $root && cd $dir/courier && apt-get -q " .
		    'download courier-imap courier-pop >log 2>&1 && ' .
		    'for d in *.deb; do dpkg -x "$d" root; done') == 0
		    or return "see $dir/courier/log";
	}
	# its libraries come from courier-base
	return 'libraries are missing: install courier-base and '.
	    'courier-authlib' if `ldd $root/usr/bin/imapd` =~ /not found/;
	my %env = (AUTHENTICATED => 'bench', AUTHADDR => 'bench',
		IMAP_KEYWORDS => 1, IMAP_USELOCKS => 1,
		IMAP_CHECK_ALL_FOLDERS => 0, IMAP_OBSOLETE_CLIENT => 0,
		IMAP_ENHANCEDIDLE => 0, IMAP_ACL => 0, MAILDIR => '%s',
		IMAP_CAPABILITY => 'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE ' .
		    'THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE');
	return { env => \%env, imap => ["$root/usr/bin/imapd", '%s'],
		pop3 => ["$root/usr/lib/courier/courier/courierpop3d", '%s'] };
}

1;
