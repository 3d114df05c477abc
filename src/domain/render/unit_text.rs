//! The message about a failed unit of this program.

use super::say::{Phrase, slots};
use super::{Rendered, Voice};
use crate::domain::alerts::Layout;
use crate::domain::base::clean::{HOST, NAME, clean};
use crate::domain::base::time::Time;
use crate::domain::render::reasons;

/// A unit that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedUnit {
    /// The name of the unit.
    pub name: String,
    /// Its result, as systemd gives it: `exit-code 78`.
    pub how: Option<String>,
    /// The number of automatic restarts by systemd.
    pub restarts: u64,
    /// The time of the message.
    pub at: Time,
}

/// The message about the failed unit.
pub fn unit_failed(unit: &FailedUnit, form: Layout, voice: &Voice) -> Rendered {
    let (label, name) = (voice.label(), clean(&unit.name, HOST));
    let how = unit.how.as_deref();
    let how = how.map(|how| reasons::said(how, voice.language, NAME));
    let how = how.unwrap_or_default();
    let restarts = match unit.restarts {
        0 => Phrase("", ""),
        1 => Phrase::of("restarted-once"),
        _ => Phrase::of("restarted-often"),
    };
    let count = unit.restarts.to_string();
    let restarts = voice.say(restarts, slots![count]);
    let text = match unit.name.as_str() {
        "sftp-monitor.service" => Phrase::of("monitor-failed"),
        "sftp-monitor-digest.service" => Phrase::of("digest-failed"),
        _ => Phrase::of("unit-failed"),
    };
    let told = voice.draft(text, slots![label, name, how, restarts]);
    let told = told.ending([voice.moment(unit.at), format!("journalctl -u {name}")]);
    told.render(form, false, voice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::language::Language;
    use crate::domain::base::time::Zone;

    fn told(language: Language, name: &str, how: Option<&str>, restarts: u64) -> String {
        let voice = Voice {
            language,
            zone: Zone::Named(chrono_tz::Europe::Paris),
            label: "sftp1".into(),
            names: Default::default(),
        };
        let unit = FailedUnit {
            name: name.to_owned(),
            how: how.map(str::to_owned),
            restarts,
            at: Time(1_774_843_620_000_000),
        };
        unit_failed(&unit, Layout::Blocks, &voice).plain()
    }

    #[test]
    fn a_unit_that_failed_is_told_by_what_is_missing_now() {
        assert_eq!(
            told(
                Language::French,
                "sftp-monitor.service",
                Some("exit-code 78"),
                0
            ),
            "🚨 La surveillance est arrêtée sur sftp1 : sftp-monitor.service a échoué (code de sortie 78)\n\
             sftp1 · 30/03 à 06h07 · journalctl -u sftp-monitor.service"
        );
        assert_eq!(
            told(Language::English, "sftp-monitor-digest.service", None, 0),
            "🚨 The day's table is not posted for sftp1: sftp-monitor-digest.service failed\n\
             sftp1 · 30 March at 06:07 · journalctl -u sftp-monitor-digest.service"
        );
        assert_eq!(
            told(Language::French, "backup.service", Some("timeout"), 1),
            "🚨 backup.service a échoué sur sftp1 (délai dépassé) après un redémarrage automatique\n\
             sftp1 · 30/03 à 06h07 · journalctl -u backup.service"
        );
    }

    #[test]
    fn a_crash_loop_is_told_as_one() {
        assert_eq!(
            told(
                Language::French,
                "sftp-monitor.service",
                Some("signal SEGV"),
                9
            ),
            "🚨 La surveillance est arrêtée sur sftp1 : sftp-monitor.service a échoué (signal SEGV) après 9 redémarrages automatiques\n\
             sftp1 · 30/03 à 06h07 · journalctl -u sftp-monitor.service"
        );
        assert_eq!(
            told(
                Language::English,
                "sftp-monitor-digest.service",
                Some("exit-code 75"),
                47
            ),
            "🚨 The day's table is not posted for sftp1: sftp-monitor-digest.service failed (exit-code 75) after 47 automatic restarts\n\
             sftp1 · 30 March at 06:07 · journalctl -u sftp-monitor-digest.service"
        );
    }
}
