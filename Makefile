# make test runs everything a change must pass and installs what it needs first. The demo needs only Go: go run ./cmd/parley demo
BIN := $(CURDIR)/.cache/bin
GOLANGCI_LINT_VERSION := v2.15.0

.PHONY: test tools npm-clients generate lint unit bench build

test: tools npm-clients lint unit

# PostgreSQL, Chromium, fonts and Node.js for the tests.
tools:
	./scripts/tools

# Foreign programs the simulators are tried with, and the accessibility checker.
npm-clients:
	cd internal/connector/aliexpress/fake/foreign && npm ci --no-audit --no-fund --loglevel=error
	cd internal/connector/stripe/fake/foreign && npm ci --no-audit --no-fund --loglevel=error
	cd internal/connector/paypal/fake/foreign && npm ci --no-audit --no-fund --loglevel=error
	cd internal/connector/taobao/fake/foreign && npm ci --no-audit --no-fund --loglevel=error
	cd internal/connector/shopify/fake/foreign && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cd internal/tracker/aftership/fake/foreign && npm ci --no-audit --no-fund --loglevel=error
	cd internal/web/browser && npm ci --no-audit --no-fund --loglevel=error

generate:
	go tool templ generate

lint:
	test -z "$$(gofmt -l cmd internal packs templates)" || (gofmt -l cmd internal packs templates; exit 1)
	go vet ./...
	./scripts/lint $(BIN) $(GOLANGCI_LINT_VERSION)

unit:
	go test -timeout 20m ./...

bench:
	go test -run '^$$' -bench . ./internal/...

build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o parley ./cmd/parley
