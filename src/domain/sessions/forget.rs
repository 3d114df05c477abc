//! Forgets ended connections and sessions, and evicts some if there are too many.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{CONNECTIONS_KEPT, Connection, KEPT, Membership, Sessions, SftpSession};
use crate::domain::base::table::Keyed;
use crate::domain::base::time::Time;

/// How many open files are kept at most, over all sessions: at 500 bytes each, the state stays small even under attack.
const FILES_KEPT: usize = 10_000;

/// How long a log-in is remembered after its last sign of life, if its end was never logged. An open sftp session has its
/// own copy of the address; only a session that the client opens in this connection after such a long silence has none.
const LOGIN_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);

impl Connection {
    /// Is a log-in's last sign of life recent enough?
    fn is_remembered(&self, time: Time) -> bool {
        time.since(self.alive.unwrap_or(self.at)) < LOGIN_KEPT
    }
}

impl SftpSession {
    /// Can this session belong to this log-in?
    fn may_be_of(&self, login: &Connection) -> bool {
        match (&self.session, &login.session) {
            (Some(own), Some(of)) => self.boot == login.boot && own == of,
            _ => login.user.as_ref() == Some(&self.user) && login.address == self.address,
        }
    }
}

impl Sessions {
    /// Forgets connections that ended long enough before `time` and log-ins without a sign of life for long. If there are
    /// too many, evicts the oldest of the account or address with the most, so that one peer cannot evict another's. Returns
    /// how many were open when they were forgotten, and the evicted sftp sessions with their open files.
    pub fn forget(&mut self, time: Time) -> (u64, Vec<SftpSession>) {
        let sftp = &self.sftp;
        self.connections.retain(|c| match c.accepted {
            true => c.is_remembered(time) || sftp.values().any(|s| s.may_be_of(c)),
            false => c.goes_on(time, None),
        });
        let login = |c: &Connection| c.accepted;
        let user = |c: &Connection| c.user.clone();
        let mut open = self.connections.evict(KEPT, login, |_| (), user, |c| c.at);
        // Before a log-in only the address is reliable.
        let other = |c: &Connection| !c.accepted;
        let address = |c: &Connection| c.address.clone();
        let going_on = |c: &Connection| !c.ended;
        let gone = &mut self.connections;
        open.extend(gone.evict(CONNECTIONS_KEPT, other, going_on, address, |c| c.at));
        open.retain(|c| !c.ended);
        let counts = |s: &SftpSession| s.standing != Membership::Stranger;
        let gone = self
            .sftp
            .evict(KEPT, |_| true, counts, |s| s.user.clone(), |s| s.at);
        let mut gone: Vec<SftpSession> = gone.into_iter().map(|gone| *gone).collect();
        gone.retain(counts);
        self.forget_files(&mut gone);
        ((open.len() + gone.len()) as u64, gone)
    }

    /// Forgets the open files of sessions if there are too many in total: first those of strangers, which are not counted,
    /// then those of the account with the most. Other sessions that lose files are added to `gone`.
    fn forget_files(&mut self, gone: &mut Vec<SftpSession>) {
        let mut files: usize = self.sftp.values().map(|s| s.handles.len()).sum();
        if files <= FILES_KEPT {
            return;
        }
        let mut held: BTreeMap<(bool, String), usize> = BTreeMap::new();
        let owner = |s: &SftpSession| (s.standing != Membership::Stranger, s.user.clone());
        for session in self.sftp.values().filter(|s| !s.handles.is_empty()) {
            *held.entry(owner(session)).or_default() += session.handles.len();
        }
        while files > FILES_KEPT {
            let most = held
                .iter_mut()
                .max_by_key(|((counts, _), held)| (!counts, **held));
            let Some((most, of_all)) = most else { break };
            let own = self.sftp.values().filter(|s| owner(s) == *most);
            let Some(largest) = own.max_by_key(|s| (s.handles.len(), s.key())) else {
                break;
            };
            files -= largest.handles.len();
            *of_all -= largest.handles.len();
            if most.0 {
                gone.push(largest.clone());
            }
            let largest = largest.key();
            self.sftp.change(&largest, |s| s.handles.clear());
            held.retain(|_, held| *held > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::process::Boot;
    use crate::domain::base::table::Table;
    use crate::domain::sessions::Handle;

    fn login(pid: u32, user: &str) -> Connection {
        Connection {
            boot: Boot(1),
            pid,
            at: Time(i64::from(pid)),
            user: Some(user.to_owned()),
            standing: Membership::Partner,
            accepted: true,
            ..Connection::default()
        }
    }

    fn session(pid: u32, user: &str, standing: Membership, files: usize) -> SftpSession {
        SftpSession {
            boot: Boot(1),
            pid,
            at: Time(i64::from(pid)),
            user: user.to_owned(),
            standing,
            handles: vec![Handle::default(); files],
            ..SftpSession::default()
        }
    }

    fn files(sessions: &Sessions, pid: u32) -> usize {
        sessions
            .sftp
            .get(&(Boot(1), pid))
            .map_or(0, |s| s.handles.len())
    }

    #[test]
    fn of_too_many_the_oldest_of_whoever_has_the_most_are_forgotten() {
        let mut sessions = Sessions::default();
        // Bob's log-in and session come first, and are the oldest.
        sessions.connections.put(login(1, "bob"));
        let bob = session(1, "bob", Membership::Partner, 1);
        sessions.sftp.put(bob);
        let last = u32::try_from(KEPT).expect("a number") + 99;
        for pid in 2..=last {
            sessions.connections.put(login(pid, "alice"));
            let alice = session(pid, "alice", Membership::Partner, 0);
            sessions.sftp.put(alice);
        }
        assert_eq!(sessions.forget(Time(9_000)).0, 198);
        for kept in [1, 101, last] {
            assert!(sessions.connections.get(&(Boot(1), kept)).is_some());
            assert!(sessions.sftp.get(&(Boot(1), kept)).is_some());
        }
        for gone in [2, 100] {
            assert!(sessions.connections.get(&(Boot(1), gone)).is_none());
            assert!(sessions.sftp.get(&(Boot(1), gone)).is_none());
        }
    }

    #[test]
    fn open_files_of_strangers_are_forgotten_first_and_nobody_misses_them() {
        let mut sessions = Sessions::default();
        let partner = session(1, "bob", Membership::Partner, 1_000);
        sessions.sftp.put(partner);
        for pid in 2..9 {
            let stranger = session(pid, "mallory", Membership::Stranger, 1_500);
            sessions.sftp.put(stranger);
        }
        assert_eq!(sessions.forget(Time(2_000)).0, 0);
        assert_eq!(files(&sessions, 1), 1_000);
        let left: usize = (2..9).map(|pid| files(&sessions, pid)).sum();
        assert_eq!(left, 9_000);
    }

    #[test]
    fn of_partners_those_of_the_account_with_the_most_are_forgotten_and_told() {
        let mut sessions = Sessions::default();
        let bob = session(1, "bob", Membership::Partner, 3);
        sessions.sftp.put(bob);
        for pid in 2..8 {
            let alice = session(pid, "alice", Membership::Partner, 2_500);
            sessions.sftp.put(alice);
        }
        assert_eq!(sessions.forget(Time(2_000)).0, 3);
        assert_eq!(files(&sessions, 1), 3);
        // The number of sessions with these files does not matter.
        let mut sessions = Sessions::default();
        sessions
            .sftp
            .put(session(1, "bob", Membership::Partner, 1_000));
        for pid in 2..990 {
            sessions
                .sftp
                .put(session(pid, "alice", Membership::Partner, 10));
        }
        assert_eq!(sessions.forget(Time(2_000)).0, 88);
        assert_eq!(files(&sessions, 1), 1_000);
    }

    #[test]
    fn a_log_in_whose_end_was_never_told_is_forgotten_after_a_week_without_a_sign_of_life() {
        let from = |pid| Connection {
            address: Some("192.0.2.1".to_owned()),
            session: Some(format!("c{pid}")),
            ..login(pid, "alice")
        };
        let week = Time(0).plus(LOGIN_KEPT);
        let mut sessions = Sessions::default();
        for pid in 1..4 {
            sessions.connections.put(from(pid));
        }
        // Log-in 2 has an open sftp session; log-in 3 opened one in the middle of the week.
        sessions.sftp.put(SftpSession {
            session: Some("c2".to_owned()),
            ..session(9, "alice", Membership::Partner, 0)
        });
        let middle = Time(0).plus(LOGIN_KEPT / 2);
        assert!(sessions.login_lives("alice", "192.0.2.1", Some("c3"), middle));
        let left = |sessions: &Sessions| -> Vec<u32> {
            let connections = sessions.connections.by_key();
            connections.iter().map(|c| c.pid).collect()
        };
        assert_eq!(sessions.forget(week).0, 0);
        assert_eq!(left(&sessions), [1, 2, 3]);
        assert_eq!(sessions.forget(week.plus(Duration::from_secs(1))).0, 0);
        assert_eq!(left(&sessions), [2, 3]);
        sessions.sftp = Table::default();
        sessions.forget(week.plus(LOGIN_KEPT));
        assert_eq!(left(&sessions), [] as [u32; 0]);
        assert!(!sessions.login_lives("alice", "192.0.2.1", None, week));
    }

    #[test]
    fn a_log_in_with_the_pid_or_the_port_of_another_ends_that_one() {
        let from = |pid: u32, port: u16| Connection {
            address: Some("192.0.2.1".to_owned()),
            port: Some(port),
            ..login(pid, "alice")
        };
        let mut sessions = Sessions::default();
        for (pid, port) in [(1, 5001), (2, 5002), (1, 5003), (3, 5002), (4, 5004)] {
            sessions.begin_login(from(pid, port));
        }
        let left: Vec<_> = sessions
            .connections
            .by_key()
            .iter()
            .map(|c| (c.pid, c.port))
            .collect();
        assert_eq!(left, [(1, Some(5003)), (3, Some(5002)), (4, Some(5004))]);
        // Without an address or a port, a connection is never the same as another.
        sessions.begin_login(login(5, "alice"));
        sessions.begin_login(login(6, "alice"));
        assert_eq!(sessions.connections.len(), 5);
    }
}
