# BINARY, BINARY.PEEK and BINARY.SIZE: parts without their encoding.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, flags => '', base => '1000000001.x', text => <<'END');
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

AAECAw==
--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

caf=C3=A9=
!
x
--b
Content-Type: image/x
Content-Transfer-Encoding: base64

/wAB
/g==
--b
Content-Type: text/plain
Content-Transfer-Encoding: x-mine

?
--b
Content-Type: message/rfc822

Subject: in

text
--b--
END
deliver($md, flags => '', base => '1000000002.x',
    text => "Content-Transfer-Encoding: base64\n\naGVsbG8NCg==\n");
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[2] BINARY.SIZE[3] BINARY.SIZE[9])
S: * 1 FETCH (BINARY.SIZE[1] 4 BINARY.SIZE[2] 9 BINARY.SIZE[3] 4 BINARY.SIZE[9] 0)
S: a OK FETCH completed.
C: b FETCH 1 BINARY.PEEK[1]
S: * 1 FETCH (BINARY[1] ~{4}
S: <x00><x01><x02><x03>)
S: b OK FETCH completed.
C: c FETCH 1 BINARY.PEEK[2]
S: * 1 FETCH (BINARY[2] {9}
S: caf<xc3><xa9>!
S: x)
S: c OK FETCH completed.
C: d FETCH 1 (BINARY.PEEK[1]<<1.2> BINARY.PEEK[2]<<3.2> BINARY.PEEK[1]<<4.1>)
S: * 1 FETCH (BINARY[1]<<1> ~{2}
S: <x01><x02> BINARY[2]<<3> {2}
S: <xc3><xa9> BINARY[1]<<4> ~{0}
S: )
S: d OK FETCH completed.
C: e FETCH 1 BINARY.PEEK[5.1]
S: * 1 FETCH (BINARY[5.1] {4}
S: text)
S: e OK FETCH completed.
C: f FETCH 1 BINARY.PEEK[5]
S: * 1 FETCH (BINARY[5] {19}
S: Subject: in
S:
S: text)
S: f OK FETCH completed.
C: g FETCH 1:2 (BINARY.PEEK[4])
S: * 2 FETCH (BINARY[4] {0}
S: )
S: g NO [UNKNOWN-CTE] <any>
C: h FETCH 1 BINARY.SIZE[4]
S: h NO [UNKNOWN-CTE] <any>
C: i FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\Recent))
S: i OK FETCH completed.
C: j UID FETCH 2 BINARY[1]
S: * 2 FETCH (UID 2 FLAGS (\Seen \Recent) BINARY[1] {7}
S: hello
S: )
S: j OK FETCH completed.
END
$w->done;
done_testing;
