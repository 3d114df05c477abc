//! Finds out whether the service's user may read a file, which may differ for the user of this command.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::units::{SERVICE, USER, Units};
use crate::adapters::program::{self, How};
use crate::adapters::userdb::nss::{self, NoAnswer};

/// The time limit for a look as another user.
const DEADLINE: Duration = Duration::from_secs(5);

/// Whether a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The user can read it.
    Yes,
    /// The file exists, but the user may not read it.
    Denied,
    /// The file does not exist or cannot be looked for, for this reason.
    Missing(String),
    /// The service's user, with this name, does not exist.
    NoUser(String),
    /// It is unknown, for this reason.
    Unknown(String),
}

/// The user that the service runs as.
pub(super) fn user(units: &Units) -> &str {
    match units.get(SERVICE, "User") {
        "" => USER,
        user => user,
    }
}

/// May this process read this file?
pub(super) fn own_access(path: &Path) -> Access {
    match std::fs::File::open(path) {
        Ok(_) => Access::Yes,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Access::Denied,
        Err(error) => Access::Missing(error.to_string()),
    }
}

/// May the service's user read this file? Only root may ask.
pub(super) fn look_as(path: &Path, units: &Units) -> Access {
    let user = user(units);
    match identity(user, units) {
        Ok(Some(identity)) => access_as(path, &identity),
        Ok(None) => Access::NoUser(user.to_owned()),
        Err(NoAnswer) => Access::Unknown("the user database does not answer".to_owned()),
    }
}

/// The arguments with which setpriv(1) becomes the service's user, with the groups of its unit; `None` without such a user.
fn identity(user: &str, units: &Units) -> Result<Option<[String; 3]>, NoAnswer> {
    let Some(account) = nss::by_name(user.as_bytes())? else {
        return Ok(None);
    };
    let mut gids: BTreeSet<u32> = nss::groups_of(&account).into_iter().collect();
    for group in units.get(SERVICE, "SupplementaryGroups").split_whitespace() {
        gids.extend(nss::group(group)?.map(|group| group.gid));
    }
    let gids: Vec<String> = gids.iter().map(u32::to_string).collect();
    Ok(Some([
        format!("--reuid={}", account.uid),
        format!("--regid={}", account.gid),
        format!("--groups={}", gids.join(",")),
    ]))
}

/// The exit code of the shell below if it cannot open the file.
const CLOSED: i32 = 13;

/// May this user read the file? A real try, because access lists and the directories on the path count too.
fn access_as(path: &Path, identity: &[String]) -> Access {
    if let Err(error) = std::fs::metadata(path) {
        return Access::Missing(error.to_string());
    }
    let mut setpriv = Command::new("setpriv");
    setpriv.args(identity).args(["sh", "-c"]);
    setpriv.arg(format!("true <\"$0\" || exit {CLOSED}"));
    match program::output(setpriv.arg(path), DEADLINE) {
        Ok(_) => Access::Yes,
        Err(why) => match &why.how {
            How::Ended(status, _) if status.code() == Some(CLOSED) => Access::Denied,
            _ => Access::Unknown(why.to_string()),
        },
    }
}
