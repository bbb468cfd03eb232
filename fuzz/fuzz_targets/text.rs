//! Gives what libFuzzer makes up to the laws of `magpie_fuzz::text`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| magpie_fuzz::text::check(bytes));
