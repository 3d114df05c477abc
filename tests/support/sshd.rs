//! Writes messages as OpenSSH does: printf, strnvis, the monitor, the cut at 500 bytes (log.c, monitor.c, vis.c).

/// The bytes of a message before it is escaped (log.c, MSGBUFSIZ).
const BUFFER: usize = 1024;

/// Joins what printf would; `name[..100]` is `%.100s`.
macro_rules! printf {
    (@one $name:ident[..$most:literal]) => { &$name[..$name.len().min($most)] };
    (@put $to:ident,) => {};
    (@put $to:ident, $name:ident[..$most:literal] $(, $($rest:tt)*)?) => {
        $to.extend_from_slice(&$name[..$name.len().min($most)]);
        $(printf!(@put $to, $($rest)*);)?
    };
    (@put $to:ident, $value:expr $(, $($rest:tt)*)?) => {
        $crate::sshd::Print::print(&$value, &mut $to);
        $(printf!(@put $to, $($rest)*);)?
    };
    ($($rest:tt)*) => {{
        let mut text = Vec::new();
        printf!(@put text, $($rest)*);
        text
    }};
}
pub(crate) use printf;

/// What [`printf`] joins.
pub(crate) trait Print {
    fn print(&self, to: &mut Vec<u8>);
}

impl Print for Vec<u8> {
    fn print(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self);
    }
}

macro_rules! displayed {
    ($($type:ty)*) => {$(
        impl Print for $type {
            fn print(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(self.to_string().as_bytes());
            }
        }
    )*};
}
displayed!(&str String u16 u64);

/// How the network child hands a line to the monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child {
    /// Escaped, up to 9.9 and in Red Hat's patch.
    Twice,
    /// Escaped as for a terminal, 10.0 to 10.2.
    Terminal,
    /// As it is, since 10.3.
    Once,
}

impl Child {
    pub(crate) fn escape(self, text: &[u8]) -> Vec<u8> {
        match self {
            Child::Twice => vis(text),
            Child::Terminal => vis_but(text, b"\n\r\x08\x07\t"),
            Child::Once => text.to_vec(),
        }
    }
}

/// What syslog gets.
pub(crate) fn log(text: &[u8]) -> Vec<u8> {
    let mut message = vis(&text[..text.len().min(BUFFER - 1)]);
    message.truncate(500);
    message
}

/// What syslog gets of a line that a child wrote.
pub(crate) fn log_through_monitor(child: Child, text: &[u8], suffix: &str) -> Vec<u8> {
    let mut line = child.escape(&text[..text.len().min(BUFFER - 1)]);
    line.truncate(BUFFER - 1);
    line.extend_from_slice(suffix.as_bytes());
    log(&line)
}

/// strnvis with `VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL`.
pub(crate) fn vis(text: &[u8]) -> Vec<u8> {
    vis_but(text, b"")
}

/// The same, save that some bytes stay, and that others then have no C form.
fn vis_but(text: &[u8], safe: &[u8]) -> Vec<u8> {
    let c_style = safe.is_empty();
    let mut escaped = Vec::new();
    for &byte in text {
        match byte {
            byte if safe.contains(&byte) => escaped.push(byte),
            b'\\' => escaped.extend_from_slice(b"\\\\"),
            b'\n' if c_style => escaped.extend_from_slice(b"\\n"),
            b'\r' if c_style => escaped.extend_from_slice(b"\\r"),
            b'\t' if c_style => escaped.extend_from_slice(b"\\t"),
            0x08 if c_style => escaped.extend_from_slice(b"\\b"),
            0x07 if c_style => escaped.extend_from_slice(b"\\a"),
            0x0b if c_style => escaped.extend_from_slice(b"\\v"),
            0x0c if c_style => escaped.extend_from_slice(b"\\f"),
            b' '..=b'~' => escaped.push(byte),
            _ => escaped.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    escaped
}
