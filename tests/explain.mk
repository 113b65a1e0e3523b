# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the reference matcher, of packets in words and of captures, with
# sanitizers. This comes after policy.mk, which has the rules for the objects of
# the policy language.

EXPLAIN_PARTS := describe describe_clauses describe_finish describe_frame \
	describe_print describe_words match packet pcap
EXPLAIN_SANITIZED := $(EXPLAIN_PARTS:%=$(T)/policy-%.san.o)
EXPLAIN_TESTS := $(addprefix $(T)/,match match_packet match_table describe \
	describe_pcap)
CRAFT_SANITIZED := $(addprefix $(T)/,$(CRAFT:.o=.san.o))

$(T)/match $(T)/match_packet: $(T)/%: $(T)/unit-%.san.o $(CRAFT_SANITIZED) \
	$(T)/policy-match.san.o $(T)/policy-packet.san.o
$(T)/match_table: $(T)/unit-match_table.san.o \
	$(EXPLAIN_SANITIZED) $(POLICY_SANITIZED)
$(T)/describe: $(T)/unit-describe.san.o $(CRAFT_SANITIZED) \
	$(EXPLAIN_SANITIZED) $(T)/policy-words.san.o $(T)/policy-suggest.san.o
$(T)/describe_pcap: $(T)/unit-describe_pcap.san.o $(T)/policy-pcap.san.o

$(T)/fuzz-describe: $(T)/fuzz-describe.fuzz.o \
	$(EXPLAIN_PARTS:%=$(T)/policy-%.fuzz.o) $(T)/policy-words.fuzz.o \
	$(T)/policy-suggest.fuzz.o

$(EXPLAIN_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)

$(T)/fuzz-describe:
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) \
		-o $@ $(LDLIBS)

tests-build: $(EXPLAIN_TESTS) $(T)/fuzz-describe
UNIT_TESTS += $(EXPLAIN_TESTS)
FUZZERS += $(T)/fuzz-describe
