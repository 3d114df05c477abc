//! Who a process works for, and what a connection has already counted: connections, log-ins, sftp sessions and their handles.

use serde::{Deserialize, Serialize};

use crate::entry::Boot;
use crate::state::{Keyed, Table};
use crate::time::Time;

/// What a process is known by: its boot and pid.
pub type Process = (Boot, u32);

/// Everything that is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sessions {
    /// sshd's processes: connections that are not authenticated yet, and log-ins.
    pub connections: Table<Connection>,
    /// sftp-server's processes.
    pub sftp: Table<SftpSession>,
    /// The boot of the latest entry.
    #[serde(skip_serializing_if = "Boot::is_unknown")]
    pub boot: Boot,
}

/// A process of sshd and what its connection has brought so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// The boot.
    #[serde(skip_serializing_if = "Boot::is_unknown")]
    pub boot: Boot,
    /// The pid.
    pub pid: u32,
}

impl Keyed for Connection {
    type Key = Process;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
}

/// A process of sftp-server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SftpSession {
    /// The boot.
    #[serde(skip_serializing_if = "Boot::is_unknown")]
    pub boot: Boot,
    /// The pid.
    pub pid: u32,
    /// The latest entry's time.
    pub at: Time,
}

impl Keyed for SftpSession {
    type Key = Process;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
}
