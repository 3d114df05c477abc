//! Where a secret is looked for: a credential of the unit, a variable, or the places from which the units get it.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::environment::{self, assigned};
use crate::domain::base::stop::Stop;

/// The directories where systemd looks for a credential that is loaded by its name alone (systemd.exec(5)). Encrypted
/// credentials are in directories of the same name with `.encrypted` at the end.
const STORES: [&str; 3] = ["etc/credstore", "run/credstore", "usr/lib/credstore"];

/// A secret that is looked for.
pub(super) struct Sought {
    /// What it is, for errors.
    pub(super) what: &'static str,
    /// The credential's name (systemd.exec(5), LoadCredential=).
    pub(super) credential: &'static str,
    /// The environment variable.
    pub(super) variable: &'static str,
}

/// The result of the search.
pub(super) enum FoundSecret {
    /// The secret without the line end of its file, and the place where it is.
    Here(Vec<u8>, String),
    /// There is none.
    Nowhere,
    /// This user may not look where the units have it.
    Hidden,
}

/// A secret, and the place where it was found.
type Placed = (Vec<u8>, String);

impl Sought {
    /// Looks for the secret: first as a credential, then in the environment. If root runs a command by hand, systemd has passed
    /// nothing, so it looks in the places from which the units get the secret. Only systemd can decrypt an encrypted one: then
    /// the error says which `unit` to start instead of the command.
    pub(super) fn find(&self, unit: &str) -> Result<FoundSecret, Stop> {
        let credentials = std::env::var_os(environment::CREDENTIALS).map(PathBuf::from);
        let variable = std::env::var_os(self.variable);
        let by_hand = environment::is_by_hand().then_some((Path::new("/"), unit));
        self.find_in(credentials.as_deref(), variable, by_hand)
    }

    /// The same with what this process was given. `by_hand` is the root below which the places of the units are, and the unit.
    pub(super) fn find_in(
        &self,
        credentials: Option<&Path>,
        variable: Option<OsString>,
        by_hand: Option<(&Path, &str)>,
    ) -> Result<FoundSecret, Stop> {
        let given = match credentials.map(|directory| directory.join(self.credential)) {
            Some(path) => self.in_file(&path, usable)?,
            None => None,
        };
        let given =
            given.or_else(|| Some((usable(variable?.into_vec())?, self.variable.to_owned())));
        let found = match (given, by_hand) {
            (None, Some((root, unit))) => self.as_the_units(root, unit)?,
            (None, None) if credentials.is_none() => return Ok(FoundSecret::Hidden),
            (given, _) => given,
        };
        Ok(found.map_or(FoundSecret::Nowhere, |(secret, place)| {
            FoundSecret::Here(secret, place)
        }))
    }

    /// Looks below this root in the places from which the units get the secret.
    fn as_the_units(&self, root: &Path, unit: &str) -> Result<Option<Placed>, Stop> {
        for store in STORES {
            if let Some(found) = self.in_file(&root.join(store).join(self.credential), usable)? {
                return Ok(Some(found));
            }
        }
        if let Some(path) = encrypted_credential(root, self.credential) {
            return Err(Stop::Setup(format!(
                "the {} is an encrypted credential ({}), which systemd decrypts for the unit alone: systemctl start {unit}",
                self.what,
                path.display()
            )));
        }
        let path = root.join(environment::FILE.trim_start_matches('/'));
        self.in_file(&path, |text| usable(assigned(&text, self.variable)?))
    }

    /// Reads the secret in a file. An unreadable file is an error, not a missing secret: another place might hold an older one.
    fn in_file(
        &self,
        path: &Path,
        secret: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
    ) -> Result<Option<Placed>, Stop> {
        let shown = path.display();
        match std::fs::read(path) {
            Ok(content) => Ok(secret(content).map(|secret| (secret, shown.to_string()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Stop::Setup(format!(
                "the {} in {shown}: {error}",
                self.what
            ))),
        }
    }
}

/// The file of the encrypted credential with this name below this root, if there is one.
pub(crate) fn encrypted_credential(root: &Path, credential: &str) -> Option<PathBuf> {
    let paths = STORES.map(|store| root.join(format!("{store}.encrypted")).join(credential));
    paths.into_iter().find(|path| path.exists())
}

/// A secret without the line end of its file; `None` if it is empty.
fn usable(mut secret: Vec<u8>) -> Option<Vec<u8>> {
    for end in [b'\n', b'\r'] {
        if secret.last() == Some(&end) {
            secret.pop();
        }
    }
    (!secret.is_empty()).then_some(secret)
}
