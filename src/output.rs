//! Standard output of the commands: buffered, and a reader that went away (`| head`) is a quiet end.

use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};

/// How much is gathered before it is written to a pipe or a file.
const BUFFER: usize = 64 * 1024;

/// Lets `write` write to standard output, and returns its exit code.
pub fn to_output(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<u8>) -> anyhow::Result<u8> {
    let stdout = io::stdout().lock();
    // A person who pipes a log that grows sees each line at once.
    let mut out: Box<dyn Write> = match stdout.is_terminal() {
        true => Box::new(LineWriter::new(stdout)),
        false => Box::new(BufWriter::with_capacity(BUFFER, stdout)),
    };
    let written = write(&mut out);
    let flushed = out.flush();
    let result = written.and_then(|code| flushed.map(|()| code).map_err(anyhow::Error::from));
    match result {
        Err(error) if is_broken_pipe(&error) => Ok(0),
        result => result,
    }
}

/// Did the reader of standard output go away?
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        let json = cause.downcast_ref::<serde_json::Error>();
        cause.downcast_ref::<io::Error>().is_some_and(broken)
            || json.and_then(serde_json::Error::io_error_kind) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// Is standard output a terminal? Then numbers are grouped as people read them.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
