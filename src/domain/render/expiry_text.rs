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
        Expires::Account => Phrase(
            "⏳ {n|Le compte|Les comptes} {of}{*names} {n|expire|expirent} bientôt : plus aucune connexion à partir du {day}[ ({again})]",
            "⏳ The {n|account|accounts} {of}{*names} {n|expires|expire} soon: no log-in from {day} on[ ({again})]",
        ),
        Expires::Password => Phrase(
            "⏳ {n|Le mot de passe|Les mots de passe} {of}{*names} {n|expire|expirent} bientôt : plus aucune connexion à partir du {day}, même avec une clé[ ({again})]",
            "⏳ The {n|password|passwords} {of}{*names} {n|expires|expire} soon: no log-in from {day} on, not even with a key[ ({again})]",
        ),
        Expires::Certificate => Phrase(
            "⏳ {n|Le certificat|Les certificats} {of}{*names} {n|expire|expirent} bientôt : {n|refusé|refusés} à partir du {day}[ ({again})]",
            "⏳ The {n|certificate|certificates} of {*names} {n|expires|expire} soon: refused from {day} on[ ({again})]",
        ),
    };
    Draft {
        lines: vec![voice.line(text, slots![n, of, names, day, again])],
        context: vec!["sudo sftp-monitor check".to_owned()],
        ..Draft::default()
    }
}
