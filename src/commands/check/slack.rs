//! Slack: whether it can be reached, and what it says of the token.

use super::finding::Finding;
use super::refusal::Means;
use super::units::{SERVICE, Units};
use super::words::{path, word};
use super::{channel, proxy};
use crate::adapters::config::{Config, Token, environment};
use crate::adapters::slack::{Client, Identity, POST, Proxy, ProxySettings};
use crate::commands::check::slack_facts::{Facts, has};
use crate::domain::base::clean::escape;
use crate::domain::base::language::Language;
use crate::domain::render::Rendered;
use crate::domain::slack_reply::PostResult;

/// The name of the matter.
const NAME: &str = "slack";

/// The scopes of which one lets the token ask about a channel.
const ASKS: [&str; 2] = ["channels:read", "groups:read"];

/// Asks Slack whose token it is, and about the channel, by the way that the service takes; posts a line where that is
/// asked for.
pub(super) fn gather(
    config: &Config,
    (token, store): (&Token, &'static str),
    units: &Units,
    root: bool,
    send: bool,
) -> anyhow::Result<Facts> {
    let own = Proxy::own();
    let (way, proxy, own_proxy) = match (root, proxy::of_service(units)) {
        // Only root may read the service's environment.
        (false, _) => (ProxySettings::Environment, own, None),
        (true, None) => (ProxySettings::Direct, None, own),
        (true, Some(proxy)) => (ProxySettings::from(proxy.clone()), Some(proxy), None),
    };
    // Plain http goes to loopback, without a proxy.
    let proxied = config.slack.api_url.starts_with("https:");
    let client = Client::by(&way, &config.slack, token)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(client.identity());
    let asks = |identity: &Identity| ASKS.iter().any(|scope| has(identity, scope));
    let may_ask = answer.as_ref().is_ok_and(asks);
    let posted = || runtime.block_on(client.post(&line(config), POST));
    Ok(Facts {
        channel: may_ask.then(|| runtime.block_on(client.channel())),
        sent: (send && answer.is_ok()).then(posted),
        answer,
        api_url: config.slack.api_url.clone(),
        proxy: proxy.filter(|_| proxied),
        own_proxy: own_proxy.filter(|_| proxied),
        channel_id: config.slack.channel.clone(),
        edit: format!("sudoedit {}", path(&config.path)),
        store,
    })
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

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut found = vec![of_token(facts)];
    if let Ok(identity) = &facts.answer {
        found.extend(channel::judge(facts, identity));
    }
    if let Some(verdict) = &facts.sent {
        found.push(match verdict {
            PostResult::Accepted => Finding {
                asked: true,
                ..Finding::ok(
                    channel::NAME,
                    format!("a line was posted to {}", facts.channel_id),
                )
            },
            verdict => facts.means().not_taken(channel::NAME, verdict),
        });
    }
    found
}

impl Facts {
    /// Was a line posted?
    pub(super) fn posted(&self) -> bool {
        self.sent == Some(PostResult::Accepted)
    }

    /// What a refusal is mended with.
    pub(super) fn means(&self) -> Means {
        let known = self.answer.as_ref().ok();
        Means {
            store: self.store,
            edit: self.edit.clone(),
            bot: known.map(|identity| identity.user.clone()),
        }
    }
}

fn of_token(facts: &Facts) -> Finding {
    let way = match &facts.proxy {
        Some(proxy) => format!(", through the proxy {}", proxy.shown()),
        None => String::new(),
    };
    let base = &facts.api_url;
    match &facts.answer {
        Ok(Identity { team, user, .. }) => Finding::ok(
            NAME,
            format!("{base} knows the token: {user} in {team}{way}"),
        ),
        Err(PostResult::Configuration(refusal) | PostResult::Unknown(refusal)) => {
            let said = format!("{base} refuses the token: {refusal}{way}");
            Finding::problem(NAME, said).mended_by(facts.store)
        }
        Err(PostResult::Wait { why, .. }) => {
            let said = format!("{base} asks for a pause: {why}{way}");
            Finding::warning(NAME, said).mended_by("sudo sftp-monitor check")
        }
        Err(verdict) => {
            let only_here = facts.own_proxy.as_ref().map(|proxy| {
                format!(
                    "; this command has a proxy ({}), the service has none",
                    proxy.variable
                )
            });
            let only_here = only_here.unwrap_or_default();
            let said = format!("{base} cannot be reached: {verdict}{way}{only_here}");
            let mend = match (&facts.own_proxy, &facts.proxy) {
                (Some(Proxy { variable, .. }), _) => format!(
                    "printf '%s\\n' \"{variable}=${variable}\" | sudo tee -a {} >/dev/null \
                     && sudo systemctl try-restart {SERVICE}",
                    environment::FILE
                ),
                // What a shell tries takes another way.
                (None, Some(_)) => format!(
                    "sudoedit {} && sudo systemctl try-restart {SERVICE}",
                    environment::FILE
                ),
                (None, None) => format!("curl -sSv {}", word(&format!("{base}/api.test"))),
            };
            Finding::problem(NAME, said).mended_by(mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slack_reply::Refusal;

    fn judged(answer: Result<Identity, PostResult>, proxy: Option<&str>) -> String {
        let facts = Facts {
            answer,
            api_url: "https://slack.com/api".to_owned(),
            proxy: proxy.map(|url| Proxy {
                variable: "HTTPS_PROXY".to_owned(),
                url: url.to_owned(),
                except: String::new(),
            }),
            own_proxy: None,
            channel_id: "C1".to_owned(),
            edit: "sudoedit /etc/c.toml".to_owned(),
            channel: None,
            sent: None,
            store: "store it",
        };
        of_token(&facts).told()
    }

    #[test]
    fn what_slack_answers_is_told_with_its_mend() {
        let known = Identity {
            team: "Example".into(),
            user: "sftp".into(),
            scopes: None,
        };
        assert_eq!(
            judged(Ok(known), Some("http://me:secret@proxy:3128")),
            "ok slack: https://slack.com/api knows the token: sftp in Example, through the proxy http://…@proxy:3128 (HTTPS_PROXY)\n"
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
