//! Splits a partner's row of a summary by the kinds of its events.

use crate::domain::alerts::{AlertKind, SummaryRow};

/// The row, split into one for each kind that has events. A row without events comes from a sweep.
pub(super) fn by_kind(row: SummaryRow) -> Vec<(AlertKind, SummaryRow)> {
    let SummaryRow {
        full_name,
        logins,
        new_addresses,
        new_keys,
        failures,
        uploads,
        downloads,
        causes,
        transfers,
        obstacles,
        turned_away,
        names,
    } = row;
    let nothing = SummaryRow::default;
    let mut rows = Vec::new();
    let mut add = |kind, row: SummaryRow| {
        let full_name = full_name.clone();
        if row != nothing() {
            rows.push((kind, SummaryRow { full_name, ..row }));
        }
    };
    let of_logins = SummaryRow {
        logins,
        new_addresses,
        new_keys,
        ..nothing()
    };
    add(AlertKind::Login, of_logins);
    let of_failures = SummaryRow {
        failures,
        causes,
        ..nothing()
    };
    add(AlertKind::Failure, of_failures);
    let of_uploads = SummaryRow {
        uploads,
        names,
        ..nothing()
    };
    add(AlertKind::Upload, of_uploads);
    let of_downloads = SummaryRow {
        downloads,
        ..nothing()
    };
    add(AlertKind::Download, of_downloads);
    let of_transfers = SummaryRow {
        transfers,
        ..nothing()
    };
    add(AlertKind::Interrupted, of_transfers);
    let of_obstacles = SummaryRow {
        obstacles,
        turned_away,
        ..nothing()
    };
    add(AlertKind::Warning, of_obstacles);
    if rows.is_empty() {
        let swept = SummaryRow {
            full_name,
            ..nothing()
        };
        rows.push((AlertKind::Failure, swept));
    }
    rows
}
