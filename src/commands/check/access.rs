//! Whether the service's user may read a file, which is not who runs this command.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::units::{SERVICE, USER, Units};
use crate::adapters::program::{self, How};
use crate::adapters::userdb::nss::{self, NoAnswer};

/// How long a look as another user may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Whether a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It can.
    Yes,
    /// It is there, but not for that user.
    Denied,
    /// It is not there, or cannot be looked for: why.
    Missing(String),
    /// The service's user is not there, of this name.
    NoUser(String),
    /// Nobody knows, and why.
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

/// The service's user as setpriv(1) becomes it, with the groups of its unit; none where there is no such user.
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

/// How the shell below ends where it cannot open the file.
const CLOSED: i32 = 13;

/// May this user read the file? Really tried: access lists and the directories on the way count.
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
