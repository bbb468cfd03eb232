#!/usr/bin/env bash
# Runs every test, installs what a fresh machine lacks, and says what it skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "format"
if cargo fmt --version >/dev/null 2>&1; then
    cargo fmt --all --check
else
    echo "skipped: rustfmt is not installed"
fi

step "lints"
if cargo clippy --version >/dev/null 2>&1; then
    cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings
else
    echo "skipped: clippy is not installed"
fi

step "tests"
cargo test --workspace --locked

step "fuzz targets, as tests"
cargo test --manifest-path fuzz/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-target}" --locked

step "dependencies: licences, bans, sources"
if ! command -v cargo-deny >/dev/null 2>&1; then
    cargo install cargo-deny --locked --quiet || echo "cargo-deny could not be installed"
fi
if command -v cargo-deny >/dev/null 2>&1; then
    cargo deny --locked check licenses bans sources
else
    echo "skipped: cargo-deny is not installed"
fi

step "journey: the demo on the bundled sample"
make --no-print-directory demo
