# Everything a developer does here. "make" alone lists it.

MODULES  := . schema router subgraphs workers
# Modules outside of go.work, so that what they need is nobody else's dependency.
ALONE    := deploy/bench/gateways/cosmo
PROGRAMS := ./router/cmd/weft ./subgraphs/cmd/users ./subgraphs/cmd/todos ./workers/cmd/worker
FUZZTIME ?= 10s
UNIVERSES ?= 3000
ROUNDS ?= 7
DURATION ?= 10s
CASES ?= 200000
EXECUTE_ROUNDS ?= 300
PLANS ?= 1000
BATCH_ROUNDS ?= 30
CHAOS ?= 10m
JOB_ROUNDS ?= 21
PLAN_ROUNDS ?= 1
SCHEDULED ?= 100000
DUE ?= 1200
WINDOW ?= 60s
VULNDB ?= https://vuln.go.dev
DEV      := go run ./deploy/dev

.DEFAULT_GOAL := help
.PHONY: help up down reset seed test-seeded smoke generate compose verify lint vulncheck test race fuzz bench bench-compose bench-plan bench-execute bench-gateways bench-services bench-reminders bench-jobs oracle oracle-compose oracle-plan oracle-subgraph soak chaos build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## bring the whole platform up, in the foreground; Ctrl-C stops it
	@$(DEV) up

down: ## stop a platform that runs in another terminal
	@$(DEV) down

reset: ## remove the local platform's data, secrets and programs
	@$(DEV) reset

seed: ## make the local platform's databases with SIZE (1000000) todos and a fifth as many accounts; refuses databases that it did not make
	@$(DEV) seed $(SIZE)

test-seeded: ## the plans, statements and page times of both services, on SIZE (1000000) todos
	@$(DEV) seed $(SIZE) -- go test ./subgraphs/todos/graph ./subgraphs/users/graph ./subgraphs/users/postgres -p 1 -run 'TestPlans|TestStatements|TestPages|TestSpeedOfPages' -count 1 -v

smoke: ## walk through the running platform once: register, log in, todos, mail
	@$(DEV) smoke

generate: ## write the generated code: GraphQL servers, the playground's page
	go run ./subgraphs/cmd/generate
	go run ./router/internal/playground/build

compose: ## compose schema/supergraph.graphqls from the subgraphs' schemas
	go run ./router/cmd/weft compose --config schema/supergraph.yaml -o schema/supergraph.graphqls

# Compared with the index: stage what you mean to commit, then verify.
GENERATED := ':(glob)**/*.generated.go' ':(glob)subgraphs/*/graph/**' ':(glob)subgraphs/server/conformance/*/graph/**' schema/supergraph.graphqls router/internal/playground/assets

verify: ## fail if generated files are not what their sources give
	go run ./subgraphs/cmd/generate
	go run ./router/internal/playground/build -check
	@$(MAKE) --no-print-directory compose
	@git diff --exit-code -- $(GENERATED)
	@test -z "$$(git ls-files --others --exclude-standard -- $(GENERATED))" || { git ls-files --others --exclude-standard -- $(GENERATED); exit 1; }

lint: ## formatting, vet, staticcheck, vulnerabilities, and each module built without the workspace
	@test -z "$$(go run mvdan.cc/gofumpt -l .)" || { go run mvdan.cc/gofumpt -l .; echo "not formatted: go run mvdan.cc/gofumpt -w ."; exit 1; }
	go vet work
	@complaints=$$(go run honnef.co/go/tools/cmd/staticcheck $(MODULES:%=./%/...) 2>&1 | grep -v -e '\.generated\.go:' -e '^exit status 1$$'); test -z "$$complaints" || { echo "$$complaints"; exit 1; }
	@for m in $(MODULES); do echo "GOWORK=off go build ./$$m/..."; (cd $$m && GOWORK=off go build ./...) || exit 1; done
	@install -d .weft && go build -o .weft/staticcheck honnef.co/go/tools/cmd/staticcheck
	@for m in $(ALONE); do echo "GOWORK=off go vet ./$$m/..."; (cd $$m && GOWORK=off go vet ./... && GOWORK=off $(CURDIR)/.weft/staticcheck ./...) || exit 1; done

	@$(MAKE) --no-print-directory vulncheck

# Asked about one small package first, to learn whether the database can be had.
vulncheck: ## known vulnerabilities that our code can reach, from VULNDB (vuln.go.dev)
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	if go run golang.org/x/vuln/cmd/govulncheck -db $(VULNDB) ./schema/identity > "$$log" 2>&1; then \
		go run golang.org/x/vuln/cmd/govulncheck -db $(VULNDB) $(MODULES:%=./%/...); \
	elif grep -q 'fetching vulnerabilities' "$$log"; then echo "vulncheck skipped: no database at $(VULNDB)"; \
	else cat "$$log"; exit 1; fi

# What tests leave to look at, such as the browser's screenshots.
ARTIFACTS := $(CURDIR)/.weft/test

test: ## every test, on a database server of its own, then the race detector
	@install -d -m 700 .weft $(ARTIFACTS)
	$(DEV) run -- go test -artifacts -outputdir $(ARTIFACTS) work
	@command -v chromium || command -v chromium-browser || command -v google-chrome || echo "BROWSER TEST SKIPPED: there is no Chromium"
	go test -tags purego ./router/internal/response/... ./router/internal/execute
	@$(MAKE) --no-print-directory race

race: ## the tests of the router, the subgraphs and the workers under the race detector
	$(DEV) run -- go test -race ./router/... ./subgraphs/... ./workers ./workers/internal/...

fuzz: ## every fuzz target for FUZZTIME (10s)
	@go test -list '^Fuzz' work | awk '/^Fuzz/ {f[++n] = $$1} /^ok/ {for (i = 1; i <= n; i++) print $$2, f[i]; n = 0}' | \
	while read -r package target; do go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; done

bench: bench-compose bench-plan bench-execute ## every benchmark, with allocations, and composition beside Apollo's
	go test -run '^$$' -bench . -benchmem work

bench-compose: ## time composition beside Apollo's in ROUNDS (7) alternating rounds, 10 to 200 subgraphs
	@test -d deploy/oracle/node_modules || (cd deploy/oracle && npm ci)
	go test ./deploy/oracle -run TestSpeedOfComposition -rounds $(ROUNDS) -timeout 60m -v

bench-plan: ## time planning beside Apollo's in PLAN_ROUNDS (1) alternating rounds; what a warm lookup allocates
	@test -d deploy/oracle/node_modules || (cd deploy/oracle && npm ci)
	go test ./router/internal/plan -run TestSpeedOfPlanning -speed $(PLAN_ROUNDS) -timeout 60m -v
	go test ./router -run '^$$' -bench CacheHit -benchmem

bench-execute: ## what each stage of execution costs, beside fastjson, in EXECUTE_ROUNDS (300) alternating rounds
	go test ./router/internal/execute -run TestSpeedOfExecution -speed $(EXECUTE_ROUNDS) -v
	go test ./router/internal/response -run '^$$' -bench 'Parse|Emit' -benchmem
	go test ./router -run '^$$' -bench WholeRequest -benchmem

bench-jobs: ## how many jobs per second River does, alone and with what Weft adds, in JOB_ROUNDS (21) alternating rounds
	$(DEV) run -- go test ./workers -run TestSpeedOfJobs -speed $(JOB_ROUNDS) -v

bench-gateways: ## Weft beside other gateways under wrk's load: ROUNDS (7) rounds of DURATION (10s)
	go run ./deploy/bench/gateways --rounds $(ROUNDS) --duration $(DURATION)

bench-services: ## users and todos beside the same in Express: ROUNDS (7) rounds of DURATION (10s); batches of 500 entities
	go run ./deploy/bench/services --rounds $(ROUNDS) --duration $(DURATION)
	$(DEV) run -- go test ./subgraphs/users/graph ./subgraphs/todos/graph -run TestSpeedOfBatches -speed $(BATCH_ROUNDS) -v

bench-reminders: ## how late reminders come: SCHEDULED (100000), of which DUE (1200) in WINDOW (60s), with and without the death of the leader
	go test ./workers/cmd/worker -run TestPrecisionOfReminders -scheduled $(SCHEDULED) -due $(DUE) -window $(WINDOW) -timeout 20m -v

oracle: oracle-compose oracle-plan oracle-subgraph ## compare composition, plans and subgraphs with Apollo's

oracle-compose: ## compare composition with Apollo's on UNIVERSES (3000) random universes
	@test -d deploy/oracle/node_modules || (cd deploy/oracle && npm ci)
	@profile=$$(mktemp) && trap 'rm -f "$$profile"' EXIT && go test ./deploy/oracle -run TestComposition -universes $(UNIVERSES) -timeout 60m -v \
		-coverpkg=github.com/weftql/weft/schema/composition -covermode=atomic -coverprofile="$$profile"

oracle-plan: ## compare PLANS (1000) plans of random operations with Apollo's
	@test -d deploy/oracle/node_modules || (cd deploy/oracle && npm ci)
	go test ./router/internal/plan -run TestPlansAreNoWorseThanApollos -apollo $(PLANS) -timeout 60m -v

oracle-subgraph: ## compare what the subgraphs answer to a router with @apollo/subgraph
	@test -d subgraphs/server/conformance/node_modules || (cd subgraphs/server/conformance && npm ci)
	$(DEV) run -- go test ./subgraphs/... -run AsApolloAnswers -v

soak: ## compare the router's answers with the monolith's on CASES (200000) random operations; try every seeded bug
	@mkdir -p .weft/soak
	go test ./router/internal/trial -run TestTheRouterAnswersAsTheMonolith -cases $(CASES) -failures $(CURDIR)/.weft/soak -timeout 120m -v
	go test ./router/internal/trial -run TestSeededBugsAreCaught -bugs 100 -timeout 60m -v

chaos: ## kill workers, restart the database and have the mail server misbehave for CHAOS (10m); print what became of every mail
	go test ./deploy/chaos -run TestWhatWasCommittedIsNotified -chaos $(CHAOS) -timeout 60m -v
	go test ./deploy/chaos -run TestMailsFollowTheirMutations -latency 30s -v

build: ## the programs, into dist/
	go build -trimpath -o dist/ $(PROGRAMS)
