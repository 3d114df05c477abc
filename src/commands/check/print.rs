//! Prints the findings for people and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::finding::{Finding, Severity};
use crate::domain::base::clean::for_terminal;
use crate::domain::base::names::many;

/// The layout of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) colour: bool,
    /// The number of characters in a line; `None` for one line for each finding, for grep.
    pub(super) width: Option<usize>,
    /// Also print the findings with status ok.
    pub(super) all: bool,
}

/// The column where the text of a finding begins, after its status.
const INDENT: usize = 9;

/// The minimum width of the text: a narrower terminal breaks the lines itself.
const NARROWEST: usize = 30;

/// Prints first the names of the matters that are ok, then the other findings, the worst last. Each command is below its
/// finding; the counts are at the end.
pub(super) fn text(findings: &[Finding], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let of = |status| findings.iter().filter(move |found| found.status == status);
    let (shown, folded): (Vec<_>, Vec<_>) =
        of(Severity::Ok).partition(|found| look.all || found.asked);
    let worse = |name| {
        findings
            .iter()
            .any(|found| found.name == name && found.status != Severity::Ok)
    };
    let mut well: Vec<&str> = Vec::new();
    for found in folded.iter().filter(|found| !worse(found.name)) {
        if !well.contains(&found.name) {
            well.push(found.name);
        }
    }
    if !well.is_empty() {
        let said = format!("{}; -v shows the details", well.join(", "));
        matter(Severity::Ok, "", &said, look, out)?;
    }
    for found in shown {
        matter(found.status, found.name, &found.detail, look, out)?;
    }
    for found in of(Severity::Warning).chain(of(Severity::Problem)) {
        writeln!(out)?;
        matter(found.status, found.name, &found.detail, look, out)?;
        if let Some(remedy) = &found.remedy {
            fix(remedy, look, out)?;
        }
    }
    let counts = [
        (Severity::Warning, "warning"),
        (Severity::Problem, "problem"),
    ];
    let counts = counts.map(|(status, word)| (of(status).count() as u64, word));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| many(count, word)).collect();
    match counts.is_empty() {
        true => writeln!(out, "\nno warnings, no problems"),
        false => writeln!(out, "\n{}", counts.join(", ")),
    }
}

/// Prints a finding's status, name, and facts.
fn matter(
    status: Severity,
    name: &str,
    said: &str,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (word, style) = dress(status);
    let said = for_terminal(said);
    let said = match name {
        "" => said.to_string(),
        name => format!("{name}: {said}"),
    };
    let lines = wrapped(&said, look).join(&format!("\n{:INDENT$}", ""));
    // A name is one word, so it is in the first line.
    let (name, rest) = lines.split_at(name.len());
    let name = dressed(name, Style::new().bold(), look.colour && !name.is_empty());
    let word = dressed(&format!("{word:<8}"), style, look.colour);
    writeln!(out, "{word} {name}{rest}")
}

/// Prints the command so that it can be copied: lines are broken only after `&&`.
fn fix(remedy: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let remedy = for_terminal(remedy).to_string();
    let steps = match look.width {
        Some(width) if INDENT + 2 + remedy.chars().count() > width => steps(&remedy),
        _ => vec![remedy.as_str()],
    };
    for (at, step) in steps.into_iter().enumerate() {
        let mark = if at == 0 { "$" } else { " " };
        let step = dressed(step, Style::new().bold(), look.colour);
        writeln!(out, "{:INDENT$}{mark} {step}", "")?;
    }
    Ok(())
}

/// Splits a command into its steps; quoted text is not split.
fn steps(command: &str) -> Vec<&str> {
    let (mut steps, mut from, mut quote) = (Vec::new(), 0, None);
    for (at, c) in command.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if command[at..].starts_with("&& ") => {
                steps.push(&command[from..at + 2]);
                from = at + 3;
            }
            _ => {}
        }
    }
    steps.push(&command[from..]);
    steps
}

/// Breaks the text into lines that fit; a longer word is not broken.
fn wrapped(text: &str, look: Look) -> Vec<String> {
    let width = look.width.map_or(usize::MAX, |width| {
        width.saturating_sub(INDENT).max(NARROWEST)
    });
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn dress(status: Severity) -> (&'static str, Style) {
    let (word, colour) = match status {
        Severity::Ok => ("ok", AnsiColor::Green),
        Severity::Warning => ("warning", AnsiColor::Yellow),
        Severity::Problem => ("problem", AnsiColor::Red),
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

    const PIPE: Look = Look {
        colour: false,
        width: None,
        all: false,
    };

    fn findings() -> Vec<Finding> {
        vec![
            Finding::ok("token", "in /etc/credstore/slack-bot-token"),
            Finding::problem("dev-log", "there is none in the chroot: no file of alice reaches the journal (/srv/sftp/alice/dev/log)")
                .fixed_by("sudo sftp-monitor devlog"),
            Finding::ok("dev-log", "in the chroot reaches the journal, for bob"),
            Finding::problem("dev-log", "in the chroot is a symbolic link whose target does not exist in the chroot: no file of carl reaches the journal")
                .fixed_by("sudo sed -i 's|a && b|c|' /etc/ssh/sshd_config && sudo sshd -t && sudo systemctl try-reload-or-restart ssh"),
            Finding::warning("clock", "a \u{1b}[2J name"),
            Finding::ok("state", "/var/lib/sftp-monitor is sound"),
        ]
    }

    fn printed(findings: &[Finding], look: Look) -> String {
        let mut out = Vec::new();
        text(findings, look, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn in_a_pipe_each_matter_is_a_line_with_its_status_and_its_name() {
        let expected = "\
ok       token, state; -v shows the details

warning  clock: a \u{fffd}[2J name

problem  dev-log: there is none in the chroot: no file of alice reaches the journal (/srv/sftp/alice/dev/log)
         $ sudo sftp-monitor devlog

problem  dev-log: in the chroot is a symbolic link whose target does not exist in the chroot: no file of carl reaches the journal
         $ sudo sed -i 's|a && b|c|' /etc/ssh/sshd_config && sudo sshd -t && sudo systemctl try-reload-or-restart ssh

1 warning, 2 problems
";
        assert_eq!(printed(&findings(), PIPE), expected);
    }

    #[test]
    fn on_a_terminal_lines_hang_below_their_matter_and_commands_stay_commands() {
        let look = Look {
            width: Some(60),
            ..PIPE
        };
        let expected = "\
ok       token, state; -v shows the details

warning  clock: a \u{fffd}[2J name

problem  dev-log: there is none in the chroot: no file of
         alice reaches the journal (/srv/sftp/alice/dev/log)
         $ sudo sftp-monitor devlog

problem  dev-log: in the chroot is a symbolic link whose
         target does not exist in the chroot: no file of
         carl reaches the journal
         $ sudo sed -i 's|a && b|c|' /etc/ssh/sshd_config &&
           sudo sshd -t &&
           sudo systemctl try-reload-or-restart ssh

1 warning, 2 problems
";
        assert_eq!(printed(&findings(), look), expected);
    }

    #[test]
    fn all_that_was_seen_is_shown_where_that_is_asked_for_and_what_is_wrong_stays_last() {
        let look = Look { all: true, ..PIPE };
        let expected = "\
ok       token: in /etc/credstore/slack-bot-token
ok       dev-log: in the chroot reaches the journal, for bob
ok       state: /var/lib/sftp-monitor is sound

warning  clock: a \u{fffd}[2J name

problem  dev-log: there is none in the chroot";
        let said = printed(&findings(), look);
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn the_answer_to_what_was_asked_is_shown_though_all_is_well() {
        let sent = Finding {
            asked: true,
            ..Finding::ok("channel", "a test message was posted to C1")
        };
        let found = [Finding::ok("token", "in /etc"), sent];
        assert_eq!(
            printed(&found, PIPE),
            "ok       token; -v shows the details\nok       channel: a test message was posted to C1\n\nno warnings, no problems\n"
        );
    }

    #[test]
    fn on_a_terminal_statuses_names_and_commands_stand_out() {
        let shown = printed(
            &findings(),
            Look {
                colour: true,
                ..PIPE
            },
        );
        for part in [
            "\u{1b}[31mproblem \u{1b}[0m \u{1b}[1mdev-log\u{1b}[0m: there",
            "$ \u{1b}[1msudo sftp-monitor devlog\u{1b}[0m\n",
        ] {
            assert!(shown.contains(part), "{shown:?}");
        }
    }

    #[test]
    fn programs_read_a_list_with_null_where_there_is_nothing_to_mend() {
        let mut out = Vec::new();
        crate::commands::output::json_line(&mut out, &findings()[..1]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "[{\"name\":\"token\",\"status\":\"ok\",\"detail\":\"in /etc/credstore/slack-bot-token\",\"remedy\":null}]\n"
        );
    }
}
