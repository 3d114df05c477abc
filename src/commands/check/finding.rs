//! A finding: a line with its status, the facts, and the command that fixes it.

use serde::Serialize;

use super::refusal::SlackFixes;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// Everything is right.
    Ok,
    /// It works, but perhaps not as expected, or not for long.
    Warning,
    /// Events are not reported in Slack, or will not be.
    Problem,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The name of the matter, which other programs may rely on.
    pub(super) name: &'static str,
    pub(super) status: Severity,
    /// The facts.
    pub(super) detail: String,
    /// The command that fixes it, to be typed unchanged; `None` if there is no fault, or if no command helps.
    pub(super) remedy: Option<String>,
    /// It answers an option of the command line.
    #[serde(skip)]
    pub(super) asked: bool,
}

/// The findings so far, and the facts that later matters need from earlier ones.
#[derive(Default)]
pub(super) struct CheckReport {
    pub(super) findings: Vec<Finding>,
    /// The facts that this user may not read.
    pub(super) unseen: Vec<&'static str>,
    /// The commands that fix a refusal of Slack.
    pub(super) fixes: Option<SlackFixes>,
    /// A test line was posted.
    pub(super) posted: bool,
}

impl CheckReport {
    /// Adds a finding, unless it is already there.
    pub(super) fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

impl Finding {
    pub(super) fn of(name: &'static str, status: Severity, detail: impl Into<String>) -> Finding {
        Finding {
            name,
            status,
            detail: detail.into(),
            remedy: None,
            asked: false,
        }
    }

    pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding::of(name, Severity::Ok, detail)
    }

    pub(super) fn warning(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding::of(name, Severity::Warning, detail)
    }

    pub(super) fn problem(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding::of(name, Severity::Problem, detail)
    }

    pub(super) fn fixed_by(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = Some(remedy.into());
        self
    }

    /// As text, for tests: status, name, detail, remedy.
    #[cfg(test)]
    pub(super) fn told(&self) -> String {
        let status = format!("{:?}", self.status).to_lowercase();
        let remedy = self.remedy.as_ref();
        let remedy = remedy.map_or(String::new(), |remedy| format!("\n  > {remedy}"));
        format!("{status} {}: {}{remedy}\n", self.name, self.detail)
    }
}

/// All findings as text, for tests.
#[cfg(test)]
pub(super) fn told(findings: &[Finding]) -> String {
    findings.iter().map(Finding::told).collect()
}
