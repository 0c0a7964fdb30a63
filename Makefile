# Two commands do everything on a fresh Debian machine with Swift: `make demo` and `make test`.
SHELL := /bin/bash
SWIFT ?= swift
STRICT := --explicit-target-dependency-import-check error
# Swift's libraries inside: the program starts a third faster, and runs where there is no Swift.
RELEASE := -c release --static-swift-stdlib
PACKAGES := libyaml-dev libsqlite3-dev libcmark-dev libcurl4-openssl-dev libjemalloc-dev pkg-config tzdata python3 python3-jsonschema python3-yaml strace
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: demo test test-mail build release install-dependencies fuzz fuzz-corpus bench bench-mail timelines faults kills year proofs clean

## demo: install what is missing, build, then check, dry-run and simulate the proposal process
demo: install-dependencies
	@$(SWIFT) build $(RELEASE) --product flow
	@flow=$$($(SWIFT) build $(RELEASE) --show-bin-path)/flow; set -e; \
	echo; echo '$$ flow check Workflows/proposal.yaml'; $$flow check Workflows/proposal.yaml; \
	echo; echo '$$ flow run Workflows/proposal.yaml'; $$flow run Workflows/proposal.yaml; \
	echo; echo '$$ flow simulate Workflows/proposal.yaml --start "2026-03-25 16:40 Europe/Berlin" --input Workflows/fixtures/acme.json'; \
	$$flow simulate Workflows/proposal.yaml --start "2026-03-25 16:40 Europe/Berlin" --input Workflows/fixtures/acme.json

## test: everything that must hold, with a count of the tests at the end
test: install-dependencies
	@Tests/run

## test-mail: the whole way over a real Postfix and a real Dovecot alone; `make test` has it, too
test-mail: install-dependencies
	$(SWIFT) build -c release --product flow
	$(SWIFT) build -c release --product flow-mail
	Tests/Mail/run

## install-dependencies: Debian packages, only those that are missing
install-dependencies:
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; fi

build: install-dependencies
	$(SWIFT) build $(STRICT)

release: install-dependencies
	$(SWIFT) build $(RELEASE) --product flow

## fuzz: ten minutes for each reader of foreign bytes, with libFuzzer and the address sanitizer
fuzz: install-dependencies
	Tests/Fuzz/run --seconds 600 --jobs 2 --mutants 10000

## fuzz-corpus: adds to the kept corpus whatever of the shipped files reaches something new
fuzz-corpus: install-dependencies
	@folder=$$(mktemp -d) && Tests/Fuzz/seeds $$folder && Tests/Fuzz/run --add $$folder; rm -rf $$folder

## faults: a hundred thousand seeds of faults, and every planted one
faults:
	swift build -c release --product flow-faults
	.build/release/flow-faults --seeds 1-100000
	.build/release/flow-faults --plants

## kills: the main stories killed at 2000 of their writes and syncs, and 300 calls that fail
kills: install-dependencies release
	Tests/Faults/kills --kills 2000 --errors 300 .build/release/flow

## year: a year of virtual time, 200 contacts in 30 zones, all shipped processes, three seeds
year:
	swift build -c release --product flow-faults
	for seed in 1 2 3; do Tests/Faults/year --seed $$seed .build/release/flow-faults || exit 1; done

## proofs: more than 2000 generated workflows, what is proved of each against all that brute force can make of it, and some
## that write more of the language; of 100 of them nearly every claim decided
proofs:
	$(SWIFT) build -c release --product flow-proofs
	.build/release/flow-proofs --seeds 1-2200
	.build/release/flow-proofs --seeds 10001-10800 --most 300
	.build/release/flow-proofs --seeds 1-100 --steps 20000 --most 60

## bench: figures of the release build
bench:
	@$(MAKE) --no-print-directory install-dependencies PACKAGES="$(PACKAGES) sqlite3"
	Benchmarks/run

## bench-mail: mails a second to a Postfix on this machine
bench-mail: install-dependencies
	Benchmarks/Mail/run

## timelines: what `flow simulate` prints for each shipped process, anew beside it; read it before you commit it
timelines: install-dependencies
	FLOW_RECORD=1 $(SWIFT) test --filter WorkflowTests

clean:
	rm -rf .build
