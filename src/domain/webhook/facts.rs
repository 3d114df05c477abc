//! The facts of an event under the names that the documents give them: receivers rely on these names.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use crate::domain::alerts::{
    Blind, Content, DayFigures, Dropped, Expiring, Failures, FeedArrived, FeedChanged, FeedMissing,
    FeedOdd, File, Files, Hindered, Logins, Odd, Quiet, Told, Transfer,
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

impl<'a> Facts<'a> {
    fn new(kind: &'static str, data: Value) -> Self {
        Facts {
            kind,
            partner: None,
            data: known(data),
        }
    }

    fn of(mut self, partner: &'a str, full_name: &Option<String>, voice: &Voice) -> Self {
        let name = voice.partner(partner, full_name.as_deref());
        self.data.insert("partner".to_owned(), partner.into());
        self.data.insert("name".to_owned(), name.into());
        self.partner = Some(partner);
        self
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
    match content {
        Content::Logins(logins) => login(logins, voice),
        Content::Failures(failures) => failure(failures, voice),
        Content::Files(files) | Content::Troubled(files) => transfer(files, voice),
        Content::Hindered(hindered) => self::hindered(hindered, voice),
        Content::Blind(blind) => self::blind(blind, voice),
        Content::FeedMissing(missing) => overdue(missing, voice),
        Content::FeedArrived(arrived) => self::arrived(arrived, voice),
        Content::FeedChanged(changed) => self::changed(changed, voice),
        Content::FeedOdd(odd) => self::odd(odd, voice),
        Content::Quiet(quiet) => self::quiet(quiet, voice),
        Content::Works(works) => {
            Facts::new("warning.over", json!({})).of(&works.partner, &works.full_name, voice)
        }
        Content::Expiring(expiring) => self::expiring(expiring),
        Content::Started {
            source,
            first,
            missing_group,
        } => Facts::new(
            "own.started",
            json!({ "log": source, "first": first, "missing_group": missing_group }),
        ),
        Content::Unreadable { lines, example } => Facts::new(
            "own.unreadable",
            json!({ "lines": lines, "example": example }),
        ),
        Content::LogLevel {
            partners,
            count,
            found,
            line,
            file,
            full_names: _,
        } => Facts::new(
            "warning.log-level",
            json!({ "partners": partners, "count": count, "found": found, "line": line, "file": file }),
        ),
        Content::Unseen {
            partners,
            count,
            known,
            why,
            full_names: _,
        } => Facts::new(
            "warning.unseen",
            json!({ "partners": partners, "count": count, "certain": known, "why": why }),
        ),
        // Events are noted before alerts are gathered into these.
        Content::Sweep(sweep) => Facts::new(
            "failure",
            json!({ "count": sweep.failures, "addresses": sweep.addresses }),
        ),
        Content::Several { .. }
        | Content::Summary(_)
        | Content::MuteEnded { .. }
        | Content::Reply { .. } => Facts::new("summary", json!({})),
    }
}

fn login<'a>(logins: &'a Logins, voice: &Voice) -> Facts<'a> {
    let data = json!({
        "address": logins.addresses.last(),
        "method": logins.method,
        "new_address": !logins.new_addresses.is_empty(),
        "new_key": logins.new_keys > 0,
        "failures_before": logins.after_failures,
    });
    Facts::new("login", data).of(&logins.partner, &logins.full_name, voice)
}

fn failure<'a>(failures: &'a Failures, voice: &Voice) -> Facts<'a> {
    let data = json!({
        "address": failures.addresses.last(),
        "cause": failures.cause,
        "method": failures.method,
        "count": failures.count,
        "today": failures.today,
        "own_address": failures.own,
    });
    Facts::new("failure", data).of(&failures.partner, &failures.full_name, voice)
}

fn transfer<'a>(files: &'a Files, voice: &Voice) -> Facts<'a> {
    let kind = match files.what {
        Transfer::Upload => "upload",
        Transfer::Download => "download",
        Transfer::UploadInterrupted
        | Transfer::UploadFailed
        | Transfer::DownloadInterrupted
        | Transfer::Unknown
        | Transfer::UploadUnclosed
        | Transfer::DownloadUnclosed => "interrupted",
    };
    let data = json!({
        "result": files.what,
        "count": files.count,
        "files": files.files.iter().map(file).collect::<Vec<_>>(),
    });
    Facts::new(kind, data).of(&files.partner, &files.full_name, voice)
}

fn hindered<'a>(hindered: &'a Hindered, voice: &Voice) -> Facts<'a> {
    let data = json!({
        "obstacle": hindered.obstacle,
        "address": hindered.addresses.last(),
        "path": hindered.path,
        "detail": hindered.detail,
        "count": hindered.count,
    });
    Facts::new("warning.hindered", data).of(&hindered.partner, &hindered.full_name, voice)
}

fn blind<'a>(blind: &'a Blind, voice: &Voice) -> Facts<'a> {
    let data = json!({ "sessions": blind.sessions, "certain": blind.sure });
    Facts::new("warning.blind", data).of(&blind.partner, &blind.full_name, voice)
}

fn quiet<'a>(quiet: &'a Quiet, voice: &Voice) -> Facts<'a> {
    let data = json!({ "since": rfc3339(quiet.since), "never": quiet.never });
    Facts::new("warning.quiet", data).of(&quiet.partner, &quiet.full_name, voice)
}

fn expiring(expiring: &Expiring) -> Facts<'_> {
    let data = json!({
        "what": expiring.what,
        "day": expiring.day,
        "partners": expiring.partners,
        "count": expiring.count,
        "reminder": expiring.reminder,
    });
    Facts::new("warning.expiring", data)
}

fn overdue<'a>(missing: &'a FeedMissing, voice: &Voice) -> Facts<'a> {
    let data = json!({
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
    });
    Facts::new("missing.overdue", data).of(&missing.partner, &missing.full_name, voice)
}

fn arrived<'a>(arrived: &'a FeedArrived, voice: &Voice) -> Facts<'a> {
    let data = json!({
        "feed": arrived.id,
        "pattern": arrived.files,
        "due": rfc3339(arrived.due),
        "at": rfc3339(arrived.at),
        "arrived": arrived.count,
        "download": arrived.download,
        "on_time": arrived.on_time,
        "missed_since": arrived.since.map(rfc3339),
        "files": [file(&arrived.file)],
    });
    Facts::new("missing.arrived", data).of(&arrived.partner, &arrived.full_name, voice)
}

fn changed<'a>(changed: &'a FeedChanged, voice: &Voice) -> Facts<'a> {
    let data = json!({
        "feed": changed.id,
        "pattern": changed.files,
        "due": rfc3339(changed.due),
        "arrived_at": rfc3339(changed.arrived),
        "at": rfc3339(changed.change.at),
        "change": changed.change.how,
        "files": [file(&changed.change.file)],
    });
    Facts::new("missing.changed", data).of(&changed.partner, &changed.full_name, voice)
}

fn odd<'a>(odd: &'a FeedOdd, voice: &Voice) -> Facts<'a> {
    let what = match &odd.odd {
        Odd::Forbidden { .. } => "forbidden",
        Odd::TooMany { .. } => "too-many",
        Odd::TooLarge { .. } => "too-large",
        Odd::Same => "same",
    };
    let data = json!({
        "feed": odd.id,
        "pattern": odd.files,
        "due": odd.due.map(rfc3339),
        "odd": what,
        "count": odd.count,
        "download": odd.download,
        "files": odd.found.iter().map(file).collect::<Vec<_>>(),
    });
    Facts::new("missing.odd", data).of(&odd.partner, &odd.full_name, voice)
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
