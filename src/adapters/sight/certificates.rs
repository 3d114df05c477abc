//! User certificates of partners, of which the administrator keeps copies in a directory: until when they are valid
//! (OpenSSH's PROTOCOL.certkeys). sshd itself reads a certificate from the client alone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate};

/// The end of a certificate file's name, as ssh-keygen(1) gives it.
const ENDING: &str = "-cert.pub";

/// The most bytes that are read of a file: a certificate has some thousand bytes.
const MOST: u64 = 1 << 16;

/// The type of user certificates; those of hosts are 2.
const OF_USER: u32 = 1;

/// What the certificates in a directory say.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    /// For each name: the end of its last certificate, in seconds since 1970. A name is a principal, or the name of the file.
    until: BTreeMap<String, u64>,
    /// The files that cannot be read, or the directory, each with the reason.
    pub(crate) unread: Vec<String>,
}

/// A user certificate.
struct Certificate {
    principals: Vec<String>,
    until: u64,
}

impl Certificates {
    /// Reads the certificates in this directory; none without a directory.
    pub(crate) fn read(directory: Option<&Path>) -> Certificates {
        let mut found = Certificates::default();
        let Some(directory) = directory else {
            return found;
        };
        let files = match std::fs::read_dir(directory) {
            Ok(files) => files,
            Err(error) => {
                found
                    .unread
                    .push(format!("{}: {error}", directory.display()));
                return found;
            }
        };
        for file in files.flatten() {
            let (path, name) = (file.path(), file.file_name());
            let Some(owner) = name.to_str().and_then(|name| name.strip_suffix(ENDING)) else {
                continue;
            };
            match read(&path) {
                Ok(Some(certificate)) => found.take(owner, certificate),
                // Of a host.
                Ok(None) => {}
                Err(error) => found.unread.push(format!("{}: {error}", path.display())),
            }
        }
        found.unread.sort();
        found
    }

    fn take(&mut self, owner: &str, certificate: Certificate) {
        let names = certificate.principals.into_iter().chain([owner.to_owned()]);
        for name in names {
            let until = self.until.entry(name).or_default();
            // A renewed certificate may lie beside the old one.
            *until = certificate.until.max(*until);
        }
    }

    /// The day on which this account's last certificate ends; `None` if it has none, or one without an end.
    pub(crate) fn day(&self, name: &str) -> Option<NaiveDate> {
        let until = i64::try_from(*self.until.get(name)?).ok()?;
        Some(DateTime::from_timestamp(until, 0)?.date_naive())
    }
}

/// Reads a certificate; `None` if it is of a host.
fn read(path: &Path) -> io::Result<Option<Certificate>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text)?;
    let no = || io::Error::other("it holds no certificate of OpenSSH");
    let data = text.split_whitespace().nth(1).ok_or_else(no)?;
    let data = STANDARD.decode(data).map_err(|_| no())?;
    parse(&data).ok_or_else(no)
}

/// The fields of a certificate, in their order.
fn parse(data: &[u8]) -> Option<Option<Certificate>> {
    let mut rest = data;
    let kind = string(&mut rest)?;
    let kind = std::str::from_utf8(kind).ok()?;
    let _nonce = string(&mut rest)?;
    for _ in 0..parts_of_key(kind)? {
        string(&mut rest)?;
    }
    let _serial = number::<8>(&mut rest)?;
    let of = number::<4>(&mut rest).map(u32::from_be_bytes)?;
    let _id = string(&mut rest)?;
    let mut packed = string(&mut rest)?;
    let mut principals = Vec::new();
    while !packed.is_empty() {
        principals.push(String::from_utf8_lossy(string(&mut packed)?).into_owned());
    }
    let _after = number::<8>(&mut rest)?;
    let until = number::<8>(&mut rest).map(u64::from_be_bytes)?;
    Some((of == OF_USER).then_some(Certificate { principals, until }))
}

/// The number of strings that are the public key of such a certificate.
fn parts_of_key(kind: &str) -> Option<usize> {
    let kind = kind.strip_suffix("-cert-v01@openssh.com")?;
    Some(match kind {
        "ssh-ed25519" => 1,
        "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512" | "sk-ssh-ed25519" => 2,
        "sk-ecdsa-sha2-nistp256" => 3,
        "ssh-dss" => 4,
        _ if kind.starts_with("ecdsa-sha2-nistp") => 2,
        _ => return None,
    })
}

/// Takes a string with its length before it.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number::<4>(rest).map(u32::from_be_bytes)?;
    let (taken, left) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = left;
    Some(taken)
}

/// Takes the bytes of a number.
fn number<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_certificate_of_a_principal_or_of_a_files_name_counts() {
        // The ends by `ssh-keygen -L`: alice 2026-04-13T12:00 UTC, bob 2026-04-01T00:00 UTC, carol never.
        let found = Certificates::read(Some(Path::new("tests/certificates")));
        let day = |name| found.day(name).map(|day| day.to_string());
        assert_eq!(day("alice").as_deref(), Some("2026-04-13"));
        assert_eq!(day("team").as_deref(), Some("2026-04-13"));
        assert_eq!(day("bob").as_deref(), Some("2026-04-01"));
        assert_eq!(day("carol"), None);
        assert_eq!(day("host"), None, "of a host");
        assert_eq!(day("sftp1"), None, "of a host");
        assert_eq!(
            found.unread,
            ["tests/certificates/dave-cert.pub: it holds no certificate of OpenSSH"]
        );
    }

    #[test]
    fn a_directory_that_is_not_there_is_said() {
        let found = Certificates::read(Some(Path::new("/no/such/directory")));
        assert_eq!(
            found.unread,
            ["/no/such/directory: No such file or directory (os error 2)"]
        );
        assert!(Certificates::read(None).unread.is_empty());
    }

    #[test]
    fn no_part_of_a_certificate_is_taken_for_the_whole() {
        let text = std::fs::read_to_string("tests/certificates/alice-cert.pub").expect("a file");
        let data = text.split_whitespace().nth(1).expect("a key");
        let data = STANDARD.decode(data).expect("base64");
        let whole = parse(&data).flatten().expect("a certificate");
        assert_eq!(whole.principals, ["alice", "team"]);
        for length in 0..data.len() {
            if let Some(Some(part)) = parse(&data[..length]) {
                assert_eq!(part.until, whole.until, "{length} bytes");
            }
        }
        for byte in 0..data.len() {
            let mut other = data.clone();
            other[byte] ^= 0xff;
            let _ = parse(&other);
        }
    }
}
