//! Checks the webhook: whether the receiver can be reached, whether events are signed, and whether it takes them.

use std::path::Path;

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::network::way;
use super::units::SERVICE;
use super::words::edit;
use crate::adapters::config::{SECRET_CREDENTIAL, Secret, encrypted_credential};
use crate::adapters::webhook::WebhookClient;
use crate::commands::clock::wait;
use crate::commands::status;
use crate::domain::alerts::Events;
use crate::domain::base::clean::{PATH, clean};
use crate::domain::base::names::many;
use crate::domain::base::time::Time;
use crate::domain::webhook::{Delivery, test};

/// The name of the matter.
const NAME: &str = "webhook";

/// The command that makes a secret where the service looks, and shows it: the receiver needs it too.
const STORE: &str = "sudo sh -c 'umask 077; mkdir -p /etc/credstore; { printf whsec_; head -c32 /dev/urandom | base64; } | \
    tee /etc/credstore/webhook-secret' && sudo systemctl try-restart sftp-monitor.service";

/// What was found out about the receiver.
enum Receiver {
    /// It answers, and a test event was not asked for.
    Answers,
    /// It took a test event.
    Took,
    /// It cannot be reached, or did not take the test event.
    Fails(String),
}

/// Where the secret is.
enum Signed {
    In(String),
    Encrypted,
    Without,
    /// This user may not know.
    Unknown,
    Wrong(String),
}

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    if machine.config.webhook.url.is_none() {
        return;
    }
    let found = Secret::find(SERVICE);
    let receiver = receiver(machine, found.as_ref().ok().and_then(Option::as_ref));
    let signed = match found {
        Ok(Some(secret)) => Signed::In(secret.place().to_owned()),
        _ if encrypted_credential(Path::new("/"), SECRET_CREDENTIAL).is_some() => Signed::Encrypted,
        Ok(None) if machine.root => Signed::Without,
        Ok(None) => Signed::Unknown,
        Err(stop) => Signed::Wrong(stop.to_string()),
    };
    let file = &machine.config.path;
    report.findings.push(judge(&receiver, &signed, file));
}

fn receiver(machine: &MachineFacts<'_>, secret: Option<&Secret>) -> Receiver {
    let asked = async |client: WebhookClient| {
        if !machine.send {
            let reached = client.reach().await;
            return reached.map_or_else(Receiver::Fails, |()| Receiver::Answers);
        }
        let id = format!("{}-test", machine.now.0);
        let body = test(&id, machine.now, &machine.config.voice());
        match client.post(&id, body).await {
            Delivery::Accepted => Receiver::Took,
            failed => Receiver::Fails(format!("the test event: {failed}")),
        }
    };
    let client = WebhookClient::new(&way(machine).0, &machine.config.webhook, secret);
    match client {
        Ok(Some(client)) => {
            wait(asked(client)).unwrap_or_else(|error| Receiver::Fails(error.to_string()))
        }
        Ok(None) => Receiver::Answers,
        Err(error) => Receiver::Fails(format!("{error:#}")),
    }
}

fn judge(receiver: &Receiver, signed: &Signed, file: &Path) -> Finding {
    let reached = match receiver {
        Receiver::Answers => "webhook.url answers",
        Receiver::Took => "webhook.url accepted a test event",
        Receiver::Fails(why) => {
            let said = format!("webhook.url accepts no event: {why}");
            return Finding::problem(NAME, said).fixed_by(edit(file));
        }
    };
    match signed {
        Signed::In(place) => {
            let said = format!("{reached}; events are signed, with the secret in {place}");
            Finding::ok(NAME, said)
        }
        Signed::Encrypted => {
            let said = format!("{reached}; the secret is encrypted for the unit");
            Finding::ok(NAME, said)
        }
        Signed::Unknown => Finding::ok(NAME, reached),
        Signed::Without => {
            let said = format!(
                "{reached}; events are not signed, so anybody who knows the address can send false ones"
            );
            Finding::warning(NAME, said).fixed_by(STORE)
        }
        Signed::Wrong(why) => Finding::problem(NAME, why.clone()).fixed_by(STORE),
    }
}

/// Judges the events that wait, or did not arrive.
pub(super) fn waiting(events: &Events, now: Time) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(trouble) = &events.trouble {
        let waiting = many(events.waiting.len() as u64, "event");
        let ago = status::ago(now.since(trouble.at));
        let why = clean(&trouble.said, PATH);
        let said = format!(
            "the receiver accepted no event at the last try, {ago}: {why}; waiting: {waiting}"
        );
        found.push(Finding::warning(NAME, said).fixed_by("sudo sftp-monitor status"));
    }
    if let Some(dropped) = &events.dropped {
        let said = format!(
            "too many events waited: {} not reported to the receiver yet",
            many(dropped.count, "dropped event")
        );
        found.push(Finding::warning(NAME, said));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alerts::ReceiverTrouble;

    fn said(receiver: &Receiver, signed: &Signed) -> String {
        judge(receiver, signed, Path::new("/etc/c.toml")).told()
    }

    #[test]
    fn a_receiver_that_answers_and_a_secret_are_right_and_without_one_the_command_makes_it() {
        let signed = Signed::In("/etc/credstore/webhook-secret".to_owned());
        assert_eq!(
            said(&Receiver::Answers, &signed),
            "ok webhook: webhook.url answers; events are signed, with the secret in /etc/credstore/webhook-secret\n"
        );
        assert!(
            said(&Receiver::Took, &Signed::Unknown).starts_with("ok webhook: webhook.url accepted")
        );
        let without = said(&Receiver::Answers, &Signed::Without);
        assert!(without.starts_with("warning webhook: webhook.url answers; events are not signed"));
        assert!(without.contains("> sudo sh -c 'umask 077;"), "{without}");
    }

    #[test]
    fn one_that_cannot_be_reached_is_a_problem() {
        let fails = Receiver::Fails("connection refused".to_owned());
        assert_eq!(
            said(&fails, &Signed::Without),
            "problem webhook: webhook.url accepts no event: connection refused\n  > sudoedit /etc/c.toml\n"
        );
    }

    #[test]
    fn what_waits_because_it_takes_none_is_told() {
        let now = Time::from_seconds(1_000);
        assert!(waiting(&Events::default(), now).is_empty());
        let events = Events {
            trouble: Some(ReceiverTrouble {
                since: now,
                at: Time::from_seconds(940),
                said: "HTTP 500".to_owned(),
            }),
            ..Events::default()
        };
        let said: String = waiting(&events, now).iter().map(Finding::told).collect();
        assert_eq!(
            said,
            "warning webhook: the receiver accepted no event at the last try, 1 minute ago: HTTP 500; waiting: 0 events\n  \
             > sudo sftp-monitor status\n"
        );
    }
}
