//! Stub.
use super::Event;
use super::line::Line;
pub(super) fn parse<'a>(_line: &Line<'a>) -> Option<Event<'a>> {
    None
}
