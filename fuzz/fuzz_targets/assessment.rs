//! Gives what libFuzzer makes up to the laws of `magpie_fuzz::assessment`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| magpie_fuzz::assessment::check(bytes));
