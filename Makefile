# The two commands of the README, and what stands behind them.

SAMPLE := testdata/sample/posts.jsonl
DEMO   := target/demo
MAGPIE := target/release/magpie

.PHONY: demo test build fit bench

## Builds Magpie, analyses the bundled sample and shows the leads.
demo: build
	$(MAGPIE) run $(SAMPLE) --workspace $(DEMO) --basis "bundled sample, written for Magpie" --test-numbers --as-of 2026-03-01T00:00:00+08:00 --leads 12

## Runs every test, and installs what it needs or says what it skipped.
test:
	./scripts/test.sh

build:
	cargo build --release --locked --package magpie

## Fits the shipped model from the written corpus again.
fit:
	cargo run --release --locked --package magpie-eval -- fit

## Prints how long each step takes on a file of posts: make bench POSTS=posts.jsonl
bench:
	cargo run --release --locked --package magpie-eval -- bench $(or $(POSTS),$(SAMPLE))
	cargo run --release --locked --package magpie-eval --example limits -- $(or $(POSTS),$(SAMPLE))

## Compares with a pipeline of character n-grams in Python: make compare POSTS=posts.jsonl GOLD=gold.jsonl
compare: build
	python3 -m venv target/compare
	target/compare/bin/pip install --quiet scikit-learn
	cargo run --release --locked --package magpie-eval -- corpus --output target/compare/corpus.jsonl
	target/compare/bin/python scripts/compare_ngrams.py --magpie target/release/magpie --corpus target/compare/corpus.jsonl \
		--posts $(or $(POSTS),$(SAMPLE)) $(if $(GOLD),--gold $(GOLD))
