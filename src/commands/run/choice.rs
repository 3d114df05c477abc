//! Which source is read.

use crate::adapters::config::{Config, SourceKind};
use crate::adapters::source::journal::{
    Readable, limit, namespaces_of_ours, not_opened, readable, readable_in,
};
use crate::domain::base::stop::Stop;
use crate::domain::sessions::Limit;
use crate::domain::state::JOURNAL;

/// The source that was chosen.
pub(super) struct Chosen {
    /// It is the journal; else the log file.
    pub(super) journal: bool,
    /// `journal`, or the path of the log file.
    pub(super) name: String,
    /// Why, for the log.
    pub(super) why: String,
    /// `auto` landed on auth.log although journald runs: the group that reading the journal needs.
    pub(super) missing_group: Option<&'static str>,
}

impl Chosen {
    /// Namespaces of the journal in which sshd logs, where the machine's own journal is read, which holds nothing of them.
    pub(super) fn unread_namespaces(&self, config: &Config) -> Vec<String> {
        match self.journal && config.source.journal_directory.is_none() {
            true => namespaces_of_ours(),
            false => Vec::new(),
        }
    }
}

/// How many lines of a session the source has at most; none where nobody drops any. Of another machine's journal nobody knows.
pub(super) fn limit_of(source: &str, foreign: bool) -> Option<Limit> {
    match (source == "journal", foreign) {
        (false, _) => None,
        (true, true) => Some(Limit::default()),
        (true, false) => limit::limit(),
    }
}

/// Which source is read. `auto`: the journal if this user can really read the system's, else auth.log.
pub(super) fn choose(config: &Config) -> anyhow::Result<Chosen> {
    let source = &config.source;
    let journal = |why: &str| Chosen {
        journal: true,
        name: JOURNAL.to_owned(),
        why: why.to_owned(),
        missing_group: None,
    };
    let log = |why: String, missing_group| Chosen {
        journal: false,
        name: source.auth_log.to_string_lossy().into_owned(),
        why,
        missing_group,
    };
    match (source.kind, &source.journal_directory) {
        (SourceKind::AuthLog, _) => return Ok(log("the configuration says so".to_owned(), None)),
        (kind, Some(directory)) => {
            if matches!(readable_in(directory)?, Readable::NoPermission { .. }) {
                return Err(Stop::Setup(not_opened(directory)).into());
            }
            let why = match kind {
                SourceKind::Auto => "the configuration names its directory",
                _ => "the configuration says so",
            };
            return Ok(journal(why));
        }
        (SourceKind::Auto | SourceKind::Journal, None) => {}
    }
    let (refused, group) = match readable() {
        Readable::Yes => return Ok(journal("this user can read the system's journal")),
        Readable::NoPermission { group } => (
            format!("the journal cannot be read: join the group {group}"),
            Some(group),
        ),
        Readable::NoJournal(why) => (format!("there is no journal: {why}"), None),
    };
    if source.kind == SourceKind::Journal {
        return Err(Stop::Setup(refused).into());
    }
    match std::fs::File::open(&source.auth_log) {
        Ok(_) => Ok(log(refused, group)),
        Err(error) => {
            let path = source.auth_log.display();
            let adm = "the group systemd-journal grants the journal, adm grants auth.log";
            Err(Stop::Setup(format!("{refused}; {path}: {error} ({adm})")).into())
        }
    }
}
