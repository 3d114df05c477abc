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

/// One of the C library's functions that look an entry up: `getpwnam_r` and its like.
type Lookup<K, E> = unsafe extern "C" fn(K, *mut E, *mut c_char, usize, *mut *mut E) -> c_int;

/// Does the return value of an `_r` function, which is the error itself (getpwnam_r(3)), say that it has answered?
///
/// In glibc 0 without an entry is "no such account", and any other value is the errno of a service that was unavailable or
/// wants to be asked again (nss/getXXbyYY_r.c): EINTR, EIO, EMFILE, EAGAIN and what else there is are no answer.
///
/// ENOENT is both: getpwnam_r(3) lists it as "not found", and libnss_wrapper says so; but a service whose daemon is down
/// sets it too (nss-pam-ldapd, nss/common.h: the socket is not there). So it is believed only where no such service is
/// asked.
fn answered(result: c_int, found: bool, only_local: impl Fn() -> bool) -> bool {
    result == 0 || result == libc::ENOENT && !found && only_local()
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

/// Looks an entry up, with buffers that grow until it fits; none where the database says that there is none.
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
        // SAFETY: where found is not null it points to entry, which the call then has filled; its texts are in the buffer.
        return Ok(unsafe { found.as_ref() }.map(copy));
    }
    Err(NoAnswer)
}

/// The account of this name; none where the database says that there is none.
pub(crate) fn by_name(name: &[u8]) -> Result<Option<PasswdEntry>, NoAnswer> {
    match CString::new(name) {
        Ok(name) => look_up(libc::getpwnam_r, name.as_ptr(), account),
        Err(_) => Ok(None),
    }
}

/// The account of this uid; none where the database says that there is none.
pub(crate) fn by_uid(uid: u32) -> Result<Option<PasswdEntry>, NoAnswer> {
    look_up(libc::getpwuid_r, uid, account)
}

/// The group of this name; none where the database says that there is none.
pub(crate) fn group(name: &str) -> Result<Option<GroupEntry>, NoAnswer> {
    match CString::new(name) {
        Ok(name) => look_up(libc::getgrnam_r, name.as_ptr(), of_group),
        Err(_) => Ok(None),
    }
}

/// The group of this gid; none where the database says that there is none.
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
    // SAFETY: gr_mem, where it is not null, is an array of pointers that ends in a null pointer (getgrnam_r(3)), where this stops.
    let member = |at: usize| (!listed.is_null()).then(|| unsafe { *listed.add(at) });
    let members = (0..).map_while(|at| member(at).filter(|member| !member.is_null()));
    GroupEntry {
        name: text(entry.gr_name),
        gid: entry.gr_gid,
        members: members.map(|member| text(member)).collect(),
    }
}

/// The groups of an account, as far as the database tells: it reports success with the primary group alone while it is
/// down, so that only a yes of this is an answer.
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
