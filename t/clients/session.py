"""session.py: what Python's imaplib does with the server.

usage: session.py PORT USER PASSWORD; prints TAP, ends with the plan.
The INBOX holds one message or more.
"""
import imaplib
import sys
import time

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
count = 0


def ok(good, name, why=""):
    global count
    count += 1
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    if not good and why:
        print("# %r" % (why,))
    return good


def yes(answer, name):
    """An answer of imaplib: ('OK', [data])."""
    ok(answer[0] == "OK", name, answer)
    return answer[1]


text = b"Subject: from imaplib\r\nFrom: p@example.org\r\n\r\nhello\r\n"
m = imaplib.IMAP4("127.0.0.1", port, timeout=20)
yes(m.login(user, password), "login")
ok("IMAP4REV1" in m.capabilities, "capabilities", m.capabilities)
ok(any(b'INBOX' in line for line in yes(m.list(), "list")), "INBOX is listed")
prefix = yes(m.namespace(), "namespace")[0].split(b'"')[1].decode()
folder = prefix + "Python"
yes(m.create(folder), "create")
yes(m.subscribe(folder), "subscribe")
ok(any(folder.encode() in line for line in yes(m.lsub(), "lsub") if line),
   "it is subscribed")
yes(m.append(folder, r"(\Flagged $Snake)",
             imaplib.Time2Internaldate(1700000000), text), "append")
ok(yes(m.select(folder), "select") == [b"1"], "one message")
found = yes(m.search(None, "FLAGGED", "SUBJECT", '"from imaplib"'), "search")
ok(found == [b"1"], "it is found", found)
parts = yes(m.fetch("1", "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"),
            "fetch")
ok(parts[0][1] == text, "its bytes", parts)
ok(b"$Snake" in imaplib.ParseFlags(b"".join(
    p if isinstance(p, bytes) else p[0] for p in parts)), "its keyword", parts)
when = imaplib.Internaldate2tuple(
    b" ".join(p if isinstance(p, bytes) else p[0] for p in parts))
ok(when and int(time.mktime(when)) == 1700000000, "its date", parts)
yes(m.store("1", "+FLAGS", r"(\Seen)"), "store")
copied = yes(m.copy("1", "INBOX"), "copy")
yes(m.uid("STORE", "1", "+FLAGS.SILENT", r"(\Deleted)"), "uid store")
ok(yes(m.expunge(), "expunge") == [b"1"], "number 1 is gone")
ok(yes(m.noop(), "noop") is not None, "still there")
yes(m.close(), "close")
yes(m.unsubscribe(folder), "unsubscribe")
yes(m.rename(folder, folder + "2"), "rename")
yes(m.status(folder + "2", "(MESSAGES UIDNEXT UIDVALIDITY)"), "status")
yes(m.delete(folder + "2"), "delete")
ok(m.select("INBOX", readonly=True)[0] == "OK", "examine")
number = m.response("EXISTS")
yes(m.fetch("1:*", "(UID FLAGS ENVELOPE BODYSTRUCTURE)"),
    "envelopes and structures of all")
yes(m.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])"),
    "subjects of all")
try:
    answer = m.store("1", "+FLAGS", r"(\Flagged)")
    ok(answer[0] == "NO", "a read-only mailbox is not changed", answer)
except (m.readonly, m.error):
    ok(True, "a read-only mailbox is not changed")
bad = m.select('"no such folder"')
ok(bad[0] == "NO", "no such folder", bad)
ok(m.logout()[0] == "BYE", "logout")
m = imaplib.IMAP4("127.0.0.1", port, timeout=20)
m.authenticate("PLAIN", lambda _: ("\0%s\0%s" % (user, password)).encode())
ok(m.state == "AUTH", "AUTHENTICATE PLAIN")
m.logout()
print("1..%d" % count)
