//! Keeps the answers of the user database, and decides how long each is valid.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::question::{Question, Reply};
use crate::domain::base::quick::Seeded;

/// How long an answer is valid.
const FRESH: Duration = Duration::from_secs(60);

/// How long "no answer" is valid, and the name of a uid, which may soon belong to another account: long enough that a flood
/// of events does not cause a flood of questions.
const FRESH_BRIEFLY: Duration = Duration::from_secs(2);

/// How long the database must deny a known account or group until this is believed. A name service that restarts, or whose
/// server is down, may deny known entries for a while.
const DENIED: Duration = Duration::from_secs(600);

/// The most answers that are kept; if there are more, answers that are not about partners are removed.
const REMEMBERED: usize = 10_000;

/// The known answers by question.
#[derive(Debug, Default)]
pub(super) struct Memory(HashMap<Question<'static>, KnownAnswer, Seeded>);

#[derive(Debug, Default)]
struct KnownAnswer {
    /// The time of the last question.
    at: Option<Instant>,
    /// The last question was answered.
    answered: bool,
    /// The last answer.
    last: Option<Reply>,
    /// Since when the database denies the entry in the last answer.
    denied: Option<Instant>,
    /// It must be asked again at once.
    stale: bool,
    /// The time of the last contradiction: until the next answer a denial is believed.
    contradicted: Option<Instant>,
}

impl Memory {
    /// The last answer, or that there was none, if this is still valid; else `None`.
    pub(super) fn fresh<'s>(
        &'s self,
        question: &Question<'s>,
        now: Instant,
    ) -> Option<Option<&'s Reply>> {
        let kept = self.0.get(question)?;
        let holds = match (kept.answered, question) {
            (false, _) | (_, Question::Name(_)) => FRESH_BRIEFLY,
            _ => FRESH,
        };
        let valid = !kept.stale && is_within(kept.at, holds, now);
        valid.then_some(kept.last.as_ref())
    }

    /// Lets this question be asked again before its answer expires.
    pub(super) fn doubt(&mut self, question: &Question<'static>) {
        if let Some(kept) = self.0.get_mut(question) {
            kept.stale = true;
        }
    }

    /// Was this answered less than `ago` ago?
    pub(super) fn is_younger(&self, question: &Question<'_>, ago: Duration, now: Instant) -> bool {
        let kept = self.0.get(question).filter(|kept| kept.answered);
        kept.is_some_and(|kept| is_within(kept.at, ago, now))
    }

    /// Like `doubt`, because another fact contradicts the last answer: a denial is then believed at once.
    pub(super) fn contradict(&mut self, question: &Question<'static>, now: Instant) {
        if let Some(kept) = self.0.get_mut(question) {
            kept.stale = true;
            kept.contradicted = Some(now);
        }
    }

    /// Was it contradicted very recently?
    pub(super) fn was_contradicted(&self, question: &Question<'_>, now: Instant) -> bool {
        let kept = self.0.get(question);
        kept.is_some_and(|kept| is_within(kept.contradicted, FRESH_BRIEFLY, now))
    }

    /// The last answer, however old: it is valid until there is another.
    pub(super) fn last<'s>(&'s self, question: &Question<'s>) -> Option<&'s Reply> {
        self.0.get(question)?.last.as_ref()
    }

    /// Keeps an answer, or the fact that there was none.
    pub(super) fn keep(&mut self, question: Question<'static>, reply: Option<Reply>, now: Instant) {
        if self.0.len() >= REMEMBERED && !self.0.contains_key(&question) {
            self.forget();
        }
        let kept = self.0.entry(question).or_default();
        kept.at = Some(now);
        kept.answered = false;
        kept.stale = false;
        let Some(reply) = reply else { return };
        let contradicted = is_within(kept.contradicted, DENIED, now);
        let was_there = kept.last.as_ref().is_some_and(|last| !last.denies());
        if was_there && reply.denies() && !contradicted {
            kept.denied.get_or_insert(now);
            if is_within(kept.denied, DENIED, now) {
                return;
            }
        }
        kept.denied = None;
        kept.answered = true;
        kept.last = Some(reply);
    }

    fn forget(&mut self) {
        self.0.retain(|question, kept| {
            kept.last
                .as_ref()
                .is_some_and(|last| last.is_of_partners(question))
        });
        if self.0.len() >= REMEMBERED {
            self.0.retain(|question, _| *question == Question::Group);
        }
    }
}

/// Is this time less than `duration` ago? Adding to a time is quicker than taking the difference of two.
fn is_within(at: Option<Instant>, duration: Duration, now: Instant) -> bool {
    at.is_some_and(|at| at.checked_add(duration).is_none_or(|end| now < end))
}

#[cfg(test)]
mod tests {
    use super::super::question::AccountEntry;
    use super::*;

    fn account(name: &str) -> Question<'static> {
        Question::Account(name.as_bytes().to_vec().into())
    }

    fn seen(member: bool) -> Option<Reply> {
        named("alice", member)
    }

    fn named(name: &str, member: bool) -> Option<Reply> {
        Some(Reply::Account(Some(AccountEntry {
            name: name.into(),
            uid: 1001,
            member: Some(member),
            ..AccountEntry::default()
        })))
    }

    fn is_fresh(memory: &Memory, question: &Question<'static>, now: Instant) -> bool {
        memory.fresh(question, now).is_some()
    }

    fn after(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_answer_holds_for_a_minute_and_none_for_two_seconds() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        assert!(!is_fresh(&memory, &account("alice"), now));
        memory.keep(account("alice"), seen(true), now);
        assert!(is_fresh(&memory, &account("alice"), now + after(59)));
        assert!(!is_fresh(&memory, &account("alice"), now + after(60)));
        memory.keep(account("bob"), None, now);
        assert!(is_fresh(&memory, &account("bob"), now + after(1)));
        assert!(!is_fresh(&memory, &account("bob"), now + after(2)));
    }

    #[test]
    fn the_last_answer_stands_while_there_is_none() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.keep(account("alice"), seen(true), now);
        memory.keep(account("alice"), None, now + after(3_600));
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        memory.keep(account("alice"), seen(false), now + after(3_700));
        assert_eq!(memory.last(&account("alice")), seen(false).as_ref());
    }

    #[test]
    fn an_account_that_vanishes_is_believed_gone_after_ten_minutes() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let gone = || Some(Reply::Account(None));
        memory.keep(account("alice"), seen(true), now);
        memory.keep(account("alice"), gone(), now + after(60));
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        assert!(
            !is_fresh(&memory, &account("alice"), now + after(62)),
            "it is asked again soon"
        );
        memory.keep(account("alice"), None, now + after(100));
        memory.keep(account("alice"), gone(), now + after(659));
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        memory.keep(account("alice"), gone(), now + after(660));
        assert_eq!(memory.last(&account("alice")), gone().as_ref());
    }

    #[test]
    fn an_account_that_comes_back_must_vanish_anew() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.keep(account("alice"), seen(true), now);
        memory.keep(
            account("alice"),
            Some(Reply::Account(None)),
            now + after(60),
        );
        memory.keep(account("alice"), seen(true), now + after(120));
        memory.keep(
            account("alice"),
            Some(Reply::Account(None)),
            now + after(700),
        );
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
    }

    #[test]
    fn a_group_that_vanishes_takes_no_partner_with_it() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let without_group = Reply::Account(Some(AccountEntry {
            uid: 1001,
            member: None,
            ..AccountEntry::default()
        }));
        memory.keep(account("alice"), seen(true), now);
        memory.keep(account("alice"), Some(without_group), now + after(60));
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
    }

    #[test]
    fn strangers_make_room_and_partners_stay() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.keep(account("alice"), seen(true), now);
        for number in 0..3 * REMEMBERED {
            memory.keep(account(&number.to_string()), seen(false), now);
            assert!(memory.0.len() <= REMEMBERED);
        }
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        // The limit holds for any number of spellings of one partner's name.
        for number in 0..3 * REMEMBERED {
            memory.keep(account(&number.to_string()), named("bob", true), now);
            assert!(memory.0.len() <= REMEMBERED);
        }
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        for number in 0..3 * REMEMBERED {
            let name = number.to_string();
            memory.keep(account(&name), named(&name, true), now);
            assert!(memory.0.len() <= REMEMBERED);
        }
    }

    #[test]
    fn what_is_contradicted_is_asked_again_and_a_denial_of_it_believed() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let gone = || Some(Reply::Account(None));
        memory.keep(account("alice"), seen(true), now);
        memory.contradict(&account("alice"), now + after(1));
        assert!(!is_fresh(&memory, &account("alice"), now + after(1)));
        memory.keep(account("alice"), None, now + after(1));
        assert_eq!(memory.last(&account("alice")), seen(true).as_ref());
        memory.keep(account("alice"), gone(), now + after(3));
        assert_eq!(memory.last(&account("alice")), gone().as_ref());
    }
}
