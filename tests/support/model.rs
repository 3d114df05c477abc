//! The smallest monitor, sender and digest that obey the protocol: what the simulation runs over the real store.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use sftp_monitor::alerts::{Content, File, Files, Form, Message, Transfer};
use sftp_monitor::source::FilePosition;
use sftp_monitor::state::{ClosedDay, Daily, PostedDay};
use sftp_monitor::time::Time;

/// Something that was written into the log: an upload of a partner's, or a failure of a stranger's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) date: NaiveDate,
    pub(crate) partner: Option<&'static str>,
}

/// How a change of the model's depends on what it finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Taken {
    /// It was made.
    Counted,
    /// The state stands elsewhere: reading goes on from there.
    StandsAt(u64),
}

const LOG: &str = "/var/log/auth.log";

pub(crate) fn position(daily: &Daily) -> u64 {
    daily.resume.files.get(LOG).map_or(0, |file| file.offset)
}

pub(crate) fn set_position(daily: &mut Daily, offset: u64) {
    let file = FilePosition {
        offset,
        ..FilePosition::default()
    };
    daily.resume.files.insert(LOG.to_owned(), file);
}

/// Counts a batch that begins at `from`, and tells of it, each partner's files in one message.
pub(crate) fn count(daily: &mut Daily, from: u64, batch: &[Event]) -> Taken {
    if position(daily) != from {
        return Taken::StandsAt(position(daily));
    }
    let mut arrived: BTreeMap<&str, Vec<File>> = BTreeMap::new();
    for event in batch {
        if event.date > daily.date {
            close(daily, event.date);
        }
        let Some(partner) = event.partner else {
            daily.unknown_attempts += 1;
            continue;
        };
        daily.partners.entry(partner.to_owned()).or_default().upload += 1;
        arrived.entry(partner).or_default().push(File {
            path: event.id.to_string(),
            ..File::default()
        });
    }
    for (partner, files) in arrived {
        tell(daily, partner, files);
    }
    set_position(daily, from + batch.len() as u64);
    Taken::Counted
}

fn tell(daily: &mut Daily, partner: &str, files: Vec<File>) {
    let id = daily.resume.next_message;
    daily.resume.next_message += 1;
    daily.resume.outbox.push(Message {
        id,
        since: Time::default(),
        content: Content::Files(Files {
            partner: partner.to_owned(),
            full_name: None,
            what: Transfer::Upload,
            count: files.len() as u64,
            files,
            bytes: 0,
            some_unknown: false,
            at: Time::default(),
        }),
        maybe_repeated: false,
        form: Form::default(),
        refused: None,
    });
}

/// The events that a message tells of.
pub(crate) fn told(message: &Message) -> Vec<u64> {
    let Content::Files(files) = &message.content else {
        panic!("the model makes no {message:?}");
    };
    let ids = files.files.iter().map(|file| file.path.parse());
    ids.collect::<Result<_, _>>().expect("paths are ids")
}

/// Closes the open day; the same date opens again as a further part.
pub(crate) fn close(daily: &mut Daily, next: NaiveDate) {
    let part = daily.resume.day.part.max(1);
    let id = match part {
        1 => daily.date.to_string(),
        part => format!("{}.{part}", daily.date),
    };
    let day = std::mem::take(&mut daily.resume.day);
    daily.resume.closed.push(ClosedDay {
        id,
        date: daily.date,
        partners: std::mem::take(&mut daily.partners),
        unknown_attempts: std::mem::take(&mut daily.unknown_attempts),
        day,
        ..ClosedDay::default()
    });
    daily.resume.day.part = if next == daily.date { part + 1 } else { 1 };
    daily.date = next;
}

/// What a run of the digest does to the open day.
pub(crate) fn close_for_digest(daily: &mut Daily, now: DateTime<FixedOffset>, by_hand: bool) {
    let past = daily.date < now.date_naive();
    let something = !daily.partners.is_empty() || daily.unknown_attempts > 0;
    if past || (by_hand && something && daily.resume.closed.is_empty()) {
        close(daily, now.date_naive());
    }
}

pub(crate) fn acknowledge_day(daily: &mut Daily, sent: &ClosedDay) {
    let before = daily.resume.closed.len();
    // Its content as well as its id: after a repair the same day may be waiting with more in it.
    daily.resume.closed.retain(|day| {
        (&day.id, &day.partners, day.unknown_attempts)
            != (&sent.id, &sent.partners, sent.unknown_attempts)
    });
    if daily.resume.closed.len() < before {
        daily.resume.posted.push(PostedDay {
            id: sent.id.clone(),
            since: None,
            until: Time::default(),
        });
    }
}

pub(crate) fn acknowledge_message(daily: &mut Daily, id: u64) {
    daily.resume.outbox.retain(|message| message.id != id);
}
