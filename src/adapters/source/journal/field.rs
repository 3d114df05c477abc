//! The value of one field of an entry.

use std::borrow::Cow;

use super::handle::LONGEST_FIELD;

/// A field's value. Several values of one field are joined by line feeds: sshd and sftp-server never send a field twice or a
/// message with a line feed, so a joined value is never taken for one of their messages.
#[derive(Debug, Default)]
pub(in crate::adapters) struct Field {
    pub(super) value: Vec<u8>,
    pub(super) given: bool,
}

impl Field {
    pub(in crate::adapters) fn clear(&mut self) {
        self.value.clear();
        self.given = false;
    }

    pub(in crate::adapters) const fn is_given(&self) -> bool {
        self.given
    }

    pub(in crate::adapters) fn bytes(&self) -> &[u8] {
        &self.value
    }

    pub(in crate::adapters) fn add(&mut self, value: &[u8]) {
        if self.given {
            self.value.push(b'\n');
        }
        self.given = true;
        let room = LONGEST_FIELD.saturating_sub(self.value.len());
        self.value
            .extend_from_slice(&value[..value.len().min(room)]);
    }

    pub(in crate::adapters) fn number<N: std::str::FromStr>(&self) -> Option<N> {
        std::str::from_utf8(&self.value).ok()?.parse().ok()
    }

    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        std::str::from_utf8(&self.value)
            .ok()
            .filter(|text| !text.is_empty())
            .map(Cow::Borrowed)
    }
}
