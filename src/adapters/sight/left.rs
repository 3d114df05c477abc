//! The file in which `devlog`, as root, leaves its findings about the partners for the service. The service may neither ask
//! sshd nor read all of its files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::seen::{Sight, changed};

/// The directory of the file: root writes it, everybody may read it.
pub const DIRECTORY: &str = "/run/sftp-monitor-devlog";

/// The file's name.
const NAME: &str = "partners.json";

/// The name of a file; its age shows when root began its last look.
const LOOKED: &str = "looked";

/// The name of a file; while it exists, the path unit starts the service again.
const WAITS: &str = "waits";

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

/// Marks that root begins to look at everything.
pub fn looks() -> io::Result<()> {
    fs::write(Path::new(DIRECTORY).join(LOOKED), "")
}

/// When root began its last look; `None` if there was none since the boot.
pub(super) fn looked() -> Option<SystemTime> {
    let mark = fs::metadata(Path::new(DIRECTORY).join(LOOKED));
    mark.and_then(|mark| mark.modified()).ok()
}

/// Creates or removes the mark that work is left.
pub fn waits(waits: bool) {
    let path = Path::new(DIRECTORY).join(WAITS);
    // If the directory is missing, no path unit looks for the mark.
    let _ = match waits {
        true => fs::write(path, ""),
        false => fs::remove_file(path),
    };
}
