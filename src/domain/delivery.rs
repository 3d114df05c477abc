//! What happens to messages that are posted: pure steps on the state, one commit each.

use crate::domain::alerts::{Matter, Message, SlackRef};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::routes::Routes;
use crate::domain::slack_reply::{AfterPost, PostResult, RateLimiter, SlackTrouble};
use crate::domain::state::Daily;

/// How many refused messages are kept for a person to see. Beyond it, the oldest ones of the partner with the most are
/// evicted and counted.
const PARKED_KEPT: usize = 50;

/// The next step of a sender.
#[derive(Debug)]
pub enum Turn<T> {
    /// Post this. It is a copy from before it was marked as perhaps posted.
    Post(T),
    /// Post nothing before this time: Slack limits the rate, or asked for a pause.
    Wait(Time),
    /// Nothing waits.
    Done,
}

/// Takes the first message of the outbox, if Slack may be called now. From here on, until Slack's answer is known, the state
/// says that the message may have been posted: a process that starts after a crash posts it as a possible repeat.
pub fn take_message(
    daily: &mut Daily,
    limiter: Option<&RateLimiter>,
    routes: &Routes,
    now: Time,
) -> Turn<Message> {
    let until = held_until(daily, limiter, now);
    let resume = &mut daily.resume;
    if until.is_none() {
        resume.alerts_and_outbox().1.drop_reminders();
        routes.prepare(resume.alerts_and_outbox().1, now);
    }
    let head = resume.outbox.first_mut();
    let turn = take(head, until, |message| &mut message.maybe_repeated);
    match turn {
        Turn::Post(mut message) => {
            message.thread = routes.thread(&message, &resume.matters);
            Turn::Post(message)
        }
        turn => turn,
    }
}

/// Until when nothing may be posted; `None` if a post is allowed now.
pub(super) fn held_until(daily: &Daily, limiter: Option<&RateLimiter>, now: Time) -> Option<Time> {
    let ready = limiter?.ready_at(now, daily.resume.pause_until);
    (ready > now).then_some(ready)
}

pub(super) fn take<T: Clone>(
    head: Option<&mut T>,
    until: Option<Time>,
    mark: impl FnOnce(&mut T) -> &mut bool,
) -> Turn<T> {
    match (head, until) {
        (None, _) => Turn::Done,
        (Some(_), Some(until)) => Turn::Wait(until),
        (Some(head), None) => {
            let taken = head.clone();
            *mark(head) = true;
            Turn::Post(taken)
        }
    }
}

/// Keeps why Slack takes nothing, and until when it asked for a pause, for people and for other processes that post. A
/// successful post clears both.
pub fn note_answer(daily: &mut Daily, answer: &PostResult, next: &AfterPost, now: Time) {
    let resume = &mut daily.resume;
    match next {
        AfterPost::Done => {
            resume.slack_trouble = None;
            resume.pause_until = None;
            return;
        }
        // Slack refused this message only; it may take others.
        AfterPost::Again { .. } | AfterPost::Park { .. } | AfterPost::Gone { .. } => return,
        AfterPost::Pause {
            until, asked: true, ..
        } => resume.pause_until = Some(*until),
        AfterPost::Pause { asked: false, .. } | AfterPost::Fix { .. } => {}
    }
    let before = resume.slack_trouble.take();
    resume.slack_trouble = Some(trouble(before, answer, now));
}

/// Why Slack takes nothing, since the first time that it said so.
fn trouble(before: Option<SlackTrouble>, answer: &PostResult, now: Time) -> SlackTrouble {
    let said = answer.to_string();
    let same = before.filter(|before| before.said == said && before.since <= now);
    SlackTrouble {
        since: same.map_or(now, |same| same.since),
        said,
        code: answer.code().map(str::to_owned),
        at: now,
    }
}

/// Keeps why a route's channel refuses messages, for people; a message that it took clears it. Returns whether this is news.
pub fn note_channel(daily: &mut Daily, channel: &str, answer: &PostResult, now: Time) -> bool {
    let refusing = &mut daily.resume.refusing;
    if answer.refusal_of_channel().is_none() {
        let over = matches!(answer, PostResult::Accepted { .. });
        return over && refusing.remove(channel).is_some();
    }
    let before = refusing.get(channel);
    let now = trouble(before.cloned(), answer, now);
    let news = before.is_none_or(|before| before.said != now.said);
    refusing.insert(channel.to_owned(), now);
    news
}

/// Applies the result of a message that was posted: what to do next, and the message in Slack if it was accepted.
pub fn settle_message(
    daily: &mut Daily,
    posted: &Message,
    next: &AfterPost,
    accepted: Option<&SlackRef>,
) {
    let resume = &mut daily.resume;
    let mut waiting = resume.outbox.iter();
    let Some(at) = waiting.position(|message| message.id == posted.id) else {
        return;
    };
    let message = &mut resume.outbox[at];
    (message.form, message.maybe_repeated) = next.marks(message.form, posted.maybe_repeated);
    match next {
        AfterPost::Done => {
            resume.outbox.remove(at);
            let at = accepted.cloned();
            resume.matters.posted(posted, at, &resume.outbox);
            resume.alerts_and_outbox().1.tidy();
        }
        // Meanwhile an edit found it gone too: the message that stands for it tells this already.
        AfterPost::Gone { .. } if message.matter != posted.matter && posted.in_first => {
            resume.outbox.remove(at);
        }
        AfterPost::Gone { .. } => {
            if let Some(id) = posted.matter {
                resume.alerts_and_outbox().1.stand_anew(id, posted.since);
            }
        }
        AfterPost::Park { error } => {
            let mut message = resume.outbox.remove(at);
            message.refused = Some(error.clone());
            resume.parked.push(message);
            resume.alerts_and_outbox().1.tidy();
            let whose = |m: &Message| m.content.group().map(|(_, partner)| partner.to_owned());
            let parked = &mut resume.parked;
            let gone = evict(parked, PARKED_KEPT, |_| (), whose, |at, _| at);
            add(&mut resume.parked_more, gone.len() as u64);
        }
        AfterPost::Again { .. } | AfterPost::Pause { .. } | AfterPost::Fix { .. } => {}
    }
}

/// The next message to edit, as it has to be.
pub fn take_edit(daily: &Daily) -> Option<Matter> {
    daily.resume.matters.next_edit().cloned()
}

/// Applies the result of an edit. If Slack refuses it for good, a new message stands for it.
pub fn settle_edit(daily: &mut Daily, edit: &Matter, next: &AfterPost, now: Time) {
    let resume = &mut daily.resume;
    match next {
        AfterPost::Done => resume.matters.edited(edit),
        AfterPost::Again { form } => {
            let matter = resume.matters.get_mut(edit.id);
            matter.into_iter().for_each(|matter| matter.form = *form);
        }
        AfterPost::Gone { .. } | AfterPost::Park { .. } => {
            resume.alerts_and_outbox().1.stand_anew(edit.id, now);
        }
        AfterPost::Pause { .. } | AfterPost::Fix { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alerts::{Content, Logins};
    use crate::domain::base::time::Time;

    #[test]
    fn of_too_many_that_were_refused_those_of_whoever_has_the_most_make_room_and_are_counted() {
        let mut daily = Daily::default();
        let partners = ["bob"].into_iter().chain(["alice"; 54]);
        for partner in partners {
            let (_, mut outbox) = daily.resume.alerts_and_outbox();
            let logins = Logins {
                partner: partner.to_owned(),
                ..Logins::default()
            };
            outbox.push(Time::default(), Content::Logins(logins));
            let Turn::Post(posted) =
                take_message(&mut daily, None, &Routes::to("C1"), Time::default())
            else {
                panic!("nothing waits");
            };
            let error = "msg_too_long".to_owned();
            settle_message(&mut daily, &posted, &AfterPost::Park { error }, None);
        }
        let parked: Vec<u64> = daily.resume.parked.iter().map(|m| m.id).collect();
        let kept: Vec<u64> = [1].into_iter().chain(7..=55).collect();
        assert_eq!(parked, kept);
        assert_eq!(daily.resume.parked_more, 5);
    }
}
