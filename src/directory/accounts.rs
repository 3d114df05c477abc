//! Asking with a memory and a deadline: answers are kept for a minute, and a database that hangs stops nobody.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::nss::{self, Account, Group, NoAnswer};
use super::{Answer, Directory};
use crate::config;

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(60);

/// How long "no answer" holds: long enough that a flood of events does not become one of questions.
const FRESH_UNKNOWN: Duration = Duration::from_secs(2);

/// How long a question may take before reading goes on without its answer.
const DEADLINE: Duration = Duration::from_secs(2);

/// How many accounts are remembered; then all are forgotten at once and asked again.
const REMEMBERED: usize = 10_000;

/// What can be asked of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Account(Vec<u8>),
    Name(u32),
    Group,
    /// Is this account in that group?
    InGroup(Vec<u8>, String),
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Account(Answer),
    Name(Option<Vec<u8>>),
    /// The members by name; none where there is no such group.
    Group(Option<Vec<Vec<u8>>>),
    /// None where there is no such account.
    InGroup(Option<bool>),
    NoAnswer,
}

/// The user database of this machine.
pub struct Accounts {
    users: Vec<Vec<u8>>,
    ask: Sender<Question>,
    replies: Receiver<(Question, Reply)>,
    /// The question that the worker has not answered yet.
    pending: Option<Question>,
    known: HashMap<Question, (Instant, Reply)>,
    last: HashMap<Question, Reply>,
}

impl Accounts {
    /// Asks for the members of the configured group.
    pub fn new(partners: &config::Partners) -> Self {
        let group = partners.group.clone();
        let users: Vec<Vec<u8>> = partners.users.iter().map(|user| user.as_bytes().to_vec()).collect();
        let (own, listed) = (users.clone(), group);
        Self::over(users, move |question| answer(&listed, &own, question))
    }

    /// The same over any database: it is asked in a thread of its own, which may hang.
    pub(super) fn over(users: Vec<Vec<u8>>, mut database: impl FnMut(&Question) -> Reply + Send + 'static) -> Self {
        let (ask, questions) = channel::<Question>();
        let (reply, replies) = channel();
        // Without the thread every question is without an answer, which is the truth.
        let _ = std::thread::Builder::new().name("accounts".to_owned()).spawn(move || {
            for question in questions {
                let said = database(&question);
                if reply.send((question, said)).is_err() {
                    break;
                }
            }
        });
        Accounts { users, ask, replies, pending: None, known: HashMap::new(), last: HashMap::new() }
    }

    fn ask(&mut self, question: Question) -> Reply {
        while let Ok((asked, reply)) = self.replies.try_recv() {
            self.keep(asked, reply);
        }
        if let Some((at, reply)) = self.known.get(&question) {
            let fresh = if *reply == Reply::NoAnswer { FRESH_UNKNOWN } else { FRESH };
            if at.elapsed() < fresh {
                return self.stands(&question, reply.clone());
            }
        }
        if self.pending.is_none() && self.ask.send(question.clone()).is_ok() {
            self.pending = Some(question.clone());
            self.wait_for(&question);
        }
        let reply = self.known.get(&question).filter(|(at, _)| at.elapsed() < FRESH).map(|(_, reply)| reply.clone());
        self.stands(&question, reply.unwrap_or(Reply::NoAnswer))
    }

    fn wait_for(&mut self, question: &Question) {
        let until = Instant::now() + DEADLINE;
        while self.pending.is_some() {
            match self.replies.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((asked, reply)) => self.keep(asked, reply),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    self.known.insert(question.clone(), (Instant::now(), Reply::NoAnswer));
                    return;
                }
            }
        }
    }

    fn keep(&mut self, question: Question, reply: Reply) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
            self.last.clear();
        }
        if self.pending.as_ref() == Some(&question) {
            self.pending = None;
        }
        if reply != Reply::NoAnswer {
            self.last.insert(question.clone(), reply.clone());
        }
        self.known.insert(question, (Instant::now(), reply));
    }

    /// The last answer stands where there is none now.
    fn stands(&self, question: &Question, reply: Reply) -> Reply {
        match reply {
            Reply::NoAnswer => self.last.get(question).cloned().unwrap_or(Reply::NoAnswer),
            reply => reply,
        }
    }

    /// Is this account in that group? None where nobody knows, or there is no such account.
    pub fn in_group(&mut self, user: &[u8], group: &str) -> Option<bool> {
        match self.ask(Question::InGroup(user.to_vec(), group.to_owned())) {
            Reply::InGroup(known) => known,
            _ => None,
        }
    }

    /// The group's listed members and the configuration's `users`; none where nobody knows the group.
    pub fn listed_partners(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut partners = match self.ask(Question::Group) {
            Reply::Group(members) => members.unwrap_or_default(),
            _ => return None,
        };
        partners.extend(self.users.iter().cloned());
        partners.sort();
        partners.dedup();
        Some(partners)
    }
}

impl Directory for Accounts {
    fn account(&mut self, user: &[u8]) -> Answer {
        if user.is_empty() || user.contains(&0) {
            return Answer::Other { uid: None };
        }
        match self.ask(Question::Account(user.to_vec())) {
            Reply::Account(answer) => answer,
            _ if self.users.iter().any(|own| own == user) => Answer::Partner { uid: None, full_name: None },
            _ => Answer::Unknown,
        }
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        let own = self.users.iter().any(|own| own == user);
        own || matches!(self.ask(Question::Group), Reply::Group(Some(members)) if members.iter().any(|m| m == user))
    }

    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>> {
        match self.ask(Question::Name(uid)) {
            Reply::Name(name) => name,
            _ => None,
        }
    }
}

/// What the C library says.
fn answer(group: &str, users: &[Vec<u8>], question: &Question) -> Reply {
    let said = match question {
        Question::Group => nss::group(group).map(|group| Reply::Group(group.map(|group| group.members))),
        Question::Name(uid) => nss::by_uid(*uid).map(|account| Reply::Name(account.map(|account| account.name))),
        Question::InGroup(name, group) => in_group(name, group).map(Reply::InGroup),
        Question::Account(name) => account(group, users, name).map(Reply::Account),
    };
    said.unwrap_or(Reply::NoAnswer)
}

fn account(group: &str, users: &[Vec<u8>], name: &[u8]) -> Result<Answer, NoAnswer> {
    let listed = users.iter().any(|user| user == name);
    let Some(account) = nss::by_name(name)? else {
        return Ok(if listed { Answer::Partner { uid: None, full_name: None } } else { Answer::Other { uid: None } });
    };
    let partner = listed || nss::group(group)?.is_some_and(|group| is_member(&account, &group));
    let uid = Some(account.uid);
    Ok(if partner { Answer::Partner { uid, full_name: full_name(&account) } } else { Answer::Other { uid } })
}

fn in_group(name: &[u8], group: &str) -> Result<Option<bool>, NoAnswer> {
    let Some(account) = nss::by_name(name)? else { return Ok(None) };
    Ok(Some(nss::group(group)?.is_some_and(|group| is_member(&account, &group))))
}

fn is_member(account: &Account, group: &Group) -> bool {
    account.gid == group.gid
        || group.members.contains(&account.name)
        || nss::groups_of(account).contains(&group.gid)
}

/// The first part of the GECOS field, in which `&` stands for the account's name with a capital (passwd(5)).
fn full_name(account: &Account) -> Option<String> {
    let first = account.gecos.split(|&b| b == b',').next().unwrap_or_default();
    let name = String::from_utf8_lossy(first);
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
