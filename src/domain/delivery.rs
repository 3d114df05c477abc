//! What becomes of messages and tables that are posted: pure steps on the state, one commit each.

use crate::domain::alerts::{Message, gather_waited};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::days::POSTED_KEPT;
use crate::domain::slack_reply::{Next, Trouble, Verdict};
use crate::domain::state::{ClosedDay, Daily, PostedDay};

/// How many refused messages are kept for a person to see. The oldest of whoever has the most make room, and are counted.
const PARKED_KEPT: usize = 50;

/// How many days whose table was refused are kept for a person to see.
pub const REFUSED_KEPT: usize = 50;

/// Takes the head of the outbox for posting. From here on, and until Slack's answer is known, the state says that the
/// message may have been posted: whoever starts after a crash marks it. The message comes back as it was before.
pub fn take_message(daily: &mut Daily, now: Time) -> Option<Message> {
    gather_waited(&mut daily.resume.outbox, now);
    let head = daily.resume.outbox.first_mut()?;
    let message = head.clone();
    head.maybe_repeated = true;
    Some(message)
}

/// Keeps why Slack takes nothing, for people and for other processes that post. Whatever was posted ends it, and every
/// pause with it.
pub fn answered(daily: &mut Daily, verdict: &Verdict, next: &Next, now: Time) {
    let resume = &mut daily.resume;
    match next {
        Next::Done => {
            resume.slack_trouble = None;
            resume.pause_until = None;
        }
        Next::Pause { .. } | Next::Mend { .. } => {
            let said = verdict.to_string();
            let before = resume.slack_trouble.take();
            let same = before.filter(|before| before.said == said && before.since <= now);
            resume.slack_trouble = Some(Trouble {
                since: same.map_or(now, |same| same.since),
                said,
                code: verdict.code().map(str::to_owned),
                at: now,
            });
        }
        // That it refuses this one says nothing of others.
        Next::Again { .. } | Next::Park { .. } => {}
    }
}

/// Takes in what became of a message that was posted.
pub fn settle_message(daily: &mut Daily, posted: &Message, next: &Next) {
    let resume = &mut daily.resume;
    let Some(at) = resume
        .outbox
        .iter()
        .position(|message| message.id == posted.id)
    else {
        return;
    };
    match next {
        Next::Done => drop(resume.outbox.remove(at)),
        Next::Again { form } => {
            resume.outbox[at].form = *form;
            resume.outbox[at].maybe_repeated = posted.maybe_repeated;
        }
        Next::Park { error } => {
            let mut message = resume.outbox.remove(at);
            message.maybe_repeated = posted.maybe_repeated;
            message.refused = Some(error.clone());
            resume.parked.push(message);
            let whose = |m: &Message| m.content.group().map(|(_, partner)| partner.to_owned());
            let parked = &mut resume.parked;
            let gone = evict(parked, PARKED_KEPT, |_| (), whose, |at, _| at);
            add(&mut resume.parked_more, gone.len() as u64);
        }
        Next::Pause {
            until,
            maybe_repeated,
            asked,
        } => {
            resume.outbox[at].maybe_repeated = posted.maybe_repeated || *maybe_repeated;
            if *asked {
                resume.pause_until = Some(*until);
            }
        }
        Next::Mend { .. } => resume.outbox[at].maybe_repeated = posted.maybe_repeated,
    }
}

/// Takes the oldest closed day that waits, as it was before: from here on its next message may have been posted.
pub fn take_day(daily: &mut Daily) -> Option<ClosedDay> {
    let head = daily
        .resume
        .closed
        .iter_mut()
        .find(|day| day.refused.is_none())?;
    let day = head.clone();
    head.maybe_repeated = true;
    Some(day)
}

/// Takes in what became of the message of a day that was posted, of so many that the day needs. Returns the refused day
/// that is kept no longer, as too many later ones were refused as well.
pub fn settle_day(
    daily: &mut Daily,
    posted: &ClosedDay,
    messages: usize,
    next: &Next,
) -> Option<ClosedDay> {
    let resume = &mut daily.resume;
    let at = resume.closed.iter().position(|day| day.id == posted.id)?;
    let day = &mut resume.closed[at];
    day.maybe_repeated = posted.maybe_repeated;
    match next {
        Next::Done => {
            day.messages_posted = posted.messages_posted + 1;
            day.maybe_repeated = false;
            if day.messages_posted >= messages {
                let day = resume.closed.remove(at);
                resume.posted.push(PostedDay {
                    id: day.id,
                    since: day.day.since,
                    until: day.until,
                });
                let excess = resume.posted.len().saturating_sub(POSTED_KEPT);
                resume.posted.drain(..excess);
            }
        }
        Next::Again { form } => day.form = *form,
        Next::Park { error } => {
            day.refused = Some(error.clone());
            let refused = || resume.closed.iter().filter(|day| day.refused.is_some());
            let oldest = resume.closed.iter().position(|day| day.refused.is_some());
            let excess = oldest.filter(|_| refused().count() > REFUSED_KEPT);
            return excess.map(|oldest| resume.closed.remove(oldest));
        }
        Next::Pause {
            until,
            maybe_repeated,
            asked,
        } => {
            day.maybe_repeated |= *maybe_repeated;
            if *asked {
                resume.pause_until = Some(*until);
            }
        }
        Next::Mend { .. } => {}
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::alerts::{Content, Logins, Outbox};
    use crate::domain::base::time::Time;

    #[test]
    fn of_refused_days_the_latest_are_kept_and_who_waits_is_none_of_them() {
        let mut daily = Daily::default();
        let day = |number: usize| ClosedDay {
            id: format!("day {number}"),
            ..ClosedDay::default()
        };
        daily.resume.closed.extend((0..REFUSED_KEPT + 3).map(day));
        let refused = Next::Park {
            error: "invalid_blocks".to_owned(),
        };
        let mut dropped = Vec::new();
        // The first waits all the time.
        for number in 1..REFUSED_KEPT + 3 {
            dropped.extend(settle_day(&mut daily, &day(number), 1, &refused));
        }
        let dropped: Vec<String> = dropped.into_iter().map(|day| day.id).collect();
        assert_eq!(dropped, ["day 1", "day 2"]);
        assert_eq!(daily.resume.closed.len(), REFUSED_KEPT + 1);
        assert_eq!(daily.resume.closed[0].id, "day 0");
        assert_eq!(daily.resume.closed[1].id, "day 3");
    }

    #[test]
    fn of_too_many_that_were_refused_those_of_whoever_has_the_most_make_room_and_are_counted() {
        let mut daily = Daily::default();
        let partners = ["bob"].into_iter().chain(["alice"; 54]);
        for partner in partners {
            let mut outbox = Outbox {
                messages: &mut daily.resume.outbox,
                next: &mut daily.resume.next_message,
            };
            let logins = Logins {
                partner: partner.to_owned(),
                ..Logins::default()
            };
            outbox.push(Time::default(), Content::Logins(logins));
            let posted = take_message(&mut daily, Time::default()).unwrap();
            let error = "msg_too_long".to_owned();
            settle_message(&mut daily, &posted, &Next::Park { error });
        }
        let parked: Vec<u64> = daily.resume.parked.iter().map(|m| m.id).collect();
        let kept: Vec<u64> = [1].into_iter().chain(7..=55).collect();
        assert_eq!(parked, kept);
        assert_eq!(daily.resume.parked_more, 5);
    }
}
