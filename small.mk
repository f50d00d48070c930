# small.mk: what runs for each connection, without the costs of a large C
# library; part of the Makefile.
#
# glibc, static or not, asks the processor some 70 questions at each start,
# which a virtual machine has to answer for it: 0.9 ms of each login and of each
# session, where musl needs 0.1.  They are a dozen pages of memory less, too.
# What musl is slow at is here: small/string.c has the functions that messages
# are searched and copied with, and base/spare keeps blocks that its malloc()
# would give back to the system after each message.  With these two a session
# sends as much in the same time as with glibc (bench/README.md).
# checkpw-passwd is left: it has to ask whatever nsswitch.conf names.
#
# WITHOUT=musl links them as all others.  The archives of libgdbm, libcrypt and
# libnettle are glibc's; small/ has what they want of it.  For a distribution
# with musl alone nothing of this is needed.

SMALL_CC = musl-gcc
SMALL_DIR ?= /usr/lib/$(shell uname -m)-linux-musl
# static, and yet not always at the same address
SMALL_LDFLAGS ?= -static -nostartfiles -Wl,-pie,--no-dynamic-linker \
	-Wl,-z,text,-z,relro,-z,now,-z,noexecstack \
	$(SMALL_DIR)/rcrt1.o $(SMALL_DIR)/crti.o $(SMALL_DIR)/crtn.o
SMALL_LIBS = unistring gdbm crypt nettle
SMALL =

ifeq ($(HAVE_MUSL),1)
SMALL = $(filter checkpw-userdb imapd imaplogin limit pop3d pop3login \
	proxyhdr tlsd, $(PROGRAMS) $(CHECKPW))
$(SMALL:%=$(BUILD)/bin/%): small ;
endif

# another make, which looks for nothing: headers that are not the C library's
# are the system's
SMALL_MAKE = $(MAKE) -s --no-print-directory BUILD=$(BUILD)/small HAVE_MUSL=0 \
	CHARSETS=$(BUILD)/charsets.inc \
	CC="$(SMALL_CC) -idirafter small -idirafter /usr/include -idirafter \
	/usr/include/$$($(CC) -print-multiarch) -L$(BUILD)/small/lib" \
	HARDEN_LDFLAGS="$(SMALL_LDFLAGS)" WERROR="$(WERROR)" \
	WITHOUT="gdbm crypt nettle gnutls systemd musl mandoc clang $(WITHOUT)" \
	$(foreach p,GDBM CRYPT NETTLE GNUTLS,HAVE_$(p)=$(HAVE_$(p))) \
	UNISTRING_LIBS=-lunistring GDBM_LIBS=-lgdbm CRYPT_LIBS=-lcrypt \
	NETTLE_LIBS=-lnettle EVERYWHERE="$(SMALL_OBJECTS)"
SMALL_OBJECTS = $(BUILD)/small/small/fortified.o \
	$(BUILD)/small/small/string.o

# no loop of theirs may become a call of themselves
$(BUILD)/small/string.o $(BUILD)/t/unit/smallstring.o: \
	OUR_CFLAGS += -D_GNU_SOURCE -fno-builtin

small: $(BUILD)/config.mk $(CHARSETS)
	@mkdir -p $(BUILD)/small/lib $(BUILD)/bin
	@for l in $(SMALL_LIBS); do \
	    ln -sf "$$($(CC) -print-file-name=lib$$l.a)" $(BUILD)/small/lib/; \
	done
	@+$(SMALL_MAKE) $(SMALL_OBJECTS) >$(BUILD)/small/log || \
	    { cat $(BUILD)/small/log; exit 1; }
	@+$(SMALL_MAKE) $(SMALL:%=$(BUILD)/small/bin/%)
	@for p in $(SMALL); do \
	    cmp -s $(BUILD)/small/bin/$$p $(BUILD)/bin/$$p || \
	    cp -f $(BUILD)/small/bin/$$p $(BUILD)/bin/$$p || exit 1; done
