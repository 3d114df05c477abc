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
