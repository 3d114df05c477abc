//! The file in which `devlog`, as root, leaves its findings about the partners for the service. The service may neither ask
//! sshd nor read all of its files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::seen::{Sight, changed};

/// The directory of the file: root writes it, everybody may read it.
pub const DIRECTORY: &str = "/run/sftp-monitor-devlog";

/// The file's name.
const NAME: &str = "partners.json";

/// The file's path.
pub fn path() -> PathBuf {
    Path::new(DIRECTORY).join(NAME)
}

/// Writes the file in one step (rename). A file with the same content is not rewritten, so its age shows how long the
/// findings are unchanged.
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

/// Reads the file; `None` if root has not written one.
pub fn read() -> Option<Sight> {
    serde_json::from_str(&fs::read_to_string(path()).ok()?).ok()
}

/// Are sshd's configuration files unchanged since root wrote this? A file that this user may not stat counts as unchanged.
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
