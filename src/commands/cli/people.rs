//! The commands with which a person answers what the monitor reports.

use clap::Args;

use crate::domain::base::until::Until;

/// The most characters of a reason or a name.
const LONGEST: usize = 200;

/// `ack`.
#[derive(Debug, Args)]
pub struct AckArgs {
    /// The partner's account
    pub name: String,
    /// Which matter, if the partner has several: a part of a file's or feed's name, or a kind such as missing or failure
    pub what: Option<String>,
    /// A text for the message
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub why: Option<String>,
    /// Who takes care of it [default: $SUDO_USER, else this user]
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub by: Option<String>,
}

/// `mute`.
#[derive(Debug, Args)]
pub struct MuteArgs {
    /// The partner's account
    #[arg(required_unless_present = "list")]
    pub name: Option<String>,
    /// The end: 18:00, 2h, 2026-12-01, "2026-12-01 18:00"; a week at most
    #[arg(long, value_name = "TIME", required_unless_present = "list")]
    pub until: Option<Until>,
    /// The reason, for the others
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub why: Option<String>,
    /// Who mutes the partner [default: $SUDO_USER, else this user]
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub by: Option<String>,
    /// List the muted partners, each with the end and the reason
    #[arg(long, conflicts_with_all = ["name", "until", "why", "by"])]
    pub list: bool,
}

/// `unmute`.
#[derive(Debug, Args)]
pub struct UnmuteArgs {
    /// The partner's account
    pub name: String,
}

/// A text that a person gives.
fn text(text: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        1..=LONGEST => Ok(text),
        length => Err(format!(
            "it has {length} characters, at most {LONGEST} are kept"
        )),
    }
}
