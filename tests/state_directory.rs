//! Links, owners, modes and full disks: what the state directory is trusted with.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/state.rs"]
#[expect(dead_code, reason = "each test program uses some of it")]
mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::{env, io, thread};

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};
use sftp_monitor::adapters::store::{StateError, Store, become_owner};
use support::{names, open, try_upload, upload, uploads, with_uploads};
use tempfile::TempDir;

/// `nobody` of Debian: an account that root can become for a test.
const NOBODY: u32 = 65534;
/// A group that nobody is in: `adm` of Debian.
const ADM: u32 = 4;
/// Tells a test that runs once more, as a child of itself, which directory is meant.
const CHILD: &str = "SFTP_MONITOR_TEST_DIRECTORY";

/// Root may do everything, so what permissions are for is seen by others alone: this thread becomes one of them.
fn as_ordinary_user(directory: &Path) {
    if geteuid().is_root() {
        chown(directory, Some(NOBODY), Some(NOBODY)).unwrap();
        set_thread_groups(&[]).unwrap();
        set_thread_gid(Gid::from_raw(NOBODY)).unwrap();
        set_thread_uid(Uid::from_raw(NOBODY)).unwrap();
    }
}

fn is_root(test: &str) -> bool {
    if !geteuid().is_root() {
        eprintln!("SKIPPED {test}: it needs root");
    }
    geteuid().is_root()
}

/// Runs a test of this program in a process of its own, under `sh -c`.
fn run_again(test: &str, script: &str, directory: &Path) {
    let this = env::current_exe().unwrap();
    let status = Command::new("unshare")
        .args(["--mount", "sh", "-ec", script, "sh"])
        .arg(this)
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, directory)
        .status();
    assert!(status.unwrap().success(), "{test} in its child");
}

fn refused(error: StateError) -> String {
    match error {
        StateError::Refused(refusal) => refusal.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn links_are_refused_and_what_they_point_to_stays_as_it_is() {
    let elsewhere = TempDir::new().unwrap();
    let victim = elsewhere.path().join("victim");
    for name in [
        "daily.json",
        "daily.json.bak",
        ".state.lock",
        ".send.lock",
        ".run.lock",
    ] {
        for content in ["", "precious"] {
            let directory = TempDir::new().unwrap();
            let mut running = with_uploads(directory.path(), 2);
            fs::write(&victim, content).unwrap();
            let link = directory.path().join(name);
            let _ = fs::remove_file(&link);
            symlink(&victim, &link).unwrap();
            let message = refused(Store::open(directory.path()).unwrap_err());
            assert!(
                message.contains(name) && message.contains("symbolic link"),
                "{message}"
            );
            if name == "daily.json" || name == ".state.lock" {
                refused(try_upload(&mut running).unwrap_err());
            }
            let _ = running.send_lock(Default::default());
            assert_eq!(fs::read_to_string(&victim).unwrap(), content);
        }
    }
}

#[test]
fn links_planted_under_names_of_unfinished_files_are_not_followed() {
    let directory = TempDir::new().unwrap();
    let victim = directory.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    with_uploads(directory.path(), 1);
    for name in [".daily.json.tmp.bak", ".daily.json.tmp.1-1"] {
        symlink(&victim, directory.path().join(name)).unwrap();
    }
    upload(&mut open(directory.path()));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(
        names(directory.path()),
        ["daily.json", "daily.json.bak", "victim"]
    );
}

#[test]
fn what_is_no_plain_file_is_refused_without_waiting_for_it() {
    for name in ["daily.json", ".state.lock"] {
        let directory = TempDir::new().unwrap();
        let mut running = open(directory.path());
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let path = directory.path().join(name);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        refused(Store::open(directory.path()).unwrap_err());
        refused(try_upload(&mut running).unwrap_err());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        refused(try_upload(&mut running).unwrap_err());
    }
}

#[test]
fn a_directory_that_everyone_can_write_is_refused() {
    let directory = TempDir::new().unwrap();
    let mut running = with_uploads(directory.path(), 1);
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    let message = refused(Store::open(directory.path()).unwrap_err());
    assert!(message.contains("chmod o-w"), "{message}");
    refused(try_upload(&mut running).unwrap_err());
    fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(upload(&mut running), []);
}

#[test]
fn in_a_directory_of_another_user_nothing_is_written() {
    if !is_root("in_a_directory_of_another_user_nothing_is_written") {
        return;
    }
    let directory = TempDir::new().unwrap();
    with_uploads(directory.path(), 2);
    chown(directory.path(), Some(1234), None).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(
        directory.path().join("daily.json"),
        Permissions::from_mode(0o644),
    )
    .unwrap();
    let before = names(directory.path());
    let look = || {
        // Reading is another matter: an operator's `status`.
        assert_eq!(uploads(directory.path()), 2);
        refused(try_upload(&mut open(directory.path())).unwrap_err())
    };
    assert!(look().contains("belongs to uid 1234, and this is uid 0: run this as that user"));
    // In a thread of its own, so that root is left to clear up.
    thread::scope(|scope| {
        scope.spawn(|| {
            set_thread_uid(Uid::from_raw(NOBODY)).unwrap();
            assert!(look().contains("belongs to uid 1234, and this is uid 65534"));
        });
    });
    assert_eq!(names(directory.path()), before);
}

#[test]
fn a_directory_that_is_closed_for_a_while_loses_nothing() {
    let parent = TempDir::new().unwrap();
    as_ordinary_user(parent.path());
    let directory = parent.path().join("state");
    let mut store = with_uploads(&directory, 2);
    for mode in [0o000, 0o500] {
        fs::set_permissions(&directory, Permissions::from_mode(mode)).unwrap();
        let error = try_upload(&mut store).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, StateError::Disk { .. }), "{error:?}");
        assert!(message.contains("ls -ld"), "{message}");
        fs::set_permissions(&directory, Permissions::from_mode(0o700)).unwrap();
    }
    assert_eq!(upload(&mut store), []);
    assert_eq!(uploads(&directory), 3);
}

#[test]
fn mode_and_owner_stay_as_they_were_made() {
    let directory = TempDir::new().unwrap();
    let mut store = with_uploads(directory.path(), 1);
    let file = directory.path().join("daily.json");
    fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
    let owner = if geteuid().is_root() {
        chown(&file, Some(NOBODY), Some(ADM)).unwrap();
        (NOBODY, ADM)
    } else {
        eprintln!("SKIPPED for another owner: it needs root");
        let stat = fs::metadata(&file).unwrap();
        (stat.uid(), stat.gid())
    };
    (0..3).for_each(|_| drop(upload(&mut store)));
    let stat = fs::metadata(&file).unwrap();
    assert_eq!(
        (stat.uid(), stat.gid(), stat.mode() & 0o777),
        (owner.0, owner.1, 0o664)
    );
}

#[test]
fn a_file_that_root_left_becomes_the_service_users_again() {
    if !is_root("a_file_that_root_left_becomes_the_service_users_again") {
        return;
    }
    let directory = TempDir::new().unwrap();
    with_uploads(directory.path(), 1);
    fs::remove_file(directory.path().join(".state.lock")).unwrap();
    fs::set_permissions(
        directory.path().join("daily.json"),
        Permissions::from_mode(0o644),
    )
    .unwrap();
    as_ordinary_user(directory.path());
    // Where links to files of others are forbidden, the backup is a copy.
    let mut store = open(directory.path());
    assert_eq!([upload(&mut store), upload(&mut store)], [[], []]);
    assert_eq!(uploads(directory.path()), 3);
    let stat = fs::metadata(directory.path().join("daily.json")).unwrap();
    assert_eq!((stat.uid(), stat.mode() & 0o777), (NOBODY, 0o644));
}

#[test]
fn an_access_list_stays() {
    let directory = TempDir::new().unwrap();
    let mut store = with_uploads(directory.path(), 1);
    let file = directory.path().join("daily.json");
    // acl(5) as the kernel keeps it: version 2, then tag, permissions and id of the owner, user 1000, the group, the
    // mask and others.
    let mut list = vec![2, 0, 0, 0];
    for (tag, permissions, id) in [
        (1, 6, -1),
        (2, 4, 1000),
        (4, 4, -1),
        (16, 4, -1),
        (32, 0, -1),
    ] {
        list.extend([tag, 0, permissions, 0]);
        list.extend(i32::to_le_bytes(id));
    }
    let (name, flags) = ("system.posix_acl_access", rustix::fs::XattrFlags::empty());
    if let Err(error) = rustix::fs::setxattr(&file, name, &list, flags) {
        eprintln!("SKIPPED an_access_list_stays: {error}");
        return;
    }
    (0..3).for_each(|_| drop(upload(&mut store)));
    let mut kept = [0; 100];
    let length = rustix::fs::getxattr(&file, name, &mut kept[..]).unwrap();
    assert_eq!(kept[..length], list);
}

#[test]
fn a_disk_that_is_full_or_read_only_loses_nothing() {
    let test = "a_disk_that_is_full_or_read_only_loses_nothing";
    if env::var_os(CHILD).is_none() {
        if is_root(test) {
            let mounted = TempDir::new().unwrap();
            let script = format!("mount -t tmpfs -o size=64k,mode=750 tmpfs ${CHILD}; exec \"$@\"");
            run_again(test, &script, mounted.path());
        }
        return;
    }
    let directory = env::var_os(CHILD).unwrap();
    let directory = Path::new(&directory);
    let mut store = with_uploads(directory, 3);
    let before = names(directory);
    // All of it, to the last byte.
    let filler = directory.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while io::Write::write(&mut file, &[7; 4096]).is_ok_and(|written| written > 0) {}
    for _ in 0..3 {
        let error = try_upload(&mut store).unwrap_err();
        assert!(matches!(error, StateError::Disk { .. }), "{error:?}");
        assert!(
            error.to_string().ends_with("free some space there"),
            "{error}"
        );
        assert_eq!(uploads(directory), 3);
    }
    drop(file);
    fs::remove_file(filler).unwrap();
    assert_eq!(names(directory), before);
    assert_eq!(upload(&mut store), []);

    let remount = |how: &str| {
        Command::new("mount")
            .args(["-o", how])
            .arg(directory)
            .status()
    };
    assert!(remount("remount,ro").unwrap().success());
    let error = try_upload(&mut store).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("mount its file system read-write"),
        "{error}"
    );
    assert_eq!(uploads(directory), 4);
    assert!(remount("remount,rw").unwrap().success());
    assert_eq!(upload(&mut store), []);
    assert_eq!((uploads(directory), names(directory)), (5, before));
}

#[test]
fn root_becomes_the_owner_before_it_writes() {
    let test = "root_becomes_the_owner_before_it_writes";
    if let Some(directory) = env::var_os(CHILD) {
        let directory = Path::new(&directory);
        assert_eq!(become_owner(directory).unwrap(), Some(NOBODY));
        assert_eq!(become_owner(directory).unwrap(), None);
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let nobody = format!("\t{NOBODY}").repeat(4);
        for line in ["Uid:", "Gid:"] {
            assert!(status.contains(&format!("{line}{nobody}\n")), "{status}");
        }
        upload(&mut open(directory));
        fs::write("/root/.planted", "").unwrap_err();
    } else if is_root(test) {
        let directory = TempDir::new().unwrap();
        chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        run_again(test, "exec \"$@\"", directory.path());
        for entry in fs::read_dir(directory.path()).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().uid(), NOBODY);
        }
        assert_eq!(uploads(directory.path()), 1);
    }
}
