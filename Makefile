# make demo     the main job before your eyes: no Slack, no sshd
# make quick    before each commit: format, lints, and the tests that take seconds
# make test     all the tests; those on real Debian machines where root and the tools are at hand
# make bench    figures beside other programs', on a machine that does nothing else: all in ten minutes, or PARTS="report latency"
# make build    the release binary
# make deb      the package for Debian 12 and 13
# make install  the same without a package: DESTDIR=, PREFIX=/usr

CARGO ?= cargo
DESTDIR ?=
PREFIX ?= /usr
# Debian's zsh looks in share/zsh/vendor-completions too, others do not.
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions

.PHONY: bench build completions deb demo install prerequisites quick test

# Where cargo builds: CARGO_TARGET_DIR, or what its configuration says.
target := $(shell packaging/target-directory "$(CARGO)")

# The tables of all time zones are full of pointers. In the short form of their relocations, which glibc's loader knows from
# 2.36 on, they take a megabyte less.
short_relocations := $(shell getconf GNU_LIBC_VERSION 2>/dev/null | \
    awk '$$2 >= 2.36 { print "-C link-arg=-Wl,-z,pack-relative-relocs" }')

build: prerequisites
	$(CARGO) rustc --locked --release --bin sftp-monitor -- $(short_relocations)

demo: prerequisites
	$(CARGO) build --locked --bin sftp-monitor --example demo
	$(target)/debug/examples/demo

# Those of the tests that need no other program, do not wait and play no seeds.
quick_tests = configuration day_texts manual rules samples sshd_config texts wording
quick: prerequisites
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) test --locked --quiet --lib $(addprefix --test ,$(quick_tests))

test: prerequisites
	CARGO="$(CARGO)" tests/run

# The size is that of the program that is shipped, before cargo builds it again for the benchmark.
bench: build
	SFTP_MONITOR_SIZE=$$(stat -c %s $(target)/release/sftp-monitor) $(CARGO) bench --locked --bench budgets -- $(PARTS)

prerequisites:
	@packaging/prerequisites "$(CARGO)"

# The program writes them itself. They lie beside it, where cargo-deb looks for what Cargo.toml says is in target/release.
completions_at = $(target)/release/completions
completions: build
	mkdir -p $(completions_at)
	$(target)/release/sftp-monitor completions bash >$(completions_at)/sftp-monitor
	$(target)/release/sftp-monitor completions zsh >$(completions_at)/_sftp-monitor
	$(target)/release/sftp-monitor completions fish >$(completions_at)/sftp-monitor.fish

deb: completions
	@packaging/prerequisites "$(CARGO)" deb
	$(CARGO) deb --no-build --locked

# The paths in units, manual and examples are those of the package.
relocated = sed -e 's,/usr/bin/sftp-monitor,$(PREFIX)/bin/sftp-monitor,' -e 's,/usr/share/doc/,$(PREFIX)/share/doc/,'
share = $(DESTDIR)$(PREFIX)/share
systemd = $(DESTDIR)$(PREFIX)/lib/systemd

install:
	@[ -e $(completions_at)/sftp-monitor.fish ] || { echo "first: make build completions" >&2; exit 1; }
	install -Dm755 $(target)/release/sftp-monitor $(DESTDIR)$(PREFIX)/bin/sftp-monitor
	for unit in units/*.path units/*.service units/*.timer; do \
	    $(relocated) $$unit | install -Dm644 /dev/stdin $(systemd)/system/$${unit#units/} || exit; done
	install -Dm644 units/sftp-monitor.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sftp-monitor.conf
	install -Dm644 -t $(systemd)/catalog packaging/*.catalog
	for page in packaging/man/*; do \
	    $(relocated) $$page | install -Dm644 /dev/stdin $(share)/man/man$${page##*.}/$${page##*/} || exit; done
	install -Dm644 $(completions_at)/sftp-monitor $(share)/bash-completion/completions/sftp-monitor
	install -Dm644 $(completions_at)/_sftp-monitor $(DESTDIR)$(ZSH_COMPLETIONS)/_sftp-monitor
	install -Dm644 $(completions_at)/sftp-monitor.fish $(share)/fish/vendor_completions.d/sftp-monitor.fish
	for example in packaging/examples/*; do \
	    $(relocated) $$example | install -Dm644 /dev/stdin $(share)/doc/sftp-monitor/examples/$${example##*/} || exit; done
	install -Dm644 packaging/slack-app.json $(share)/doc/sftp-monitor/examples/slack-app.json
	install -Dm644 -t $(share)/doc/sftp-monitor README.md packaging/doc/design.md \
	    packaging/doc/guarantees.md packaging/doc/performance.md
	install -Dm644 CHANGELOG.md $(share)/doc/sftp-monitor/changelog
	install -Dm644 LICENSE $(share)/doc/sftp-monitor/copyright
	[ -e $(DESTDIR)/etc/sftp-monitor/config.toml ] || \
	    install -Dm644 packaging/config.toml $(DESTDIR)/etc/sftp-monitor/config.toml
	[ -e $(DESTDIR)/etc/default/sftp-monitor ] || install -Dm640 packaging/default $(DESTDIR)/etc/default/sftp-monitor
	[ -n "$(DESTDIR)" ] || { systemd-sysusers sftp-monitor.conf && journalctl --update-catalog && systemctl daemon-reload; }
