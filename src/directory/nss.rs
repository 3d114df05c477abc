//! The C library's user database: passwd and group through NSS. The only unsafe code of the crate.
#![expect(unsafe_code, reason = "the user database is only reachable through the C library")]

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use libc::{c_char, c_int, gid_t, group, passwd};

/// The first size of the buffer for an entry; doubled on ERANGE.
const BUFFER: usize = 4 * 1024;

/// The largest buffer that is tried: a group of a hundred thousand members takes a megabyte or two.
const BUFFER_MOST: usize = 64 * 1024 * 1024;

/// How many groups of an account are asked for first; as many as it takes after that.
const GROUPS: usize = 64;

/// The most groups of an account that are asked for: Linux allows 65,536 (NGROUPS_MAX).
const GROUPS_MOST: usize = 65_537;

/// The database did not answer: neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: Vec<u8>,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) gecos: Vec<u8>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) gid: u32,
    pub(super) members: Vec<Vec<u8>>,
}

/// What an `_r` function says by its return value, which is the error itself (getpwnam_r(3)): found, not found, again
/// with a larger buffer, or no answer.
enum Said {
    Found,
    Absent,
    TooSmall,
}

/// In glibc 0 without an entry is the only "no such account" (nss/getXXbyYY_r.c). Everything else
/// (also ENOENT: the socket of a name service that is down) is no answer.
fn said(result: c_int, found: bool) -> Result<Said, NoAnswer> {
    match (result, found) {
        (0, true) => Ok(Said::Found),
        (0, false) => Ok(Said::Absent),
        (libc::ERANGE, _) => Ok(Said::TooSmall),
        _ => Err(NoAnswer),
    }
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

/// Calls with buffers that grow until the entry fits.
fn grown<T>(mut call: impl FnMut(&mut [c_char]) -> (c_int, Option<T>)) -> Result<Option<T>, NoAnswer> {
    let mut size = BUFFER;
    while size <= BUFFER_MOST {
        let mut buffer = vec![0; size];
        let (result, found) = call(&mut buffer);
        match said(result, found.is_some())? {
            Said::Found => return Ok(found),
            Said::Absent => return Ok(None),
            Said::TooSmall => size *= 2,
        }
    }
    Err(NoAnswer)
}

fn account(entry: &passwd) -> Account {
    Account { name: text(entry.pw_name), uid: entry.pw_uid, gid: entry.pw_gid, gecos: text(entry.pw_gecos) }
}

/// The account of this name; none where the database says that there is none.
pub(super) fn by_name(name: &[u8]) -> Result<Option<Account>, NoAnswer> {
    let Ok(name) = CString::new(name) else { return Ok(None) };
    grown(|buffer| {
        let mut entry = MaybeUninit::<passwd>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: the name ends in NUL; entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getpwnam_r(name.as_ptr(), entry.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &raw mut found)
        };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| account(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

/// The account of this uid; none where the database says that there is none.
pub(super) fn by_uid(uid: u32) -> Result<Option<Account>, NoAnswer> {
    grown(|buffer| {
        let mut entry = MaybeUninit::<passwd>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: entry, buffer (with its true length) and found outlive the call.
        let result =
            unsafe { libc::getpwuid_r(uid, entry.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &raw mut found) };
        // SAFETY: where found is not null it points to entry, which the call then has filled.
        let entry = (!found.is_null()).then(|| account(unsafe { entry.assume_init_ref() }));
        (result, entry)
    })
}

/// The group of this name; none where the database says that there is none.
pub(super) fn group(name: &str) -> Result<Option<Group>, NoAnswer> {
    let Ok(name) = CString::new(name) else { return Ok(None) };
    grown(|buffer| {
        let mut entry = MaybeUninit::<group>::uninit();
        let mut found = std::ptr::null_mut();
        // SAFETY: the name ends in NUL; entry, buffer (with its true length) and found outlive the call.
        let result = unsafe {
            libc::getgrnam_r(name.as_ptr(), entry.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &raw mut found)
        };
        let filled = (!found.is_null()).then(|| {
            // SAFETY: found is not null, so it points to entry, which the call has filled.
            let entry = unsafe { entry.assume_init_ref() };
            Group { gid: entry.gr_gid, members: members(entry) }
        });
        (result, filled)
    })
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
pub(super) fn groups_of(account: &Account) -> Vec<gid_t> {
    let Ok(name) = CString::new(account.name.as_slice()) else { return Vec::new() };
    let mut room = GROUPS;
    while room <= GROUPS_MOST {
        let mut groups = vec![0; room];
        let mut count = c_int::try_from(room).unwrap_or(c_int::MAX);
        // SAFETY: the name ends in NUL; groups has room for as many as count says; both outlive the call.
        let result = unsafe { libc::getgrouplist(name.as_ptr(), account.gid, groups.as_mut_ptr(), &raw mut count) };
        let count = usize::try_from(count).unwrap_or(0);
        if result >= 0 {
            groups.truncate(count);
            return groups;
        }
        room = count.max(room * 2);
    }
    Vec::new()
}
