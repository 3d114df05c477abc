//! Slack as it is simulated, and what must be true of what it got.

use std::collections::BTreeMap;

use sftp_monitor::alerts::Message;
use sftp_monitor::state::{ClosedDay, Counters, Daily};

use crate::machine::{JUNK, Simulation};
use crate::model;
use crate::sabotage::Fault;

/// What Slack has taken.
#[derive(Default)]
pub(crate) struct Slack {
    /// How many times each event was told.
    pub(crate) told: BTreeMap<u64, u64>,
    /// How many of those times the sender could not know.
    pub(crate) unsure: BTreeMap<u64, u64>,
    /// The tables of each day, in order.
    pub(crate) tables: BTreeMap<String, Vec<ClosedDay>>,
}

/// How a post ended, as the sender sees it.
pub(crate) enum Answer {
    Taken,
    Refused,
    Lost,
}

impl Simulation {
    fn answer(&self, process: u64) -> Answer {
        match self.world.dice.roll(8) {
            _ if self.world.is_dead(process) => Answer::Refused,
            0 if !self.calm.get() => Answer::Refused,
            1 if !self.calm.get() => Answer::Lost,
            _ => Answer::Taken,
        }
    }

    /// The state as it would be after a power cut now; none where that is what others wrote.
    fn durable(&self) -> Option<Daily> {
        let bytes = self.world.durable("daily.json").unwrap_or_default();
        if bytes == JUNK {
            return None;
        }
        Some(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub(crate) fn post_message(&self, process: u64, message: &Message) -> Answer {
        let answer = self.answer(process);
        if let Answer::Refused = answer {
            return answer;
        }
        let early = self.fault == Fault::EarlyAcknowledgement;
        if let (Some(durable), false) = (self.durable(), early) {
            if !durable.resume.outbox.iter().any(|m| m.id == message.id) {
                self.complain(format!("{message:?} is posted and not durable"));
            }
        }
        let mut slack = self.slack.borrow_mut();
        for event in model::told(message) {
            *slack.unsure.entry(event).or_default() += 1;
            if let Answer::Taken = answer {
                *slack.told.entry(event).or_default() += 1;
            }
        }
        answer
    }

    pub(crate) fn post_table(&self, process: u64, day: &ClosedDay) -> Answer {
        let answer = self.answer(process);
        if let Answer::Refused = answer {
            return answer;
        }
        if self
            .durable()
            .is_some_and(|daily| daily.resume.closed.iter().all(|d| d.id != day.id))
        {
            self.complain(format!("{} is posted and not durable", day.id));
        }
        if let Answer::Taken = answer {
            let mut slack = self.slack.borrow_mut();
            slack
                .tables
                .entry(day.id.clone())
                .or_default()
                .push(day.clone());
        }
        answer
    }

    /// What is wrong with what came of it all.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        if let Some(wrong) = self.wrong.borrow().clone() {
            return Err(wrong);
        }
        let bytes = self
            .world
            .content("daily.json")
            .ok_or("there is no state")?;
        let daily: Daily = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let waiting = daily.resume.outbox.len() + daily.resume.closed.len();
        if waiting > 0 {
            return Err(format!("{waiting} things still wait: {daily:?}"));
        }
        let slack = self.slack.borrow();
        let mut counted: BTreeMap<Option<String>, u64> = BTreeMap::new();
        let mut add = |partners: &BTreeMap<String, Counters>, unknown: u64| {
            for (name, counters) in partners {
                *counted.entry(Some(name.clone())).or_default() += counters.upload;
            }
            *counted.entry(None).or_default() += unknown;
        };
        add(&daily.partners, daily.unknown_attempts);
        for (id, tables) in &slack.tables {
            let last = &tables[tables.len() - 1];
            let figures = |day: &ClosedDay| (day.partners.clone(), day.unknown_attempts);
            if !self.damage && tables.iter().any(|day| figures(day) != figures(last)) {
                return Err(format!(
                    "{id} was posted with different figures: {tables:?}"
                ));
            }
            add(&last.partners, last.unknown_attempts);
        }
        let mut written: BTreeMap<Option<String>, u64> = [(None, 0)].into();
        for event in &*self.journal.borrow() {
            *written.entry(event.partner.map(str::to_owned)).or_default() += 1;
            let told = slack.told.get(&event.id).copied().unwrap_or(0);
            let unsure = slack.unsure.get(&event.id).copied().unwrap_or(0);
            let repeated = told > 1 + unsure && !self.damage;
            if event.partner.is_some() && (told == 0 || repeated) {
                return Err(format!("{event:?} was told {told} times, {unsure} unsure"));
            }
        }
        match counted == written {
            true => Ok(()),
            false => Err(format!("counted {counted:?} of {written:?}")),
        }
    }
}
