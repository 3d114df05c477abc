//! Hindered partners: sshd accepts their log-in but they cannot work, or sshd refuses their connection.

use std::net::IpAddr;
use std::time::Duration;

use chrono::NaiveTime;

use super::forged::forged_by;
use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{Content, Hindered, Obstacle};
use crate::domain::base::evict::to_evict;
use crate::domain::base::process::Process;
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::openssh::{EventName, Hindrance};
use crate::domain::record::{NOBODY, Record};
use crate::domain::sessions::Membership;
use crate::domain::state::Used;

/// How soon after the log-in sshd refuses its chroot: the line names neither the account nor the log-in.
const AT_ONCE: Duration = Duration::from_secs(10);

/// How many addresses of partners are remembered, all of one day. Evicted first are those of other days, then those without
/// a log-in, because an attacker can fail from any number of addresses, and then those of the partner with the most.
const ADDRESSES_KEPT: usize = 1_000;

/// How many partners are remembered for one address: a whole company may share it.
const PARTNERS_KEPT: usize = 10;

impl Monitor<'_> {
    /// The log-in succeeded, but no sftp session follows.
    pub(super) fn hindered(&mut self, record: &Record<'_>, by: Hindrance) -> RuleOutcome {
        let detail = record.event.detail.as_deref().unwrap_or_default();
        let user = match by {
            Hindrance::Chroot => self.refused_chroot(record.origin.time, detail),
            Hindrance::NotSftp | Hindrance::Subsystem => {
                let user = record.event.user.as_deref();
                let user = user.map(|user| lossy(user).into_owned());
                let partner = |user: &String| self.daily.resume.known.contains_key(user);
                let user = user.filter(partner);
                let own = user.as_ref().and_then(|user| self.known_uid(user));
                if user.is_some() && !self.speaks_for(record.origin.uid, own) {
                    self.forgery(record);
                    let sender = record.origin.uid.unwrap_or(NOBODY);
                    return RuleOutcome::ignored(forged_by(sender));
                }
                user
            }
        };
        let partner = user.filter(|user| self.daily.resume.known.contains_key(user));
        let Some(partner) = partner else {
            let why = "the log-in stood and no sftp session came of it: of no partner";
            return RuleOutcome::ignored(why);
        };
        self.excused(&partner);
        if by == Hindrance::NotSftp && self.has_sftp(record, &partner) {
            let why = "something else was asked for beside sftp, which works: not told";
            return RuleOutcome::new(EventName::Ignored, Some(true), why);
        }
        if !record.origin.past {
            let obstacle = match by {
                Hindrance::NotSftp => Obstacle::NotSftp,
                Hindrance::Subsystem => Obstacle::Subsystem,
                Hindrance::Chroot => Obstacle::Chroot,
            };
            let address = record.event.address.as_deref().map(str::to_owned);
            self.tell_hindered(record, partner, obstacle, address, detail);
        }
        let why = "the log-in stood and no sftp session came of it: told";
        RuleOutcome::new(EventName::Ignored, Some(true), why)
    }

    /// The account whose chroot sshd refuses. Of all recent log-ins, also those of other accounts, it is the one whose name
    /// is in the path, or the only one.
    fn refused_chroot(&self, at: Time, detail: &str) -> Option<String> {
        let fresh = |since: Time| at.since(since) <= AT_ONCE && since <= at;
        let sessions = &self.daily.resume.sessions;
        let unseen = sessions.unseen.values();
        let partners = unseen
            .filter(|unseen| unseen.ended.is_none() && fresh(unseen.since))
            .map(|unseen| unseen.user.as_str());
        let logins = sessions.connections.values();
        let others = logins
            .filter(|login| login.accepted && fresh(login.at))
            .filter(|login| login.standing != Membership::Partner)
            .filter_map(|login| login.user.as_deref());
        let mut users: Vec<&str> = partners.chain(others).collect();
        users.sort_unstable();
        users.dedup();
        let named = |user: &&&str| detail.split(['/', '"']).any(|part| part == **user);
        let found = users.iter().find(named).or(match users.as_slice() {
            [one] => Some(one),
            _ => None,
        });
        found.map(|user| (*user).to_owned())
    }

    /// sshd rejects connections from an address. If partners used it today, this is reported.
    pub(super) fn turned_away(&mut self, record: &Record<'_>) -> RuleOutcome {
        let nothing = RuleOutcome::ignored("no address of a partner: counts nothing");
        let (Some(net), false) = (record.event.address.as_deref(), record.origin.past) else {
            return nothing;
        };
        let today = self.rules.zone.date(record.origin.time);
        let used = &self.daily.resume.addresses;
        let of_today = |used: &&Used| self.rules.zone.date(used.at) == today;
        let mut there: Vec<(&str, &Used)> = match net.contains('/') {
            false => used.get(net).map(|used| (net, used)).into_iter().collect(),
            true => {
                let covered = used.iter().filter(|(ip, _)| covers(net, ip));
                covered.map(|(ip, used)| (ip.as_str(), used)).collect()
            }
        };
        there.sort_unstable_by_key(|(ip, _)| *ip);
        let there = there.into_iter();
        let partners = there
            .filter(|(_, used)| of_today(used))
            .flat_map(|(ip, used)| {
                let obstacle = |partner| match used.logged_in.contains(partner) {
                    true => Obstacle::TurnedAway,
                    false => Obstacle::AttemptsTurnedAway,
                };
                let partners = used.partners.iter();
                partners.map(move |p| (p.clone(), ip.to_owned(), obstacle(p)))
            })
            .collect::<Vec<(String, String, Obstacle)>>();
        if partners.is_empty() {
            return nothing;
        }
        let why = record.event.detail.as_deref().unwrap_or_default();
        for (partner, address, obstacle) in partners {
            self.tell_hindered(record, partner, obstacle, Some(address), why);
        }
        RuleOutcome::new(
            EventName::Ignored,
            Some(true),
            "an address of a partner: told",
        )
    }

    fn tell_hindered(
        &mut self,
        record: &Record<'_>,
        partner: String,
        obstacle: Obstacle,
        address: Option<String>,
        detail: &str,
    ) {
        let at = record.origin.time;
        let hindered = Hindered {
            full_name: self.full_name(&partner),
            partner,
            obstacle,
            count: u64::from(record.event.repeated),
            addresses: address.into_iter().collect(),
            path: None,
            detail: detail.to_owned(),
            earlier: Vec::new(),
            at,
        };
        match obstacle {
            Obstacle::NotSftp => self.tell_unless_sftp(record, hindered),
            _ => self.tell(at, Content::Hindered(hindered)),
        }
    }

    /// Remembers that a partner used this address, and whether it logged in.
    pub(super) fn came_from(&mut self, address: &str, partner: &str, at: Time, logged_in: bool) {
        let zone = self.rules.zone;
        let today = zone.date(at);
        let addresses = &mut self.daily.resume.addresses;
        addresses.change(address, |used| {
            if used.date.unwrap_or_else(|| zone.date(used.at)) != today {
                used.partners.clear();
                used.logged_in.clear();
            }
            if at >= used.at {
                (used.at, used.date) = (at, Some(today));
            }
            used.take(partner, logged_in);
        });
        // Some more are allowed, so that this does not run for each address.
        if addresses.len() > ADDRESSES_KEPT + ADDRESSES_KEPT / 4 {
            let midnight = zone.moments(today.and_time(NaiveTime::MIN)).0;
            let rank = |used: &Used| (used.at >= midnight, !used.logged_in.is_empty());
            let whose = |used: &Used| used.logged_in.first().or(used.partners.first()).cloned();
            let all = addresses.sorted().into_iter();
            let all = all.map(|(address, used)| (address.clone(), used));
            let age = |_: &String, used: &Used| used.at;
            for address in to_evict(all, ADDRESSES_KEPT, rank, whose, age) {
                addresses.remove(&address);
            }
        }
    }

    /// Did this partner log in from this address the same day?
    pub(super) fn logged_in_from(&self, address: &str, partner: &str, at: Time) -> bool {
        let zone = self.rules.zone;
        let used = self.daily.resume.addresses.get(address);
        used.is_some_and(|used| {
            zone.date(used.at) == zone.date(at) && used.logged_in.contains(partner)
        })
    }

    /// Counts a line under a false name, which only another user can have written.
    pub(super) fn forgery(&mut self, record: &Record<'_>) {
        if !record.origin.past {
            self.daily.forged(record.origin.time);
        }
    }

    /// Does the process of this sftp-server line work for a partner, as far as known?
    pub(super) fn works_for_partner(&self, process: Process) -> bool {
        let session = self.daily.resume.sessions.sftp.get(&process);
        session.is_some_and(|session| session.standing.partner() == Some(true))
    }
}

impl Used {
    /// Notes a partner. Partners that logged in are preferred to those whose names others may have tried.
    fn take(&mut self, partner: &str, logged_in: bool) {
        if self.partners.len() >= PARTNERS_KEPT && !self.partners.contains(partner) {
            let tried = self.partners.difference(&self.logged_in).next().cloned();
            match tried.filter(|_| logged_in) {
                Some(tried) => drop(self.partners.remove(&tried)),
                None => return,
            }
        }
        if !self.partners.contains(partner) {
            self.partners.insert(partner.to_owned());
        }
        if logged_in && !self.logged_in.contains(partner) {
            self.logged_in.insert(partner.to_owned());
        }
    }
}

/// Is an address in a network, `ADDRESS/BITS`?
fn covers(net: &str, address: &str) -> bool {
    let Some((base, bits)) = net.split_once('/') else {
        return net == address;
    };
    let (Ok(base), Ok(bits), Ok(address)) = (
        base.parse::<IpAddr>(),
        bits.parse::<u8>().map(u32::from),
        address.parse::<IpAddr>(),
    ) else {
        return false;
    };
    // For each address the bits, and how many bits come before an address of its kind.
    let bits_of = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_ipv6_mapped()), 96),
        IpAddr::V6(address) => (u128::from(address), 0),
    };
    let ((base, before), (address, own)) = (bits_of(base), bits_of(address));
    let Some(behind) = 128_u32.checked_sub(before + bits) else {
        return false;
    };
    let mask = u128::MAX.checked_shl(behind).unwrap_or(0);
    before == own && base & mask == address & mask
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_network_covers_the_addresses_that_begin_as_it_does() {
        for (net, address, is) in [
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.3.7", false),
            ("2001:db8::/64", "2001:db8::7", true),
            ("2001:db8::/64", "2001:db8:1::7", false),
            ("0.0.0.0/0", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.0/33", "192.0.2.7", false),
            ("::/0", "192.0.2.7", false),
        ] {
            assert_eq!(covers(net, address), is, "{net} {address}");
        }
    }
}
