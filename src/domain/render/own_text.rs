//! Messages about the beginning and the end of the monitor's own trouble. It cannot keep them in its state.

use super::say::{Phrase, slots};
use super::{Rendered, Voice};
use crate::domain::alerts::Layout;
use crate::domain::base::clean::HOST;
use crate::domain::base::time::Time;
use crate::domain::render::reasons;

/// Trouble of the monitor itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTrouble {
    /// The part that fails.
    pub what: MonitorPart,
    /// The error with its fix, as in the log.
    pub why: String,
    /// The time at which it began.
    pub since: Time,
    /// The time at which it ended; `None` while it lasts.
    pub until: Option<Time>,
}

/// A part of the monitor that does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonitorPart {
    /// The state cannot be written.
    State,
    /// The log cannot be read.
    Source,
    /// The user database does not answer.
    Accounts,
    /// No daemon ran, which `notify-failure` reported: only its end is reported here.
    Daemon,
}

impl MonitorPart {
    /// The trouble in English, for the log and for the service manager.
    pub fn said(self) -> &'static str {
        match self {
            MonitorPart::State => "the state cannot be written",
            MonitorPart::Source => "the log cannot be read",
            MonitorPart::Accounts => "the user database does not answer",
            MonitorPart::Daemon => "no monitor ran",
        }
    }
}

/// The message about the trouble.
pub fn own_trouble(trouble: &OwnTrouble, form: Layout, voice: &Voice) -> Rendered {
    let text = match (trouble.what, trouble.until) {
        (MonitorPart::State, None) => Phrase::of("state-fails"),
        (MonitorPart::Source, None) => Phrase::of("source-fails"),
        (MonitorPart::Accounts, None) => Phrase::of("accounts-fail"),
        (MonitorPart::Daemon, _) => Phrase::of("daemon-works"),
        (MonitorPart::State, Some(_)) => Phrase::of("state-works"),
        (MonitorPart::Source, Some(_)) => Phrase::of("source-works"),
        (MonitorPart::Accounts, Some(_)) => Phrase::of("accounts-work"),
    };
    let at = trouble.until.unwrap_or(trouble.since);
    let lasted = voice.language.lasting(at.since(trouble.since));
    let label = voice.label();
    let of = voice.language.of(&label);
    let mut context = vec![voice.moment(at)];
    if trouble.until.is_none() {
        let why = reasons::said(&trouble.why, voice.language, HOST);
        context.extend([why, "sftp-monitor check".to_owned()]);
    }
    let told = voice.draft(text, slots![of, label, lasted]);
    told.ending(context).render(form, false, voice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::language::Language;
    use crate::domain::base::time::Zone;

    #[test]
    fn that_it_begins_and_that_it_is_over_is_told_in_both_languages() {
        let told = |language, what, until| {
            let voice = Voice {
                language,
                zone: Zone::Named(chrono_tz::Europe::Paris),
                label: "sftp1".into(),
                names: Default::default(),
            };
            let trouble = OwnTrouble {
                what,
                why: "writing /var/lib/x: No space left on device".to_owned(),
                since: Time::from_seconds(1_774_843_620),
                until,
            };
            own_trouble(&trouble, Layout::Blocks, &voice).plain()
        };
        assert_eq!(
            told(Language::French, MonitorPart::State, None),
            "🚨 La surveillance de sftp1 ne peut plus rien enregistrer : ce qui arrive maintenant sera compté et dit plus tard\n\
             sftp1 · 30/03 à 06h07 · écriture de /var/lib/x : plus de place sur le disque · sftp-monitor check"
        );
        let over = Some(Time::from_seconds(1_774_843_620 + 42 * 60));
        assert_eq!(
            told(Language::French, MonitorPart::State, over),
            "✅ La surveillance de sftp1 enregistre à nouveau, après 42\u{202f}min\nsftp1 · 30/03 à 06h49"
        );
        assert_eq!(
            told(Language::French, MonitorPart::Daemon, over),
            "✅ La surveillance de sftp1 a repris, après 42\u{202f}min\nsftp1 · 30/03 à 06h49"
        );
        assert_eq!(
            told(Language::English, MonitorPart::Source, over),
            "✅ The monitor of sftp1 reads the log again, after 42 min\nsftp1 · 30 March at 06:49"
        );
    }
}
