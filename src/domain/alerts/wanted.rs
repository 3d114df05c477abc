//! Which alerts the configuration enables.

use super::{Content, Obstacle, Transfer};
use crate::domain::base::policy::AlertPolicy;

/// Does the configuration enable this message?
pub(crate) fn wanted(content: &Content, rules: &AlertPolicy) -> bool {
    match content {
        Content::Logins(logins) => rules.login || logins.is_new(),
        Content::Failures(_) => rules.failure,
        // The failed attempts in the partner's name may be another person's.
        Content::Hindered(h) if h.obstacle == Obstacle::AttemptsTurnedAway => rules.failure,
        Content::Hindered(_) => rules.hindered,
        Content::Files(files) | Content::Troubled(files) => match files.what {
            Transfer::Download | Transfer::DownloadInterrupted | Transfer::DownloadUnclosed => {
                rules.download
            }
            Transfer::Upload
            | Transfer::UploadInterrupted
            | Transfer::UploadFailed
            | Transfer::UploadUnclosed
            | Transfer::Unknown => rules.upload,
        },
        Content::Sweep(_)
        | Content::Several { .. }
        | Content::FeedMissing(_)
        | Content::FeedArrived(_)
        | Content::FeedChanged(_)
        | Content::FeedOdd(_)
        | Content::Quiet(_)
        | Content::MuteEnded { .. }
        | Content::Reply { .. }
        | Content::Works(_)
        | Content::Expiring(_)
        | Content::Started { .. }
        | Content::Summary(_)
        | Content::LogLevel { .. }
        | Content::Unseen { .. }
        | Content::Unreadable { .. }
        | Content::Blind(_) => true,
    }
}
