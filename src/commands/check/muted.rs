//! Shows whose alerts are held back: without it a muted partner looks like a quiet one.

use super::finding::Finding;
use crate::commands::status::words;
use crate::domain::base::time::Zone;
use crate::domain::state::Resume;

/// The name of the matter.
const NAME: &str = "muted";

/// A warning for each muted partner.
pub(super) fn judge(resume: &Resume, zone: Zone) -> Vec<Finding> {
    let muted = resume.alerts.muted.iter();
    let found = muted.map(|(name, mute)| {
        let said = words::muted(name, mute, zone);
        Finding::warning(NAME, said).fixed_by(format!(
            "sudo sftp-monitor unmute {}",
            super::words::word(name)
        ))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;
    use crate::domain::alerts::{Mute, MuteTerms};
    use crate::domain::base::time::Time;

    #[test]
    fn a_muted_partner_is_a_warning_with_the_command_that_ends_the_mute() {
        let mut resume = Resume::default();
        let zone = Zone::Named(chrono_tz::Europe::Paris);
        assert_eq!(told(&judge(&resume, zone)), "");
        let terms = MuteTerms {
            since: Time::from_seconds(1_774_843_200),
            until: Time::from_seconds(1_774_850_400),
            why: Some("maintenance".to_owned()),
            by: Some("bob".to_owned()),
        };
        let mute = Mute {
            terms,
            more: 3,
            ..Mute::default()
        };
        resume.alerts.muted.insert("alice".to_owned(), mute);
        assert_eq!(
            told(&judge(&resume, zone)),
            "warning muted: alice until 2026-03-30 08:00, since 2026-03-30 06:00, by bob: maintenance; 3 events held back\n  \
             > sudo sftp-monitor unmute alice\n"
        );
    }
}
