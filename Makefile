# The front door. `make` builds build/sluice; `make help` lists the rest.

BUILD ?= build
JOBS ?= $(shell nproc)

.PHONY: all build deps test lint format e2e e2e-table clean help

all: build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

build: ## Build build/sluice, the operator and its command line in one binary
	@tests/lint/deps.sh build
	@cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTS=OFF >/dev/null
	@cmake --build $(BUILD) -j $(JOBS)

deps: ## Install what building and testing need (Debian 12, as root)
	@tests/lint/deps.sh install

test: deps ## Everything this machine can run: lint, unit, cases, flow, the real control plane
	@tests/run

lint: ## The quick checks: format, room borders, purity, sizes, scripts
	@tests/lint/all.sh

format: ## Format the sources in place
	@git ls-files '*.c' '*.h' | xargs clang-format -i

e2e: deps ## The tests on a real etcd, kube-apiserver and controller manager
	@tests/run e2e

e2e-table: deps ## Play S1's table on a real control plane and show it
	@$(MAKE) --no-print-directory build
	@tests/e2e/table

clean: ## Remove what was built
	@rm -rf $(BUILD) build-*
