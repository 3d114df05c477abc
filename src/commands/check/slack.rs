//! Checks Slack: whether it can be reached, and whether it accepts the token.

use super::channel;
use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::network::way;
use super::refusal::{SlackFixes, with_fix};
use super::slack_facts::{AskedChannel, SlackFacts, has};
use super::token;
use super::units::SERVICE;
use super::words::{edit, word};
use crate::adapters::config::{Config, Token, environment};
use crate::adapters::slack::{POST, Proxy, SlackClient, TokenIdentity};
use crate::commands::clock::wait;
use crate::domain::base::clean::escape;
use crate::domain::base::language::Language;
use crate::domain::render::Rendered;
use crate::domain::slack_reply::{Fix, PostResult};

/// The name of the matter.
const NAME: &str = "slack";

/// The scopes for reading a channel; one of them is enough.
const ASKS: [&str; 2] = ["channels:read", "groups:read"];

/// Looks for the token, and asks Slack about it.
pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let Some(found) = token::find(machine.root) else {
        report.unseen.push("the token and Slack's answer to it");
        return;
    };
    let finding = token::judge(&found, token::is_loaded_encrypted);
    report.findings.push(finding);
    if let Ok(stored) = &found {
        let facts = gather(machine, &stored.token, token::store(&found));
        report.findings.extend(judge(&facts));
        let main = facts.channels.first().and_then(|main| main.sent.as_ref());
        report.posted = matches!(main, Some(PostResult::Accepted { .. }));
        report.fixes = Some(facts.fixes);
    }
}

/// Asks Slack by the service's network path.
fn gather<'a>(machine: &MachineFacts<'a>, token: &Token, store: &'static str) -> SlackFacts<'a> {
    let config = machine.config;
    let (way, proxy) = way(machine);
    let own_proxy = Proxy::own().filter(|_| proxy.is_none());
    // Plain http goes only to loopback, without a proxy.
    let proxied = config.slack.api_url.starts_with("https:");
    let client = SlackClient::by(&way, &config.slack, token);
    let asked = client.and_then(|client| Ok(wait(ask(&client, config, machine.send))?));
    let (answer, channels) = asked.unwrap_or_else(|error| {
        let (ambiguous, why) = (false, format!("{error:#}"));
        (Err(PostResult::Retry { ambiguous, why }), Vec::new())
    });
    SlackFacts {
        fixes: SlackFixes {
            store,
            edit: edit(&config.path),
            bot: answer.as_ref().ok().map(|known| known.user.clone()),
        },
        config,
        answer,
        channels,
        proxy: proxy.filter(|_| proxied),
        own_proxy: own_proxy.filter(|_| proxied),
    }
}

type Answers = (Result<TokenIdentity, PostResult>, Vec<AskedChannel>);

/// Asks for the token's bot and for the channels; posts a test line to each if asked to.
async fn ask(client: &SlackClient, config: &Config, send: bool) -> Answers {
    let answer = client.identity().await;
    let Ok(identity) = &answer else {
        return (answer, Vec::new());
    };
    let mut may_ask = ASKS.iter().any(|scope| has(identity, scope));
    let mut channels = Vec::new();
    for id in config.routes.channels() {
        let client = client.to(id);
        let answer = match may_ask {
            true => Some(client.channel().await),
            false => None,
        };
        // Slack is away, or wants a pause: the other channels stay unknown.
        may_ask &= !matches!(
            answer,
            Some(Err(PostResult::Wait { .. } | PostResult::Retry { .. }))
        );
        let sent = match send {
            true => Some(client.post(&line(config), POST).await),
            false => None,
        };
        channels.push(AskedChannel {
            id: id.to_owned(),
            answer,
            sent,
        });
    }
    (answer, channels)
}

/// The line that `--send` posts.
fn line(config: &Config) -> Rendered {
    let label = escape(&config.voice().label());
    let text = match config.slack.language {
        Language::French => format!("👋 Test de {label} : sftp-monitor peut écrire ici"),
        Language::English => format!("👋 Test of {label}: sftp-monitor can post here"),
    };
    Rendered { text, blocks: None }
}

fn judge(facts: &SlackFacts<'_>) -> Vec<Finding> {
    let mut found = vec![of_token(facts)];
    if let Ok(identity) = &facts.answer {
        let asked = facts.channels.iter();
        found.extend(asked.filter_map(|asked| channel::judge(asked, facts, identity)));
    }
    for AskedChannel { id, sent, .. } in &facts.channels {
        found.extend(sent.as_ref().map(|verdict| of_line(id, verdict, facts)));
    }
    found
}

/// The outcome of a test line.
fn of_line(id: &str, verdict: &PostResult, facts: &SlackFacts<'_>) -> Finding {
    if matches!(verdict, PostResult::Accepted { .. }) {
        return Finding {
            asked: true,
            ..Finding::ok(channel::NAME, format!("a test message was posted to {id}"))
        };
    }
    let routes = &facts.config.routes;
    let said = match id == routes.main {
        true => format!("the test message was refused: {verdict}"),
        false => {
            format!("the test message to {id}, the channel of a route, was refused: {verdict}")
        }
    };
    let fix = verdict.code().and_then(Fix::of);
    let (said, command) = with_fix(&said, fix, Some(&facts.fixes));
    channel::finding(id, routes, said).fixed_by(command)
}

fn of_token(facts: &SlackFacts<'_>) -> Finding {
    let way = facts.proxy.as_ref();
    let way = way.map(|proxy| format!(", through the proxy {}", proxy.shown()));
    let (way, base) = (way.unwrap_or_default(), &facts.config.slack.api_url);
    match &facts.answer {
        Ok(TokenIdentity { team, user, .. }) => Finding::ok(
            NAME,
            format!("{base} accepts the token: {user} in {team}{way}"),
        ),
        Err(PostResult::Configuration(refusal) | PostResult::Unknown(refusal)) => {
            let said = format!("{base} refuses the token: {refusal}{way}");
            Finding::problem(NAME, said).fixed_by(facts.fixes.store)
        }
        Err(PostResult::Wait { why, .. }) => {
            let said = format!("{base} asks for a pause: {why}{way}");
            Finding::warning(NAME, said).fixed_by("sudo sftp-monitor check")
        }
        Err(verdict) => {
            let said = format!("{base} cannot be reached: {verdict}{way}");
            let file = environment::FILE;
            match (&facts.own_proxy, &facts.proxy) {
                (Some(Proxy { variable, .. }), _) => Finding::problem(
                    NAME,
                    format!(
                        "{said}; this command uses a proxy ({variable}), but the service does not"
                    ),
                )
                .fixed_by(format!(
                    "printf '%s\\n' \"{variable}=${variable}\" | sudo tee -a {file} >/dev/null \
                     && sudo systemctl try-restart {SERVICE}"
                )),
                // A test with curl would use another network path.
                (None, Some(_)) => Finding::problem(NAME, said).fixed_by(format!(
                    "sudoedit {file} && sudo systemctl try-restart {SERVICE}"
                )),
                (None, None) => Finding::problem(NAME, said)
                    .fixed_by(format!("curl -sSv {}", word(&format!("{base}/api.test")))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::slack_facts::facts;
    use super::*;
    use crate::domain::slack_reply::Refusal;

    fn judged(answer: Result<TokenIdentity, PostResult>, proxy: Option<&str>) -> String {
        let config = Config::parse("/etc/c.toml".as_ref(), "").expect("defaults");
        let proxy = proxy.map(|url| Proxy {
            variable: "HTTPS_PROXY".to_owned(),
            url: url.to_owned(),
            except: String::new(),
        });
        let facts = facts(&config, answer);
        of_token(&SlackFacts { proxy, ..facts }).told()
    }

    #[test]
    fn what_slack_answers_is_told_with_its_mend() {
        let known = TokenIdentity {
            team: "Example".into(),
            user: "sftp".into(),
            scopes: None,
        };
        assert_eq!(
            judged(Ok(known), Some("http://me:secret@proxy:3128")),
            "ok slack: https://slack.com/api accepts the token: sftp in Example, through the proxy http://…@proxy:3128 (HTTPS_PROXY)\n"
        );
        let refusal = Refusal {
            code: "invalid_auth".into(),
            detail: String::new(),
        };
        let said = judged(Err(PostResult::Configuration(refusal)), None);
        assert!(
            said.starts_with(
                "problem slack: https://slack.com/api refuses the token: invalid_auth\n  > store it"
            ),
            "{said}"
        );
        let retry = PostResult::Retry {
            ambiguous: false,
            why: "connection refused".into(),
        };
        assert_eq!(
            judged(Err(retry.clone()), Some("http://proxy:3128")),
            "problem slack: https://slack.com/api cannot be reached: connection refused, through the proxy http://proxy:3128 (HTTPS_PROXY)\n  \
             > sudoedit /etc/default/sftp-monitor && sudo systemctl try-restart sftp-monitor.service\n"
        );
        assert_eq!(
            judged(Err(retry), None),
            "problem slack: https://slack.com/api cannot be reached: connection refused\n  > curl -sSv https://slack.com/api/api.test\n"
        );
    }
}
