//! What is said of a matter: a line with its status, what was seen, and the command that mends it.

use serde::Serialize;

/// How it stands with a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// As it must be.
    Ok,
    /// It works, but not as somebody may think, or not for long.
    Warning,
    /// Something is not told, or will not be.
    Problem,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The matter's name, which programs may rely on.
    pub(super) name: &'static str,
    pub(super) status: Status,
    /// What was seen.
    pub(super) detail: String,
    /// The command that mends it, to be typed as it stands; none where there is nothing to mend, or no command does it.
    pub(super) remedy: Option<String>,
    /// It answers what the command line asked for.
    #[serde(skip)]
    pub(super) asked: bool,
}

impl Finding {
    pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            name,
            status: Status::Ok,
            detail: detail.into(),
            remedy: None,
            asked: false,
        }
    }

    pub(super) fn warning(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            status: Status::Warning,
            ..Finding::ok(name, detail)
        }
    }

    pub(super) fn problem(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            status: Status::Problem,
            ..Finding::ok(name, detail)
        }
    }

    pub(super) fn mended_by(self, remedy: impl Into<String>) -> Finding {
        Finding {
            remedy: Some(remedy.into()),
            ..self
        }
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
