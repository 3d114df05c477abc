//! One of the targets, by the name of this binary; tests/README.md says how they are run.
#![no_main]

mod targets;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| targets::of(env!("CARGO_BIN_NAME"))(data));
