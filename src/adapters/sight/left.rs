//! What root left about the partners, for the service, which may neither ask sshd nor read all of its files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::seen::{Sight, changed};

/// Where it lies: root's, for everybody to read.
pub const DIRECTORY: &str = "/run/sftp-monitor-devlog";

/// The file.
const NAME: &str = "partners.json";

/// The file's path.
pub fn path() -> PathBuf {
    Path::new(DIRECTORY).join(NAME)
}

/// Leaves it, as a whole. A file that says so already stays, so that its age is how long that has been so.
pub fn write(sight: &Sight) -> io::Result<()> {
    let text = serde_json::to_string(sight)?;
    let path = path();
    if fs::read_to_string(&path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::set_permissions(&new, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    fs::rename(new, path)
}

/// Reads it; none where nobody left it.
pub fn read() -> Option<Sight> {
    serde_json::from_str(&fs::read_to_string(path()).ok()?).ok()
}

/// Does sshd's configuration stand as it did then? A file that may not even be looked at is taken as it was.
pub fn is_fresh(sight: &Sight) -> bool {
    let mut files = sight.files.iter();
    files.all(|(path, before)| match changed(path.clone()).1 {
        None => {
            before.is_none()
                || !matches!(fs::metadata(path), Err(e) if e.kind() == io::ErrorKind::NotFound)
        }
        now => now == *before,
    })
}
