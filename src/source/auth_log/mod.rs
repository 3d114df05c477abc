//! Stub.
use super::{FilePosition, Progress, Remark};
use crate::entry::Entry;
use std::time::Duration;
/// Stub.
pub struct AuthLogReader;
impl AuthLogReader {
    /// Stub.
    pub fn read(
        &mut self,
        _limit: usize,
        _each: &mut dyn FnMut(&Entry<'_>),
    ) -> anyhow::Result<Progress> {
        Ok(Progress::default())
    }
    /// Stub.
    pub fn wait(&mut self, _at_most: Duration) -> anyhow::Result<()> {
        Ok(())
    }
    /// Stub.
    pub fn position(&self) -> Option<FilePosition> {
        None
    }
    /// Stub.
    pub fn remarks(&mut self) -> Vec<Remark> {
        Vec::new()
    }
}
