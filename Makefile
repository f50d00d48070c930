# satchel: IMAP, POP3 and SMAP servers for Maildirs.
# GNU make is needed for the pattern rules and -include; nothing else of it.
#
#   make            every program, in build/bin/
#   make check      all quick tests          make check-san  under ASan, UBSan
#   make fuzz       FUZZ_SECONDS for each    make check-peers  beside others
#   make demo       an account to look at    make install

PREFIX ?= /usr/local
LIBEXECDIR ?= $(PREFIX)/libexec/satchel
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
CC ?= cc
CFLAGS ?= -O2 -g
BUILD ?= build
WERROR ?=
FUZZ_SECONDS ?= 60

# --- modules, by layer; a layer uses itself and what stands above it --------
base = arena ascii num span strbuf

# peer: who is at the other end; proc: fork and exec; watch: inotify, dnotify
sys = clock env fs log peer proc rd sig watch wr

text = base64 bytes casefold charset date encword mutf7 qp utf8

msg = addr decode header mime stream structure

# (see lib/README.md for what each of these is)
store = account append flags folder keywords lock mailbox maildir \
	quota search subs sync uiddb

auth = account checkpassword sasl

# account stores and hashes: linked by bin/checkpw only
pw = hash userdb

imap = cmd_any cmd_append cmd_copy cmd_fetch cmd_folder cmd_idle cmd_list \
	cmd_quota cmd_search cmd_select cmd_status cmd_store commands input \
	list_parse name out outbox pattern reply seqset session token update use

chain = login

# program: the layers it links, lowest last
PROGRAMS =
CHECKPW =

# --- tests, by the layer that each links -------------------------------------
UNIT_base =

UNIT_sys =

UNIT_text = base64 bytes casefold charset date mutf7 qp utf8

UNIT_msg =

UNIT_store =

UNIT_auth =

UNIT_pw =

UNIT_imap =

UNIT_chain =

FUZZ =

# --- what follows needs no change for a new module ---------------------------
# libunistring is linked statically: a session program loads libc and no more
UNISTRING_LIBS ?= -Wl,-Bstatic -lunistring -Wl,-Bdynamic
LIBS_text = $(UNISTRING_LIBS)

LAYERS = base sys text msg store auth pw imap chain
BELOW_base = base
BELOW_sys = sys $(BELOW_base)
BELOW_text = text $(BELOW_sys)
BELOW_msg = msg $(BELOW_text)
BELOW_store = store $(BELOW_msg)
BELOW_auth = auth $(BELOW_text)
BELOW_pw = pw $(BELOW_auth)
BELOW_imap = imap auth $(BELOW_store)
BELOW_chain = chain $(BELOW_auth)

-include $(BUILD)/config.mk
$(BUILD)/config.mk: config.sh
	@BUILD=$(BUILD) CC="$(CC)" WITHOUT="$(WITHOUT)" sh ./config.sh

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla \
	-Wundef -Wformat=2 -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough
OUR_CFLAGS = -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L \
	-D_FILE_OFFSET_BITS=64 -I$(BUILD) -Ilib -Ibin -It \
	-include base/banned.h $(WARNINGS) $(WERROR) $(HARDEN_CFLAGS)
OUR_LDFLAGS = $(HARDEN_LDFLAGS)
# what the C library has beyond POSIX is for these two layers only
$(BUILD)/lib/sys/%.o $(BUILD)/lib/text/%.o: OUR_CFLAGS += -D_GNU_SOURCE
COMPILE = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP

.PHONY: all check
all: $(PROGRAMS:%=$(BUILD)/bin/%) $(CHECKPW:%=$(BUILD)/bin/%)

$(BUILD)/%.o: %.c $(BUILD)/config.mk
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(COMPILE) -c -o $@ $<

define LAYER_RULE
$(BUILD)/lib/$(1).a: $$($(1):%=$(BUILD)/lib/$(1)/%.o)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$$(UNIT_$(1):%=$(BUILD)/t/unit/%.t): $(BUILD)/t/unit/%.t: \
    $(BUILD)/t/unit/%.o $$(BELOW_$(1):%=$(BUILD)/lib/%.a)
	@echo "  LD $$@"
	@$(CC) $$(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $$@ $$^ \
		$$(foreach b,$$(BELOW_$(1)),$$(LIBS_$$(b)))
endef
$(foreach l,$(LAYERS),$(eval $(call LAYER_RULE,$(l))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
