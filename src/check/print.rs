//! The findings as people and programs read them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::finding::{Finding, Status};
use super::words::many;
use crate::clean::for_terminal;

/// As a JSON list.
pub(super) fn json(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    crate::output::json(out, findings)?;
    out.write_all(b"\n")
}

/// One line a matter, the mend below it, and in the last line how many there are.
pub(super) fn text(findings: &[Finding], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let width = findings
        .iter()
        .map(|found| found.name.len())
        .max()
        .unwrap_or(0);
    let mut before = "";
    for found in findings {
        let (word, style) = look(found.status);
        let name = if found.name == before { "" } else { found.name };
        before = found.name;
        let status = dressed(&format!("{word:<8}"), style, colour);
        let detail = for_terminal(&found.detail);
        writeln!(out, "{status} {name:<width$}  {detail}")?;
        if let Some(remedy) = &found.remedy {
            let remedy = dressed(&for_terminal(remedy), Style::new().bold(), colour);
            writeln!(out, "{:8} {:<width$}  $ {remedy}", "", "")?;
        }
    }
    let count = |status| {
        findings
            .iter()
            .filter(|found| found.status == status)
            .count()
    };
    let (problems, warnings) = (count(Status::Problem), count(Status::Warning));
    let last = match (problems, warnings) {
        (0, 0) => "all is as it must be".to_owned(),
        (0, _) => many(warnings, "warning"),
        (_, 0) => many(problems, "problem"),
        _ => format!(
            "{}, {}",
            many(problems, "problem"),
            many(warnings, "warning")
        ),
    };
    writeln!(out, "\n{last}")
}

fn look(status: Status) -> (&'static str, Style) {
    let (word, colour) = match status {
        Status::Ok => ("ok", AnsiColor::Green),
        Status::Warning => ("warning", AnsiColor::Yellow),
        Status::Problem => ("problem", AnsiColor::Red),
    };
    (word, colour.on_default().bold())
}

fn dressed(text: &str, style: Style, colour: bool) -> String {
    match colour {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::ok("token", "in /etc/credstore/slack-bot-token"),
            Finding::problem("dev-log", "no /dev/log in the chroot of alice")
                .mended_by("sudo sftp-monitor devlog"),
            Finding::warning("dev-log", "a \u{1b}[2J name"),
        ]
    }

    fn printed(colour: bool) -> String {
        let mut out = Vec::new();
        text(&findings(), colour, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn in_a_pipe_columns_stand_below_each_other_and_nothing_is_coloured() {
        let expected = "\
ok       token    in /etc/credstore/slack-bot-token
problem  dev-log  no /dev/log in the chroot of alice
                  $ sudo sftp-monitor devlog
warning           a \u{fffd}[2J name

1 problem, 1 warning
";
        assert_eq!(printed(false), expected);
    }

    #[test]
    fn on_a_terminal_the_same_is_coloured() {
        let shown = printed(true);
        assert!(shown.contains("\u{1b}[31m"), "{shown:?}");
        assert!(
            shown.contains("\u{1b}[1msudo sftp-monitor devlog\u{1b}[0m"),
            "{shown:?}"
        );
    }

    #[test]
    fn programs_read_a_list_with_null_where_there_is_nothing_to_mend() {
        let mut out = Vec::new();
        json(&findings()[..1], &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "[{\"name\":\"token\",\"status\":\"ok\",\"detail\":\"in /etc/credstore/slack-bot-token\",\"remedy\":null}]\n"
        );
    }
}
