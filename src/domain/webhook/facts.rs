//! The facts of an event under the names that the documents give them: receivers rely on these names.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use crate::domain::alerts::{
    Content, DayFigures, Dropped, Expiring, Failures, FeedArrived, FeedChanged, FeedMissing,
    FeedOdd, File, Files, Hindered, Logins, Odd, Told,
};
use crate::domain::base::time::Time;
use crate::domain::render::Voice;

/// The facts of an event.
pub(super) struct Facts<'a> {
    /// The end of its type.
    pub(super) kind: &'static str,
    /// The partner that it is about; `None` if it is about none, or about several.
    pub(super) partner: Option<&'a str>,
    pub(super) data: Map<String, Value>,
}

impl Facts<'_> {
    /// About no partner.
    fn new(kind: &'static str, data: Value) -> Self {
        Facts {
            kind,
            partner: None,
            data: known(data),
        }
    }
}

/// The facts that are known.
fn known(data: Value) -> Map<String, Value> {
    let mut data = match data {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    data.retain(|_, value| !value.is_null());
    data
}

pub(super) fn facts<'a>(told: &'a Told, voice: &Voice) -> Facts<'a> {
    match told {
        Told::Content(content) => of_content(content, voice),
        Told::Day(day) => of_day(day),
        Told::Dropped(dropped) => of_dropped(dropped),
    }
}

fn of_content<'a>(content: &'a Content, voice: &Voice) -> Facts<'a> {
    let nature = content.nature();
    let mut facts = Facts::new(nature.event, data(content));
    if let Some(partner) = nature.partner() {
        let name = voice.partner(partner, nature.full_name);
        facts.data.insert("partner".to_owned(), partner.into());
        facts.data.insert("name".to_owned(), name.into());
        facts.partner = Some(partner);
    }
    facts
}

/// The facts of a content, apart from its partner.
fn data(content: &Content) -> Value {
    match content {
        Content::Logins(logins) => login(logins),
        Content::Failures(failures) => failure(failures),
        Content::Files(files) | Content::Troubled(files) => transfer(files),
        Content::Hindered(hindered) => self::hindered(hindered),
        Content::Blind(blind) => json!({ "sessions": blind.sessions, "certain": blind.sure }),
        Content::FeedMissing(missing) => overdue(missing),
        Content::FeedArrived(arrived) => self::arrived(arrived),
        Content::FeedChanged(changed) => self::changed(changed),
        Content::FeedOdd(odd) => self::odd(odd),
        Content::Quiet(quiet) => json!({ "since": rfc3339(quiet.since), "never": quiet.never }),
        Content::Expiring(expiring) => self::expiring(expiring),
        Content::Started {
            source,
            first,
            missing_group,
        } => json!({ "log": source, "first": first, "missing_group": missing_group }),
        Content::Unreadable { lines, example } => json!({ "lines": lines, "example": example }),
        Content::LogLevel {
            partners,
            count,
            found,
            line,
            file,
            full_names: _,
        } => {
            json!({ "partners": partners, "count": count, "found": found, "line": line, "file": file })
        }
        Content::Unseen {
            partners,
            count,
            known,
            why,
            full_names: _,
        } => json!({ "partners": partners, "count": count, "certain": known, "why": why }),
        // Events are noted before alerts are gathered into these.
        Content::Sweep(sweep) => json!({ "count": sweep.failures, "addresses": sweep.addresses }),
        Content::Works(_)
        | Content::Several { .. }
        | Content::Summary(_)
        | Content::MuteEnded { .. }
        | Content::Reply { .. } => json!({}),
    }
}

fn login(logins: &Logins) -> Value {
    json!({
        "address": logins.addresses.last(),
        "method": logins.method,
        "new_address": !logins.new_addresses.is_empty(),
        "new_key": logins.new_keys > 0,
        "failures_before": logins.after_failures,
    })
}

fn failure(failures: &Failures) -> Value {
    json!({
        "address": failures.addresses.last(),
        "cause": failures.cause,
        "method": failures.method,
        "count": failures.count,
        "today": failures.today,
        "own_address": failures.own,
    })
}

fn transfer(files: &Files) -> Value {
    json!({
        "result": files.what,
        "count": files.count,
        "files": files.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn hindered(hindered: &Hindered) -> Value {
    json!({
        "obstacle": hindered.obstacle,
        "address": hindered.addresses.last(),
        "path": hindered.path,
        "detail": hindered.detail,
        "count": hindered.count,
    })
}

fn expiring(expiring: &Expiring) -> Value {
    json!({
        "what": expiring.what,
        "day": expiring.day,
        "partners": expiring.partners,
        "count": expiring.count,
        "reminder": expiring.reminder,
    })
}

fn overdue(missing: &FeedMissing) -> Value {
    json!({
        "feed": missing.id,
        "pattern": missing.files,
        "due": rfc3339(missing.due),
        "arrived": missing.arrived,
        "expected": missing.count,
        "missing_names": missing.lack.names,
        "bytes": missing.lack.bytes.map(|(sum, _)| sum),
        "bytes_expected": missing.lack.bytes.map(|(_, least)| least),
        "download": missing.download,
        "missed_since": missing.since.map(rfc3339),
    })
}

fn arrived(arrived: &FeedArrived) -> Value {
    json!({
        "feed": arrived.id,
        "pattern": arrived.files,
        "due": rfc3339(arrived.due),
        "at": rfc3339(arrived.at),
        "arrived": arrived.count,
        "download": arrived.download,
        "on_time": arrived.on_time,
        "missed_since": arrived.since.map(rfc3339),
        "files": [file(&arrived.file)],
    })
}

fn changed(changed: &FeedChanged) -> Value {
    json!({
        "feed": changed.id,
        "pattern": changed.files,
        "due": rfc3339(changed.due),
        "arrived_at": rfc3339(changed.arrived),
        "at": rfc3339(changed.change.at),
        "change": changed.change.how,
        "files": [file(&changed.change.file)],
    })
}

fn odd(odd: &FeedOdd) -> Value {
    let what = match &odd.odd {
        Odd::Forbidden { .. } => "forbidden",
        Odd::TooMany { .. } => "too-many",
        Odd::TooLarge { .. } => "too-large",
        Odd::Same => "same",
    };
    json!({
        "feed": odd.id,
        "pattern": odd.files,
        "due": odd.due.map(rfc3339),
        "odd": what,
        "count": odd.count,
        "download": odd.download,
        "files": odd.found.iter().map(file).collect::<Vec<_>>(),
    })
}

fn of_day(day: &DayFigures) -> Facts<'_> {
    let data = json!({
        "day": day.id,
        "date": day.date,
        "total": day.total,
        "partners": day.partners,
        "count": day.count,
        "unknown_attempts": day.unknown_attempts,
    });
    Facts::new("digest", data)
}

fn of_dropped(dropped: &Dropped) -> Facts<'_> {
    let data = json!({
        "count": dropped.count,
        "from": rfc3339(dropped.from),
        "to": rfc3339(dropped.to),
    });
    Facts::new("dropped", data)
}

/// A file. Its name is the partner's: a receiver must not run it, or follow it out of a directory.
fn file(file: &File) -> Value {
    Value::Object(known(json!({
        "path": file.path,
        "path_bytes": file.odd,
        "bytes": file.bytes,
        "address": file.address,
        "truncated": file.cut.then_some(true),
        "resumed": file.is_resumed().then_some(true),
        "whole_bytes": file.whole,
    })))
}

/// A time in UTC, to the microsecond.
pub(super) fn rfc3339(time: Time) -> String {
    time.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}
