# make help says what there is to do; PACKAGES=./storage/... narrows it.

GOFUMPT     = mvdan.cc/gofumpt@v0.12.0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
RELEASE    ?=
PACKAGES   ?= ./...
FUZZTIME   ?= 30s
BENCH      ?= .
KILLS      ?= 100

SMALL      ?=
LARGE      ?=

CORPORA    ?=

.PHONY: help build test needs install lint check fuzz crash bench growth accuracy

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

build: ## the program, static, as bin/winnow
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/winnow ./cmd/winnow

# The tests start and stop PostgreSQL, Redis and Chromium of their own; with
# WINNOW_TEST_REQUIRE one that is missing fails them instead of skipping.
test: needs ## every test with the race detector; installs what is missing on Debian
	WINNOW_TEST_REQUIRE=1 go test -race -timeout 10m $(PACKAGES)

# What is needed beside Go, as the Debian package and how to tell that it is
# there; and axe-core, by which the pages' accessibility is tested.
needs:
	@missing=; \
	lacks() { command -v "$$1" >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/"$$1" >/dev/null 2>&1 || missing="$$missing $$2"; }; \
	axe=handlers/browsertest/node_modules/axe-core/axe.min.js; \
	lacks cc "gcc libc6-dev"; lacks redis-server redis-server; lacks initdb postgresql; lacks chromium "chromium fonts-dejavu-core"; \
	test -f $$axe || lacks npm npm; \
	if test -n "$$missing"; then $(MAKE) --no-print-directory install MISSING="$$missing" || exit 1; fi; \
	test -f $$axe || { cd handlers/browsertest && npm install --no-package-lock --ignore-scripts --no-audit --no-fund; }

install:
	@missing="$(MISSING)"; \
	echo "missing:$$missing"; \
	command -v apt-get >/dev/null 2>&1 || { echo "not Debian: please install them"; exit 1; }; \
	if test "$$(id -u)" = 0; then sudo=; \
	elif sudo -n true 2>/dev/null; then sudo="sudo -n"; \
	else echo "neither root nor allowed to use sudo: please install them"; exit 1; fi; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $$missing

lint: ## formatting, go vet and staticcheck
	@unformatted=$$(go run $(GOFUMPT) -l .) && test -z "$$unformatted" || { echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

check: lint test ## lint and test

fuzz: ## each fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list $(PACKAGES)); do \
		listed=$$(go test -list '^Fuzz' $$package); \
		for target in $$(echo "$$listed" | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

crash: needs ## kill the server under load KILLS times (100) on each database, and hold what is left against what it promised
	WINNOW_TEST_REQUIRE=1 go test -count=1 -timeout 60m -v -run 'Killed' ./cmd/winnow -kills $(KILLS)

bench: ## the benchmarks, then a running server beside a bare Echo handler; BENCH=NAME for some
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)
	go run ./cmd/bench

growth: ## what a large store costs beside a small one; SMALL=DATABASE LARGE=DATABASE, both made by cmd/fill
	@test -n "$(SMALL)" -a -n "$(LARGE)" || { echo "make two databases with go run ./cmd/fill, then: make growth SMALL=sqlite:small.db LARGE=sqlite:large.db"; exit 1; }
	go run ./cmd/growth --small '$(SMALL)' --large '$(LARGE)'

accuracy: ## tables of the filter's figures on labelled sets; CORPORA=FOLDER of NAME.train.jsonl and NAME.test.jsonl
	@test -n "$(CORPORA)" || { echo "say where the labelled sets are: make accuracy CORPORA=FOLDER"; exit 1; }
	go run ./cmd/accuracy $(CORPORA)
