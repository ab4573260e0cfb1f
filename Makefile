# make help lists the targets; PACKAGES=./storage/... selects packages.

GOFUMPT     = mvdan.cc/gofumpt@v0.12.0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
RELEASE    ?=
PACKAGES   ?= ./...
LONGEST     = ./handlers ./storage ./handlers/browsertest ./cmd/winnow
FUZZTIME   ?= 30s
BENCH      ?= .
DEBIAN      = .ci/debian
KILLS      ?= 100

SMALL      ?=
LARGE      ?=

CORPORA    ?=

.PHONY: help build test needs lint check fuzz crash bench growth starter accuracy

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

build: ## build the static program bin/winnow
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o bin/winnow ./cmd/winnow

# The tests start and stop their own PostgreSQL, Redis and Chromium. With
# WINNOW_TEST_REQUIRE a missing one fails the tests; without, they are skipped. Four
# packages run in parallel, because they wait for disks and browsers about as long as
# they compute; those that take longest begin first, so that none is left alone at the end.
# What only computes is built without the race detector, which would make it
# five times slower: SQLite, which is C translated to Go, with its C library and allocator;
# the classifier, whose goroutines share nothing but what they are given, which has a run of
# its own with it; and libraries for texts, hashes, compression, schemas and bundles. Memory is cheaper
# than time here, so that garbage is collected half as often. The linter has the whole of
# vet, and nobody debugs these binaries.
#
# Only packages may be in these lists that share nothing between goroutines, or guard it
# with package sync. A package that instantiates sync.Map or atomic.Pointer gives the linker
# a copy of their code which the detector cannot see, for the whole program, and it reports
# races that are none. classifier/labelfile is such a package.
COMPUTING = winnow/classifier winnow/classifier/campaign winnow/classifier/language winnow/classifier/text/... \
	compress/flate compress/gzip crypto/hmac crypto/pbkdf2 crypto/sha256 \
	crypto/internal/fips140/hmac crypto/internal/fips140/pbkdf2 crypto/internal/fips140/sha256 \
	golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b golang.org/x/net/publicsuffix golang.org/x/text/... \
	github.com/andybalholm/brotli/... github.com/chromedp/cdproto/... github.com/evanw/esbuild/... github.com/rivo/uniseg github.com/santhosh-tekuri/jsonschema/... go.yaml.in/yaml/...
TRANSLATED_C = modernc.org/libc modernc.org/memory modernc.org/sqlite/lib
WITHOUT_RACE = $(foreach p,$(TRANSLATED_C),-gcflags='$(p)=-race=false -d=checkptr=0') $(foreach p,$(COMPUTING),-gcflags='$(p)=-race=false')

test: needs ## run all tests with the race detector; installs what is missing on Debian
	go test -race -run TestTrainingAndScoringAtOnce ./classifier
	GOGC=200 WINNOW_TEST_REQUIRE=1 go test -race $(WITHOUT_RACE) -vet=off -ldflags='-s -w' -p 4 -timeout 60m $(if $(filter ./...,$(PACKAGES)),$(LONGEST)) $(PACKAGES)

# Programs that the tests need besides Go, with their Debian packages; and npm
# packages: axe-core, which checks the accessibility of the pages, and the generator
# of the TypeScript client, and an OpenID provider.
NPM = handlers/browsertest/node_modules handlers/clienttest/node_modules handlers/oidctest/node_modules

needs: $(NPM)
	@missing=; \
	lacks() { command -v "$$1" >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/"$$1" >/dev/null 2>&1 || missing="$$missing $$2"; }; \
	lacks cc "gcc libc6-dev"; lacks redis-server redis-server; lacks initdb postgresql; lacks chromium "chromium fonts-dejavu-core"; \
	test -z "$$missing" || { $(DEBIAN) $$missing; }

$(NPM): %/node_modules: %/package.json
	@command -v npm >/dev/null 2>&1 || { $(DEBIAN) npm; }
	cd $* && npm install --no-package-lock --ignore-scripts --no-audit --no-fund
	@touch $@

lint: ## check formatting, go vet and staticcheck
	@unformatted=$$(go run $(GOFUMPT) -l .) && test -z "$$unformatted" || { echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

check: lint test ## run lint and test

fuzz: ## run each fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list $(PACKAGES)); do \
		listed=$$(go test -list '^Fuzz' $$package); \
		for target in $$(echo "$$listed" | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

crash: needs ## kill the server under load KILLS times (100) on each database, then for a minute with a hundred moderators, and check that nothing acknowledged is lost
	WINNOW_TEST_REQUIRE=1 go test -count=1 -timeout 60m -v -run 'Killed|HundredModerators' ./cmd/winnow -kills $(KILLS) -shift 1m

bench: ## run the benchmarks, then measure a running server and a bare Echo handler; BENCH=NAME selects some
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)
	go run ./cmd/bench

growth: ## compare a large database with a small one; SMALL=DATABASE LARGE=DATABASE, both made by cmd/fill
	@test -n "$(SMALL)" -a -n "$(LARGE)" || { echo "create two databases with go run ./cmd/fill, then: make growth SMALL=sqlite:small.db LARGE=sqlite:large.db"; exit 1; }
	go run ./cmd/growth --small '$(SMALL)' --large '$(LARGE)'

starter: ## train the model that is in the binary again; CORPORA=FOLDER of the label files of classifier/starter/sets.go
	@test -n "$(CORPORA)" || { echo "set the folder of the labelled sets: make starter CORPORA=FOLDER"; exit 1; }
	go run ./classifier/starter -sets $(CORPORA)

accuracy: ## print metrics of the classifier on labelled sets; CORPORA=FOLDER of NAME.train.jsonl and NAME.test.jsonl
	@test -n "$(CORPORA)" || { echo "set the folder of the labelled sets: make accuracy CORPORA=FOLDER"; exit 1; }
	go run ./cmd/accuracy $(CORPORA)
