//! Sends journald one entry in its native protocol, field by field as given: `machine-forger NAME=VALUE…`. A field may be
//! given twice, hold a line end, or bear a name that only journald itself may set; what becomes of that is what is tested.

use std::os::unix::net::UnixDatagram;

/// Where journald takes entries in its native protocol (systemd-journald.service(8)).
const SOCKET: &str = "/run/systemd/journal/socket";

fn main() -> anyhow::Result<()> {
    let mut entry = Vec::new();
    for field in std::env::args().skip(1) {
        let (name, value) = field
            .split_once('=')
            .ok_or_else(|| anyhow::anyhow!("{field} is no NAME=VALUE"))?;
        // With its length, so that the value may hold anything (systemd.io/JOURNAL_NATIVE_PROTOCOL).
        entry.extend_from_slice(name.as_bytes());
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
        entry.extend_from_slice(value.as_bytes());
        entry.push(b'\n');
    }
    UnixDatagram::unbound()?.send_to(&entry, SOCKET)?;
    Ok(())
}
