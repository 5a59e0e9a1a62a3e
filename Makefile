# Each target sets up what it needs, once: dependencies, the compiled package, a Pulumi CLI.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help build test lint format bench conformance demo policy-pack pulumi-path clean

sources := $(shell find src simulator policy common -name '*.ts')

help:
	@echo "make demo         watch a real pulumi up copy blobs between two simulated storage accounts"
	@echo "make test         lint, compile, and run every test"
	@echo "make bench        measure, side by side with a peer or a floor"
	@echo "make policy-pack  make a policy pack of its own for pulumi policy publish"
	@echo "make conformance  prove the simulator against Azurite, recordings, AzCopy, the Azure CLI and SDKs"
	@echo "make lint         check format and types"
	@echo "make format       mend the format"
	@echo "make pulumi-path  print the folder of a Pulumi CLI, after getting one where none is installed"
	@echo "make clean        remove what was built here"

node_modules/.installed: package.json package-lock.json
	@echo "Installing the project's dependencies." >&2
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

dist/.built: node_modules/.installed tsconfig.json tsconfig.build.json $(sources)
	@npm run --silent build
	@touch $@

build: dist/.built

lint: node_modules/.installed
	@npm run --silent lint

format: node_modules/.installed
	@npm run --silent format

test: lint build
	@npm run --silent test

bench: build
	@node bench/run.mjs

conformance: build
	@node tools/conformance.mjs

demo: build
	@PATH="$$(node tools/pulumi/get.mjs):$$PATH" node tools/demo.mjs

policy-pack: build
	@node tools/policyPack.mjs

pulumi-path:
	@node tools/pulumi/get.mjs

clean:
	rm -rf build dist node_modules .cache
