# bench.mk: the programs of the benchmark; part of the Makefile.

BENCH = drive floor login mail null
PARTS_drive = drive_conn drive_memory
# sched_setaffinity()
$(BUILD)/bench/drive.o: OUR_CFLAGS += -D_GNU_SOURCE
# the client of TLS sessions; without it those are left out
$(BUILD)/bench/login.o: OUR_CFLAGS += $(shell pkg-config --exists gnutls && \
	echo -DBENCH_TLS=1 `pkg-config --cflags gnutls` || echo -DBENCH_TLS=0)
BENCH_LIBS_login = $(shell pkg-config --libs gnutls 2>/dev/null)

define BENCH_RULE
$(BUILD)/bench/$(1): $(BUILD)/bench/$(1).o $$(PARTS_$(1):%=$(BUILD)/bench/%.o)
	@echo "  LD $$@"
	@$(LINK) -o $$@ $$^ $$(BENCH_LIBS_$(1))
endef
$(foreach p,$(BENCH),$(eval $(call BENCH_RULE,$(p))))
# what an exec costs at the least
$(BUILD)/bench/null-static: $(BUILD)/bench/null.o
	@echo "  LD $@"
	@$(LINK) -static-pie -o $@ $^

BENCH_BINS = $(BENCH:%=$(BUILD)/bench/%) $(BUILD)/bench/null-static

bench: all $(BENCH_BINS) $(filter %mkuserdb,$(TOOL_BINS))
	@BUILD=$(BUILD) perl bench/bench.pl
