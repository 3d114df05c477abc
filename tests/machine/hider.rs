//! A partner's client that leaves no trace of its transfers: `machine-hider HOW COMMAND…`, with the command of an sftp server
//! at the other end of its pipes (`ssh -s alice@127.0.0.1 sftp`).
//!
//! - `descriptors`: opens files until the server has no descriptor left, so that its lines of them are lost, transfers, and ends.
//! - `refused`: the same, with directories, and a line of another's refusal behind each open; the server ends as it is.
//! - `drops`: reads a file whole, and drops the connection with it open.
//! - `flood N`: N lines, five uploads, and away.

use std::io::{Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail, ensure};

/// Types of packets, and how a file is opened (draft-ietf-secsh-filexfer-02).
const INIT: u8 = 1;
const OPEN: u8 = 3;
const CLOSE: u8 = 4;
const READ: u8 = 5;
const WRITE: u8 = 6;
const LSTAT: u8 = 7;
const OPENDIR: u8 = 11;
const HANDLE: u8 = 102;
const DATA: u8 = 103;
const TO_READ: u32 = 1;
const TO_WRITE: u32 = 2 | 8 | 16;

/// How many requests are on their way at once: more would fill the pipes both ways.
const AHEAD: usize = 100;

struct Server {
    to: ChildStdin,
    from: ChildStdout,
    requests: u32,
}

impl Server {
    fn send(&mut self, kind: u8, parts: &[&[u8]]) -> anyhow::Result<()> {
        self.requests += 1;
        let mut body = vec![kind];
        body.extend(self.requests.to_be_bytes());
        body.extend(parts.concat());
        let length = u32::try_from(body.len())?;
        self.to.write_all(&length.to_be_bytes())?;
        Ok(self.to.write_all(&body)?)
    }

    /// The kind of the answer, and the string that it begins with: a handle's name.
    fn answer(&mut self) -> anyhow::Result<(u8, Vec<u8>)> {
        let mut length = [0; 4];
        self.from
            .read_exact(&mut length)
            .context("the server ended")?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.from.read_exact(&mut body)?;
        let string = body.get(9..).unwrap_or_default().to_vec();
        Ok((*body.first().context("an empty packet")?, string))
    }

    fn ask(&mut self, kind: u8, parts: &[&[u8]]) -> anyhow::Result<(u8, Vec<u8>)> {
        self.send(kind, parts)?;
        self.answer()
    }

    /// The handle, where the server gives one.
    fn open(&mut self, path: &str, how: u32) -> anyhow::Result<Option<Vec<u8>>> {
        let path = string(path.as_bytes())?;
        let answer = self.ask(OPEN, &[&path, &how.to_be_bytes(), &[0; 4]])?;
        Ok((answer.0 == HANDLE).then_some(answer.1))
    }

    fn write_and_close(&mut self, handle: &[u8]) -> anyhow::Result<()> {
        let handle = string(handle)?;
        self.ask(WRITE, &[&handle, &[0; 8], &string(b"hidden")?])?;
        self.ask(CLOSE, &[&handle])?;
        Ok(())
    }

    fn read_and_close(&mut self, handle: &[u8]) -> anyhow::Result<()> {
        let handle = string(handle)?;
        self.ask(READ, &[&handle, &[0; 8], &1_000_u32.to_be_bytes()])?;
        self.ask(CLOSE, &[&handle])?;
        Ok(())
    }

    fn upload(&mut self, path: &str) -> anyhow::Result<()> {
        let handle = self.open(path, TO_WRITE)?.context("refused")?;
        self.write_and_close(&handle)
    }

    /// Five uploads and five downloads without a close in the log, behind a ballast of open files.
    fn without_descriptors(&mut self, refused: bool) -> anyhow::Result<()> {
        self.upload("upload/ballast")?;
        let mut hidden = Vec::new();
        for n in 1..=5 {
            for (path, how) in [
                (format!("upload/in-{n}"), TO_WRITE),
                ("upload/ballast".into(), TO_READ),
            ] {
                hidden.push((self.open(&path, how)?.context("refused")?, how));
                if refused {
                    self.ask(LSTAT, &[&string(b"no such file")?])?;
                }
            }
        }
        let mut ballast = Vec::new();
        loop {
            let answer = match refused {
                true => self.ask(OPENDIR, &[&string(b"upload")?])?,
                false => {
                    let path = string(b"upload/ballast")?;
                    self.ask(OPEN, &[&path, &TO_READ.to_be_bytes(), &[0; 4]])?
                }
            };
            if answer.0 != HANDLE {
                break;
            }
            ballast.push(answer.1);
        }
        ensure!(ballast.len() > 500, "{} handles", ballast.len());
        for (handle, how) in hidden {
            match how {
                TO_READ => self.read_and_close(&handle)?,
                _ => self.write_and_close(&handle)?,
            }
            // The descriptor that is free now goes to the ballast again.
            let path = string(b"upload")?;
            let answer = self.ask(OPENDIR, &[&path])?;
            if answer.0 == HANDLE {
                ballast.push(answer.1);
            }
        }
        if !refused {
            for handle in ballast {
                self.ask(CLOSE, &[&string(&handle)?])?;
            }
        }
        Ok(())
    }

    /// Reads all of a file, and leaves it open.
    fn read_whole(&mut self, path: &str) -> anyhow::Result<()> {
        let handle = string(&self.open(path, TO_READ)?.context("refused")?)?;
        let mut at: u64 = 0;
        loop {
            let part = self.ask(
                READ,
                &[&handle, &at.to_be_bytes(), &32_768_u32.to_be_bytes()],
            )?;
            if part.0 != DATA {
                return Ok(());
            }
            at += part.1.len() as u64;
        }
    }

    /// So many lines, as fast as it goes.
    fn flood(&mut self, lines: usize) -> anyhow::Result<()> {
        let path = string(b"upload")?;
        for _ in 0..lines.div_ceil(2 * AHEAD) {
            for _ in 0..AHEAD {
                self.send(OPENDIR, &[&path])?;
            }
            let mut handles = Vec::new();
            for _ in 0..AHEAD {
                handles.push(self.answer()?.1);
            }
            for handle in handles {
                self.send(CLOSE, &[&string(&handle)?])?;
            }
            for _ in 0..AHEAD {
                self.answer()?;
            }
        }
        for n in 1..=5 {
            self.upload(&format!("upload/in-{n}"))?;
        }
        Ok(())
    }
}

/// A string as the protocol has it: its length before it.
fn string(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut string = u32::try_from(bytes.len())?.to_be_bytes().to_vec();
    string.extend(bytes);
    Ok(string)
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let how = arguments.next().context("HOW")?;
    let lines: usize = match how.as_str() {
        "flood" => arguments.next().context("N")?.parse()?,
        _ => 0,
    };
    let mut server = Command::new(arguments.next().context("COMMAND")?)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(from)) = (server.stdin.take(), server.stdout.take()) else {
        bail!("no pipes");
    };
    to.write_all(&[0, 0, 0, 5, INIT, 0, 0, 0, 3])?;
    let mut session = Server {
        to,
        from,
        requests: 0,
    };
    session.answer()?;
    match how.as_str() {
        "descriptors" => session.without_descriptors(false)?,
        "refused" => session.without_descriptors(true)?,
        "drops" => {
            session.read_whole("upload/out.bin")?;
            server.kill()?;
        }
        "flood" => session.flood(lines)?,
        other => bail!("{other}: not known"),
    }
    drop(session);
    server.wait()?;
    Ok(())
}
