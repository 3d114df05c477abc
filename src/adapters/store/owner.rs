//! Working as the user whose state it is.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use crate::adapters::userdb::nss::{self, NoAnswer};
use crate::domain::base::stop::Stop;

/// As root, becomes the owner of the state directory for good, so that no file of root's stops the daemon and no link
/// that the owner planted there is followed as root. Returns the new uid where it changed.
///
/// To be called before anything is opened there, and after what only root may read.
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
    // An account that no database knows (a container's, say) works in the directory's group.
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
        // The order matters: without root's uid neither groups nor gid can be changed (setgid(2), setgroups(2)).
        // The C library's calls, which these are, change all threads of the process.
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
