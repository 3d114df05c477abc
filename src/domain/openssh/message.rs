//! Parses a message into an event.

use crate::domain::openssh::event::{Event, Kind, Program};
use crate::domain::openssh::likeness::looks_like_ours;
use crate::domain::openssh::line::strip;
use crate::domain::openssh::{auth, likeness, line, sftp};

/// The event of a message of this program; `None` if the message is not OpenSSH's, and for debug lines.
pub fn parse<'a>(program: Program, message: &'a [u8]) -> Option<Event<'a>> {
    let line = strip(message);
    if line.level == line::Level::Debug {
        return None;
    }
    let mut parsed = match program {
        Program::Sshd if line.postauth => auth::parse(&line).or_else(|| sftp::parse(&line)),
        Program::Sshd if line.cut => auth::parse(&line).or_else(|| of_monitor(&line)),
        Program::Sshd => auth::parse(&line),
        Program::Sftp => sftp::parse(&line),
        Program::Unknown => auth::parse(&line).or_else(|| sftp::parse(&line)),
    };
    if parsed.is_none() && likeness::looks_like_ours(program, &line) {
        parsed = Some(Event::of(Kind::Unparsed));
    }
    if let Some(event) = &mut parsed {
        event.repeated = line.repeated;
        event.cut = line.cut;
        event.postauth |= line.postauth;
    }
    parsed
}

/// The event of an sftp line of Red Hat's sshd that lost its suffix: sshd itself does not write such lines.
fn of_monitor<'a>(line: &line::Line<'a>) -> Option<Event<'a>> {
    let line = line::Line {
        postauth: true,
        ..*line
    };
    let mut event = sftp::parse(&line)?;
    event.postauth = true;
    Some(event)
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
