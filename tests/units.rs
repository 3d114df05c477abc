//! The units: one sandbox for all that runs as the service's user, as tight as the program can bear, and who tells of whom.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

/// The units that run as the service's user, each with the sandbox.
const CONFINED: [&str; 3] = [
    "sftp-monitor.service",
    "sftp-monitor-digest.service",
    "sftp-monitor-failure@.service",
];

/// What `systemd-analyze security` finds open: the network, for Slack, and the sockets, journal and devices that are asked
/// for by name. All else is closed.
const OPEN: &str = "\
DeviceAllow=
IPAddressDeny=
PrivateNetwork=
RestrictAddressFamilies=~AF_(INET|INET6)
RestrictAddressFamilies=~AF_UNIX
RootDirectory=/RootImage=
SupplementaryGroups=";

/// The exposure that remains with these, in tenths.
const EXPOSURE: &str = "11";

fn path(unit: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("units")
        .join(unit)
}

fn text(unit: &str) -> String {
    std::fs::read_to_string(path(unit)).unwrap()
}

/// The unit's paragraphs, without comments.
fn paragraphs(unit: &str) -> Vec<Vec<String>> {
    let text = text(unit);
    let paragraphs = text.split("\n\n").map(|paragraph| {
        // A line that ends in a backslash goes on in the next one.
        let paragraph = paragraph.replace("\\\n", "");
        let lines = paragraph.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    });
    paragraphs.collect()
}

fn analyze(unit: &str, options: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true"])
        .args(options)
        .arg(path(unit))
        .output()
        .expect("systemd-analyze runs: it comes with systemd");
    let said = if output.stdout.is_empty() {
        output.stderr
    } else {
        output.stdout
    };
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn the_sandbox_leaves_open_only_what_the_program_needs() {
    for unit in CONFINED {
        let (_, said) = analyze(unit, &["--json=short"]);
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let checks = said.as_array().unwrap().iter();
        let open = checks.filter(|check| check["set"] == false && !check["exposure"].is_null());
        let mut open: Vec<_> = open.map(|check| check["name"].as_str().unwrap()).collect();
        open.sort_unstable();
        assert_eq!(open.join("\n"), OPEN, "{unit}");
        let (low, said) = analyze(unit, &[&format!("--threshold={EXPOSURE}")]);
        assert!(low, "{unit}: {said}");
    }
}

#[test]
fn all_that_runs_as_the_services_user_has_one_sandbox() {
    let sandbox = |unit| {
        let found = paragraphs(unit).into_iter();
        let found: Vec<_> = found
            .filter(|lines| lines.iter().any(|line| line == "ProtectSystem=strict"))
            .collect();
        assert_eq!(found.len(), 1, "{unit}");
        found
    };
    for unit in CONFINED {
        assert_eq!(sandbox(unit), sandbox(CONFINED[0]), "{unit}");
        for line in [
            "EnvironmentFile=-/etc/default/sftp-monitor",
            "LoadCredential=slack-bot-token",
            "StateDirectory=sftp-monitor",
            "SupplementaryGroups=systemd-journal",
            "User=sftp-monitor",
        ] {
            assert!(
                text(unit).lines().any(|found| found == line),
                "{unit}: {line}"
            );
        }
    }
}

#[test]
fn directives_stand_in_alphabetical_order_after_the_one_that_says_what_it_is() {
    for entry in std::fs::read_dir(path("")).unwrap() {
        let unit = entry.unwrap().file_name().into_string().unwrap();
        for lines in paragraphs(&unit) {
            let first = |line: &String| {
                ["[", "Description=", "Documentation=", "Type="]
                    .iter()
                    .any(|start| line.starts_with(start))
            };
            let lines: Vec<_> = lines.into_iter().filter(|line| !first(line)).collect();
            let key = |line: &String| line.split('=').next().unwrap().to_owned();
            assert!(lines.is_sorted_by_key(key), "{unit}: {lines:#?}");
        }
    }
}

#[test]
fn a_failed_unit_is_told_and_the_one_that_tells_sets_off_no_other() {
    let tells = |unit| text(unit).contains("OnFailure=sftp-monitor-failure@%n.service\n");
    assert!(tells("sftp-monitor.service") && tells("sftp-monitor-digest.service"));
    let teller = text("sftp-monitor-failure@.service");
    assert!(!teller.contains("\nOnFailure="));
    assert!(teller.contains("ExecStart=/usr/bin/sftp-monitor notify-failure %i\n"));
}

/// Runs a maintainer script as dpkg does, in a tree of its own.
fn maintainer(script: &str, root: &std::path::Path, arguments: &[&str]) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("packaging/debian")
        .join(script);
    let mut text = std::fs::read_to_string(script).unwrap();
    for directory in ["/etc/", "/usr/share/", "/var/lib/"] {
        text = text.replace(directory, &format!("{}{directory}", root.display()));
    }
    let mut sh = Command::new("sh");
    sh.args(["-c", &text, "script"]).args(arguments);
    assert!(sh.status().unwrap().success(), "{text}");
}

#[test]
fn a_purge_takes_the_environment_that_the_installation_made_and_leaves_one_from_before_it() {
    let world = tempfile::tempdir().unwrap();
    let root = world.path();
    let (file, template) = (
        root.join("etc/default/sftp-monitor"),
        root.join("usr/share/sftp-monitor/default"),
    );
    for path in [&file, &template] {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    }
    let shipped = std::fs::read_to_string("packaging/default").unwrap();
    std::fs::write(&template, &shipped).unwrap();
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
    maintainer("postinst", root, &["configure", ""]);
    assert_eq!(
        (std::fs::read_to_string(&file).unwrap(), mode()),
        (shipped.clone(), 0o640)
    );
    // Also with what the administrator wrote into it.
    std::fs::write(&file, shipped + "HTTPS_PROXY=http://proxy:3128\n").unwrap();
    maintainer("postrm", root, &["purge"]);
    assert!(!file.exists());
    // Not one that is not the installation's: an empty one, one of the scripts'.
    for before in [
        "",
        "SLACK_BOT_TOKEN=xoxb-1\n",
        "# Environment of the scripts\nSLACK_BOT_TOKEN=xoxb-1\n",
    ] {
        std::fs::write(&file, before).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        maintainer("postinst", root, &["configure", ""]);
        maintainer("postinst", root, &["configure", "0.1.0-1"]);
        assert_eq!(mode(), 0o640);
        maintainer("postrm", root, &["remove"]);
        maintainer("postrm", root, &["purge"]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    }
    // One that was removed stays away.
    std::fs::remove_file(&file).unwrap();
    maintainer("postinst", root, &["configure", "0.1.0-1"]);
    assert!(!file.exists());
}
