//! What is in a log: counted while it is made, apart from the program that is measured.

use serde::Serialize;
use serde_json::Value;

use super::effect::Effect;
use super::{By, Line, Mix, partner};

/// A partner's counters.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Counts {
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) upload: u64,
    pub(crate) download: u64,
    pub(crate) upload_interrupted: u64,
    pub(crate) download_interrupted: u64,
    pub(crate) upload_failed: u64,
    pub(crate) write_refused: u64,
}

/// Whose counter, which, the true count and the one found.
pub(crate) type Difference = (String, String, u64, u64);

/// The counts of a whole log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Truth {
    pub(crate) mix: String,
    pub(crate) lines: u64,
    /// Of these sshd's and sftp-server's.
    pub(crate) ours: u64,
    /// Lines with one of the words that `report` looks for.
    pub(crate) with_words: u64,
    /// The lines that sshguard's parser takes for an attack.
    pub(crate) sshguard: u64,
    /// The lines that fail2ban's filter for sshd matches.
    pub(crate) fail2ban: u64,
    pub(crate) unknown_attempts: u64,
    /// By the partner's number.
    #[serde(serialize_with = "by_name")]
    pub(crate) partners: Vec<Counts>,
}

fn by_name<S: serde::Serializer>(all: &[Counts], to: S) -> Result<S::Ok, S::Error> {
    let some = all.iter().enumerate();
    let some = some.filter(|(_, counts)| **counts != Counts::default());
    to.collect_map(some.map(|(n, counts)| (partner::name(n), counts)))
}

/// The words that `report` looks for, as a regular expression for other programs.
pub(crate) const WORDS: &str =
    "Accepted |Failed |Invalid user |session (opened|closed) for|open \"|close \"";

/// The same words one by one.
const EACH: [&str; 7] = [
    "Accepted ",
    "Failed ",
    "Invalid user ",
    "session opened for",
    "session closed for",
    "open \"",
    "close \"",
];

/// Does fail2ban's filter for sshd match the line?
fn is_failure(text: &str) -> bool {
    text.starts_with("Failed ") || text.starts_with("Invalid user ")
}

/// Does sshguard's parser take the line for an attack?
fn is_attack(text: &str) -> bool {
    let ends = ["Connection closed by ", "Disconnected from "];
    let before_log_in = text.contains("invalid user ") || text.contains("authenticating user ");
    let end = ends.iter().any(|end| text.starts_with(end)) && before_log_in;
    end || is_failure(text) || text.starts_with("Unable to negotiate with ")
}

impl Truth {
    pub(crate) fn new(mix: &Mix) -> Truth {
        Truth {
            mix: format!("{mix:?}"),
            lines: 0,
            ours: 0,
            with_words: 0,
            sshguard: 0,
            fail2ban: 0,
            unknown_attempts: 0,
            partners: vec![Counts::default(); mix.partners],
        }
    }

    /// Takes a line in; how many there are now.
    pub(crate) fn line(&mut self, line: &Line, effect: Effect) -> u64 {
        self.lines += 1;
        self.ours += u64::from(!matches!(line.by, By::Other(_)));
        self.with_words += u64::from(EACH.iter().any(|word| line.text.contains(word)));
        if line.by == By::Sshd {
            self.sshguard += u64::from(is_attack(&line.text));
            self.fail2ban += u64::from(is_failure(&line.text));
        }
        let partners = &mut self.partners;
        match effect {
            Effect::Nothing => {}
            Effect::Unknown => self.unknown_attempts += 1,
            Effect::Login(n) => partners[n].success += 1,
            Effect::Failed(n) => partners[n].failed += 1,
            Effect::Upload(n) => partners[n].upload += 1,
            Effect::Download(n) => partners[n].download += 1,
            Effect::UploadInterrupted(n) => partners[n].upload_interrupted += 1,
            Effect::DownloadInterrupted(n) => partners[n].download_interrupted += 1,
            Effect::UploadFailed(n) => partners[n].upload_failed += 1,
            Effect::WriteRefused(n) => partners[n].write_refused += 1,
        }
        self.lines
    }

    /// The counters that differ in `found`, JSON of counters by partner: whose, which, the true count and the one found; `all`
    /// counters, or the four that `report` prints.
    pub(crate) fn differences(&self, found: &Value, unknown: u64, all: bool) -> Vec<Difference> {
        let printed = ["success", "failed", "upload", "download"];
        let mut differences = Vec::new();
        let mut compare = |whose: String, counter: &str, count: u64, found: u64| {
            if count != found {
                differences.push((whose, counter.to_owned(), count, found));
            }
        };
        for (n, counts) in self.partners.iter().enumerate() {
            let counts = serde_json::to_value(counts).unwrap();
            let found = &found[partner::name(n)];
            for (counter, count) in counts.as_object().unwrap() {
                if all || printed.contains(&counter.as_str()) {
                    let mut found = found[counter].as_u64().unwrap_or(0);
                    if counter.ends_with("interrupted") {
                        // What is open at the end of the log may count as interrupted as well.
                        found = found.min(count.as_u64().unwrap());
                    }
                    compare(partner::name(n), counter, count.as_u64().unwrap(), found);
                }
            }
        }
        compare(
            "nobody".to_owned(),
            "attempts",
            self.unknown_attempts,
            unknown,
        );
        differences
    }

    /// How many events there are.
    pub(crate) fn events(&self) -> u64 {
        let of = |c: &Counts| c.success + c.failed + c.upload + c.download;
        self.partners.iter().map(of).sum::<u64>() + self.unknown_attempts
    }

    /// The names of all partners, also of those that did nothing.
    pub(crate) fn names(&self) -> Vec<String> {
        (0..self.partners.len()).map(partner::name).collect()
    }
}
