//! Connections whose lines have no pid. They are recognised by the peer's address and port, which nearly all lines have.

use std::net::IpAddr;

use super::Monitor;
use crate::domain::base::position::hash;
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::text::lossy;
use crate::domain::openssh::Event;
use crate::domain::record::Record;
use crate::domain::sessions::{Connection, Sessions};

/// The first of the numbers that replace a pid for a peer. No system uses pids this high (Linux up to 2^22, FreeBSD up to
/// 99999).
const NO_PROCESS: u32 = 1 << 31;

/// How many of the latest connections are searched for a line without a port: sshd admits 100 unauthenticated connections
/// (`MaxStartups`), and few of its lines have no port. If the right one is not found, an attempt counts twice.
const LATEST: usize = 64;

/// The process that a line is about: its own, another one that it names, or a number for the peer if it has no pid.
pub fn process_of(record: &Record<'_>) -> Process {
    let origin = &record.origin;
    match (
        record.event.about,
        origin.pid,
        record.event.address.is_some(),
    ) {
        (Some(pid), ..) => (origin.boot, pid),
        (None, 0, true) => process(origin.boot, &record.event),
        (None, pid, _) => (origin.boot, pid),
    }
}

/// The key of a peer's connection: its address and port; without a port, its address and user.
pub(super) fn process(boot: Boot, event: &Event<'_>) -> Process {
    let address = hash(event.address.as_deref().unwrap_or_default().as_bytes());
    let rest = match event.port {
        Some(port) => u64::from(port),
        None => hash(event.user.as_deref().unwrap_or_default()),
    };
    // An odd factor keeps the ports of one address apart.
    let number = (address ^ (address >> 32)).wrapping_add(rest.wrapping_mul(0x9e37_79b1));
    (boot, (number & 0x7fff_ffff) as u32 | NO_PROCESS)
}

impl Monitor<'_> {
    /// The connection for a line without a pid, if it was seen before.
    pub(super) fn known_by_peer(&mut self, record: &Record<'_>) -> Option<Box<Connection>> {
        let (origin, event) = (&record.origin, &record.event);
        let sessions = &mut self.daily.resume.sessions;
        if event.port.is_none() || event.address.is_none() {
            return latest(sessions, record).cloned().map(Box::new);
        }
        let known = sessions.connections.get(&process(origin.boot, event));
        let same = |c: &&Connection| {
            c.address.as_deref() == event.address.as_deref() && c.goes_on(origin.time, event.port)
        };
        let same = known.filter(same).cloned().map(Box::new);
        same.or_else(|| earlier_without_port(sessions, record))
    }

    /// Notes that this connection, if it has no pid, had the latest line.
    pub(super) fn note_latest(&mut self, connection: &Connection) {
        if connection.pid < NO_PROCESS {
            return;
        }
        let latest = &mut self.daily.resume.sessions.without_pid;
        if latest.last() == Some(&connection.pid) {
            return;
        }
        latest.retain(|number| *number != connection.pid);
        if latest.len() >= LATEST {
            latest.remove(0);
        }
        latest.push(connection.pid);
    }
}

/// The connection for a line without a port: the latest one whose user and address do not differ from the line's.
fn latest<'s>(sessions: &'s Sessions, record: &Record<'_>) -> Option<&'s Connection> {
    let (origin, event) = (&record.origin, &record.event);
    let user = event.user.as_deref().map(lossy);
    let address = event.address.as_deref();
    if user.is_none() && address.is_none() {
        return None;
    }
    let numbers = sessions.without_pid.iter().rev();
    let all = numbers.filter_map(|number| sessions.connections.get(&(origin.boot, *number)));
    let mut own = all.filter(|c| match &user {
        Some(user) => c.user.as_deref() == Some(&**user) && !apart(address, c.address.as_deref()),
        None => c.address.as_deref() == address,
    });
    own.find(|c| c.goes_on(origin.time, None))
}

/// The connection that had only lines without a port so far, if this is its first line with one. From now on its key
/// contains the port.
fn earlier_without_port(sessions: &mut Sessions, record: &Record<'_>) -> Option<Box<Connection>> {
    record.event.user.as_ref()?;
    let known = latest(sessions, record).filter(|c| c.port.is_none() && !c.ended)?;
    let (boot, own) = process(record.origin.boot, &record.event);
    let known = (known.boot, known.pid);
    let mut connection = sessions.connections.remove(&known)?;
    (connection.boot, connection.pid) = (boot, own);
    Some(connection)
}

/// Are these two addresses certainly different? One of them may be a host name.
fn apart(one: Option<&str>, other: Option<&str>) -> bool {
    let address = |text: Option<&str>| text.and_then(|text| text.parse::<IpAddr>().ok());
    address(one)
        .zip(address(other))
        .is_some_and(|(one, other)| one != other)
}
