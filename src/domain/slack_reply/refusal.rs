//! Slack's error, with its details.

use std::fmt;

use super::fix::Fix;

/// Slack's error and its details, if they have the form of Slack's own texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error code.
    pub code: String,
    /// `needed`, `provided` and `response_metadata.messages`, if they are present.
    pub detail: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl Refusal {
    /// Does it concern one channel, and not the whole app? Another channel may take messages.
    pub fn is_of_channel(&self) -> bool {
        match Fix::of(&self.code) {
            Some(Fix::Invite | Fix::Channel | Fix::Unarchive | Fix::Posters) => true,
            Some(Fix::Token | Fix::Scope | Fix::Workspace | Fix::Address) | None => false,
        }
    }
}
