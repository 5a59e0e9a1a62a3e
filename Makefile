# Each target sets up what it needs, once: Node.js where the machine's is too old, dependencies, the compiled package, a Pulumi CLI.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help build test test-quick lint format bench compatibility conformance demo policy-pack node-path pulumi-path clean

sources := $(shell find src simulator policy common -name '*.ts')
# Before each command: the Node.js that the project needs, first on PATH.
with_node := node_bin="$$(node tools/node/get.mjs)" && export PATH="$$node_bin:$$PATH" &&

help:
	@echo "make demo           watch a real pulumi up copy blobs between two simulated storage accounts"
	@echo "make test           lint, compile, and run every test"
	@echo "make test-quick     the same without the tests that start the Pulumi CLI or a peer of the simulator"
	@echo "make bench          measure, side by side with a peer or a floor"
	@echo "make compatibility  try the package with each installer, Node.js, SDK and TypeScript that it is made for"
	@echo "make policy-pack    make a policy pack of its own for pulumi policy publish"
	@echo "make conformance    prove the simulator against Azurite, recordings, AzCopy, the Azure CLI and SDKs"
	@echo "make lint           check format, types and what the package would publish"
	@echo "make format         mend the format"
	@echo "make pulumi-path    print the folder of a Pulumi CLI, after getting one where none is installed"
	@echo "make node-path      print the folder of a Node.js that is new enough, after getting one where none is installed"
	@echo "make clean          remove what was built here"

node_modules/.installed: package.json package-lock.json
	@echo "Installing the project's dependencies." >&2
	@$(with_node) npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

dist/.built: node_modules/.installed tsconfig.json tsconfig.build.json $(sources)
	@$(with_node) npm run --silent build
	@touch $@

build: dist/.built

lint: build
	@$(with_node) npm run --silent lint

format: node_modules/.installed
	@$(with_node) npm run --silent format

test: lint build
	@$(with_node) npm run --silent test

test-quick: lint build
	@$(with_node) npm run --silent test:quick

bench: build
	@$(with_node) node bench/run.mjs

compatibility: build
	@$(with_node) node tools/compatibility.mjs

conformance: build
	@$(with_node) node tools/conformance.mjs

demo: build
	@$(with_node) PATH="$$(node tools/pulumi/get.mjs):$$PATH" node tools/demo.mjs

policy-pack: build
	@$(with_node) node tools/policyPack.mjs

node-path:
	@node tools/node/get.mjs

pulumi-path:
	@node tools/pulumi/get.mjs

clean:
	rm -rf build dist node_modules .cache
