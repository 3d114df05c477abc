//! Asks the user database with a cache and a time limit: an answer is kept for a minute, and a hanging database blocks no caller.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use super::memory::Memory;
use super::question::{self, AccountEntry, Question, Reply};
use crate::adapters::config;
use crate::adapters::log::{Priority, line};
use crate::domain::base::quick::Seeded;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory};

/// The time limit for a question, after which reading goes on without its answer.
const DEADLINE: Duration = Duration::from_secs(2);

/// The minimum time between two log lines about missing answers: one line for an outage, not one for each question.
const TELL_AGAIN: Duration = Duration::from_secs(600);

/// The user database of this machine.
pub struct Accounts {
    /// The partners' group.
    group: String,
    /// The `users` of the configuration.
    users: HashSet<Vec<u8>, Seeded>,
    deadline: Duration,
    ask: Sender<Question<'static>>,
    replies: Receiver<(Question<'static>, Option<Reply>)>,
    /// The question that the worker has not answered yet.
    pending: Option<Question<'static>>,
    memory: Memory,
    told: LoggedTroubles,
}

/// The troubles that were already logged.
#[derive(Debug, Default)]
struct LoggedTroubles {
    /// The group does not exist; logged again only if it existed in between.
    no_group: bool,
    /// The time of the last log line about a missing answer.
    no_answer: Option<Instant>,
}

impl Accounts {
    /// Opens the database, with questions about the configured group.
    pub fn new(partners: &config::Partners) -> Self {
        let group = partners.group.clone();
        Self::over(partners, DEADLINE, move |question| {
            question::answer(&group, question)
        })
    }

    /// Like `new`, and changes the account names of the configuration to the database's spelling. Names without an answer stay
    /// unchanged.
    pub fn of(config: &mut config::Config) -> Self {
        let mut accounts = Self::new(&config.partners);
        config.spell(|name| spelled(&accounts.seen(name.as_bytes())??, name.as_bytes()));
        let users = config.partners.users.iter();
        accounts.users = users.map(|user| user.as_bytes().to_vec()).collect();
        accounts
    }

    /// Like `new`, with any database: a separate thread asks it, which may hang.
    pub(super) fn over(
        partners: &config::Partners,
        deadline: Duration,
        mut database: impl FnMut(&Question<'_>) -> Option<Reply> + Send + 'static,
    ) -> Self {
        let (ask, questions) = channel::<Question<'static>>();
        let (reply, replies) = channel();
        let users = partners.users.iter().map(|user| user.as_bytes().to_vec());
        // Without the thread every question has no answer, which is correct.
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
            users: users.collect(),
            deadline,
            ask,
            replies,
            pending: None,
            memory: Memory::default(),
            told: LoggedTroubles::default(),
        }
    }

    /// Passes on the answer of the last minute; or the database's, if it comes in time; or the last known one. `read` takes what
    /// the caller needs of it, so that a valid answer is looked up once only.
    fn ask<T>(&mut self, question: Question<'_>, read: impl FnOnce(Option<&Reply>) -> T) -> T {
        while self.pending.is_some() {
            let Ok((asked, reply)) = self.replies.try_recv() else {
                break;
            };
            self.keep(asked, reply);
        }
        if let Some(valid) = self.memory.fresh(&question, Instant::now()) {
            return read(valid);
        }
        if self.pending.is_none() {
            let question = question.clone().into_owned();
            if self.ask.send(question.clone()).is_ok() {
                self.pending = Some(question.clone());
                self.wait_for(&question);
            }
        }
        read(self.memory.last(&question))
    }

    fn wait_for(&mut self, question: &Question<'static>) {
        match self.replies.recv_timeout(self.deadline) {
            Ok((asked, reply)) => self.keep(asked, reply),
            // It stays pending: no other question is sent until the database has answered this one.
            Err(_) => self.remember(question.clone(), None),
        }
    }

    fn keep(&mut self, question: Question<'static>, reply: Option<Reply>) {
        self.pending = None;
        self.remember(question, reply);
    }

    fn remember(&mut self, question: Question<'static>, reply: Option<Reply>) {
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

    fn tell(&mut self, question: &Question<'_>, reply: Option<&Reply>) {
        let now = Instant::now();
        let told = self
            .told
            .no_answer
            .is_some_and(|at| now.saturating_duration_since(at) < TELL_AGAIN);
        if reply.is_none() && !told {
            self.told.no_answer = Some(now);
            line(
                Priority::Warning,
                "the user database does not answer: its last answers are used",
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

    /// Is this name in the configuration's `users`? A flood asks this for every invented name.
    fn configured(&self, user: &[u8]) -> bool {
        self.users.contains(user)
    }

    /// What `read` takes of the names in the answer; `Some(None)` if there is no such account or group, `None` if there is no
    /// answer.
    fn names<T>(
        &mut self,
        question: Question<'_>,
        read: impl FnOnce(&Vec<Vec<u8>>) -> T,
    ) -> Option<Option<T>> {
        self.ask(question, |reply| match reply? {
            Reply::Names(names) => Some(names.as_ref().map(read)),
            Reply::Account(_) => None,
        })
    }

    /// The group's list of members, sorted; `Some(None)` if there is no such group, `None` if there is no answer.
    pub(super) fn members(&mut self) -> Option<Option<Vec<Vec<u8>>>> {
        self.names(Question::Group, Vec::clone)
    }

    /// The database's entry of an account; `Some(None)` if there is no account, `None` if the database did not answer.
    pub(super) fn seen(&mut self, user: &[u8]) -> Option<Option<AccountEntry>> {
        if !is_name(user) {
            return Some(None);
        }
        self.ask(Question::Account(user.into()), |reply| match reply {
            Some(Reply::Account(seen)) => Some(seen.clone()),
            _ => None,
        })
    }

    /// The group's listed members, this machine's accounts with the group as primary group, and the configuration's `users`;
    /// `None` if the group is unknown. Accounts of a directory service with it as primary group are not listed.
    pub fn listed_partners(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut partners = self.members()?.unwrap_or_default();
        partners.extend(
            self.names(Question::Primary, Vec::clone)?
                .unwrap_or_default(),
        );
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
        match self.names(Question::Groups(user.into()), Vec::clone) {
            Some(Some(names)) => Groups::Known(names),
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

/// Is this one of these sorted names?
fn is_among(names: &[Vec<u8>], user: &[u8]) -> bool {
    let found = names.binary_search_by(|name| name.as_slice().cmp(user));
    found.is_ok()
}

/// Can this be an account's name? An empty name or one with a NUL cannot.
fn is_name(user: &[u8]) -> bool {
    !user.is_empty() && !user.contains(&0)
}

/// The account's name in the database if it differs from the given one.
fn spelled(seen: &AccountEntry, asked: &[u8]) -> Option<String> {
    (seen.name != asked).then(|| String::from_utf8_lossy(&seen.name).into_owned())
}

impl Directory for Accounts {
    fn account(&mut self, user: &[u8]) -> Answer {
        if !is_name(user) {
            return Answer::Other { uid: None };
        }
        // An account that the configuration names is looked up too: without its uid, its lines cannot be told from forged ones.
        let seen = self.ask(Question::Account(user.into()), |reply| match reply {
            Some(Reply::Account(seen)) => Some(seen.as_ref().map(|seen| {
                let full_name = seen.full_name.clone();
                (seen.uid, seen.member, spelled(seen, user), full_name)
            })),
            _ => None,
        });
        let Some(seen) = seen else {
            return Answer::Unknown;
        };
        let name = seen.as_ref().and_then(|(_, _, name, _)| name.as_deref());
        let configured =
            self.configured(user) || name.is_some_and(|name| self.configured(name.as_bytes()));
        match seen {
            Some((uid, member, name, full_name)) if configured || member == Some(true) => {
                Answer::Partner {
                    uid: Some(uid),
                    name,
                    full_name,
                }
            }
            Some((uid, ..)) => Answer::Other { uid: Some(uid) },
            // The configuration or the group's list names it, though there is no account. They are trusted, as with
            // `listed`.
            None if configured || self.listed(user) => Answer::Partner {
                uid: None,
                full_name: None,
                name: None,
            },
            None => Answer::Other { uid: None },
        }
    }

    fn account_of(&mut self, user: &[u8], uid: u32, logged: Time) -> Answer {
        // In a backlog a cached answer is mostly later than the line. A new answer would be even later, so none is asked for.
        let ago = Time::from(SystemTime::now()).since(logged);
        let name = Question::Name(uid);
        if !self.memory.is_younger(&name, ago, Instant::now()) {
            self.memory.doubt(&name);
        }
        let now = self.name_of(uid);
        let account = Question::Account(Cow::Owned(user.to_vec()));
        let contradicted = match self.account(user) {
            Answer::Partner { uid: own, name, .. } if own == Some(uid) => {
                let own = name.as_deref().map_or(user, str::as_bytes);
                // Two accounts may share a uid: then this account still exists.
                now.is_some_and(|now| String::from_utf8_lossy(&now) != String::from_utf8_lossy(own))
            }
            Answer::Other { uid: own } if own == Some(uid) => false,
            Answer::Unknown => false,
            // The account is new, or the line is forged, and there may be many forged lines.
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
            || (self.names(Question::Group, |members| is_among(members, user))) == Some(Some(true))
    }

    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>> {
        self.names(Question::Name(uid), |names| names.first().cloned())??
    }
}

#[cfg(test)]
mod tests;
