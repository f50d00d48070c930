# small.mk: what runs for each connection before its session, without the
# costs of a large C library; part of the Makefile.
#
#	make && make small	(Debian: apt-get install musl-tools)
#
# glibc, static or not, asks the processor some 70 questions at each start,
# which a virtual machine has to answer for it: 0.6 ms where they take 8 us
# each.  musl asks none.  These programs need nothing else of a C library; the
# sessions do, since its memchr() and memcpy() are what they live on.

SMALL = imaplogin limit pop3login proxyhdr
SMALL_CC ?= musl-gcc
SMALL_DIR ?= /usr/lib/$(shell uname -m)-linux-musl
# static, and yet not always at the same address
SMALL_LDFLAGS ?= -static -nostartfiles -Wl,-pie,--no-dynamic-linker \
	-Wl,-z,text,-z,relro,-z,now,-z,noexecstack \
	$(SMALL_DIR)/rcrt1.o $(SMALL_DIR)/crti.o $(SMALL_DIR)/crtn.o

# headers of the kernel and of libunistring are the system's
small:
	@mkdir -p $(BUILD)/small/lib
	@ln -sf "$$($(CC) -print-file-name=libunistring.a)" $(BUILD)/small/lib/
	@$(MAKE) BUILD=$(BUILD)/small \
	    CC="$(SMALL_CC) -idirafter /usr/include \
	    -idirafter /usr/include/$$($(CC) -print-multiarch) \
	    -L$(BUILD)/small/lib" HARDEN_LDFLAGS="$(SMALL_LDFLAGS)" \
	    UNISTRING_LIBS=-lunistring \
	    WITHOUT="gdbm crypt nettle gnutls systemd" \
	    $(SMALL:%=$(BUILD)/small/bin/%)
	@mkdir -p $(BUILD)/bin
	@cp $(SMALL:%=$(BUILD)/small/bin/%) $(BUILD)/bin/
