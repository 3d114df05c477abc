//! What is fuzzed, and what must hold whatever comes: no panic, and never a partner credited with what others wrote.
//! `tests/fuzz_corpus.rs` runs the same functions over the corpus.

mod files;
mod rules;
mod wording;

use sftp_monitor::domain::base::time::{Time, Zone};

/// A target.
pub(crate) type Target = fn(&[u8]);

/// All of them, by name.
pub(crate) const TARGETS: [(&str, Target); 8] = [
    ("message", wording::message),
    ("envelope", wording::envelope),
    ("entries", rules::entries),
    ("state", rules::state),
    ("configuration", files::configuration),
    ("sshd_config", files::sshd_config),
    ("slack_answer", files::slack_answer),
    ("roundtrip", wording::roundtrip),
];

/// The target of this name.
#[allow(
    dead_code,
    reason = "the fuzzer takes one, the replay of the corpus all"
)]
pub(crate) fn of(name: &str) -> Target {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.map_or(wording::message, |(_, target)| *target)
}
/// 2026-03-30 06:07:55 in Paris: the present of all targets.
const NOW: Time = Time::from_seconds(1_774_843_675);

/// The zone of all targets.
const ZONE: Zone = Zone::Named(chrono_tz::Europe::Paris);
