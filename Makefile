# The menu. `make demo` and `make test` need nothing but a Debian 12 machine and this source tree.

SETUP  := scripts/setup
JOBS   ?= $(shell nproc)
TEST_JOBS ?= $(shell expr $(JOBS) + 1)  # many tests wait, for sessions of a broker or for a page
SCALE  ?= 0.1
DEMO   ?=
FUZZ_RUNS ?= 1000000
FUZZ_TARGETS ?= text event batch bluesky cloudevents csv google_play mastodon typeform csv_records signature config sink small

.PHONY: help setup build check test test-kafka-long asan tsan fuzz bench bench-kafka demo format clean

help:
	@echo "make demo    install what is missing, build, run a simulated company and show who is unhappy"
	@echo "make build   build the release binary, build/release/earshot"
	@echo "make check   the quick tests (unit, golden, contract, property, tidy), under a minute"
	@echo "make test    every test but the sanitizers"
	@echo "make test-kafka-long   the tests on a real Kafka broker, ten times as long: a hundred kills"
	@echo "make asan    the same tests under address and undefined behaviour checks, at EARSHOT_TEST_SCALE=$(SCALE)"
	@echo "make tsan    the same tests under the thread sanitizer"
	@echo "make fuzz    look for bytes that a reader cannot take, FUZZ_RUNS=$(FUZZ_RUNS) for each of FUZZ_TARGETS"
	@echo "make bench   the benchmarks of docs/benchmarks.md"
	@echo "make bench-kafka   Kafka as the engine beside Kafka Streams, in turn"
	@echo "make format  lay the code out as .clang-format says"

setup:
	@$(SETUP)

build/%/build.ninja: | setup
	cmake --preset $*

build: build/release/build.ninja
	cmake --build --preset release -j $(JOBS)

check: build
	ctest --preset release -j $(JOBS) -L 'unit|golden|contract|property|tidy' --output-on-failure

test: build
	$(SETUP) test || echo "there is no Prometheus, docker-compose or Chromium: tests that need them are skipped" >&2
	scripts/kafka fetch >/dev/null || echo "there is no Kafka broker: tests that need one are skipped" >&2
	ctest --preset release -j $(TEST_JOBS) --output-on-failure

test-kafka-long: build
	scripts/kafka fetch >/dev/null || echo "there is no Kafka broker: tests that need one are skipped" >&2
	EARSHOT_TEST_SCALE=10 ctest --preset release -L kafka --output-on-failure --timeout 3600

asan: build/asan/build.ninja
	cmake --build --preset asan -j $(JOBS)
	EARSHOT_TEST_SCALE=$(SCALE) ctest --preset asan -j $(JOBS) --output-on-failure

tsan: build/tsan/build.ninja
	cmake --build --preset tsan -j $(JOBS)
	EARSHOT_TEST_SCALE=$(SCALE) TSAN_OPTIONS="ignore_noninstrumented_modules=1:halt_on_error=1" ctest --preset tsan -j $(JOBS) --output-on-failure

fuzz:
	$(SETUP) fuzz
	$(MAKE) build/fuzz/build.ninja
	cmake --build --preset fuzz -j $(JOBS)
	for target in $(FUZZ_TARGETS); do scripts/fuzz $$target $(FUZZ_RUNS) || exit 1; done

bench: build
	scripts/bench

bench-kafka: build
	bench/peers/kafka_streams/run.sh

demo: build
	build/release/earshot demo $(DEMO)

format:
	git ls-files '*.h' '*.cpp' | xargs clang-format -i

clean:
	rm -rf build
