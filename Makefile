# make help says what there is to do; PACKAGES=./storage/... narrows it.

GOFUMPT     = mvdan.cc/gofumpt@v0.12.0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
RELEASE    ?=
PACKAGES   ?= ./...
FUZZTIME   ?= 30s
BENCH      ?= .
DEBIAN      = .ci/debian
KILLS      ?= 100

SMALL      ?=
LARGE      ?=

CORPORA    ?=

.PHONY: help build test needs lint check fuzz crash bench growth accuracy

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

build: ## the program, static, as bin/winnow
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/winnow ./cmd/winnow

# The tests start and stop PostgreSQL, Redis and Chromium of their own; with
# WINNOW_TEST_REQUIRE one that is missing fails them instead of skipping. Four
# packages at once: they wait for disks and browsers as long as they compute. The
# race detector leaves SQLite alone, which is C made into Go and has locks of its
# own: watched, its tests take more than twice as long.
test: needs ## every test with the race detector; installs what is missing on Debian
	WINNOW_TEST_REQUIRE=1 go test -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' -p 4 -timeout 14m $(PACKAGES)

# What is needed beside Go, as the Debian package and how to tell that it is
# there; and npm packages: axe-core, which checks the pages, and the generator of
# the TypeScript client.
NPM = handlers/browsertest/node_modules handlers/clienttest/node_modules

needs: $(NPM)
	@missing=; \
	lacks() { command -v "$$1" >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/"$$1" >/dev/null 2>&1 || missing="$$missing $$2"; }; \
	lacks cc "gcc libc6-dev"; lacks redis-server redis-server; lacks initdb postgresql; lacks chromium "chromium fonts-dejavu-core"; \
	test -z "$$missing" || { $(DEBIAN) $$missing; }

$(NPM): %/node_modules: %/package.json
	@command -v npm >/dev/null 2>&1 || { $(DEBIAN) npm; }
	cd $* && npm install --no-package-lock --ignore-scripts --no-audit --no-fund
	@touch $@

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

crash: needs ## kill the server under load KILLS times (100) on each database, then for a minute under a hundred moderators, and hold what is left against what it promised
	WINNOW_TEST_REQUIRE=1 go test -count=1 -timeout 60m -v -run 'Killed|HundredModerators' ./cmd/winnow -kills $(KILLS) -shift 1m

bench: ## the benchmarks, then a running server beside a bare Echo handler; BENCH=NAME for some
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)
	go run ./cmd/bench

growth: ## what a large store costs beside a small one; SMALL=DATABASE LARGE=DATABASE, both made by cmd/fill
	@test -n "$(SMALL)" -a -n "$(LARGE)" || { echo "make two databases with go run ./cmd/fill, then: make growth SMALL=sqlite:small.db LARGE=sqlite:large.db"; exit 1; }
	go run ./cmd/growth --small '$(SMALL)' --large '$(LARGE)'

accuracy: ## tables of the filter's figures on labelled sets; CORPORA=FOLDER of NAME.train.jsonl and NAME.test.jsonl
	@test -n "$(CORPORA)" || { echo "say where the labelled sets are: make accuracy CORPORA=FOLDER"; exit 1; }
	go run ./cmd/accuracy $(CORPORA)
