//! Gathers messages: joins those of one kind and partner, and adds them to a summary.

use super::contents::alone;
use super::facts::addresses;
use super::{
    Content, Failures, FailuresFrom, File, Files, Hindered, Logins, NAMES_KEPT, Obstacle,
    RefusedWrite, Summary, Sweep, Transfer,
};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// Joins two messages of one kind and partner.
pub(crate) fn join(first: &mut Content, second: Content) {
    match (first, second) {
        (Content::Logins(a), Content::Logins(b)) => logins(a, b),
        (Content::Failures(a), Content::Failures(b)) => failures(a, b),
        (Content::Files(a), Content::Files(b)) | (Content::Troubled(a), Content::Troubled(b)) => {
            files(a, b)
        }
        (Content::Hindered(a), Content::Hindered(b)) => hindered(a, b),
        (Content::Sweep(a), Content::Sweep(b)) => sweep(a, b),
        (Content::Several { parts, .. }, second) => parts.extend(second.into_parts()),
        // Contents of different kinds have different groups: they never meet here.
        (
            Content::Logins(_)
            | Content::Failures(_)
            | Content::Files(_)
            | Content::Troubled(_)
            | Content::Hindered(_)
            | Content::Sweep(_)
            | alone!(),
            _,
        ) => {}
    }
}

/// Adds the facts of a message to a summary.
pub(crate) fn fold(summary: &mut Summary, since: Time, content: Content) {
    match content {
        Content::Logins(logins) => {
            let row = summary.row(since, logins.at, &logins.partner, logins.full_name);
            add(&mut row.logins, logins.count);
            add(&mut row.failures, logins.answered);
            add(&mut row.new_keys, logins.new_keys);
            addresses(&mut row.new_addresses, logins.new_addresses);
        }
        Content::Failures(failures) => {
            let row = summary.row(since, failures.at, &failures.partner, failures.full_name);
            add(&mut row.failures, failures.count);
            add(
                row.causes.entry(failures.cause).or_default(),
                failures.count,
            );
        }
        Content::Files(files) => {
            let most = summary.names_for_each();
            let row = summary.row(since, files.at, &files.partner, files.full_name);
            if files.what == Transfer::Download {
                return add(&mut row.downloads, files.count);
            }
            add(&mut row.uploads, files.count);
            let room = most.saturating_sub(row.names.len());
            let times = |file: File| {
                let times = usize::try_from(file.again).unwrap_or(usize::MAX);
                std::iter::repeat_n(file.path, times.saturating_add(1).min(room))
            };
            let names = files.files.into_iter().flat_map(times);
            row.names.extend(names.take(room));
        }
        Content::Troubled(files) => {
            let row = summary.row(since, files.at, &files.partner, files.full_name);
            add(row.transfers.entry(files.what).or_default(), files.count);
        }
        Content::Hindered(hindered) => {
            let row = summary.row(since, hindered.at, &hindered.partner, hindered.full_name);
            let times = match hindered.obstacle {
                // A rejected connection after attempts by others is, as far as known, no obstacle for the partner.
                Obstacle::AttemptsTurnedAway => &mut row.turned_away,
                obstacle => row.obstacles.entry(obstacle).or_default(),
            };
            add(times, hindered.count);
        }
        Content::Sweep(sweep) => {
            summary.span(since.min(sweep.at), sweep.at);
            for (partner, row) in sweep.partners {
                summary.partners.entry(partner).or_default().add(row);
            }
        }
        Content::Several { parts, .. } => {
            for part in parts {
                fold(summary, since, part);
            }
        }
        alone!() => {}
    }
}

pub(crate) fn hindered(first: &mut Hindered, second: Hindered) {
    add(&mut first.count, second.count);
    first.at = second.at;
    let detail = std::mem::replace(&mut first.detail, second.detail);
    let path = std::mem::replace(&mut first.path, second.path);
    first
        .earlier
        .extend(path.map(|path| RefusedWrite { path, detail }));
    first.earlier.extend(second.earlier);
    // Keeps each refused write once; the latest one is stored separately.
    let mut kept: Vec<RefusedWrite> = Vec::new();
    for refused in first.earlier.drain(..) {
        let latest = first.path.as_ref() == Some(&refused.path) && first.detail == refused.detail;
        if !latest && !kept.contains(&refused) {
            kept.push(refused);
        }
    }
    kept.drain(..kept.len().saturating_sub(NAMES_KEPT - 1));
    first.earlier = kept;
    addresses(&mut first.addresses, second.addresses);
}

fn sweep(first: &mut Sweep, second: Sweep) {
    for (partner, row) in second.partners {
        first.partners.entry(partner).or_default().add(row);
    }
    add(&mut first.failures, second.failures);
    first.at = second.at;
    addresses(&mut first.addresses, second.addresses);
}

fn logins(first: &mut Logins, second: Logins) {
    add(&mut first.count, second.count);
    add(&mut first.after_failures, second.after_failures);
    add(&mut first.answered, second.answered);
    // What was gathered may be told after a later event that was not.
    if second.at >= first.at {
        (first.at, first.method) = (second.at, second.method);
    }
    add(&mut first.new_keys, second.new_keys);
    addresses(&mut first.new_addresses, second.new_addresses);
    addresses(&mut first.addresses, second.addresses);
}

fn failures(first: &mut Failures, second: Failures) {
    let mut each = first.by_address();
    for further in second.by_address() {
        match each.iter_mut().find(|from| from.address == further.address) {
            Some(from) => {
                let count = from.count.saturating_add(further.count);
                *from = FailuresFrom { count, ..further };
            }
            None => each.push(further),
        }
    }
    let excess = each.len().saturating_sub(NAMES_KEPT);
    each.drain(..excess);
    first.each = each;
    add(&mut first.count, second.count);
    if second.at >= first.at {
        (first.at, first.cause) = (second.at, second.cause);
        first.method = second.method;
    }
    first.today = first.today.max(second.today);
    first.own &= second.own;
    addresses(&mut first.addresses, second.addresses);
}

fn files(first: &mut Files, second: Files) {
    add(&mut first.count, second.count);
    first.bytes = first.bytes.saturating_add(second.bytes);
    first.some_unknown |= second.some_unknown;
    first.at = first.at.max(second.at);
    for file in second.files {
        let room = first.files.len() < NAMES_KEPT;
        let same = first.files.iter_mut().find(|known| known.is_again(&file));
        match same {
            Some(known) => {
                let again = known.again.saturating_add(file.again).saturating_add(1);
                *known = File { again, ..file };
            }
            None if room => first.files.push(file),
            None => {}
        }
    }
}

impl Files {
    /// Makes the content for one file of a partner.
    pub fn one(
        partner: &str,
        full_name: Option<String>,
        what: Transfer,
        file: File,
        at: Time,
    ) -> Files {
        Files {
            partner: partner.to_owned(),
            full_name,
            what,
            count: 1,
            bytes: file.bytes.unwrap_or(0),
            some_unknown: file.bytes.is_none(),
            files: vec![file],
            at,
        }
    }
}

impl Logins {
    /// Did one of the log-ins use an address or a key that was not seen before?
    pub(crate) fn is_new(&self) -> bool {
        !self.new_addresses.is_empty() || self.new_keys > 0
    }
}
