# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# One Makefile, not recursive. A variant is a compiler with its flags; every object is
# $(O)/<variant>/<path>.o; the tree is the source list. `make help` names the targets.

O       ?= build
VERSION := $(shell cat VERSION)
JOBS    ?= $(shell nproc)

CC          ?= gcc
# For the application, which no other compiler of a distribution makes as firmware wants it, and for fuzzers.
CLANG       ?= clang
LLD_LINK    ?= lld-link
PKG_CONFIG  ?= pkg-config
FUZZ_SECONDS ?= 600
PREFIX      ?= /usr/local
DESTDIR     ?=
DOCDIR      ?= $(PREFIX)/share/doc/pstore-fw
SYSCONFDIR  ?= /etc
SYSTEMD_UNIT_DIR    ?= /usr/lib/systemd/system
SYSTEMD_CATALOG_DIR ?= /usr/lib/systemd/catalog
SYSTEMD_PRESET_DIR  ?= /usr/lib/systemd/system-preset
TMPFILES_DIR        ?= /usr/lib/tmpfiles.d
UDEV_RULES_DIR      ?= /usr/lib/udev/rules.d
MAN_DIR             ?= $(PREFIX)/share/man
BASH_COMPLETION_DIR ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETION_DIR  ?= $(PREFIX)/share/zsh/site-functions
FISH_COMPLETION_DIR ?= $(PREFIX)/share/fish/vendor_completions.d
INITRAMFS_TOOLS_DIR ?= /usr/share/initramfs-tools
DRACUT_DIR          ?= /usr/lib/dracut/modules.d

# --- the tree -----------------------------------------------------------------------------------

# Every file below these directories whose name ends in that.
below = $(sort $(foreach f,$(wildcard $(addsuffix /*,$(1))),$(filter %$(2),$(f)) $(call below,$(f),$(2))))

SHARED_DIRS := base acpi pstore codec crash store cli
LINUX_DIRS  := linux kdump linux-tool
SHARED_SRC  := $(call below,$(SHARED_DIRS),.c)
# What is one architecture's alone lies in efi-app/ in the directory of its name, and goes into its image only.
EFI_ARCHITECTURES := x86_64 aarch64
EFI_COMMON_SRC := $(filter-out $(EFI_ARCHITECTURES:%=efi-app/%/%),$(call below,efi-app,.c))
efi_src     = $(EFI_COMMON_SRC) $(call below,efi-app/$(1),.c)
# Of the tests that play firmware: that of the machine that runs them.
TEST_ARCHITECTURE := $(shell uname -m)
POSIX_SRC   := $(call below,posix,.c)
CAPTURE_SRC := $(call below,capture,.c)
LINUX_SRC   := $(call below,$(LINUX_DIRS),.c)
LAYERED     := $(foreach suffix,.c .h,$(call below,$(SHARED_DIRS) posix capture efi-app manual $(LINUX_DIRS),$(suffix)))
# Each defines functions of libc's: for those tests alone that name its header.
OVERRIDES   := tests/support/flush-log.c tests/support/journal-socket.c
SUPPORT_SRC := $(filter-out $(OVERRIDES),$(wildcard tests/support/*.c))
# What compares with a header of x86's is for that alone.
OTHERS_TEST_SRC := $(if $(filter x86_64,$(TEST_ARCHITECTURE)),,$(shell grep -l '<asm/mce.h>' tests/*/test-*.c))
TEST_SRC    := $(filter-out tests/efi-app/% $(OTHERS_TEST_SRC),$(wildcard tests/*/test-*.c))
EFI_TEST_SRC := $(wildcard tests/efi-app/test-*.c)
EFI_FAKE_SRC := $(wildcard tests/efi-app/fake-*.c)
FUZZ_SRC    := $(wildcard tests/fuzz/fuzz-*.c)
# The tests of shared code that need no more than cmocka and a little of libc, for which tests/firmware stands in:
# no library that they compare with, no file, no type as wide as Linux has it.
SELFTEST_SRC := $(shell grep -LE '<(zlib|time|unistd|iconv|dirent|asm/.*|json-c/.*)\.h>|test_read_file|popen|qsort|-oracle|(uboot|vmcore)-builder|truth' \
                $(filter $(SHARED_DIRS:%=tests/%/%),$(TEST_SRC)))
SELFTEST_SUPPORT_SRC := $(addprefix tests/support/,erst-builder.c erst-fixture.c fake-allocator.c fake-erst.c \
                        fake-source.c fake-target.c fake-teller.c fake-variable-io.c memory-image.c \
                        page-reader.c session-fixture.c store-fixture.c test.c)

# --- flags --------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef -Wvla \
            -Wwrite-strings -Wimplicit-fallthrough -Wno-missing-field-initializers
# The same bytes wherever the tree lies: to a debugger, too, files are relative to it. A compiler takes the folder
# that it is in from PWD, which may name it by a symbolic link.
unexport PWD
COMMON   := -std=gnu11 -g -iquote . '-ffile-prefix-map=$(CURDIR)=.' $(WARNINGS) -DVERSION='"$(VERSION)"'

PACKAGES := efivar efiboot json-c lzo2 liblz4 libzstd liblzma zlib blkid libkmod libsodium
lazy      = $(eval $(1) := $(2))$($(1))
# Of which only the header is used: it is opened where it is there (linux-tool/tell/journal.c).
OPENED   := libsystemd
LIBS_CFLAGS = $(call lazy,LIBS_CFLAGS,$(shell $(PKG_CONFIG) --cflags $(PACKAGES) $(OPENED)))
LIBS        = $(call lazy,LIBS,$(shell $(PKG_CONFIG) --libs $(PACKAGES)))
TEST_LIBS   = $(LIBS) -lcmocka

# Empty, as what a later compiler warns of is no reason why a test fails.
WERROR   ?=
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# EFI's types: 16-bit characters, and on x86-64 calls by Microsoft's convention. What gnu-efi's headers lack of an
# architecture that is not the distribution's package's own, they find in efi-app/.
efi_types = -fshort-wchar -DGNU_EFI_USE_MS_ABI -isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/$(1) -isystem efi-app

# As distributions build their programs. A level of _FORTIFY_SOURCE that the user chose counts; and it is none for
# a program that is not optimised, or that a sanitizer watches.
FORTIFY  = $(if $(or $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),$(findstring -fsanitize,$(CFLAGS)), \
                $(filter -O0,$(CFLAGS))),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDENED = -fPIE -fstack-protector-strong $(FORTIFY)
RELRO   := -Wl,-z,relro -Wl,-z,now

CC_host      = $(CC)
CFLAGS_host  = $(COMMON) -O2 $(HARDENED) $(LIBS_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LDFLAGS_host = -pie $(RELRO) $(LDFLAGS)
# The application's tables of options, for its manual.
CC_host-efi     = $(CC)
CFLAGS_host-efi = $(COMMON) -O1 $(call efi_types,$(TEST_ARCHITECTURE)) $(CPPFLAGS)
CC_san       = $(CC)
CFLAGS_san   = $(COMMON) $(WERROR) -O1 $(SANITIZE) $(LIBS_CFLAGS) -Itests
# The application on this machine, for tests that play its firmware.
CC_san-efi     = $(CC_san)
CFLAGS_san-efi = $(CFLAGS_san) $(call efi_types,$(TEST_ARCHITECTURE))
CC_fuzz      = $(CLANG)
CFLAGS_fuzz  = $(COMMON) -O1 $(SANITIZE) -fsanitize=fuzzer-no-link $(LIBS_CFLAGS) -Itests

# What the crash kernel runs: one file, no libraries beside it. Small, as its memory is reserved for good, but
# fast where it unpacks.
CC_static     = $(CC)
CFLAGS_static = $(COMMON) -O2 -ffunction-sections -fdata-sections $(HARDENED) $(CPPFLAGS) $(CFLAGS)
# Anywhere in memory, where libc has the start code for it.
STATIC_PIE     = $(call lazy,STATIC_PIE,$(if $(filter /%,$(shell $(CC) -print-file-name=rcrt1.o)),-static-pie,-static))
LDFLAGS_static = $(STATIC_PIE) -s -Wl,--gc-sections $(RELRO) $(LDFLAGS)
STATIC_LIBS   := -lblkid -lsodium

# Firmware takes PE images, which clang and lld-link make by themselves: no start code, linker script or library
# of anybody's. No libc (-ffreestanding), SSE and the like left alone as firmware need not save them
# (-mgeneral-regs-only), no stack protector, whose canary lives in thread storage, no probes of the stack, which
# are Windows', and no tables for unwinding. Flash is small: -Oz, and all of it is made at once, by the linker
# (-flto), so clang and lld are of one version. Of the user's flags CPPFLAGS alone: the others are for a program of
# this system, and would bring in what was just left out.
define efi_variant
CC_efi-$(1)     = $$(CLANG) --target=$(1)-unknown-windows
CFLAGS_efi-$(1) = $$(COMMON) -Oz -flto -ffreestanding $$(call efi_types,$(1)) -mgeneral-regs-only -fno-stack-protector \
                  -mno-stack-arg-probe -fno-strict-aliasing -fno-asynchronous-unwind-tables \
                  -ffunction-sections -fdata-sections $$(CPPFLAGS)
endef
$(foreach a,$(EFI_ARCHITECTURES),$(eval $(call efi_variant,$(a))))

# Of tests, which each have a main(); files are the system's where they name one.
define selftest_variant
CC_selftest-$(1)     = $$(CC_efi-$(1))
CFLAGS_selftest-$(1) = -isystem tests/firmware/include $$(CFLAGS_efi-$(1)) -Itests -Dmain=$$(call main_of,$$*) -Wno-missing-prototypes
endef
main_of = main_$(subst -,_,$(subst /,_,$(1)))
$(foreach a,$(EFI_ARCHITECTURES),$(eval $(call selftest_variant,$(a))))

EFI_INCLUDE ?= /usr/include/efi

# The machine's type comes from the objects. The loader relocates to anywhere, so no address is better than
# another (/base); what nobody calls, such as the readers of images, stays out (/opt:ref); the same sources make
# the same file (/timestamp). Inlined is only what is smaller without its call, or called once; and loops keep the
# form that they are written in, which is the smaller one.
EFI_LDFLAGS := /nologo /subsystem:efi_application /entry:efi_main /nodefaultlib /base:0 /nxcompat /dynamicbase \
               /opt:ref,icf /timestamp:0 /mllvm:-inline-threshold=-60 /mllvm:-disable-lsr

# --- what comes out -----------------------------------------------------------------------------

# A line for each thing made; V=1 shows the commands.
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$@) && )

PROGRAM := $(O)/pstore-fw
CAPTURE := $(O)/pstore-fw-capture
# By its architecture, as UEFI 2.10, 3.5.1.1 names images.
EFI_ENDING_x86_64  := x64
EFI_ENDING_aarch64 := aa64
efi_app   = $(O)/pstore-fw$(EFI_ENDING_$(1)).efi
# A package is for one of them.
EFI_FOR  ?= $(EFI_ARCHITECTURES)
EFI_APPS := $(foreach a,$(EFI_FOR),$(call efi_app,$(a)))

objects = $(patsubst %.c,$(O)/$(1)/%.o,$(2))

.PHONY: all
all: $(PROGRAM) $(CAPTURE) $(EFI_APPS) $(O)/man.made $(O)/completions.made

$(PROGRAM): $(call objects,host,$(SHARED_SRC) $(POSIX_SRC) $(filter-out capture/main.c,$(CAPTURE_SRC)) $(LINUX_SRC))
	$(call say,LINK)$(CC_host) $(CFLAGS_host) $(LDFLAGS_host) -o $@ $^ $(LIBS)

$(CAPTURE): $(call objects,static,$(SHARED_SRC) $(POSIX_SRC) $(CAPTURE_SRC))
	$(call say,LINK)$(CC_static) $(CFLAGS_static) $(LDFLAGS_static) -o $@ $^ $(STATIC_LIBS)

define efi_objects
$(call efi_app,$(1)): $(call objects,efi-$(1),$(SHARED_SRC) $(call efi_src,$(1)))
endef
$(foreach a,$(EFI_ARCHITECTURES),$(eval $(call efi_objects,$(a))))
$(EFI_APPS):
	$(call say,LINK)$(LLD_LINK) $(EFI_LDFLAGS) /map:$(@:.efi=.map) /out:$@ $^

# --- manuals ------------------------------------------------------------------------------------

# By two programs, as each knows the options of one front end; nothing of the application is run for it.
MANUAL_OF_LINUX := $(O)/manual-of-linux
MANUAL_OF_EFI   := $(O)/manual-of-efi
MANUAL_SRC      := $(call below,manual,.c)
EFI_PAGES       := docs/man/pstore-fw.efi.8
PAGES           := $(filter-out $(EFI_PAGES),$(wildcard docs/man/*.[578]))

$(MANUAL_OF_LINUX): $(call objects,host,$(MANUAL_SRC) $(SHARED_SRC) $(POSIX_SRC) \
		$(filter-out %/main.c,$(CAPTURE_SRC) $(LINUX_SRC)))
	$(call say,LINK)$(CC_host) $(CFLAGS_host) $(LDFLAGS_host) -o $@ $^ $(LIBS)

$(MANUAL_OF_EFI): $(call objects,host-efi,$(MANUAL_SRC) $(filter-out efi-app/memory.c,$(call efi_src,$(TEST_ARCHITECTURE)))) \
		$(call objects,host,$(SHARED_SRC))
	$(call say,LINK)$(CC_host-efi) $(CFLAGS_host-efi) -o $@ $^

# A page for each verb, of its own file or of docs/man/verb.8, and for all else that docs/man/ has.
$(O)/man.made: $(MANUAL_OF_LINUX) $(MANUAL_OF_EFI) $(PAGES) $(EFI_PAGES) $(wildcard services/*.conf)
	$(call say,MANUAL)rm -rf $(O)/man && mkdir -p $(O)/man && \
		$(MANUAL_OF_LINUX) $(O)/man $(PAGES) && $(MANUAL_OF_EFI) $(O)/man $(EFI_PAGES) && touch $@

COMPLETIONS := $(wildcard completions/*)
$(O)/completions.made: $(MANUAL_OF_LINUX) $(COMPLETIONS)
	$(call say,MANUAL)rm -rf $(O)/completions && mkdir -p $(O)/completions && \
		$(MANUAL_OF_LINUX) $(O)/completions $(COMPLETIONS) && touch $@

# For Secure Boot: build/….efi.signed, verified. KEY= and CERT= are PEM files.
.PHONY: sign
sign: $(EFI_APPS)
	@scripts/sign-image '$(KEY)' '$(CERT)' $^

# --- variants -----------------------------------------------------------------------------------

VARIANTS := host host-efi static san san-efi fuzz $(EFI_ARCHITECTURES:%=efi-%) $(EFI_ARCHITECTURES:%=selftest-%)

# An object depends on its variant's flags: a change of them rebuilds that variant and no other.
define variant
$(O)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$$(subst ','\'',$$(CC_$(1)) $$(CFLAGS_$(1)) $$(LDFLAGS_$(1)))' | cmp -s - $$@ || \
		printf '%s\n' '$$(subst ','\'',$$(CC_$(1)) $$(CFLAGS_$(1)) $$(LDFLAGS_$(1)))' > $$@

$(O)/$(1)/%.o: %.c $(O)/$(1)/flags | $(O)/layers.ok
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC_$(1)) $$(CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

# The file of sysctl settings is in the program itself, which the compiler does not tell of.
$(foreach v,host san,$(O)/$(v)/kdump/sysctl.o): services/60-pstore-fw.conf

.PHONY: FORCE
FORCE:

# Not below all of $(O): the harness unpacks trees there, which have directories of such names.
-include $(shell find $(addprefix $(O)/,$(VARIANTS)) -name '*.d' 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:

$(O)/layers.ok: scripts/check-layers $(LAYERED)
	@mkdir -p $(@D)
	$(call say,CHECK)scripts/check-layers && touch $@

# --- the tests of shared code, in firmware ------------------------------------------------------

selftest   = $(O)/pstore-fw-selftest$(EFI_ENDING_$(1)).efi
SELFTESTS := $(foreach a,$(EFI_ARCHITECTURES),$(call selftest,$(a)))

.PHONY: selftests
selftests: $(SELFTESTS)

define selftest_image
$(call selftest,$(1)): $(call objects,efi-$(1),$(SHARED_SRC) efi-app/memory.c) \
		$(call objects,selftest-$(1),$(wildcard tests/firmware/*.c) tests/firmware/$(1)/jump.c \
			$(SELFTEST_SUPPORT_SRC) $(SELFTEST_SRC)) $(O)/selftest-$(1)/programs.o
$(O)/selftest-$(1)/programs.o: $(O)/selftest-programs.c $(O)/selftest-$(1)/flags
	$$(call say,CC)$$(CC_selftest-$(1)) $$(CFLAGS_selftest-$(1)) -c -o $$@ $$<
endef
$(foreach a,$(EFI_ARCHITECTURES),$(eval $(call selftest_image,$(a))))

$(SELFTESTS):
	$(call say,LINK)$(LLD_LINK) $(EFI_LDFLAGS) /out:$@ $^

# Which programs there are; as it was, when they are the same, so that nothing is built again.
define SELFTEST_PROGRAMS
#include "tests/firmware/firmware.h"
$(foreach f,$(SELFTEST_SRC:.c=),int $(call main_of,$(f))(void);)
const struct firmware_program firmware_programs[] = {
$(foreach f,$(SELFTEST_SRC:.c=),{ "$(f)", $(call main_of,$(f)) },) { 0 }
};
endef
$(O)/selftest-programs.c: FORCE
	@mkdir -p $(@D)
	$(file >$@.new,$(SELFTEST_PROGRAMS))
	@cmp -s $@.new $@ || cp $@.new $@

# --- tests --------------------------------------------------------------------------------------

TESTS    := $(patsubst %.c,$(O)/san/%,$(TEST_SRC))
EFI_TESTS := $(patsubst %.c,$(O)/san-efi/%,$(EFI_TEST_SRC))
REPLAYS  := $(patsubst tests/fuzz/%.c,$(O)/san/replay/%,$(FUZZ_SRC))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(FUZZ_SRC))
# Everything that runs on Linux but the two main(), so that tests reach each function of it.
LINUX_TESTED := $(filter-out %/main.c,$(POSIX_SRC) $(CAPTURE_SRC) $(LINUX_SRC))
SAN_LIBRARY  := $(O)/san/pstore-fw.a
EFI_LIBRARY  := $(O)/san-efi/efi-app.a
FUZZ_LIBRARY := $(O)/fuzz/pstore-fw.a

$(SAN_LIBRARY): $(call objects,san,$(SHARED_SRC) $(LINUX_TESTED) $(SUPPORT_SRC))
# Everything of the application but what libc has here.
$(EFI_LIBRARY): $(call objects,san-efi,$(filter-out efi-app/memory.c,$(call efi_src,$(TEST_ARCHITECTURE))) $(EFI_FAKE_SRC))
# With what of Linux unpacks: the codecs of the command, which sniff what hostile bytes are, and packed files; and what
# reads images and variables of firmware, kernels, and sealed files.
$(FUZZ_LIBRARY): $(call objects,fuzz,$(SHARED_SRC) $(POSIX_SRC) $(call below,linux-tool/codec,.c) \
                 linux/packed-file.c linux/pe-image.c linux/secure-boot.c linux/boot-option.c linux/efivarfs.c \
                 linux/system-file.c linux/elf.c linux/processor.c kdump/boot-image.c kdump/bzimage.c \
                 kdump/arm64-image.c capture/stack.c capture/seal.c capture/delivery.c capture/pv-header.c \
                 capture/md-superblock.c $(SUPPORT_SRC))
$(SAN_LIBRARY) $(EFI_LIBRARY) $(FUZZ_LIBRARY):
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(TESTS): $(O)/san/%: $(O)/san/%.o $(SAN_LIBRARY)
	$(call say,LINK)$(CC_san) $(CFLAGS_san) -o $@ $^ $(TEST_LIBS)

define override
$(patsubst %.c,$(O)/san/%,$(shell grep -l $(notdir $(1:.c=.h)) $(TEST_SRC))): $(call objects,san,$(1))
endef
$(foreach each,$(OVERRIDES),$(eval $(call override,$(each))))

$(EFI_TESTS): $(O)/san-efi/%: $(O)/san-efi/%.o $(EFI_LIBRARY) $(SAN_LIBRARY)
	$(call say,LINK)$(CC_san-efi) $(CFLAGS_san-efi) -o $@ $^ $(TEST_LIBS)

$(REPLAYS): $(O)/san/replay/%: $(O)/san/tests/fuzz/%.o $(O)/san/tests/fuzz/replay.o $(SAN_LIBRARY)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC_san) $(CFLAGS_san) -o $@ $^ $(TEST_LIBS)

$(FUZZERS): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.o $(FUZZ_LIBRARY)
	$(call say,LINK)$(CC_fuzz) $(CFLAGS_fuzz) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# What runs the tests of another processor.
EMULATOR ?=

# A test that passed leaves a stamp and is not run again until it changes.
TEST_DATA := $(shell find tests/data tests/fuzz/corpus acpi/tables -type f 2>/dev/null)
STAMPS    := $(addsuffix .passed,$(TESTS) $(EFI_TESTS) $(REPLAYS))

export CORPUS ?= ../shared/corpus
export O

$(addsuffix .passed,$(TESTS) $(EFI_TESTS)): %.passed: % $(TEST_DATA) $(PROGRAM) $(CAPTURE) scripts/run-test
	$(call say,TEST)scripts/run-test $*.log $(EMULATOR) $< && touch $@

$(addsuffix .passed,$(REPLAYS)): $(O)/san/replay/fuzz-%.passed: $(O)/san/replay/fuzz-% $(TEST_DATA) scripts/run-test
	$(call say,TEST)scripts/run-test $(<).log $(EMULATOR) $< tests/fuzz/corpus/$* && touch $@

# The distribution's python3, as its jsonschema is used.
SCHEMA_CHECK := $(O)/check-schema
$(SCHEMA_CHECK).passed: tests/linux-tool/check-schema.py $(PROGRAM) $(wildcard docs/schema/*.json)
	$(call say,TEST)scripts/run-test $(SCHEMA_CHECK).log $< $(PROGRAM) && touch $@

# The project's ERST tables are source for iasl, and what it makes of them is what is read.
TABLES := $(patsubst %.asl,$(O)/%.aml,$(wildcard acpi/tables/*/*.asl))
$(O)/acpi/tables/%.aml: acpi/tables/%.asl
	@mkdir -p $(@D)
	$(call say,IASL)iasl -p $(basename $@) $< > $(basename $@).log 2>&1 || { cat $(basename $@).log; exit 1; }

TABLE_CHECK := $(O)/check-tables
$(TABLE_CHECK).passed: tests/acpi/check-tables.py $(PROGRAM) $(TABLES) $(wildcard acpi/tables/*/*.txt)
	$(call say,TEST)scripts/run-test $(TABLE_CHECK).log $< $(PROGRAM) $(O)/acpi/tables && touch $@

IMAGE_CHECKS := $(EFI_APPS:$(O)/%.efi=$(O)/check-%)
$(addsuffix .passed,$(IMAGE_CHECKS)): $(O)/check-%.passed: tests/efi-app/check-image.py scripts/sign-image $(O)/%.efi
	$(call say,TEST)scripts/run-test $(O)/check-$*.log $< $(O)/$*.efi && touch $@

PROGRAMS_CHECK := $(O)/check-programs
$(PROGRAMS_CHECK).passed: tests/linux-tool/check-programs.py $(PROGRAM) $(CAPTURE)
	$(call say,TEST)scripts/run-test $(PROGRAMS_CHECK).log $< $(PROGRAM) $(CAPTURE) \
		$(call objects,static,$(CAPTURE_SRC)) && touch $@

# Of CORPUS the logs that others have given titles; the rest of it needs no folder.
TITLES_CHECK := $(O)/check-titles
$(TITLES_CHECK).passed: tests/crash/check-titles.py $(PROGRAM)
	$(call say,TEST)scripts/run-test $(TITLES_CHECK).log $< $(PROGRAM) && touch $@

SERVICES_CHECK := $(O)/check-services
$(SERVICES_CHECK).passed: tests/linux-tool/check-services.py $(PROGRAM) $(wildcard services/*.service services/*.socket services/*.timer services/*.rules)
	$(call say,TEST)scripts/run-test $(SERVICES_CHECK).log $< $(PROGRAM) && touch $@

# A program that tells what the journal's clients tell, to a journal that the check plays.
TELL_NEWS := $(O)/san/tests/linux-tool/tell-news
$(TELL_NEWS): $(TELL_NEWS).o $(call objects,san,tests/support/journal-socket.c) $(SAN_LIBRARY)
	$(call say,LINK)$(CC_san) $(CFLAGS_san) -o $@ $^ $(TEST_LIBS)

TELLING_CHECK := $(O)/check-telling
$(TELLING_CHECK).passed: tests/linux-tool/check-telling.py $(TELL_NEWS) $(TEST_DATA) services/pstore-fw.catalog \
                         linux-tool/tell/news.h $(wildcard services/prometheus/*)
	$(call say,TEST)scripts/run-test $(TELLING_CHECK).log $< $(TELL_NEWS) && touch $@

PAGER_CHECK := $(O)/check-pager
$(PAGER_CHECK).passed: tests/linux-tool/check-pager.py $(PROGRAM) $(TEST_DATA)
	$(call say,TEST)scripts/run-test $(PAGER_CHECK).log $< $(PROGRAM) && touch $@

MANUAL_CHECK := $(O)/check-manual
$(MANUAL_CHECK).passed: tests/manual/check-manual.py $(PROGRAM) $(O)/man.made
	$(call say,TEST)scripts/run-test $(MANUAL_CHECK).log $< $(PROGRAM) $(O)/man && touch $@

COMPLETIONS_CHECK := $(O)/check-completions
$(COMPLETIONS_CHECK).passed: tests/manual/check-completions.py $(PROGRAM) $(O)/completions.made
	$(call say,TEST)scripts/run-test $(COMPLETIONS_CHECK).log $< $(PROGRAM) $(O)/completions && touch $@

TUTORIALS_CHECK := $(O)/check-tutorials
$(TUTORIALS_CHECK).passed: tests/manual/check-tutorials.py $(wildcard docs/tutorials/*.md) $(PROGRAM) $(O)/man.made \
                           $(TABLES) $(call efi_app,x86_64)
	$(call say,TEST)scripts/run-test $(TUTORIALS_CHECK).log $< $(PROGRAM) $(O)/man $(O)/tutorials && touch $@

INSTALL_CHECK := $(O)/check-install
$(INSTALL_CHECK).passed: tests/packaging/check-install.py scripts/install-files Makefile $(PROGRAM) $(CAPTURE) $(EFI_APPS) \
                         VERSION $(call below,services docs packaging,)
	$(call say,TEST)scripts/run-test $(INSTALL_CHECK).log $< && touch $@

CHECKS := $(TITLES_CHECK) $(SCHEMA_CHECK) $(TABLE_CHECK) $(IMAGE_CHECKS) $(PROGRAMS_CHECK) $(SERVICES_CHECK) \
	$(TELLING_CHECK) $(PAGER_CHECK) $(MANUAL_CHECK) $(COMPLETIONS_CHECK) $(TUTORIALS_CHECK) $(INSTALL_CHECK)
$(addsuffix .passed,$(CHECKS)): tests/support/checks.py scripts/run-test

.PHONY: unit scenarios
unit: $(STAMPS) $(addsuffix .passed,$(CHECKS))

scenarios: all selftests
	@scripts/run-test --show $(O)/harness/scenarios.log ovmf-harness/run

.PHONY: test
test:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory -j$(JOBS) -k unit || true
	@$(MAKE) --no-print-directory scenarios || true
	@scripts/sum-results $(O)/harness/scenarios.log $(addsuffix .log,$(TESTS) $(EFI_TESTS) $(REPLAYS) $(CHECKS))

# The scenarios for kernels, on each kernel that the distribution's archive offers for the release in use; every
# scenario of kdump, also those that take long: 16 GiB, disks that hang, Secure Boot; every one on an installed Debian;
# and those of the rest that take long or download much.
.PHONY: test-kernels test-kdump test-system test-more test-power
test-kernels: WHICH_SCENARIOS := --every-kernel
test-kdump: WHICH_SCENARIOS := --kdump-all
test-system: WHICH_SCENARIOS := --system-all
test-more: WHICH_SCENARIOS := --more
# The power is cut this often in the application's runs.
POWER_CUTS ?= 1000
test-power: WHICH_SCENARIOS := --power-cuts $(POWER_CUTS)
test-kernels test-kdump test-system test-more test-power:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@scripts/run-test --show $(O)/harness/$@.log ovmf-harness/run $(WHICH_SCENARIOS) || true
	@scripts/sum-results $(O)/harness/$@.log

# Firmware, QEMU and kernels of several releases, and what each keeps, into docs/MATRIX.md; goes on where it was stopped.
.PHONY: test-matrix
test-matrix:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@ovmf-harness/run --matrix

# The README's two commands on each of these releases of Debian, from nothing; needs root, for debootstrap.
RELEASES ?= bookworm trixie sid
.PHONY: test-releases
test-releases:
	@scripts/install-deps
	@ovmf-harness/releases $(RELEASES)

# Two or three hours on a machine that does nothing else; needs root, for debootstrap.
.PHONY: bench
bench:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@ovmf-harness/run --bench

# The part of it for each target of kdump, LVM, arrays, btrfs and NFS, an hour.
.PHONY: bench-targets
bench-targets: all
	@ovmf-harness/run --bench-targets

# The part of it that boots nothing, a quarter of an hour.
.PHONY: bench-command
bench-command: all
	@ovmf-harness/run --bench-command

# Ten minutes, and Prometheus; docs/FLEET.md has what came out.
.PHONY: bench-fleet
bench-fleet:
	@scripts/bench-fleet

.PHONY: demo
demo:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) -s all
	@ovmf-harness/run --demo

# Each fuzzer for FUZZ_SECONDS, as many at once as there are processors; a finding goes into its corpus.
.PHONY: fuzz fuzzers
fuzzers: $(FUZZERS)
fuzz: $(addsuffix .fuzzed,$(FUZZERS))

$(addsuffix .fuzzed,$(FUZZERS)): $(O)/fuzz/fuzz-%.fuzzed: $(O)/fuzz/fuzz-% FORCE
	$(call say,FUZZ)scripts/run-fuzzer $< tests/fuzz/corpus/$* $(O)/fuzz/found/$* $(FUZZ_SECONDS)

# --- Linux on AArch64 ---------------------------------------------------------------------------

# What is there for Linux, by this Makefile with another compiler, in a directory of its own; against libraries of the
# distribution's archive, which are unpacked there and not installed.
ARM64         := $(O)/arm64
ARM64_SYSROOT := $(abspath $(ARM64)/sysroot)
ARM64_CC      ?= $(CLANG) --target=aarch64-linux-gnu --sysroot=$(ARM64_SYSROOT) -fuse-ld=lld -Wno-unused-command-line-argument
ARM64_PKG_CONFIG = PKG_CONFIG_SYSROOT_DIR=$(ARM64_SYSROOT) PKG_CONFIG_PATH= \
	PKG_CONFIG_LIBDIR=$(ARM64_SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(ARM64_SYSROOT)/usr/share/pkgconfig
# No AddressSanitizer, whose shadow has no place under QEMU; what is undefined ends a test all the same.
ARM64_MAKE = $(MAKE) --no-print-directory -j$(JOBS) O=$(ARM64) CC='$(ARM64_CC)' PKG_CONFIG='env $(ARM64_PKG_CONFIG) $(PKG_CONFIG)' \
	TEST_ARCHITECTURE=aarch64 SANITIZE='-fsanitize=undefined -fsanitize-trap=undefined' \
	EMULATOR='$(abspath $(ARM64)/emulated/run)'

ARM64_SCENARIOS := $(notdir $(basename $(wildcard ovmf-harness/scenarios/arm64/*.py)))

.PHONY: arm64 test-arm64 programs stamps sum
arm64:
	@ovmf-harness/sysroot $(ARM64_SYSROOT)
	@$(ARM64_MAKE) programs

# The unit tests by QEMU alone; then the command in a guest that boots.
test-arm64:
	@scripts/install-deps
	@$(MAKE) --no-print-directory -j$(JOBS) all arm64
	@ovmf-harness/sysroot $(ARM64_SYSROOT) $(ARM64)/emulated
	@$(ARM64_MAKE) -k stamps || true
	@scripts/run-test --show $(O)/harness/$@.log ovmf-harness/run $(ARM64_SCENARIOS) || true
	@$(ARM64_MAKE) sum ALSO=$(O)/harness/$@.log

programs: $(PROGRAM) $(CAPTURE)
stamps: $(STAMPS)
sum:
	@scripts/sum-results $(ALSO) $(STAMPS:.passed=.log)

# --- install ------------------------------------------------------------------------------------

# A distribution's packages are these parts; WITHOUT= names what of each a system has no use for.
PARTS   ?= command efi kdump
WITHOUT ?=
WITHOUT_MAY_NAME := systemd udev init initramfs-tools dracut docs
# Those who debug the project have the tree.
USER_DOCS := USAGE APPLICATION COLLECT KDUMP FLEET ERST FORMATS

# MODE:FILE:WHERE, as scripts/install-files has it; `into` is for files that keep their names.
into = $(foreach f,$(2),$(1):$(f):$(3)/$(notdir $(f)))

FILES_command = 755:$(PROGRAM):$(PREFIX)/bin/pstore-fw \
	644:$(O)/completions/pstore-fw.bash:$(BASH_COMPLETION_DIR)/pstore-fw \
	644:$(O)/completions/_pstore-fw:$(ZSH_COMPLETION_DIR)/_pstore-fw \
	644:$(O)/completions/pstore-fw.fish:$(FISH_COMPLETION_DIR)/pstore-fw.fish \
	setting:services/pstore-fw.conf:$(SYSCONFDIR)/pstore-fw/pstore-fw.conf \
	$(call into,644,$(wildcard services/prometheus/*.yml),$(PREFIX)/share/pstore-fw/prometheus) \
	$(call into,644,$(wildcard docs/schema/*.json),$(PREFIX)/share/pstore-fw/schema)
# Known once they are made: a verb that has no text of its own has a page all the same.
pages = $(shell ls $(O)/man/*.$(1))
FILES_command_docs = $(call into,644,$(USER_DOCS:%=docs/%.md),$(DOCDIR)) \
	$(foreach section,5 8,$(call into,644,$(call pages,$(section)),$(MAN_DIR)/man$(section))) \
	$(call into,644,$(wildcard docs/images/*.png),$(DOCDIR)/images)
FILES_command_systemd = \
	$(call into,644,services/pstore-fw-collect.service services/pstore-fw-collect.timer \
		services/pstore-fw-receive.socket services/pstore-fw-receive@.service,$(SYSTEMD_UNIT_DIR)) \
	644:services/pstore-fw.catalog:$(SYSTEMD_CATALOG_DIR)/pstore-fw.catalog \
	644:services/pstore-fw.preset:$(SYSTEMD_PRESET_DIR)/60-pstore-fw.preset \
	644:services/pstore-fw.tmpfiles:$(TMPFILES_DIR)/pstore-fw.conf
FILES_command_init = 755:services/pstore-fw-collect.init:$(SYSCONFDIR)/init.d/pstore-fw-collect

FILES_efi = $(call into,644,$(EFI_APPS) services/pstore-fw.efi.conf,$(PREFIX)/lib/pstore-fw)

FILES_kdump = 755:$(CAPTURE):$(PREFIX)/lib/pstore-fw/pstore-fw-capture \
	setting:services/kdump.conf:$(SYSCONFDIR)/pstore-fw/kdump.conf
FILES_kdump_systemd = $(call into,644,$(wildcard services/pstore-fw-kdump*.service),$(SYSTEMD_UNIT_DIR))
FILES_kdump_udev = 644:services/pstore-fw-kdump.rules:$(UDEV_RULES_DIR)/95-pstore-fw-kdump.rules
FILES_kdump_init = 755:services/pstore-fw-kdump.init:$(SYSCONFDIR)/init.d/pstore-fw-kdump
FILES_kdump_initramfs-tools = \
	644:services/initramfs-tools/conf.d/pstore-fw-kdump:$(INITRAMFS_TOOLS_DIR)/conf.d/pstore-fw-kdump \
	644:services/pstore-fw-kdump.sh:$(INITRAMFS_TOOLS_DIR)/scripts/pstore-fw-kdump.sh \
	$(call script,hooks,hooks) $(call script,scripts/init-top,scripts/init-top) \
	$(foreach mounted,local nfs,$(call script,scripts/local-bottom,scripts/$(mounted)-bottom))
script = 755:services/initramfs-tools/$(1)/pstore-fw-kdump:$(INITRAMFS_TOOLS_DIR)/$(2)/pstore-fw-kdump
FILES_kdump_dracut = $(call into,755,$(wildcard services/dracut/95pstore-fw-kdump/*.sh),$(DRACUT_DIR)/95pstore-fw-kdump) \
	644:services/pstore-fw-kdump.sh:$(DRACUT_DIR)/95pstore-fw-kdump/pstore-fw-kdump.sh

known = $(foreach word,$(filter-out $(3),$(2)),$(error $(1)=$(word) is none of: $(3)))
INSTALLED = $(call known,PARTS,$(PARTS),command efi kdump)$(call known,WITHOUT,$(WITHOUT),$(WITHOUT_MAY_NAME)) \
	$(foreach part,$(PARTS),$(FILES_$(part)) \
		$(foreach system,$(filter-out $(WITHOUT),$(WITHOUT_MAY_NAME)),$(FILES_$(part)_$(system))))

.PHONY: install uninstall
install: all
uninstall: $(O)/man.made
install uninstall:
	@scripts/install-files $@ '$(DESTDIR)' '$(PREFIX)/bin' $(INSTALLED)

# --- packages -----------------------------------------------------------------------------------

SOURCE := $(O)/pstore-fw-$(VERSION).tar.gz

.PHONY: dist deb
dist:
	@mkdir -p $(O)
	@packaging/make-source $(abspath $(SOURCE))
	@echo $(SOURCE)

deb: dist
	@packaging/build-deb $(SOURCE) $(O)/deb

# Debian's packages, on each of these releases of Debian: built, installed, upgraded, removed and purged; needs root,
# for debootstrap.
PACKAGE_RELEASES ?= bookworm trixie
.PHONY: test-packages
test-packages: dist
	@packaging/try-debs $(SOURCE) $(PACKAGE_RELEASES)

.PHONY: format
format:
	clang-format -i $(LAYERED) $(foreach suffix,.c .h,$(call below,tests,$(suffix)))

.PHONY: clean
clean:
	rm -rf $(O)

.PHONY: help
help:
	@echo 'make            $(PROGRAM), $(CAPTURE), $(EFI_APPS)'
	@echo 'make demo       a kernel panics in QEMU, the application saves its log: a minute to watch'
	@echo 'make test       everything: unit tests, fuzz corpora, layer rules, scenarios'
	@echo 'make unit       the unit tests and the fuzz corpora only'
	@echo 'make scenarios  the scenarios in QEMU + OVMF only'
	@echo 'make selftests  the tests of shared code as UEFI applications: $(SELFTESTS)'
	@echo 'make test-kernels  oopses and panics of every kernel that the archive offers'
	@echo 'make test-kdump  every scenario of kdump'
	@echo 'make test-system  a Debian with systemd panics, and what is found on it afterwards'
	@echo 'make test-more  scenarios that take long or download much'
	@echo 'make test-power  POWER_CUTS=$(POWER_CUTS) times the power is cut while the application runs'
	@echo 'make arm64      the Linux command for AArch64, in $(ARM64); its libraries are downloaded, not installed'
	@echo 'make test-arm64  its unit tests under QEMU, and the command in a guest'
	@echo 'make test-releases  demo and test from nothing on RELEASES="$(RELEASES)"; needs root'
	@echo 'make test-matrix  firmware, QEMU and kernels of several releases: what keeps crash records, into docs/MATRIX.md'
	@echo 'make bench      kdump beside kdump-tools, application and command, into docs/BENCHMARKS.md; needs root'
	@echo 'make bench-targets  of that, kdump to LVM, arrays, btrfs and NFS'
	@echo 'make bench-command  of that, the Linux command beside cat, zlib and systemd-pstore'
	@echo 'make bench-fleet  what is asked of 10,000 machines, in Prometheus'
	@echo 'make fuzz       each fuzzer for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make install    to DESTDIR and PREFIX; PARTS="$(PARTS)", WITHOUT= some of "$(WITHOUT_MAY_NAME)"'
	@echo 'make uninstall  takes away what install with the same variables put there'
	@echo 'make dist       $(SOURCE): the tree as it is, for packages'
	@echo 'make deb        packages for Debian, in $(O)/deb'
	@echo 'make test-packages  those, in use on PACKAGE_RELEASES="$(PACKAGE_RELEASES)"; needs root'
	@echo 'make sign KEY= CERT=  the application, signed for Secure Boot'
	@echo 'make format     clang-format over the tree'
	@echo 'V=1             show the commands'
	@echo 'O=DIR           build somewhere else than in build/'
