//! Checks the units: installed, enabled, running, and when the timer fires next.

use super::dev_log_fault;
use super::finding::Finding;
use super::units::{DEVLOG, DIGEST, SERVICE, TIMER, Units};
use crate::domain::base::time::Zone;

/// Judges the units. If a fault of a chroot or its `/dev/log` was reported, that fault explains why the binding unit failed.
pub(super) fn judge(units: &Units, zone: Zone, chroot_told: bool) -> Vec<Finding> {
    if let Some(why) = &units.unknown {
        let said = format!("whether the units run is unknown: {why}");
        return vec![Finding::warning("service", said)];
    }
    let next = units.next.map(|next| zone.second(next));
    let next = next.map(|next| format!(", next run {next}"));
    let mut found = vec![
        unit(units, "service", SERVICE, ""),
        unit(units, "timer", TIMER, &next.unwrap_or_default()),
    ];
    let is_failed = |unit| units.get(unit, "ActiveState") == "failed";
    if is_failed(DIGEST) {
        found.push(failed(units, "digest", DIGEST, "why"));
    }
    if is_failed(DEVLOG) && !chroot_told {
        found.push(failed(
            units,
            dev_log_fault::NAME,
            DEVLOG,
            "whose chroot it refuses",
        ));
    }
    let outdated = |unit| units.get(unit, "NeedDaemonReload") == "yes";
    if [SERVICE, TIMER, DIGEST].into_iter().any(outdated) {
        let said = "unit files changed since systemd read them";
        found.push(Finding::warning("units", said).fixed_by("sudo systemctl daemon-reload"));
    }
    found
}

/// Judges a unit that must be enabled and active.
fn unit(units: &Units, name: &'static str, unit: &str, addition: &str) -> Finding {
    let enable = format!("sudo systemctl enable --now {unit}");
    let problem = |said: String| Finding::problem(name, format!("{unit} {said}"));
    match units.get(unit, "LoadState") {
        "loaded" => {}
        "masked" => {
            let fix = format!("sudo systemctl unmask {unit} && {enable}");
            return problem("is masked".to_owned()).fixed_by(fix);
        }
        "not-found" | "" => {
            let fix = "sudo apt-get install --reinstall ./sftp-monitor_*.deb";
            return problem("is not installed".to_owned()).fixed_by(fix);
        }
        state => {
            let said = format!("cannot be loaded ({state}): `systemctl status {unit}` shows why");
            return problem(said).fixed_by("sudo systemctl daemon-reload");
        }
    }
    match units.get(unit, "ActiveState") {
        "active" | "reloading" if units.is_enabled(unit) => {
            Finding::ok(name, format!("{unit} is active and enabled{addition}"))
        }
        "active" | "reloading" => {
            let said =
                format!("{unit} is active, but not enabled: it is not started at boot{addition}");
            Finding::warning(name, said).fixed_by(format!("sudo systemctl enable {unit}"))
        }
        "failed" => failed(units, name, unit, "why"),
        "activating" => {
            let sub = units.get(unit, "SubState");
            let said = format!("does not come up ({sub}): `journalctl -u {unit} -n 20` shows why");
            problem(said).fixed_by(format!("sudo systemctl restart {unit}"))
        }
        state => problem(format!("is {state}")).fixed_by(enable),
    }
}

fn failed(units: &Units, name: &'static str, unit: &str, what: &str) -> Finding {
    let result = units.get(unit, "Result");
    let status = match units.get(unit, "ExecMainStatus") {
        "" | "0" => String::new(),
        status => format!(", status {status}"),
    };
    let said =
        format!("{unit} failed ({result}{status}): `journalctl -u {unit} -n 20` shows {what}");
    Finding::problem(name, said).fixed_by(units.again(unit))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::super::units::next_run;
    use super::*;

    fn show(unit: &str, load: &str, active: &str, enabled: &str, more: &str) -> String {
        format!(
            "Id={unit}\nNames={unit}\nLoadState={load}\nActiveState={active}\nUnitFileState={enabled}\n{more}\n"
        )
    }

    fn judged(units: &[String]) -> String {
        let zone = Zone::Named(chrono_tz::Europe::Paris);
        let units = Units {
            next: next_run("t 1774907940000000\n"),
            ..Units::of(&units.join("\n"))
        };
        told(&judge(&units, zone, false))
    }

    #[test]
    fn what_is_active_and_enabled_is_right() {
        let timer = show(TIMER, "loaded", "active", "enabled", "");
        let said = judged(&[show(SERVICE, "loaded", "active", "enabled", ""), timer]);
        assert_eq!(
            said,
            "ok service: sftp-monitor.service is active and enabled\n\
             ok timer: sftp-monitor-digest.timer is active and enabled, next run 2026-03-30 23:59:00\n"
        );
    }

    #[test]
    fn each_state_of_a_unit_has_its_mend() {
        for (load, active, enabled, more, expected) in [
            (
                "loaded",
                "inactive",
                "disabled",
                "",
                "problem service: sftp-monitor.service is inactive\n  > sudo systemctl enable --now sftp-monitor.service\n",
            ),
            (
                "loaded",
                "active",
                "disabled",
                "",
                "warning service: sftp-monitor.service is active, but not enabled: it is not started at boot\n  > sudo systemctl enable sftp-monitor.service\n",
            ),
            (
                "loaded",
                "failed",
                "enabled",
                "Result=exit-code\nExecMainStatus=78\n",
                "problem service: sftp-monitor.service failed (exit-code, status 78): `journalctl -u sftp-monitor.service -n 20` shows why\n  > sudo systemctl start sftp-monitor.service\n",
            ),
            (
                "masked",
                "inactive",
                "masked",
                "",
                "problem service: sftp-monitor.service is masked\n  > sudo systemctl unmask sftp-monitor.service && sudo systemctl enable --now sftp-monitor.service\n",
            ),
            (
                "not-found",
                "inactive",
                "",
                "",
                "problem service: sftp-monitor.service is not installed\n  > sudo apt-get install --reinstall ./sftp-monitor_*.deb\n",
            ),
        ] {
            let said = judged(&[
                show(SERVICE, load, active, enabled, more),
                show(TIMER, "loaded", "active", "enabled", ""),
            ]);
            let service = said.split("ok timer").next().unwrap_or_default();
            assert_eq!(service, expected, "{load} {active} {enabled}");
        }
    }

    #[test]
    fn a_digest_that_failed_is_told() {
        let said = judged(&[
            show(
                SERVICE,
                "loaded",
                "active",
                "enabled",
                "NeedDaemonReload=yes\n",
            ),
            show(TIMER, "loaded", "active", "enabled", ""),
            show(
                DIGEST,
                "loaded",
                "failed",
                "static",
                "Result=exit-code\nExecMainStatus=75\n",
            ),
        ]);
        assert!(
            said.contains(
                "problem digest: sftp-monitor-digest.service failed (exit-code, status 75)"
            ),
            "{said}"
        );
        assert!(
            said.contains("\n  > sudo systemctl start sftp-monitor-digest.service\n"),
            "{said}"
        );
        assert!(said.contains("sudo systemctl daemon-reload"), "{said}");
    }

    #[test]
    fn the_unit_that_binds_the_chroots_and_what_it_did_not_bind_are_one_matter() {
        let failed = show(
            DEVLOG,
            "loaded",
            "failed",
            "enabled",
            "Result=exit-code\nExecMainStatus=1\n",
        );
        let units = Units::of(&failed);
        let said = |chroot_told| told(&judge(&units, Zone::Machine, chroot_told));
        assert!(
            said(false).contains(
                "problem dev-log: sftp-monitor-devlog.service failed (exit-code, status 1)"
            )
        );
        assert!(!said(true).contains("devlog"));
    }
}
