//! What a line of the log counts.

/// What a line counts, and for which partner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Effect {
    Nothing,
    Login(usize),
    Failed(usize),
    Upload(usize),
    Download(usize),
    UploadInterrupted(usize),
    DownloadInterrupted(usize),
    UploadFailed(usize),
    WriteRefused(usize),
    /// A failure of somebody who is no partner.
    Unknown,
}
