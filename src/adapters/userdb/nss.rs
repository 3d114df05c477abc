//! The C library's user database: passwd and group through NSS, for all who ask it.
//!
//! Not nix's: it reads groups of up to 1 MiB, takes the error from errno, where the C library does not promise one, and names
//! that are no UTF-8 for others. Not pwd-grp's: it sets no limit, and knows no error that stands in errno alone.
#![expect(
    unsafe_code,
    reason = "the user database is only reachable through the C library"
)]

use std::ffi::{CStr, CString, OsString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use libc::{c_char, c_int, gid_t, group, passwd};
use nix::unistd::{Gid, getgrouplist};

/// The first size of the buffer for an entry; doubled on ERANGE.
const BUFFER: usize = 4 * 1024;

/// The largest buffer that is tried: a group of a hundred thousand members takes a megabyte or two.
const BUFFER_MOST: usize = 64 * 1024 * 1024;

/// The database did not answer: neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoAnswer;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: Vec<u8>,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) gecos: Vec<u8>,
    pub(crate) home: PathBuf,
    pub(crate) shell: PathBuf,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: Vec<u8>,
    pub(crate) gid: u32,
    pub(crate) members: Vec<Vec<u8>>,
}

/// What an `_r` function says by its return value, which is the error itself (getpwnam_r(3)): found, not found, again
/// with a larger buffer, or no answer.
enum Said {
    Found,
    Absent,
    TooSmall,
}

/// In glibc 0 without an entry is "no such account", and any other value is the errno of a service that was unavailable or
/// wants to be asked again (nss/getXXbyYY_r.c): EINTR, EIO, EMFILE, EAGAIN and what else there is are no answer.
///
/// ENOENT is both: getpwnam_r(3) lists it as "not found", and libnss_wrapper says so; but a service whose daemon is down
/// sets it too (nss-pam-ldapd, nss/common.h: the socket is not there). So it is believed only where no such service is
/// asked.
fn said(result: c_int, found: bool, only_local: impl Fn() -> bool) -> Result<Said, NoAnswer> {
    match (result, found) {
        (0, true) => Ok(Said::Found),
        (0, false) => Ok(Said::Absent),
        (libc::ERANGE, _) => Ok(Said::TooSmall),
        (libc::ENOENT, false) if only_local() => Ok(Said::Absent),
        _ => Err(NoAnswer),
    }
}

/// Are accounts and groups asked of this machine's own files alone? Read once: glibc reads its configuration once, too
/// (before 2.33; later at a change).
fn only_local() -> bool {
    static ONLY_LOCAL: OnceLock<bool> = OnceLock::new();
    *ONLY_LOCAL.get_or_init(|| match std::fs::read_to_string("/etc/nsswitch.conf") {
        Ok(text) => is_local(&text),
        // Without the file glibc asks the files alone.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    })
}

/// nsswitch.conf(5): does it name no service for accounts and groups but those that need no daemon of their own?
fn is_local(configuration: &str) -> bool {
    let services = |line: &str| -> Vec<String> {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.split_once(':') {
            // Actions in brackets, such as [NOTFOUND=return], are no services.
            Some(("passwd" | "group" | "initgroups", services)) => services
                .split(['[', ']'])
                .step_by(2)
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        }
    };
    let local = |service: String| matches!(service.as_str(), "files" | "compat" | "db" | "systemd");
    configuration.lines().flat_map(services).all(local)
}

/// Text that the library put into a buffer of ours.
fn text(pointer: *const c_char) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: the pointer is not null and, by getpwnam_r(3) and getgrnam_r(3), points to a string that ends in NUL inside the
    // buffer of the call, which the caller keeps until this copy is made.
    unsafe { CStr::from_ptr(pointer) }.to_bytes().to_vec()
}

/// What glibc's functions of before 2.1.2 and those of libnss_wrapper return in place of the error, which is then in errno.
const IN_ERRNO: c_int = -1;

fn last_errno() -> c_int {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(IN_ERRNO)
}

/// Calls with buffers that grow until the entry fits.
fn grown<T>(
    mut call: impl FnMut(&mut [c_char]) -> (c_int, Option<T>),
) -> Result<Option<T>, NoAnswer> {
    let mut size = BUFFER;
    while size <= BUFFER_MOST {
        let mut buffer = vec![0; size];
        let (result, found) = call(&mut buffer);
        let result = if result == IN_ERRNO {
            last_errno()
        } else {
            result
        };
        match said(result, found.is_some(), only_local)? {
            Said::Found => return Ok(found),
            Said::Absent => return Ok(None),
            Said::TooSmall => size *= 2,
        }
    }
    Err(NoAnswer)
}

fn account(entry: &passwd) -> Account {
    Account {
        name: text(entry.pw_name),
        uid: entry.pw_uid,
        gid: entry.pw_gid,
        gecos: text(entry.pw_gecos),
        home: OsString::from_vec(text(entry.pw_dir)).into(),
        shell: OsString::from_vec(text(entry.pw_shell)).into(),
    }
}

/// The account of this name; none where the database says that there is none.
pub(crate) fn by_name(name: &[u8]) -> Result<Option<Account>, NoAnswer> {
    let Ok(name) = CString::new(name) else {
        return Ok(None);
    };
    grown(|buffer| {
        let mut entry = MaybeUninit::<passwd>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: the name ends in NUL; entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getpwnam_r(
                name.as_ptr(),
                entry.as_mut_ptr(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| account(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

/// The account of this uid; none where the database says that there is none.
pub(crate) fn by_uid(uid: u32) -> Result<Option<Account>, NoAnswer> {
    grown(|buffer| {
        let mut entry = MaybeUninit::<passwd>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getpwuid_r(
                uid,
                entry.as_mut_ptr(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| account(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

/// The group of this name; none where the database says that there is none.
pub(crate) fn group(name: &str) -> Result<Option<Group>, NoAnswer> {
    let Ok(name) = CString::new(name) else {
        return Ok(None);
    };
    grown(|buffer| {
        let mut entry = MaybeUninit::<group>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: the name ends in NUL; entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getgrnam_r(
                name.as_ptr(),
                entry.as_mut_ptr(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| of_group(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

/// The group of this gid; none where the database says that there is none.
pub(crate) fn group_by_gid(gid: gid_t) -> Result<Option<Group>, NoAnswer> {
    grown(|buffer| {
        let mut entry = MaybeUninit::<group>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getgrgid_r(
                gid,
                entry.as_mut_ptr(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| of_group(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

fn of_group(entry: &group) -> Group {
    Group {
        name: text(entry.gr_name),
        gid: entry.gr_gid,
        members: members(entry),
    }
}

fn members(entry: &group) -> Vec<Vec<u8>> {
    let mut members = Vec::new();
    let mut at = entry.gr_mem;
    while !at.is_null() {
        // SAFETY: gr_mem is an array of pointers that ends in a null pointer (getgrnam_r(3)); the loop stops there.
        let member = unsafe { *at };
        if member.is_null() {
            break;
        }
        members.push(text(member));
        // SAFETY: the element before was not the last, so there is a next one.
        at = unsafe { at.add(1) };
    }
    members
}

/// The groups of an account, as far as the database tells: it reports success with the primary group alone while it is
/// down, so that only a yes of this is an answer.
pub(crate) fn groups_of(account: &Account) -> Vec<gid_t> {
    let Ok(name) = CString::new(account.name.as_slice()) else {
        return Vec::new();
    };
    let groups = getgrouplist(&name, Gid::from_raw(account.gid)).unwrap_or_default();
    groups.into_iter().map(Gid::as_raw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_not_a_no() {
        let (local, remote) = (|| true, || false);
        assert!(matches!(said(0, false, remote), Ok(Said::Absent)));
        assert!(matches!(said(libc::ENOENT, false, local), Ok(Said::Absent)));
        assert!(said(libc::ENOENT, false, remote).is_err());
        for errno in [
            libc::EINTR,
            libc::EIO,
            libc::EMFILE,
            libc::ENFILE,
            libc::EAGAIN,
            libc::ESRCH,
            libc::ECONNREFUSED,
        ] {
            assert!(said(errno, false, local).is_err(), "{errno}");
        }
    }

    #[test]
    fn a_service_with_a_daemon_is_seen_in_nsswitch_conf() {
        assert!(is_local(
            "passwd: files systemd\ngroup: files [SUCCESS=merge] systemd # ldap\nhosts: files dns\n"
        ));
        assert!(is_local(""));
        assert!(!is_local("passwd:\tfiles sss\n"));
        assert!(!is_local(
            "passwd: files\ngroup: files [NOTFOUND=continue] ldap\n"
        ));
        assert!(!is_local("initgroups: winbind"));
    }
}
