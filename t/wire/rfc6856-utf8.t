# UTF8 and LANG.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Pop3;
use Wire;

my $md = make_maildir();
my $time = 1743899400; # 6-Apr-2025 00:30 UTC
my $n = 1000000001;

sub put
{
	my ($text) = @_;

	deliver($md, text => $text, flags => '', time => $time,
	    base => $n++ . '.x');
	return;
}

spew("$md/courierpop3dsizelist", "/3 1 777\n");
put("From: <b\xc3\xa4>\n\n.\n");
put("From: <b>\n\nb\xc3\xa4\n");
put("Content-Type: multipart/mixed; boundary=x\n\n--x\nX: \xc3\xa4\n\na\n--x--\n");
put("From: \xff\n\nno end");
put("From: \xff\n\nend\r");

my $w = Pop3->new(maildir => $md);
$w->script(<<'END', 'with UTF8 messages are what they are');
S: +OK logged in.
C: LIST
S: +OK POP3 clients that break here, they violate STD53.
S: 1 18
S: 2 18
S: 3 69
S: 4 19
S: 5 17
S: .
C: RETR 1
S: +OK 18 octets follow.
S: From: <x3c>b<xc3><xa4><x3e>
S:
S: ..
S: .
C: QUIT
S: +OK Bye-bye.
END
$w->done;
like slurp("$md/courierpop3dsizelist"), qr/:777:1\n.*:777:0\n(?:.*:777:1\n){3}\z/,
    'the list says which need it';

# --- without UTF8 ------------------------------------------------------------
$w = Pop3->new(maildir => $md, env => { UTF8 => 0 });
is $w->line, '+OK logged in.', 'without UTF8';
my $list = $w->multi('LIST');
my $wrapped = $w->multi('RETR 1');
is join("\n", @$wrapped, ''), <<"END", 'another message in its place';
From: Mail Delivery Subsystem <postmaster>
Subject: Cannot display Unicode content
Date: 06 Apr 2025 00:30:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_utf8-1-777-18"

This is a multipart message in MIME format.

--=_utf8-1-777-18
Content-Type: text/plain; charset=us-ascii

The attached message has Unicode in its header, and your mail program has
not said that it can display that. Perhaps it can open the attachment.

--=_utf8-1-777-18
Content-Type: message/global
Content-Transfer-Encoding: 8bit

From: <b\xc3\xa4>

.

--=_utf8-1-777-18--
END
for (1 .. 5) {
	my $lines = $w->multi("RETR $_");
	my $octets = length join "\r\n", @$lines, '';

	is $w->{first}, "+OK $octets octets follow.", "message $_: RETR";
	is $list->[$_ - 1], "$_ $octets", "message $_: LIST";
}
is_deeply $w->multi('RETR 2'), ['From: <b>', '', "b\xc3\xa4"],
    'an 8-bit body is no reason';
is_deeply $w->multi('TOP 1 0'), [@$wrapped[0 .. 5]], 'TOP of the header';
is_deeply $w->multi('TOP 1 13'), [@$wrapped[0 .. 18]], 'of the beginning';
is_deeply $w->multi('TOP 1 99'), $wrapped, 'of all';
$w->script(<<'END', 'UTF8 is accepted late');
C: UTF8
S: +OK UTF8 enabled
C: LIST 1
S: +OK 1 18
END
$w->done;
$w = Pop3->new(maildir => $md, env => { UTF8 => 0,
    MIME_UNICODE_MESSAGE_TYPE => 'message/rfc822' });
$w->line;
is((grep { /^Content-Type: message/ } @{$w->multi('RETR 1')})[0],
    'Content-Type: message/rfc822', 'its type');
$w->done;

# --- LANG --------------------------------------------------------------------
my $dir = temp_dir();
spew("$dir/xx-test", "English\tTestish\nYup.\tY\xc3\xbcp\n" .
    "Bye-bye.\tTsch\xc3\xbcss.\nLanguage changed.\tGut\n");
my %env = (SATCHEL_LANG_DIR => $dir);
$w = Pop3->new(maildir => $md, env => \%env);
$w->script(<<'END', 'LANG');
S: +OK logged in.
C: LANG
S: +OK Language listing follows:
S: en English
S: i-default Default language
S: xx-test Testish
S: .
C: LANG yy
S: -ERR Language not available.
C: LANG en
S: +OK en Language changed.
C: LANG ../en
S: -ERR Language not available.
C: lang XX
S: +OK xx-test Gut
C: NOOP
S: +OK Y<xc3><xbc>p
C: STAT 1
S: -ERR Invalid command.
C: LANG *
S: +OK en Language changed.
C: NOOP
S: +OK Yup.
END
$w->done;
$w = Pop3->new(maildir => $md, env => { %env, SATCHEL_LANGTAG => 'xx-test' });
$w->script(<<'END', 'agreed upon before login');
S: +OK logged in.
C: QUIT
S: +OK Tsch<xc3><xbc>ss.
END
$w->done;
$w = Pop3->new(maildir => $md,
    env => { SATCHEL_LANG_DIR => root() . '/lang' });
$w->script(<<'END', 'German');
S: +OK logged in.
C: LANG de
S: +OK de Sprache gewechselt.
C: QUIT
S: +OK Auf Wiedersehen.
END
$w->done;
done_testing;
