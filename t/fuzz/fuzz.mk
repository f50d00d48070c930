# fuzz.mk: each target of FUZZ twice, with a main that replays the corpus and
# with libFuzzer; part of the Makefile.

# sessions of two protocols do not link together
define FUZZ_RULE
$(BUILD)/t/fuzz/$(1).t: EXTRA = $(BUILD)/t/fuzz/replay.o
$(BUILD)/t/fuzz/$(1).fuzz: EXTRA = $(BUILD)/t/fuzz/oom.o -fsanitize=fuzzer
$(BUILD)/t/fuzz/$(1).t $(BUILD)/t/fuzz/$(1).fuzz: $(BUILD)/t/fuzz/$(1).o \
    $(BUILD)/t/fuzz/replay.o $(BUILD)/t/fuzz/oom.o $(2:%=$(BUILD)/lib/%.a)
	@echo "  LD $$@"
	@$(LINK) -o $$@ $$< $$(EXTRA) $$(filter %.a,$$^) $$(call libs,$(2))
endef
$(foreach f,$(FUZZ),$(eval $(call FUZZ_RULE,$(f),$(if \
    $(filter pop3 request,$(f)),$(BELOW_pop3),$(if \
    $(filter tlsname,$(f)),$(BELOW_engine),$(EVERY))))))

fuzz:
	@$(MAKE) BUILD=build-fuzz CC=clang $(UNHARDENED) \
	    CFLAGS="-O1 -g $(SAN) -fsanitize=fuzzer-no-link" fuzz-run

# new inputs go to build-fuzz/corpus/NAME, findings to build-fuzz/found
fuzz-run: $(FUZZ:%=fuzz-%)
$(FUZZ:%=fuzz-%): fuzz-%: $(BUILD)/t/fuzz/%.fuzz
	@mkdir -p $(BUILD)/corpus/$* $(BUILD)/found
	ASAN_OPTIONS=detect_leaks=0 $< -max_total_time=$(FUZZ_SECONDS) \
	    -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=$(BUILD)/found/$*- $(BUILD)/corpus/$* \
	    $(wildcard t/fuzz/corpus/$*)
