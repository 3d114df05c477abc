//! Partners: their connections, from the log-in to the end, and log-ins that fail.

use std::collections::VecDeque;

use super::effect::Effect;
use super::{By, Line, Step, World};

/// The account's name.
pub(crate) fn name(n: usize) -> String {
    const FIRMS: [&str; 8] = [
        "acme", "borealis", "cadran", "dupont", "elan", "fournil", "gamma", "helios",
    ];
    format!("{}-{n:03}", FIRMS[n % FIRMS.len()])
}

/// The account's uid.
pub(crate) fn uid(n: usize) -> u32 {
    2_000 + n as u32
}

/// Its address: one of ten partners has an IPv6 address, one of three two addresses.
fn address(world: &mut World, n: usize) -> String {
    let second = n % 3 == 0 && world.chance.percent(30);
    match n % 10 {
        9 => format!("2001:db8:{:x}::{}", n, 7 + u32::from(second)),
        _ => format!(
            "100.{}.{}.{}",
            64 + n / 25_000,
            n / 100 % 250,
            2 * (n % 100) + 1 + usize::from(second)
        ),
    }
}

/// A connection's script while it is written.
pub(super) struct Script<'a> {
    pub(super) world: &'a mut World,
    pub(super) n: usize,
    name: String,
    /// The monitor, the user's sshd, and the session's sftp-server.
    pids: [u32; 3],
    session: u32,
    from: String,
    port: u64,
    steps: VecDeque<Step>,
}

impl Script<'_> {
    fn say(&mut self, by: By, uid: u32, pid: u32, at_once: bool, effect: Effect, text: String) {
        let line = Line {
            by,
            uid,
            pid,
            account: self.name.clone(),
            session: self.session,
            text,
        };
        self.steps.push_back(Step {
            line,
            effect,
            at_once,
        });
    }

    fn sshd(&mut self, at_once: bool, effect: Effect, text: String) {
        self.say(By::Sshd, 0, self.pids[0], at_once, effect, text);
    }

    fn pam(&mut self, text: String) {
        self.say(By::Pam, 0, self.pids[0], true, Effect::Nothing, text);
    }

    fn child(&mut self, text: String) {
        self.say(
            By::Sshd,
            uid(self.n),
            self.pids[1],
            true,
            Effect::Nothing,
            text,
        );
    }

    pub(super) fn sftp(&mut self, at_once: bool, effect: Effect, text: String) {
        self.say(By::Sftp, uid(self.n), self.pids[2], at_once, effect, text);
    }

    fn wrong_password(&mut self) {
        let (name, from, port) = (self.name.clone(), self.from.clone(), self.port);
        self.pam(format!(
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={from}  user={name}"
        ));
        let failed = format!("Failed password for {name} from {from} port {port} ssh2");
        self.sshd(false, Effect::Failed(self.n), failed);
    }

    fn log_in(&mut self) {
        let (name, from, port) = (self.name.clone(), self.from.clone(), self.port);
        let accepted = match self.n % 4 {
            0 => format!("Accepted password for {name} from {from} port {port} ssh2"),
            kind => {
                let key = super::chance::Chance::new(self.n as u64).base64(43);
                let of = ["ED25519", "RSA", "ECDSA"][kind - 1];
                format!(
                    "Accepted publickey for {name} from {from} port {port} ssh2: {of} SHA256:{key}"
                )
            }
        };
        self.sshd(true, Effect::Login(self.n), accepted);
        let uid = uid(self.n);
        self.pam(format!(
            "pam_unix(sshd:session): session opened for user {name}(uid={uid}) by (uid=0)"
        ));
        self.pam(
            "pam_env(sshd:session): deprecated reading of user environment enabled".to_owned(),
        );
        self.sftp(
            true,
            Effect::Nothing,
            format!("session opened for local user {name} from [{from}]"),
        );
    }

    fn log_out(&mut self, broken: bool) {
        let (name, from, port) = (self.name.clone(), self.from.clone(), self.port);
        self.sftp(
            !broken,
            Effect::Nothing,
            format!("session closed for local user {name} from [{from}]"),
        );
        if broken {
            self.child(format!(
                "Read error from remote host {from} port {port}: Connection reset by peer"
            ));
        } else {
            self.child(format!(
                "Received disconnect from {from} port {port}:11: disconnected by user"
            ));
            self.child(format!("Disconnected from user {name} {from} port {port}"));
        }
        self.pam(format!(
            "pam_unix(sshd:session): session closed for user {name}"
        ));
    }

    /// A log-in that fails.
    fn turned_away(&mut self) {
        let (name, from, port) = (self.name.clone(), self.from.clone(), self.port);
        let mut closed = Effect::Failed(self.n);
        if self.n % 4 == 0 {
            for _ in 0..=self.world.chance.below(2) {
                self.wrong_password();
            }
            closed = Effect::Nothing;
        }
        let end =
            format!("Connection closed by authenticating user {name} {from} port {port} [preauth]");
        self.sshd(false, closed, end);
    }

    /// A session with some files.
    fn session(&mut self) {
        if self.n % 4 == 0 && self.world.chance.percent(4) {
            self.wrong_password();
        }
        self.log_in();
        let client = self.n % 5;
        for _ in 0..=self.world.chance.below(6) {
            match (client, self.world.chance.below(20)) {
                (_, 0) => self.refused(),
                (_, 1) if self.world.chance.percent(10) => self.disk_full(),
                (_, 2) => self.tidy(),
                (_, 3..5) => self.list(),
                (_, 5) => self.resumed(),
                (0, _) => self.winscp(),
                (1, _) => self.download(),
                (2, _) => self.parallel(),
                _ => self.put(),
            }
        }
        let broken = self.world.chance.percent(3);
        if broken {
            self.broken();
        }
        self.log_out(broken);
    }
}

/// The lines of one connection of some partner.
pub(super) fn script(world: &mut World) -> VecDeque<Step> {
    let n = usize::try_from(world.chance.below(world.partners as u64)).unwrap();
    let from = address(world, n);
    let pids = [world.pid(), world.pid(), world.pid()];
    world.session += 1;
    let (session, port) = (world.session, world.port());
    let fails = world.chance.percent(3);
    let mut script = Script {
        world,
        n,
        name: name(n),
        pids,
        session,
        from,
        port,
        steps: VecDeque::new(),
    };
    match fails {
        true => script.turned_away(),
        false => script.session(),
    }
    script.steps
}
