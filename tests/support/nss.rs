//! A user database in trouble, through the real C library: `nss_trouble.c` as its only service, in a mount namespace in
//! which `/etc/nsswitch.conf` says so.

use std::path::PathBuf;
use std::process::Command;

/// The service, built, and what it is told and writes.
pub struct Trouble {
    directory: tempfile::TempDir,
}

impl Trouble {
    /// Builds it. None where no mount namespace can be had and `SFTP_MONITOR_ALLOW_SKIP` is set.
    pub fn new() -> Option<Trouble> {
        let directory = tempfile::tempdir().expect("a directory");
        let trouble = Trouble { directory };
        std::fs::write(
            trouble.path("nsswitch.conf"),
            "passwd: trouble\ngroup: trouble\n",
        )
        .expect("nsswitch.conf is written");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/nss_trouble.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(trouble.path("libnss_trouble.so.2"))
            .arg(source)
            .status();
        assert!(built.expect("cc runs").success(), "{source} is built");
        trouble.set("ok");
        if trouble
            .around(Command::new("true"))
            .status()
            .is_ok_and(|status| status.success())
        {
            return Some(trouble);
        }
        eprintln!("SKIPPED: unshare(1) gives no mount namespace here; run it as root");
        assert!(
            std::env::var_os("SFTP_MONITOR_ALLOW_SKIP").is_some(),
            "set SFTP_MONITOR_ALLOW_SKIP to skip it"
        );
        None
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// How it behaves from now on: `ok`, `notfound`, `unavail`, `noent`, `tryagain`, `block`.
    pub fn set(&self, mood: &str) {
        std::fs::write(self.path("mood"), mood).expect("the mood is written");
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<String> {
        let asked = std::fs::read_to_string(self.path("asked")).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }

    /// The same command with this user database.
    pub fn around(&self, command: Command) -> Command {
        let mut outer = Command::new("unshare");
        let namespaces = match rustix::process::geteuid().is_root() {
            true => "--mount",
            false => "--map-current-user",
        };
        outer
            .args([namespaces, "--mount", "sh", "-c"])
            .arg(r#"mount --bind "$NSSWITCH" /etc/nsswitch.conf && exec env LD_LIBRARY_PATH="$LIBRARIES" "$0" "$@""#)
            .arg(command.get_program())
            .args(command.get_args())
            .env("NSSWITCH", self.path("nsswitch.conf"))
            .env("LIBRARIES", self.directory.path())
            .env("NSS_TROUBLE", self.path("mood"))
            .env("NSS_TROUBLE_LOG", self.path("asked"));
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer
    }
}
