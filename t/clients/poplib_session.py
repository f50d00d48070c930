# poplib_session.py PORT USER PASSWORD DIR: all of poplib against a server
# whose messages are the files of DIR, in order and as they are to be sent.
import os
import poplib
import sys

port, user, password, sent = sys.argv[1:]
files = []
for name in sorted(os.listdir(sent)):
    with open(os.path.join(sent, name), 'rb') as f:
        files.append(f.read())


def ok(good, name):
    print(('ok' if good else 'not ok') + ' - ' + name)


def connect():
    return poplib.POP3('127.0.0.1', int(port), 20)


p = connect()
ok(p.getwelcome().startswith(b'+OK'), 'getwelcome')
capa = p.capa()
ok('UIDL' in capa and capa['UTF8'] == ['USER'], 'capa')
ok(p.utf8().startswith(b'+OK'), 'utf8')
p.user(user)
try:
    p.pass_('wrong')
    ok(False, 'a wrong password')
except poplib.error_proto as e:
    ok(e.args[0].startswith(b'-ERR [AUTH] '), 'a wrong password')
p.user(user)
ok(p.pass_(password).startswith(b'+OK'), 'pass_')
count, octets = p.stat()
ok(count == len(files), 'stat counts')
ok(octets == sum(map(len, files)), 'stat knows the octets')
sizes = [int(line.split()[1]) for line in p.list()[1]]
ok(sizes == list(map(len, files)), 'list')
uids = [line.split()[1] for line in p.uidl()[1]]
ok(len(set(uids)) == len(files), 'uidl')
ok(p.uidl(1).split()[2] == uids[0], 'uidl of one')
bad = [i for i, f in enumerate(files)
       if b''.join(line + b'\r\n' for line in p.retr(i + 1)[1]) != f]
ok(not bad, 'retr: %s' % bad)
head, body = files[0].split(b'\r\n\r\n', 1)
top = p.top(1, 2)[1]
ok(top == head.split(b'\r\n') + [b''] + body.split(b'\r\n')[:2], 'top')
ok(p.noop().startswith(b'+OK'), 'noop')
ok(p.dele(1).startswith(b'+OK'), 'dele')
ok(p.rset().startswith(b'+OK'), 'rset')
ok(p.stat()[0] == len(files), 'all are back')
p.dele(len(files))
ok(p.quit().startswith(b'+OK'), 'quit')

p = connect()
p.user(user)
p.pass_(password)
ok([line.split()[1] for line in p.uidl()[1]] == uids[:-1], 'the next session')
p.dele(1)
p.close()
p = connect()
p.user(user)
p.pass_(password)
ok(p.stat()[0] == len(files) - 1, 'close deletes nothing')
p.quit()
