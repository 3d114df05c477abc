# make demo   the main job before your eyes: no Slack, no sshd
# make test   all the tests; those on real Debian machines where root and the tools are at hand
# make build  the release binary

CARGO ?= cargo

.PHONY: build demo test prerequisites

build: prerequisites
	$(CARGO) build --locked --release

demo: prerequisites
	$(CARGO) build --locked --bin sftp-monitor --example demo
	./target/debug/examples/demo

test: prerequisites
	CARGO="$(CARGO)" tests/run

prerequisites:
	@packaging/prerequisites "$(CARGO)"

DESTDIR ?=
PREFIX ?= /usr

.PHONY: install
install:
	@[ -x target/release/sftp-monitor ] || { echo "first: make build" >&2; exit 1; }
	install -Dm755 target/release/sftp-monitor $(DESTDIR)$(PREFIX)/bin/sftp-monitor
	install -Dm644 units/sftp-monitor.service $(DESTDIR)/usr/lib/systemd/system/sftp-monitor.service
	install -Dm644 units/sftp-monitor-digest.service $(DESTDIR)/usr/lib/systemd/system/sftp-monitor-digest.service
	install -Dm644 units/sftp-monitor-digest.timer $(DESTDIR)/usr/lib/systemd/system/sftp-monitor-digest.timer
	install -Dm644 units/sftp-monitor.sysusers $(DESTDIR)/usr/lib/sysusers.d/sftp-monitor.conf
	[ -n "$(DESTDIR)" ] || { systemd-sysusers sftp-monitor.conf && systemctl daemon-reload; }
