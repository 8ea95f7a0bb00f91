# Tollgate's verbs. `make` alone prints them.

.DEFAULT_GOAL := help
.PHONY: help run watch quick test soak cache-tests browser-tests velocity-oracle import-oracle services service-tests service-table openapi-oracle import-corpus fuzz check check-rust check-template check-release deploy-check bench bench-peers build release release-check record-release upgrade-check deploy clean

# Python tools, cargo-lambda, two cargo plugins and the HTTP cache tests live in .tools/, made on first need.
# `make run` and `make test` need only Rust; `make bench-peers` installs what it needs itself.
TOOLS := .tools/.installed
CACHE_TESTS := .tools/cache-tests/.installed
VELOCITY := .tools/velocity/.installed
SERVICES := .tools/services/.installed
OPENAPI := .tools/openapi/.installed
CHECKOV := .tools/checkov/.installed
EMULATOR := .tools/emulator/.installed
FUZZ := .tools/fuzz/bin/cargo-fuzz
export PATH := $(CURDIR)/.tools/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# $(call python-packages,FOLDER,REQUIREMENTS): uv resolves in seconds what takes pip minutes.
define python-packages
python3 -m venv $(1)
$(1)/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
VIRTUAL_ENV=$(1) $(1)/bin/uv pip install --quiet --requirement $(2)
endef

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## serve the example API on this machine: gateway, targets and DynamoDB
	cargo build --locked --features local --bins --examples
	target/debug/tollgate dev examples/tollgate.yaml

watch: $(TOOLS) ## the same, and the gateway under `cargo lambda watch` at http://127.0.0.1:9002, built again on every change
	cargo build --locked --features local --bins --examples
	infra/watch

# Random cases are many in `make test`, few here; the slowest modules, which try thousands of them, are left out.
quick: ## the tests to run after each change: units, and the gateway from outside in one process; no release build
	SCHEDULES=2000 MUTATED_FILES=2000 PROPTEST_CASES=32 cargo test --locked --features local --lib --test gateway -- \
	  --skip property:: --skip cache::damaged_entries --skip cache::two_callers:: --skip cache::http_callers:: \
	  --skip guards::oracle

test: ## all tests, before a merge: those of quick in full, and real processes of the release binary
	cargo build --locked --release --bin gateway
	cargo test --locked --features local

soak: ## what is rare in full: a million schedules of the limits' simulation, 16 processes with a quota of 10,000, 8 with 64 requests at a time, 100 keys missed at once, 10,000 freezes
	SCHEDULES=1000000 cargo test --locked --features local --lib -- --nocapture counters::simulation
	cargo build --locked --release --bin gateway
	FLEET_QUOTA=10000 MANY_REQUEST_PROCESSES=8 COALESCED_KEYS=100 FREEZES=10000 cargo test --locked --features local --test lambda -- --nocapture fleet

cache-tests: $(CACHE_TESTS) ## the public HTTP cache tests against `cacheMode: "HTTP"`; ID=… shows one of them
	cargo build --locked --features local --bins --examples
	node tests/cache_tests/main.mjs $(ID)

browser-tests: ## CORS and server-sent events in headless Chromium, which is installed if it is missing; NAME=… runs one case
	command -v $${CHROMIUM:-chromium} >/dev/null || infra/install-chromium
	cargo build --locked --features local --bins --examples
	node tests/browser/main.mjs $(if $(NAME),'$(NAME)')

velocity-oracle: $(VELOCITY) ## ask Velocity 1.7 anew for the answers in tests/velocity/ (Java 17; its packages are Debian's)
	java -cp "$$(printf '%s:' .tools/velocity/usr/share/java/*.jar)" tests/velocity/Oracle.java \
	  tests/velocity/one_liners.txt tests/velocity/whole_templates.txt
	git diff --stat tests/velocity

import-oracle: $(TOOLS) ## let SAM's own translator transform the SAM inputs in tests/import/ anew
	.tools/bin/python tests/sam_oracle.py

openapi-oracle: $(OPENAPI) ## ask a public validator about the documents in tests/export/
	.tools/openapi/bin/openapi-spec-validator tests/export/*-3.*.yaml

import-corpus: ## import each API definition below DIR, and count what needs an answer, fails or breaks
	cargo build --locked --features local --bin tollgate
	tests/import_corpus.py target/debug/tollgate $(DIR)

services: $(SERVICES) ## play SQS, SNS, EventBridge, Step Functions, Kinesis, S3 and STS at http://127.0.0.1:5000, beside `make run`
	.tools/services/bin/python infra/services.py

service-tests: $(SERVICES) ## routes to these services, and an import from API Gateway, against the same server
	infra/service-tests

service-table: $(SERVICES) ## ask botocore anew for what the table of services is compared with in `make test`
	.tools/services/bin/python infra/ask_botocore.py src/aws/service/tests/botocore.txt
	git diff --stat src/aws/service/tests

fuzz: $(FUZZ) ## render templates that libFuzzer makes, for FUZZ_SECONDS [60], or 0: until one fails
	.tools/fuzz/bin/cargo-fuzz fuzz run templates --sanitizer none -- -max_total_time=$${FUZZ_SECONDS:-60} -max_len=512

check: check-rust check-template check-release ## format, lints, docs, unused dependencies, licences, template, packaging

check-rust: $(TOOLS)
	cargo fmt --check
	cargo shear
	cargo deny --locked --all-features check licenses bans sources
	cargo clippy --locked --features local --all-targets -- -D warnings
	cargo clippy --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --features local --document-private-items

check-template: $(TOOLS) $(CHECKOV)
	sam validate --lint
	cfn-lint infra/alarms.yaml infra/dashboard.yaml infra/metrics.yaml infra/queries.yaml infra/tables.yaml
	python infra/check_template.py
	python infra/check_security.py
	python infra/terraform/check/check.py
	python infra/cloudfront/check.py
	.tools/checkov/bin/checkov --file infra/cloudfront/template.yaml --framework cloudformation --skip-download --compact --quiet
	python infra/verify/check.py

deploy-check: $(TOOLS) $(EMULATOR) ## deploy the stack into an emulator of AWS, call it, update it and remove it; BINARY=… is a gateway for this machine
	$(if $(BINARY),,cargo build --locked --bin gateway)
	python infra/deploy_check.py $(or $(BINARY),target/debug/gateway)

check-release: $(TOOLS)
	python tests/release.py
	zizmor --quiet --offline --persona=pedantic .github/workflows

bench: ## measure, and write bench/RESULTS.md
	bench/run

bench-peers: ## measure the same API with other gateways and frameworks, installed into .tools/peers; write bench/PEERS.md
	bench/peers/install
	bench/run --peers
	.tools/peers/bin/python bench/peers/plots.py .tools/peers/results.json bench/plots

build: $(TOOLS) ## the deployable binaries: target/lambda/<architecture>/gateway/bootstrap
	infra/build

release: $(TOOLS) ## build and package both architectures, or ONLY=x86_64|arm64: target/releases/<version>/
	infra/release $(if $(ONLY),--only $(ONLY))

release-check: $(TOOLS) ## build the release twice in folders of other names, and compare the bytes; ONLY=… as above
	infra/release-check $(if $(ONLY),--only $(ONLY))

record-release: ## write what this version writes into the tables to tests/upgrade/<version>.json, for later ones to read
	RECORD_RELEASE=1 cargo test --locked --features local --test gateway -- upgrade
	git diff --stat tests/upgrade

upgrade-check: ## let the gateway of commit REF and this one serve in turn on the same tables: 10,000 requests, or UPGRADE_REQUESTS
	infra/upgrade-check $(REF)

deploy: $(TOOLS) ## build and deploy to AWS; PARAMETERS='A=b C=d', ZIP=… (a path or s3://…) builds nothing, YES=1 asks nothing
	$(if $(ZIP),python infra/use_zip.py $(ZIP) .aws-sam/zip,sam build $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS)))
	sam deploy $(if $(ZIP),--template-file .aws-sam/zip/template.yaml --config-file $(CURDIR)/samconfig.toml) $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS)) $(if $(YES),--no-confirm-changeset)

clean: ## remove what was built; .tools/ and .data/ stay
	cargo clean
	rm -rf .aws-sam

$(TOOLS): infra/requirements.txt
	$(call python-packages,.tools,infra/requirements.txt)
	touch $@

$(SERVICES): infra/services-requirements.txt
	$(call python-packages,.tools/services,infra/services-requirements.txt)
	touch $@

$(CHECKOV): infra/checkov-requirements.txt
	$(call python-packages,.tools/checkov,infra/checkov-requirements.txt)
	touch $@

$(EMULATOR): infra/emulator-requirements.txt
	$(call python-packages,.tools/emulator,infra/emulator-requirements.txt)
	touch $@

$(OPENAPI): infra/openapi-requirements.txt
	$(call python-packages,.tools/openapi,infra/openapi-requirements.txt)
	touch $@

$(FUZZ):
	cargo install --quiet --locked --root .tools/fuzz cargo-fuzz@0.13.2

$(CACHE_TESTS): tests/cache_tests/package.json
	mkdir -p $(@D)
	cp $< $(@D)
	npm install --prefix $(@D) --ignore-scripts --no-package-lock --no-audit --no-fund --silent
	touch $@

$(VELOCITY):
	mkdir -p $(@D)
	cd $(@D) && apt-get download velocity libcommons-collections3-java libcommons-lang-java
	cd $(@D) && for package in *.deb; do dpkg -x $$package . || exit 1; done
	touch $@
