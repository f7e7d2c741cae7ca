# The two commands: `make verify` runs the main job and prints its verdict, `make test` runs all tests.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

SWIFT_BUILD := swift build -c release
SEATRIAL := .build/release/seatrial
REPORT ?= .seatrial/report

.PHONY: verify test build lint clean

verify: build
	$(SEATRIAL) verify Harness/trials/roll-kafka.yaml --report $(REPORT)

build:
	Harness/setup verify
	$(SWIFT_BUILD)

lint:
	swift format lint --strict -r Package.swift Sources Tests

test: lint
	Harness/setup test
	$(SWIFT_BUILD)
	PATH="$(CURDIR)/.build-tools:$$PATH" swift test -c release --disable-xctest --disable-testable-imports
	Harness/simulations $(SEATRIAL)
	Harness/interop/run $(SEATRIAL)
	Harness/interop/kubectl/run $(SEATRIAL)
	Harness/golden/run $(SEATRIAL) --case 'c-rolling-update-explicit' --case 'd2-*' --case 'l6-*' --jobs 2
	Harness/bad-input/run $(SEATRIAL)
	Harness/must-fail $(SEATRIAL)

clean:
	rm -rf .build .build-tools .seatrial
