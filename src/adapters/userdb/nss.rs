//! The C library's user database: passwd and group through NSS, for all modules that need it.
//!
//! nix is not used: it reads groups of up to 1 MiB only, takes the error from errno, although the C library does not promise
//! one there, and changes names that are not UTF-8. pwd-grp is not used: it sets no limit, and ignores errors in errno alone.
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

/// The first size of the buffer for an entry; it is doubled on ERANGE.
const BUFFER: usize = 4 * 1024;

/// The largest buffer that is tried: a group of a hundred thousand members takes one or two megabytes.
const BUFFER_MOST: usize = 64 * 1024 * 1024;

/// The database gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoAnswer;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PasswdEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) gecos: Vec<u8>,
    pub(crate) home: PathBuf,
    pub(crate) shell: PathBuf,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) gid: u32,
    pub(crate) members: Vec<Vec<u8>>,
}

/// A function of the C library that looks up an entry: `getpwnam_r` and the like.
type Lookup<K, E> = unsafe extern "C" fn(K, *mut E, *mut c_char, usize, *mut *mut E) -> c_int;

/// Is the return value of an `_r` function, which is the error itself (getpwnam_r(3)), an answer?
///
/// In glibc, 0 without an entry means "no such account"; any other value is the errno of a service that was unavailable or
/// wants to be asked again (nss/getXXbyYY_r.c): EINTR, EIO, EMFILE, EAGAIN and all others are no answer.
///
/// ENOENT has two meanings: getpwnam_r(3) and libnss_wrapper use it for "not found"; but a service whose daemon is down also
/// sets it (nss-pam-ldapd, nss/common.h: the socket is missing). So it counts as an answer only if no such service is
/// configured.
fn answered(result: c_int, found: bool, only_local: impl Fn() -> bool) -> bool {
    result == 0 || result == libc::ENOENT && !found && only_local()
}

/// Are accounts and groups only looked up in this machine's own files? Read once, because glibc also reads its
/// configuration once (before 2.33; later versions reread it after a change).
fn only_local() -> bool {
    static ONLY_LOCAL: OnceLock<bool> = OnceLock::new();
    *ONLY_LOCAL.get_or_init(|| match std::fs::read_to_string("/etc/nsswitch.conf") {
        Ok(text) => is_local(&text),
        // Without this file glibc asks the local files only.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    })
}

/// Does nsswitch.conf(5) name only services without a daemon for accounts and groups?
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

/// Copies a text that the C library put into our buffer.
fn text(pointer: *const c_char) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: the pointer is not null and, by getpwnam_r(3) and getgrnam_r(3), points to a string that ends in NUL inside the
    // buffer of the call, which the caller keeps until this copy is made.
    unsafe { CStr::from_ptr(pointer) }.to_bytes().to_vec()
}

/// The return value of glibc before 2.1.2 and of libnss_wrapper when the error is in errno.
const IN_ERRNO: c_int = -1;

/// Looks up an entry, with buffers that grow until it fits; `None` if the database has no such entry.
fn look_up<K: Copy, E, T>(
    lookup: Lookup<K, E>,
    key: K,
    copy: impl Fn(&E) -> T,
) -> Result<Option<T>, NoAnswer> {
    let mut size = BUFFER;
    while size <= BUFFER_MOST {
        let mut buffer = vec![0; size];
        let mut entry = MaybeUninit::<E>::uninit();
        let mut found = std::ptr::null_mut();
        let (into, space) = (entry.as_mut_ptr(), buffer.as_mut_ptr());
        // SAFETY: the key is a number, or a name that ends in NUL and outlives the call, as entry, buffer (with its true
        // length) and found do.
        let result = unsafe { lookup(key, into, space, size, &raw mut found) };
        let error = std::io::Error::last_os_error().raw_os_error();
        let result = match result {
            IN_ERRNO => error.unwrap_or(IN_ERRNO),
            result => result,
        };
        if result == libc::ERANGE {
            size *= 2;
            continue;
        }
        if !answered(result, !found.is_null(), only_local) {
            break;
        }
        // SAFETY: if found is not null, it points to entry, which the call has filled; its texts are in the buffer.
        return Ok(unsafe { found.as_ref() }.map(copy));
    }
    Err(NoAnswer)
}

/// The account of this name; `None` if the database has no such account.
pub(crate) fn by_name(name: &[u8]) -> Result<Option<PasswdEntry>, NoAnswer> {
    match CString::new(name) {
        Ok(name) => look_up(libc::getpwnam_r, name.as_ptr(), account),
        Err(_) => Ok(None),
    }
}

/// The account of this uid; `None` if the database has no such account.
pub(crate) fn by_uid(uid: u32) -> Result<Option<PasswdEntry>, NoAnswer> {
    look_up(libc::getpwuid_r, uid, account)
}

/// The group of this name; `None` if the database has no such group.
pub(crate) fn group(name: &str) -> Result<Option<GroupEntry>, NoAnswer> {
    match CString::new(name) {
        Ok(name) => look_up(libc::getgrnam_r, name.as_ptr(), of_group),
        Err(_) => Ok(None),
    }
}

/// The group of this gid; `None` if the database has no such group.
pub(crate) fn group_by_gid(gid: gid_t) -> Result<Option<GroupEntry>, NoAnswer> {
    look_up(libc::getgrgid_r, gid, of_group)
}

fn account(entry: &passwd) -> PasswdEntry {
    PasswdEntry {
        name: text(entry.pw_name),
        uid: entry.pw_uid,
        gid: entry.pw_gid,
        gecos: text(entry.pw_gecos),
        home: OsString::from_vec(text(entry.pw_dir)).into(),
        shell: OsString::from_vec(text(entry.pw_shell)).into(),
    }
}

fn of_group(entry: &group) -> GroupEntry {
    let listed = entry.gr_mem;
    // SAFETY: gr_mem, if it is not null, is an array of pointers that ends in a null pointer (getgrnam_r(3)), where this stops.
    let member = |at: usize| (!listed.is_null()).then(|| unsafe { *listed.add(at) });
    let members = (0..).map_while(|at| member(at).filter(|member| !member.is_null()));
    GroupEntry {
        name: text(entry.gr_name),
        gid: entry.gr_gid,
        members: members.map(|member| text(member)).collect(),
    }
}

/// The groups of an account, which may be incomplete: while the database is down it reports success with the primary group
/// alone. So only the presence of a group is an answer.
pub(crate) fn groups_of(account: &PasswdEntry) -> Vec<gid_t> {
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
        assert!(answered(0, false, remote));
        assert!(answered(libc::ENOENT, false, local));
        assert!(!answered(libc::ENOENT, false, remote));
        for errno in [
            libc::EINTR,
            libc::EIO,
            libc::EMFILE,
            libc::ENFILE,
            libc::EAGAIN,
            libc::ESRCH,
            libc::ECONNREFUSED,
        ] {
            assert!(!answered(errno, false, local), "{errno}");
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
