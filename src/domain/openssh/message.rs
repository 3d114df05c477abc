//! Parses a message into an event.

use crate::domain::openssh::event::{Event, Kind, Program};
use crate::domain::openssh::likeness::looks_like_ours;
use crate::domain::openssh::line::strip;
use crate::domain::openssh::{auth, likeness, line, sftp};

/// The event of a message of this program; `None` if the message is not OpenSSH's, and for debug lines.
pub fn parse<'a>(program: Program, message: &'a [u8]) -> Option<Event<'a>> {
    let mut event = Event::default();
    read(program, message, &mut event).then_some(event)
}

/// Reads a message of this program into a default event; false if there is no event. An event is large, so nothing here moves
/// one: each parser returns `None` and leaves the event alone, or changes it.
pub(crate) fn read<'a>(program: Program, message: &'a [u8], event: &mut Event<'a>) -> bool {
    let line = strip(message);
    if line.level == line::Level::Debug {
        return false;
    }
    let parsed = match program {
        Program::Sshd if line.postauth => {
            auth::parse(&line, event).or_else(|| sftp::parse(&line, event))
        }
        Program::Sshd if line.cut => auth::parse(&line, event).or_else(|| of_monitor(&line, event)),
        Program::Sshd => auth::parse(&line, event),
        Program::Sftp => sftp::parse(&line, event),
        Program::Unknown => auth::parse(&line, event).or_else(|| sftp::parse(&line, event)),
    };
    if parsed.is_none() {
        if !likeness::looks_like_ours(program, &line) {
            return false;
        }
        event.kind = Kind::Unparsed;
    }
    event.repeated = line.repeated;
    event.cut = line.cut;
    event.postauth |= line.postauth;
    true
}

/// The event of an sftp line of Red Hat's sshd that lost its suffix: sshd itself does not write such lines.
fn of_monitor<'a>(line: &line::Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let line = line::Line {
        postauth: true,
        ..*line
    };
    sftp::parse(&line, event)?;
    event.postauth = true;
    Some(())
}

/// Whether a message under another program's name is one that only OpenSSH writes: it parses completely, and names a user or a
/// file.
pub(crate) fn is_ours_by_wording(message: &[u8]) -> bool {
    if !looks_like_ours(Program::Unknown, &line::strip(message)) {
        return false;
    }
    let event = parse(Program::Unknown, message);
    event.is_some_and(|event| match event.kind {
        Kind::Accepted | Kind::Failed { .. } | Kind::EndedBefore { .. } | Kind::SessionOpened => {
            event.user.is_some()
        }
        Kind::Open(_) | Kind::Close { .. } => event.path.is_some(),
        _ => false,
    })
}
