//! Password guessers and scanners: nobody of them gets in.

use std::collections::VecDeque;

use super::effect::Effect;
use super::{By, Line, Step, World, partner};

const NAMES: [&str; 12] = [
    "admin", "test", "ubuntu", "oracle", "postgres", "git", "user", "ftpuser", "pi", "support",
    "mysql", "deploy2",
];

struct Attempt {
    pid: u32,
    steps: VecDeque<Step>,
}

impl Attempt {
    fn say(&mut self, by: By, at_once: bool, effect: Effect, text: String) {
        let line = Line {
            by,
            uid: 0,
            pid: self.pid,
            account: "unknown".to_owned(),
            session: 0,
            text,
        };
        self.steps.push_back(Step {
            line,
            effect,
            at_once,
        });
    }

    /// Some wrong passwords, and how such a connection ends.
    fn passwords(&mut self, world: &mut World, who: (&str, &str), from: &str, each: Effect) {
        let (name, known) = who;
        let port = world.port();
        let user = if known.is_empty() {
            " ".to_owned()
        } else {
            format!("  user={name}")
        };
        let invalid = if known.is_empty() {
            "invalid user "
        } else {
            ""
        };
        if known.is_empty() {
            self.say(
                By::Sshd,
                false,
                Effect::Nothing,
                format!("Invalid user {name} from {from} port {port}"),
            );
        }
        for n in 0..=world.chance.below(3) {
            if known.is_empty() {
                let unknown = "pam_unix(sshd:auth): check pass; user unknown".to_owned();
                self.say(By::Pam, n == 0, Effect::Nothing, unknown);
            }
            if n == 0 {
                let failure = format!(
                    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={from}{user}"
                );
                self.say(By::Pam, true, Effect::Nothing, failure);
            }
            let failed =
                format!("Failed password for {invalid}{name} from {from} port {port} ssh2");
            self.say(By::Sshd, false, each, failed);
        }
        let state = if known.is_empty() {
            "invalid"
        } else {
            "authenticating"
        };
        if world.chance.percent(50) {
            let bye = format!("Received disconnect from {from} port {port}:11: Bye Bye [preauth]");
            self.say(By::Sshd, true, Effect::Nothing, bye);
            let gone =
                format!("Disconnected from {state} user {name} {from} port {port} [preauth]");
            self.say(By::Sshd, true, Effect::Nothing, gone);
        } else {
            let closed =
                format!("Connection closed by {state} user {name} {from} port {port} [preauth]");
            self.say(By::Sshd, true, Effect::Nothing, closed);
        }
    }
}

/// The lines of one connection of some guesser.
pub(super) fn script(world: &mut World) -> VecDeque<Step> {
    let from = world.chance.below(world.guessers as u64 * 50);
    let from = format!(
        "198.{}.{}.{}",
        18 + from / 60_000,
        from / 240 % 250,
        from % 240 + 1
    );
    let mut attempt = Attempt {
        pid: world.pid(),
        steps: VecDeque::new(),
    };
    match world.chance.below(20) {
        0 => {
            let port = world.port();
            let text =
                "error: kex_exchange_identification: Connection closed by remote host".to_owned();
            attempt.say(By::Sshd, false, Effect::Nothing, text);
            let text = format!("Connection closed by {from} port {port}");
            attempt.say(By::Sshd, true, Effect::Nothing, text);
        }
        1 => {
            let port = world.port();
            let text = format!(
                "Unable to negotiate with {from} port {port}: no matching host key type found. Their offer: ssh-rsa,ssh-dss [preauth]"
            );
            attempt.say(By::Sshd, false, Effect::Nothing, text);
        }
        2 => {
            // With a key alone.
            let (name, port) = (*world.chance.pick(&NAMES.each_ref()), world.port());
            let text = format!("Invalid user {name} from {from} port {port}");
            attempt.say(By::Sshd, false, Effect::Nothing, text);
            let text =
                format!("Connection closed by invalid user {name} {from} port {port} [preauth]");
            attempt.say(By::Sshd, true, Effect::Unknown, text);
        }
        3..8 => attempt.passwords(world, ("root", "known"), &from, Effect::Unknown),
        8 if world.chance.percent(10) => {
            let n = usize::try_from(world.chance.below(world.partners as u64)).unwrap();
            attempt.passwords(
                world,
                (&partner::name(n), "known"),
                &from,
                Effect::Failed(n),
            );
        }
        _ => {
            let number = world.chance.below(300);
            let name = match number {
                0..100 => (*world.chance.pick(&NAMES.each_ref())).to_owned(),
                _ => format!("{}{number}", world.chance.pick(&NAMES.each_ref())),
            };
            attempt.passwords(world, (&name, ""), &from, Effect::Unknown);
        }
    }
    attempt.steps
}
