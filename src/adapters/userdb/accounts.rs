//! Asks the user database with a cache and a time limit: answers are kept for a minute, and a database that hangs blocks nobody.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::memory::Memory;
use super::question::{self, AccountEntry, Question, Reply};
use crate::adapters::config;
use crate::adapters::log::{Priority, line};
use crate::domain::directory::{Answer, Directory};

/// How long a question may take before reading goes on without its answer.
const DEADLINE: Duration = Duration::from_secs(2);

/// The least time between two log lines about questions without an answer: one line for an outage, not one for each.
const TELL_AGAIN: Duration = Duration::from_secs(600);

/// The user database of this machine.
pub struct Accounts {
    /// The partners' group.
    group: String,
    /// The configuration's `users`, in order.
    users: Vec<Vec<u8>>,
    deadline: Duration,
    ask: Sender<Question>,
    replies: Receiver<(Question, Option<Reply>)>,
    /// The question that the worker has not answered yet.
    pending: Option<Question>,
    memory: Memory,
    told: LoggedTroubles,
}

/// The troubles that were already written to the log.
#[derive(Debug, Default)]
struct LoggedTroubles {
    /// There is no such group; told again only after there was one.
    no_group: bool,
    /// When it was told last that there is no answer.
    no_answer: Option<Instant>,
}

impl Accounts {
    /// Asks for the members of the configured group.
    pub fn new(partners: &config::Partners) -> Self {
        let group = partners.group.clone();
        Self::over(partners, DEADLINE, move |question| {
            question::answer(&group, question)
        })
    }

    /// The same, and the accounts that the configuration names are spelled as the database spells them from then on. Those of
    /// which it says nothing stay as they are.
    pub fn of(config: &mut config::Config) -> Self {
        let mut accounts = Self::new(&config.partners);
        config.spell(|name| spelled(&accounts.seen(name.as_bytes())??, name.as_bytes()));
        let users = config.partners.users.iter();
        accounts.users = question::sorted(users.map(|user| user.as_bytes().to_vec()).collect());
        accounts
    }

    /// The same over any database: it is asked in a thread of its own, which may hang.
    pub(super) fn over(
        partners: &config::Partners,
        deadline: Duration,
        mut database: impl FnMut(&Question) -> Option<Reply> + Send + 'static,
    ) -> Self {
        let (ask, questions) = channel::<Question>();
        let (reply, replies) = channel();
        let users = partners.users.iter().map(|user| user.as_bytes().to_vec());
        // Without the thread every question is without an answer, which is the truth.
        let _ = std::thread::Builder::new()
            .name("accounts".to_owned())
            .spawn(move || {
                for question in questions {
                    let said = database(&question);
                    if reply.send((question, said)).is_err() {
                        break;
                    }
                }
            });
        Accounts {
            group: partners.group.clone(),
            users: question::sorted(users.collect()),
            deadline,
            ask,
            replies,
            pending: None,
            memory: Memory::default(),
            told: LoggedTroubles::default(),
        }
    }

    /// Returns the answer of the last minute, else the database's if it comes in time, else the last one known.
    fn ask(&mut self, question: Question) -> Option<&Reply> {
        while let Ok((asked, reply)) = self.replies.try_recv() {
            self.keep(asked, reply);
        }
        let due = !self.memory.is_fresh(&question, Instant::now());
        if due && self.pending.is_none() && self.ask.send(question.clone()).is_ok() {
            self.pending = Some(question.clone());
            self.wait_for(&question);
        }
        self.memory.last(&question)
    }

    fn wait_for(&mut self, question: &Question) {
        match self.replies.recv_timeout(self.deadline) {
            Ok((asked, reply)) => self.keep(asked, reply),
            // It stays pending: nothing more is asked until the database has come back to it.
            Err(_) => self.remember(question.clone(), None),
        }
    }

    fn keep(&mut self, question: Question, reply: Option<Reply>) {
        self.pending = None;
        self.remember(question, reply);
    }

    fn remember(&mut self, question: Question, reply: Option<Reply>) {
        self.tell(&question, reply.as_ref());
        if let Some(Reply::Account(Some(seen))) = &reply {
            let name = Question::Name(seen.uid);
            let same = Reply::Names(Some(vec![seen.name.clone()]));
            if self.memory.last(&name) != Some(&same) {
                self.memory.doubt(&name);
            }
        }
        self.memory.keep(question, reply, Instant::now());
    }

    fn tell(&mut self, question: &Question, reply: Option<&Reply>) {
        let now = Instant::now();
        let told = self
            .told
            .no_answer
            .is_some_and(|at| now.saturating_duration_since(at) < TELL_AGAIN);
        if reply.is_none() && !told {
            self.told.no_answer = Some(now);
            line(
                Priority::Warning,
                "the user database does not answer: what it said last stands",
            );
        }
        let no_group = match reply {
            Some(Reply::Names(names)) if question.is_of_group() => names.is_none(),
            Some(Reply::Account(Some(seen))) => seen.member.is_none(),
            _ => self.told.no_group,
        };
        if no_group && !self.told.no_group {
            let told = format!(
                "there is no group {}: only partners.users of the configuration are partners",
                self.group
            );
            line(Priority::Warning, &told);
        }
        self.told.no_group = no_group;
    }

    /// Is this name in the configuration's `users`?
    fn configured(&self, user: &[u8]) -> bool {
        is_among(&self.users, user)
    }

    /// Names in answer; `Some(None)` where there is no such account or group, none where nobody knows.
    fn names(&mut self, question: Question) -> Option<Option<&Vec<Vec<u8>>>> {
        match self.ask(question)? {
            Reply::Names(names) => Some(names.as_ref()),
            Reply::Account(_) => None,
        }
    }

    /// The group's list of members, in order; `Some(None)` where there is no such group, none where nobody knows.
    pub(super) fn members(&mut self) -> Option<Option<Vec<Vec<u8>>>> {
        Some(self.names(Question::Group)?.cloned())
    }

    /// The database's entry of an account; `Some(None)` where there is no account, none where the database did not answer.
    pub(super) fn seen(&mut self, user: &[u8]) -> Option<Option<AccountEntry>> {
        if !is_name(user) {
            return Some(None);
        }
        match self.ask(Question::Account(user.to_vec())) {
            Some(Reply::Account(seen)) => Some(seen.clone()),
            _ => None,
        }
    }

    /// The group's listed members, the accounts of this machine whose primary group it is, and the configuration's `users`;
    /// none where nobody knows the group. Accounts of a directory whose primary group it is are listed nowhere.
    pub fn listed_partners(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut partners = self.members()?.unwrap_or_default();
        partners.extend(self.names(Question::Primary)?.cloned().unwrap_or_default());
        partners.extend(self.users.iter().cloned());
        partners.sort();
        partners.dedup();
        Some(partners)
    }

    /// The names of all groups of an account.
    pub fn groups_of(&mut self, user: &[u8]) -> Groups {
        if !is_name(user) {
            return Groups::NoAccount;
        }
        match self.names(Question::Groups(user.to_vec())) {
            Some(Some(names)) => Groups::Known(names.clone()),
            Some(None) => Groups::NoAccount,
            None => Groups::NoAnswer,
        }
    }
}

/// The groups of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// Their names.
    Known(Vec<Vec<u8>>),
    /// There is no such account.
    NoAccount,
    /// The user database did not answer.
    NoAnswer,
}

/// Is this one of these names, which are in order? Asked of every made-up name of a flood.
fn is_among(names: &[Vec<u8>], user: &[u8]) -> bool {
    let found = names.binary_search_by(|name| name.as_slice().cmp(user));
    found.is_ok()
}

/// Can an account be called so? What cannot be handed to the C library is nobody's name.
fn is_name(user: &[u8]) -> bool {
    !user.is_empty() && !user.contains(&0)
}

/// The name of an account, where it is not this one.
fn spelled(seen: &AccountEntry, asked: &[u8]) -> Option<String> {
    (seen.name != asked).then(|| String::from_utf8_lossy(&seen.name).into_owned())
}

impl Directory for Accounts {
    fn account(&mut self, user: &[u8]) -> Answer {
        if !is_name(user) {
            return Answer::Other { uid: None };
        }
        // Also of one that the configuration names: without the uid nobody can tell its lines from a forger's.
        let Some(seen) = self.seen(user) else {
            return Answer::Unknown;
        };
        let name = seen.as_ref().map_or(user, |seen| &seen.name);
        let configured = self.configured(user) || self.configured(name);
        match seen {
            Some(seen) if configured || seen.member == Some(true) => Answer::Partner {
                uid: Some(seen.uid),
                name: spelled(&seen, user),
                full_name: seen.full_name,
            },
            Some(seen) => Answer::Other {
                uid: Some(seen.uid),
            },
            // The configuration or the group's list names it, though there is no account: as with `listed`, they are
            // believed.
            None if configured || self.listed(user) => Answer::Partner {
                uid: None,
                full_name: None,
                name: None,
            },
            None => Answer::Other { uid: None },
        }
    }

    fn account_of(&mut self, user: &[u8], uid: u32) -> Answer {
        self.memory.doubt(&Question::Name(uid));
        let now = self.name_of(uid);
        let account = Question::Account(user.to_vec());
        let contradicted = match self.account(user) {
            Answer::Partner { uid: own, name, .. } if own == Some(uid) => {
                let own = name.as_deref().map_or(user, str::as_bytes);
                // Two accounts may share a uid: then this one is still there.
                now.is_some_and(|now| String::from_utf8_lossy(&now) != String::from_utf8_lossy(own))
            }
            Answer::Other { uid: own } if own == Some(uid) => false,
            Answer::Unknown => false,
            // The account is new, or else it may be a forgery, and of those there may be many.
            _ => {
                now.as_deref() == Some(user)
                    || !self.memory.was_contradicted(&account, Instant::now())
            }
        };
        if contradicted {
            self.memory.contradict(&account, Instant::now());
        }
        self.account(user)
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        self.configured(user)
            || (self.names(Question::Group).flatten())
                .is_some_and(|members| is_among(members, user))
    }

    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>> {
        self.names(Question::Name(uid))??.first().cloned()
    }
}

#[cfg(test)]
mod tests;
