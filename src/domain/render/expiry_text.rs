//! Messages about accounts, passwords and certificates that expire soon.

use super::Voice;
use super::say::{Phrase, slots};
use crate::domain::alerts::Expiring;
use crate::domain::expiry::Expires;
use crate::domain::render::phrase::{Draft, partners};

/// Accounts, passwords or certificates expire soon.
pub(crate) fn expiring(expiring: &Expiring, voice: &Voice) -> Draft {
    let language = voice.language;
    let count = expiring.count as u64;
    let names = partners(&expiring.partners, &expiring.full_names, count, voice);
    let of = language.of(&names);
    let (n, day) = (language.number(count), language.date(expiring.day));
    let again = match expiring.reminder {
        true => voice.say(Phrase("rappel", "reminder"), &[]),
        false => String::new(),
    };
    let text = match expiring.what {
        Expires::Account => Phrase::of("account-expires"),
        Expires::Password => Phrase::of("password-expires"),
        Expires::Certificate => Phrase::of("certificate-expires"),
    };
    voice
        .draft(text, slots![n, of, names, day, again])
        .ending(["sudo sftp-monitor check"])
}
