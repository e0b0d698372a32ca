# ims-tools: 'make help' lists the targets.

CC ?=		cc
CFLAGS ?=	-O2 -g
PREFIX ?=	/usr/local
BINDIR ?=	$(PREFIX)/bin
MANDIR ?=	$(PREFIX)/share/man
BASHDIR ?=	$(PREFIX)/share/bash-completion/completions
ZSHDIR ?=	$(PREFIX)/share/zsh/site-functions
FISHDIR ?=	$(PREFIX)/share/fish/vendor_completions.d
DESTDIR ?=
B ?=		build

PKGS =		libcrypto libpcap jansson zlib libzstd
WARN =		-Wall -Wextra -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes -Wformat=2 -Wvla
HARDEN =	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
		-fstack-protector-strong -fPIE
CPPFLAGS +=	-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
		-D_FILE_OFFSET_BITS=64 -Ilib -MMD -MP
STD =		-std=c11
LDHARDEN =	-pie -Wl,-z,relro,-z,now

VERSION =	$(shell sed -n 's/^\#define TOOL_VERSION.*"\(.*\)"/\1/p' \
		bin/tool.h)

PKG_CFLAGS :=	$(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS :=	$(shell pkg-config --libs $(PKGS) 2>/dev/null)

# Without pkg-config.  Debian's libpcap can capture from D-Bus, and that knows
# systemd, of which there is no static library; neither is ever called.
STATIC_LIBS ?=	-lpcap -ldbus-1 -ljansson -lzstd -lz -lcrypto -lpthread \
		-Wl,--defsym=sd_listen_fds=0,--defsym=sd_is_socket=0

LIB =		$(patsubst %.c,$(B)/%.o,$(sort $(wildcard lib/*.c)))
SHARED =	$(patsubst %.c,$(B)/%.o,$(sort $(wildcard bin/tool*.c)))
NAMES =		$(patsubst bin/%.c,%,$(sort $(wildcard bin/ims-*.c)))
TOOLS =		$(patsubst bin/%.c,$(B)/%,$(sort $(wildcard bin/ims-*.c)))
UNITS =		$(patsubst tests/unit/%.c,$(B)/tests/%, \
		$(sort $(wildcard tests/unit/test_*.c)))
FUZZ =		$(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz_%, \
		$(sort $(wildcard tests/fuzz/fuzz_*.c)))
DAMAGE =	$(patsubst %,$(B)/tests/damage_%,$(NAMES))
PRELOAD =	$(patsubst tests/preload/%.c,$(B)/tests/%.so, \
		$(sort $(wildcard tests/preload/*.c)))
MAN1 =		$(sort $(wildcard man/*.1))
MAN5 =		$(sort $(wildcard man/*.5))
MAN7 =		$(sort $(wildcard man/*.7))

SANITIZE =	-O1 -g -fsanitize=address,undefined \
		-fno-sanitize-recover=undefined -fno-omit-frame-pointer

# What a fresh Debian or Ubuntu lacks.
DEPS =		gcc libc6-dev pkg-config libssl-dev libpcap-dev \
		libjansson-dev zlib1g-dev libzstd-dev zstd bats jq mandoc \
		tshark python3 python3-junitparser sip-tester iproute2 \
		parallel

COMPILE =	$(CC) $(STD) $(CPPFLAGS) $(WARN) $(HARDEN) $(CFLAGS) \
		$(PKG_CFLAGS)
LINK =		$(CC) $(CFLAGS) $(LDHARDEN) $(LDFLAGS)

.PHONY:		all analyze bench build check check-san check-valgrind clean \
		coverage damage demo deps dist help install interop lint \
		rules-page static uninstall units
.SECONDARY:

all: build			## build the tools (installing nothing)

build: $(TOOLS)

$(B)/%: $(B)/bin/%.o $(SHARED) $(B)/libims.a
	$(LINK) -o $@ $(filter %.o,$^) $(B)/libims.a $(PKG_LIBS)

# ims-x is bin/ims-x.c, bin/x_*.c and what all share.
define PARTS
$(B)/ims-$(1) $(B)/tests/damage_ims-$(1): \
    $(patsubst %.c,$(B)/%.o,$(sort $(wildcard bin/$(1)_*.c)))
endef
$(foreach t,$(TOOLS),$(eval $(call PARTS,$(patsubst $(B)/ims-%,%,$(t)))))

$(B)/libims.a: $(LIB)
	rm -f $@
	$(AR) rcs $@ $(LIB)

$(B)/tests/test_%: $(B)/tests/unit/test_%.o $(B)/libims.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(PKG_LIBS)

# Its allocations fail; see there.
$(B)/tests/test_nomem: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=reallocarray,--wrap=free

# A tool whose main is called again and again; see there.
$(B)/tests/damage_%: $(B)/bin/%.o $(B)/tests/fuzz/damage.o $(SHARED) \
    $(B)/libims.a
	@mkdir -p $(@D)
	$(LINK) -Wl,--wrap=main -o $@ $(filter %.o,$^) $(B)/libims.a \
	    $(PKG_LIBS)

$(B)/tests/limit: $(B)/tests/bench/limit.o
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(PKG_LIBS)

# Loaded before a tool.
$(B)/tests/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) -O2 -g -fPIC -shared -o $@ $<

# A fuzz target that reads files; make fuzz-% links it with a fuzzer.
$(B)/tests/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o \
    $(B)/libims.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(PKG_LIBS)

# Dates after 2038 where long has 32 bits.  Not in lib: it has no clock, and
# libpcap was built with the time_t of the system.
$(B)/bin/%.o: CPPFLAGS += -D_TIME_BITS=64

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

-include $(shell find $(B) -name '*.d' 2>/dev/null)

deps:				## install what is missing (apt-get), and say what
	@missing=; for p in $(DEPS); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | \
		    grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "deps: installing$$missing"; \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -q >/dev/null && \
		$$sudo env DEBIAN_FRONTEND=noninteractive \
		    apt-get install -q -y --no-install-recommends $$missing \
		    >/dev/null; \
	fi

demo: deps			## a registration and a call, made, hidden, judged
	@$(MAKE) -s build
	@B=$(B) sh tests/demo

units: $(UNITS) $(FUZZ) $(DAMAGE) $(PRELOAD)

check: deps			## all tests; T=one.bats for one file
	@$(MAKE) -s build units
	@B=$(B) tests/run $(T)

check-san:			## the tests under ASan and UBSan
	@$(MAKE) check B=build-san HARDEN= CFLAGS="$(SANITIZE)"

check-valgrind:			## unit programs and commands under valgrind
	@$(MAKE) -s B=build-valgrind HARDEN= CFLAGS="-O1 -g" \
	    build units
	@B=build-valgrind nice tests/valgrind

coverage:			## lines of lib that the tests run, by module
	@$(MAKE) -s B=build-cov HARDEN= CFLAGS="-O0 -g --coverage" build units
	@find build-cov -name '*.gcda' -delete
	@B=build-cov tests/run $(T) | grep -v '^ok \|^skip '
	@tests/coverage build-cov

bench: build $(B)/tests/limit	## speed against peers and limits; Q=1: a minute
	@B=$(B) Q=$(Q) tests/bench/run

interop: build			## live, against ../shared/lab; T=peer.sh for one
	@B=$(B) tests/interop/run $(T)

README: man/ims.7		## README is ims(7) as plain text
	mandoc -Tascii $< | sed 's/.\x08//g' >$@.tmp && mv $@.tmp $@

rules-page: $(B)/ims-verify	## levels and clauses of ims-rules(7), anew
	B=$(B) tests/rules-page >$(B)/ims-rules.7
	cp $(B)/ims-rules.7 man/ims-rules.7

analyze:			## gcc -fanalyzer, clang-tidy, cppcheck (minutes)
	@nice tests/analyze

lint:				## layers of lib, manual pages
	@tests/lint

DICT_audit = frame
DICT_dia = frame
DICT_esp = frame
DICT_flow = frame
DICT_pkt = frame
DICT_rec = rec
DICT_rec_fast = rec

fuzz-%: tests/fuzz/fuzz_%.c	## fuzz a surface; S=seconds
	@$(MAKE) -s B=build-fuzz CC=clang HARDEN= \
	    CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined" \
	    build-fuzz/libims.a
	clang $(STD) $(CPPFLAGS) $(WARN) -O1 -g \
	    -fsanitize=fuzzer,address,undefined -o build-fuzz/fuzz_$* $< \
	    build-fuzz/libims.a $(PKG_LIBS)
	@mkdir -p build-fuzz/corpus_$*
	python3 tests/fuzz/seeds.py build-fuzz/seeds $*
	build-fuzz/fuzz_$* -max_total_time=$(or $(S),60) \
	    -dict=tests/fuzz/dict/$(or $(DICT_$*),sip).dict \
	    build-fuzz/corpus_$* build-fuzz/seeds/$*

damage:				## bad input of every kind, under ASan: a table
	@$(MAKE) -s B=build-san HARDEN= CFLAGS="$(SANITIZE)" build units
	@B=build-san Q=$(Q) SEED=$(SEED) nice tests/damage

install: build			## install under DESTDIR and PREFIX
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(MANDIR)/man1 \
	    $(MANDIR)/man5 $(MANDIR)/man7 $(BASHDIR) $(ZSHDIR) $(FISHDIR))
	install -m 755 $(TOOLS) $(DESTDIR)$(BINDIR)
	install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5
	install -m 644 $(MAN7) $(DESTDIR)$(MANDIR)/man7
	install -m 644 bin/completions/_ims-tools $(DESTDIR)$(ZSHDIR)
	for t in $(NAMES); do \
		install -m 644 bin/completions/ims-tools.bash \
		    $(DESTDIR)$(BASHDIR)/$$t && \
		install -m 644 bin/completions/ims-tools.fish \
		    $(DESTDIR)$(FISHDIR)/$$t.fish || exit 1; \
	done

uninstall:			## remove what install installed
	rm -f $(addprefix $(DESTDIR),$(addprefix $(BINDIR)/,$(NAMES)) \
	    $(patsubst man/%,$(MANDIR)/man1/%,$(MAN1)) \
	    $(patsubst man/%,$(MANDIR)/man5/%,$(MAN5)) \
	    $(patsubst man/%,$(MANDIR)/man7/%,$(MAN7)) \
	    $(ZSHDIR)/_ims-tools $(addprefix $(BASHDIR)/,$(NAMES)) \
	    $(NAMES:%=$(FISHDIR)/%.fish))

dist:				## ims-tools-VERSION.tar.gz of the last commit
	@mkdir -p $(B)
	git archive --prefix=ims-tools-$(VERSION)/ \
	    -o $(B)/ims-tools-$(VERSION).tar.gz HEAD

static:				## tools without shared libraries, in build-static
	@$(MAKE) build B=build-static LDHARDEN="-static-pie -Wl,-z,relro,-z,now" \
	    PKG_CFLAGS= PKG_LIBS="$(STATIC_LIBS)"

clean:				## remove what was built
	rm -rf build build-*

help:				## this list
	@sed -n 's/^\([a-z%-]*\):[^#]*## \(.*\)/\1	\2/p' Makefile | \
	    expand -t 16
