# satchel: IMAP, POP3 and SMAP servers for Maildirs.
# GNU make is needed for the pattern rules and -include; nothing else of it.
#
#   make            every program, in build/bin/
#   make check      all quick tests          make check-san  under ASan, UBSan
#   make fuzz       FUZZ_SECONDS for each    make check-peers  beside others
#   make demo       an account to look at    make cover        lines never run
#   make bench      how fast, beside others
#   make install    below $(DESTDIR)$(PREFIX)
#
# WITHOUT="gdbm ..." leaves parts out, WITH="gdbm ..." insists: see config.sh

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/satchel
MANDIR ?= $(PREFIX)/share/man
LANGDIR ?= $(PREFIX)/share/satchel/lang
DESTDIR ?=
CC ?= cc
# for the machine that builds: it makes tables of its C library's charsets
HOSTCC ?= $(CC)
CFLAGS ?= -O2 -g
BUILD ?= build
CHARSETS ?= $(BUILD)/charsets.inc
WERROR ?=
FUZZ_SECONDS ?= 60
SAN_CC ?= $(CC)

.PHONY: all tests bench check check-san check-peers fuzz fuzz-run cover demo \
	install small clean reconfigure
all:

# --- modules, by layer; a layer uses itself and what stands above it --------
base = arena ascii num radix sha256 siphash span spare strbuf sum

sys = cage cidr clock cpu env fdpass fs helper jail landlock log map peer \
	proc rd seccomp setting shed sig slot sock tlslist watch wr

text = base64 bytes bytes_count bytes_fold casefold charset charset_2022 \
	charset_table charset_wide date encword lang mutf7 qp searchfold utf8

msg = addr basesubject brief decode excerpt field fields header html lex \
	mime msgid names octets param preview scan sortkeys stream structure

# (see lib/README.md for what each of these is)
store = account adopt append arrival bases box box_arrive cachedir change \
	confine drop droplist dropstamp dropuids dump facts flags folder \
	follow history image index keywords known kwset listed lock login \
	mailbox maildir maildrop maildrop_end modseqs move name objectid \
	order purge quota rebase recover registry replay scan search \
	search_text sizelist sorted sortfacts stamp status subs summary sync \
	table threads trash tree uiddb uids

auth = checkpassword handover options pop3capa sasl

# account stores and hashes: linked by bin/checkpw only
pw = become hash service userdb

imap = bodystructure cmd_any cmd_append cmd_copy cmd_fetch cmd_folder \
	cmd_idle cmd_list cmd_quota cmd_search cmd_select cmd_sort \
	cmd_status cmd_store cmd_thread commands conf envelope fetch_parse \
	fetch_send gather headertext input list_parse look memo modseq \
	name out outbox pattern reply resync search_parse searching \
	section select_parse seqset session sort_parse startup token \
	update use vanished

pop3 = cmd_any cmd_list cmd_retr commands conf reply request send session \
	startup wrap

chain = attempt dialogue front imapcmd imaplogin keeper login pop3cmd \
	pop3login proxyhdr talk tarpit ucspitls

# the listener and its access file
net = access activate compile conns ids options rule server sockets vars

# tlsd, and what of tlsd-engine is not GnuTLS's business; engine: what is
tls = conf files launch opener servername tickets tlsd
engine = cert engine facts handshake net relay ticketkey

# program: the layers it links, lowest last
# (bin/NAME.c and, for checkpw-NAME, bin/checkpw/NAME.c)
PROGRAMS = imapd imaplogin limit listen pop3d pop3login proxyhdr tlsd \
	tlsd-engine
CHECKPW = checkpw-passwd checkpw-userdb
# what people type
COMMANDS = makeimapaccess satchel-index

LAYERS_imapd = $(BELOW_imap)
LAYERS_imaplogin = $(BELOW_chain)
LAYERS_limit = $(BELOW_auth)
LAYERS_listen = $(BELOW_net)
LAYERS_makeimapaccess = $(BELOW_net)
LAYERS_pop3d = $(BELOW_pop3)
LAYERS_pop3login = $(BELOW_chain)
LAYERS_proxyhdr = $(BELOW_chain)
LAYERS_satchel-index = $(BELOW_store)
LAYERS_tlsd = $(BELOW_tls)
LAYERS_tlsd-engine = $(BELOW_engine)
LAYERS_checkpw-userdb = $(BELOW_pw)
LAYERS_checkpw-passwd = $(BELOW_pw)

# libraries, where config.sh found them; no other layer has any
LIBS_text = $(UNISTRING_LIBS)
LIBS_net = $(GDBM_LIBS) -Wl,--as-needed $(SYSTEMD_LIBS) -Wl,--no-as-needed
LIBS_engine = $(GNUTLS_LIBS)
LIBS_pw = $(GDBM_LIBS) $(CRYPT_LIBS) $(NETTLE_LIBS)

# --- tests, by the layer that each links -------------------------------------
UNIT_base = arena num radix sha256 siphash smallstring span spare strbuf sum
UNIT_sys = cidr fdpass fs helper jail map peer proc rd slot tlslist watch wr
UNIT_text = base64 bytes casefold charset charset_iconv date encword lang \
	mutf7 qp searchfold utf8
UNIT_msg = addr basesubject decode header html mime msgid octets preview \
	sortkeys stream structure
UNIT_store = append carry change facts flags folder history index \
	index_lost keywords kwset listed lock mailbox maildir maildrop name \
	objectid order quota race search_text sizelist sorted stamp status \
	summary table threads tree uiddb
UNIT_auth = checkpassword handover options pop3capa sasl
UNIT_pw = become hash service userdb
UNIT_imap = bodystructure envelope fetch_parse gather input list_parse \
	pattern search_parse section select_parse seqset sort_parse token
UNIT_pop3 = request send
UNIT_net = conns rule
UNIT_chain = dialogue front imapcmd keeper pop3cmd proxyhdr talk tarpit \
	ucspitls
UNIT_tls = servername tickets
UNIT_engine = ticketkey

# t/fuzz/NAME.c with its seeds in t/fuzz/corpus/NAME/
FUZZ = addr brief charset date encword facts fetch_parse gather header \
	imapcmd index keywords mime mutf7 pop3 pop3cmd preview proxyhdr qp \
	request rule search_parse section select_parse session \
	sizelist sort_parse structure subject talk tlsname uiddb

# what tests and the demo need besides: t/tool/NAME.c
TOOLS = escape faultat mkuserdb sendmail structure

LAYERS_escape = $(BELOW_store)
LAYERS_faultat =
LAYERS_sendmail =
# preloaded: t/tool/NAME.c
SHIMS = clock coarse oldkernel
LAYERS_structure = $(BELOW_msg)
LAYERS_mkuserdb = $(BELOW_pw)

# --- installed ---------------------------------------------------------------
MAN5 = courier.lock courierimapkeywords courierimapsubscribed \
	courierimapuiddb courierpop3dsizelist maildirsize satchel-cache \
	satchel-folders satchel-index satchel-list satchel-status
MAN7 = satchel satchel-cage satchel-chain satchel-durability satchel-imap \
	satchel-maildir satchel-settings
MAN8 = checkpw-passwd checkpw-userdb imapd imaplogin limit listen \
	makeimapaccess pop3d pop3login proxyhdr satchel-index tlsd \
	tlsd-engine
# a service for a port in systemd/SET/, its socket and xinetd's in one place
SERVICES = imapd pop3d $(if $(filter tlsd,$(PROGRAMS)),imapd-ssl pop3d-ssl)
LANGS = de fr
FAIL2BAN = $(PREFIX)/share/satchel/fail2ban

# --- what follows needs no change for a new module ---------------------------

LAYERS = base sys net text msg store auth pw imap pop3 chain tls engine
BELOW_base = base
BELOW_sys = sys $(BELOW_base)
BELOW_net = net $(BELOW_sys)
BELOW_text = text $(BELOW_sys)
BELOW_msg = msg $(BELOW_text)
BELOW_store = store $(BELOW_msg)
BELOW_auth = auth $(BELOW_text)
BELOW_pw = pw $(BELOW_auth)
BELOW_imap = imap auth $(BELOW_store)
BELOW_pop3 = pop3 auth $(BELOW_store)
BELOW_chain = chain $(BELOW_auth)
BELOW_tls = tls $(BELOW_sys)
BELOW_engine = engine $(BELOW_tls)
EVERY = net imap chain pw auth $(BELOW_store)

ifneq ($(MAKECMDGOALS),clean)
include $(BUILD)/config.mk
endif
$(BUILD)/config.mk: config.sh
	@BUILD=$(BUILD) CC="$(CC)" WITH="$(WITH)" WITHOUT="$(WITHOUT)" \
	    sh ./config.sh
# another compiler or another choice of parts: ask again
ifneq ($(strip $(CC) + $(WITH) - $(WITHOUT)),$(CONFIGURED))
$(BUILD)/config.mk: reconfigure
endif

# what was not found takes its modules along
ifneq ($(HAVE_GNUTLS),1)
tls =
engine =
UNIT_tls =
UNIT_engine =
FUZZ := $(filter-out tlsname,$(FUZZ))
PROGRAMS := $(filter-out tlsd%,$(PROGRAMS))
endif
ifneq ($(HAVE_CRYPT)$(HAVE_NETTLE),11)
pw =
UNIT_pw =
CHECKPW =
TOOLS := $(filter-out mkuserdb,$(TOOLS))
else ifneq ($(HAVE_GDBM),1)
pw := $(filter-out userdb,$(pw))
UNIT_pw := $(filter-out userdb,$(UNIT_pw))
CHECKPW := $(filter-out checkpw-userdb,$(CHECKPW))
TOOLS := $(filter-out mkuserdb,$(TOOLS))
endif
ifneq ($(HAVE_GDBM),1)
COMMANDS := $(filter-out makeimapaccess,$(COMMANDS))
endif

# what is linked with another C library
include small.mk

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wvla -Wundef -Wformat=2 -Wconversion -Wno-sign-conversion \
	-Wimplicit-fallthrough -Wno-psabi
OUR_CFLAGS = -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L \
	-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -I$(BUILD) -Ilib -Ibin -It \
	-include base/banned.h $(WARNINGS) $(WERROR) \
	$(HARDEN_CFLAGS) $(PART_CPPFLAGS)
OUR_LDFLAGS = $(HARDEN_LDFLAGS)
# what the C library has beyond POSIX is for these two layers only
$(BUILD)/lib/sys/%.o $(BUILD)/lib/text/%.o: OUR_CFLAGS += -D_GNU_SOURCE
$(BUILD)/lib/text/lang.o: OUR_CFLAGS += -DLANG_DIR='"$(LANGDIR)"'
# what was made of the C library's charsets: see lib/text/charset.c
$(BUILD)/lib/text/charset_2022.o $(BUILD)/lib/text/charset_table.o: \
    OUR_CFLAGS += -I$(dir $(CHARSETS))
COMPILE = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP
LINK = $(CC) $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS)
libs = $(foreach l,$(1),$(LIBS_$(l)))

TYPED = $(COMMANDS:%=$(BUILD)/bin/%)
BINS = $(PROGRAMS:%=$(BUILD)/bin/%) $(CHECKPW:%=$(BUILD)/bin/%)
TOOL_BINS = $(TOOLS:%=$(BUILD)/t/tool/%) $(BUILD)/t/tool/imapd \
	$(SHIMS:%=$(BUILD)/t/tool/%.so)
UNIT_TESTS = $(foreach l,$(LAYERS),$(UNIT_$(l):%=$(BUILD)/t/unit/%.t))
REPLAYS = $(FUZZ:%=$(BUILD)/t/fuzz/%.t)

all: $(BINS) $(TYPED)
tests: all $(TOOL_BINS) $(UNIT_TESTS) $(REPLAYS)

# the objects are worth keeping, whichever rule wanted them
.SECONDARY:

$(BUILD)/%.o: %.c $(BUILD)/config.mk
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(COMPILE) -c -o $@ $<
# build/bin is for what can be run
$(BUILD)/main/%.o: bin/%.c $(BUILD)/config.mk
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(COMPILE) -c -o $@ $<

$(BUILD)/mkcharset: lib/text/mkcharset.c lib/text/charset_page.h
	@mkdir -p $(@D)
	@echo "  HOSTCC $<"
	@$(HOSTCC) -std=c11 -D_DEFAULT_SOURCE -O2 $(WARNINGS) $(WERROR) -Ilib \
	    -o $@ $<
$(BUILD)/charsets.inc: $(BUILD)/mkcharset lib/text/charsets
	@echo "  GEN $@"
	@$(BUILD)/mkcharset lib/text/charsets >$@.tmp && mv $@.tmp $@
$(BUILD)/lib/text/charset_2022.o $(BUILD)/lib/text/charset_table.o: $(CHARSETS)

define LAYER_RULE
$(BUILD)/lib/$(1).a: $$($(1):%=$(BUILD)/lib/$(1)/%.o)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$$(UNIT_$(1):%=$(BUILD)/t/unit/%.t): $(BUILD)/t/unit/%.t: \
    $(BUILD)/t/unit/%.o $$(BELOW_$(1):%=$(BUILD)/lib/%.a)
	@echo "  LD $$@"
	@$(LINK) -o $$@ $$^ $$(call libs,$$(BELOW_$(1)))
endef
$(foreach l,$(LAYERS),$(eval $(call LAYER_RULE,$(l))))

# a program, the object that holds its main, the layers it links; EVERYWHERE:
# objects that all of them have
define PROGRAM_RULE
$(BUILD)/$(1): $(BUILD)/$(2).o $$(LAYERS_$(3):%=$(BUILD)/lib/%.a) $(EVERYWHERE)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	@$(LINK) -o $$@ $$^ $$(call libs,$$(LAYERS_$(3)))
endef
$(foreach p,$(filter-out $(SMALL),$(PROGRAMS)) $(COMMANDS),$(eval \
    $(call PROGRAM_RULE,bin/$(p),main/$(p),$(p))))
$(foreach p,$(filter-out $(SMALL),$(CHECKPW)),$(eval \
    $(call PROGRAM_RULE,bin/$(p),$(p:checkpw-%=main/checkpw/%),$(p))))
$(foreach p,$(TOOLS),$(eval $(call PROGRAM_RULE,t/tool/$(p),t/tool/$(p),$(p))))
# with shared libraries, for the shims
$(eval $(call PROGRAM_RULE,t/tool/imapd,main/imapd,imapd))

$(BUILD)/t/tool/%.so: t/tool/%.c $(BUILD)/config.mk
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(COMPILE) -fPIC -shared -o $@ $<

include t/fuzz/fuzz.mk

# --- tests: everything that speaks TAP, from the top of the tree --------------
PROVE = BUILD=$(BUILD) CC="$(CC)" OUR_CFLAGS="$(OUR_CFLAGS)" prove -j2
TESTS = $(UNIT_TESTS) $(REPLAYS) \
	$(foreach d,tree wire crash clients,$(sort $(wildcard t/$(d)/*.t)))

check: WERROR = -Werror
check: tests
	@$(PROVE) $(TESTS)

# what ends by exit frees nothing, so a leak says nothing
SAN = -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
# and no cage: what instruments a program looks and writes outside
UNHARDENED = HARDEN_CFLAGS=-fPIE HARDEN_LDFLAGS=-pie \
	WITHOUT="cage musl $(WITHOUT)"
check-san:
	@ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	    $(MAKE) BUILD=build-san CC="$(SAN_CC)" CFLAGS="-O1 -g $(SAN)" \
	    $(UNHARDENED) check

check-peers: tests
	@$(PROVE) $(wildcard t/peers/*.t) </dev/null

cover:
	@rm -rf build-cover
	@$(MAKE) BUILD=build-cover CFLAGS="-O0 -g --coverage" \
	    $(UNHARDENED) check || echo "cover: some tests failed" >&2
	@sh t/cover.sh build-cover

include bench/bench.mk

demo: all $(TOOL_BINS)
	@BUILD=$(BUILD) sh t/demo/demo.sh

# --- install: programs, pages and units; nothing else is touched --------------
INSTALL = install
put = $(INSTALL) -d $(DESTDIR)$(3); for f in $(2); do \
	$(INSTALL) -m $(1) "$$f" $(DESTDIR)$(3)/ || exit 1; done
# units and services name the programs where they are installed, and tlsd
# where that was built
AT = -e 's,/usr/local/libexec/satchel,$(LIBEXECDIR),g' $(if $(filter \
    tlsd,$(PROGRAMS)),,-e 's,/tlsd ,/,' \
    -e '/tlsd$$/{N;s,tlsd\(.*= \)\([a-z0-9]*\) ,\2\1,;}')
place = $(INSTALL) -d $(DESTDIR)$(2); for f in $(1); do \
	sed $(AT) "$$f" >$(BUILD)/placed && $(INSTALL) -m 644 $(BUILD)/placed \
	    $(DESTDIR)$(2)/"$${f\#\#*/}" || exit 1; done
SETS = $(PREFIX)/share/satchel/systemd

install: all
	$(call put,755,$(BINS),$(LIBEXECDIR))
	$(if $(TYPED),$(call put,755,$(TYPED),$(BINDIR)))
	$(call put,644,$(MAN5:%=man/%.5),$(MANDIR)/man5)
	$(call put,644,$(MAN7:%=man/%.7),$(MANDIR)/man7)
	$(call put,644,$(MAN8:%=man/%.8),$(MANDIR)/man8)
	$(call place,$(SERVICES:%=systemd/%.socket) \
	    $(SERVICES:%=systemd/root/%@.service),$(PREFIX)/lib/systemd/system)
	$(call place,$(SERVICES:%=systemd/one-uid/%@.service),$(SETS)/one-uid)
	$(call place,$(SERVICES:%=systemd/network/%@.service),$(SETS)/network)
	$(call place,$(SERVICES:%=xinetd/%),$(PREFIX)/share/satchel/xinetd)
	$(call put,644,packaging/fail2ban/filter.d/*,$(FAIL2BAN)/filter.d)
	$(call put,644,packaging/fail2ban/jail.d/*,$(FAIL2BAN)/jail.d)
	$(call put,644,$(LANGS:%=lang/%),$(LANGDIR))

clean:
	rm -rf build build-san build-fuzz build-cover

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
