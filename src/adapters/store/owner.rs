//! Changes root's process to the owner of the state.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use crate::adapters::userdb::nss::{self, NoAnswer};
use crate::domain::base::stop::Stop;

/// If the process is root's, changes it permanently to the owner of the state directory. So no file of root's stops the
/// daemon, and root follows no link that the owner created there. Returns the new uid if it changed.
///
/// Call it before anything is opened there, and after everything that only root may read.
pub fn become_owner(directory: &Path) -> Result<Option<u32>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let stat = match std::fs::metadata(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.with_context(|| format!("looking at {}", directory.display()))?,
    };
    let owner = Uid::from_raw(stat.uid());
    if owner.is_root() {
        return Ok(None);
    }
    let group = Gid::from_raw(stat.gid());
    // For an account in no database (a container's, for example) the directory's group is used.
    let primary = match nss::by_uid(owner.as_raw()) {
        Ok(Some(account)) => Gid::from_raw(account.gid),
        Ok(None) => group,
        Err(NoAnswer) => {
            let shown = directory.display();
            let why = format!(
                "the user database does not answer: who is uid {owner}, the owner of {shown}?"
            );
            return Err(Stop::Later(why).into());
        }
    };
    let become_them = || {
        // The order matters: without root's uid, groups and gid cannot be changed (setgid(2), setgroups(2)). These C library
        // calls change all threads of the process.
        setgroups(&[group])?;
        setgid(primary)?;
        setuid(owner)
    };
    become_them().with_context(|| {
        let shown = directory.display();
        format!("becoming uid {owner}, the owner of {shown}: run this as that user, or as root with its capabilities")
    })?;
    Ok(Some(owner.as_raw()))
}
